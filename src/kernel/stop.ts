/**
 * The end of a cell: a stop that lets it finish, a kill that does not. Whoever waits for it is told; what waited in it becomes
 * dead letters.
 */
import { unreachable } from '../base/assert.ts';
import { COLUMN, STATUS } from './actor-table.ts';
import type { Cell } from './cell.ts';
import type { Kernel } from './kernel.ts';
import { failWith, finishHalt, finishPassivation, isUp, leaveIncarnation, restart, setStatus } from './lifecycle.ts';
import { releaseSenders } from './overflow.ts';
import type { Signal } from './signal.ts';
import { killChildren, stopChildrenThen } from './stop-children.ts';
import { cancelRegroups } from './supervise.ts';
import type { StopReason } from './trace.ts';
import { addWatcher } from './watch.ts';

type SignalOf<T extends Signal['type']> = Extract<Signal, { readonly type: T }>;

export function stop(kernel: Kernel, cell: Cell, { reason, forced }: SignalOf<'stop'>): void {
  if (forced) return kill(kernel, cell);
  if (cell.afterChildren?.then === 'terminate' || cell.draining !== undefined) return;
  const isRunning = isUp(kernel, cell);
  // Its supervisor is about to decide about it already.
  if (reason === 'normal' && cell.isPermanent && cell.failure !== undefined) return;
  if (reason === 'normal' && cell.isPermanent && isRunning && cell.parent !== null) {
    cell.failure = { kind: 'exit', error: 'it stopped itself', during: 'stop' };
    kernel.host.emit({ type: 'exited', path: cell.path });
    setStatus(kernel, cell, STATUS.failed);
    kernel.signal(cell.parent, { type: 'child-exited', child: cell.ref, incarnation: cell.incarnation });
    return;
  }
  const { drains } = cell.entry.definition.mailbox;
  if (drains && isRunning && cell.afterChildren === undefined && cell.mailbox.length > 0) {
    cell.draining = reason;
    cell.attentive = true;
    // Nothing more comes in.
    kernel.whereabouts.setRoom(cell, -1);
    kernel.host.table.set(cell.ref.id, COLUMN.status, STATUS.stopping);
    return;
  }
  stopNow(kernel, cell, reason);
}

export function stopNow(kernel: Kernel, cell: Cell, reason: StopReason): void {
  cell.draining = undefined;
  kernel.whereabouts.setRoom(cell, -1);
  cancelRegroups(kernel, cell);
  setStatus(kernel, cell, STATUS.stopping);
  stopChildrenThen(kernel, cell, { then: 'terminate', reason });
}

/** At once: no hook, no waiting, and all below it go the same way. */
function kill(kernel: Kernel, cell: Cell): void {
  cancelRegroups(kernel, cell);
  killChildren(kernel, cell);
  cell.state = undefined;
  cell.afterChildren = undefined;
  terminate(kernel, cell, 'killed');
}

/** The end. Every message that waited becomes a dead letter, once. */
function terminate(kernel: Kernel, cell: Cell, reason: StopReason): void {
  leaveIncarnation(kernel, cell, false);
  setStatus(kernel, cell, STATUS.stopping);
  for (const message of cell.stashed ?? []) kernel.deadLetters.add(cell.ref, message, 'stopped');
  while (cell.mailbox.length > 0) {
    const message = cell.mailbox.shift();
    if (message !== undefined) kernel.deadLetters.add(cell.ref, message, 'stopped');
  }
  for (let signal = cell.signals.shift(); signal !== undefined; signal = cell.signals.shift()) {
    if (signal.type === 'watch') addWatcher(cell, signal.watcher);
    else if (signal.type === 'ask-replied') kernel.lateReply(cell, signal.reply);
  }
  if (cell.pause !== undefined) kernel.deadlines.remove(cell.pause);
  releaseSenders(kernel, cell);
  for (const senders of kernel.crowded.values()) senders.delete(cell);
  kernel.host.emit({ type: 'stopped', path: cell.path, reason });
  // The parent first: should it watch as well, the name is free again when it hears of that.
  kernel.release(cell, reason);
  for (const watcher of cell.watchers ?? []) kernel.signal(watcher, { type: 'terminated', ref: cell.ref, reason });
  if (cell.parent === null) kernel.host.rootStopped(reason === 'failed' ? '' : 'The root actor stopped.');
}

/** What to do now that no child is left. */
export function childrenStopped(kernel: Kernel, cell: Cell): void {
  const after = cell.afterChildren;
  cell.afterChildren = undefined;
  switch (after?.then) {
    case undefined:
      return;
    case 'terminate':
      return terminate(kernel, cell, after.reason);
    case 'halt':
      return finishHalt(kernel, cell);
    case 'passivate':
      return finishPassivation(kernel, cell);
    case 'give-up':
      if (cell.isHalted) {
        if (cell.pendingRestart !== undefined) restart(kernel, cell, cell.pendingRestart);
        return;
      }
      setStatus(kernel, cell, STATUS.running);
      return failWith(kernel, cell, { kind: after.kind, error: after.error, during: 'supervision' }, false);
    default:
      return unreachable(after, 'continuation');
  }
}
