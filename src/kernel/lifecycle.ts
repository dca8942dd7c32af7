/**
 * Lifecycle and supervision of cells: start, fail, restart, stop. Everything that concerns two actors goes through
 * signals, so that it works the same whether they share a worker or not.
 */
import { unreachable } from '../base/assert.ts';
import { COLUMN, STATUS } from './actor-table.ts';
import { dropAsks } from './asks.ts';
import type { AfterChildren, Cell } from './cell.ts';
import { plainDataMismatch } from './check.ts';
import { PlayhouseError } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import { type Ref, sameRef } from './ref.ts';
import type { Signal } from './signal.ts';
import { spendRestart } from './supervision.ts';
import { cancelAllTimers } from './timers.ts';
import type { StopReason } from './trace.ts';

type SignalOf<T extends Signal['type']> = Extract<Signal, { readonly type: T }>;

/** First start of an actor. */
export function begin(kernel: Kernel, cell: Cell): void {
  kernel.host.emit({ type: 'spawned', path: cell.path, behavior: cell.entry.name });
  enterIncarnation(kernel, cell);
}

/** Makes the state and calls `started`; a failure in either is a failure of the actor. */
function enterIncarnation(kernel: Kernel, cell: Cell): void {
  const { definition } = cell.entry;
  const made = kernel.guarded(cell, 'state', () => {
    cell.state = definition.state(cell.args ?? {});
    const wrong = plainDataMismatch(cell.state);
    if (wrong !== undefined) {
      const text = `State of ${cell.entry.name}: field "${wrong.field}" must be ${wrong.expected}, not ${wrong.found}.`;
      throw new PlayhouseError('invalid-state', text, wrong.field);
    }
  });
  if (!made) return;
  const { started } = definition;
  const hasStarted =
    started === undefined || kernel.guarded(cell, 'started', (context) => started(cell.state, context));
  // Only now: whoever sees an actor running also sees the rows of the children that it starts with.
  if (hasStarted) setStatus(kernel, cell, STATUS.running);
}

/** An actor failed: it is suspended until its parent has decided. */
export function fail(kernel: Kernel, cell: Cell, thrown: unknown, during: string): void {
  failWith(kernel, cell, errorText(thrown), during);
}

/** A crash fault from outside. An actor that is failed or on its way out already is left alone. */
export function crash(kernel: Kernel, cell: Cell, error: string): void {
  if (cell.receptive) failWith(kernel, cell, error, 'crash');
}

/** A failure that nobody has to decide about. */
export function report(kernel: Kernel, cell: Cell, thrown: unknown, during: string): void {
  recordFailure(kernel, cell, errorText(thrown), during);
}

function recordFailure(kernel: Kernel, cell: Cell, error: string, during: string): void {
  kernel.host.table.add(cell.ref.id, COLUMN.failures, 1);
  kernel.host.emit({ type: 'failed', path: cell.path, error, during });
}

function failWith(kernel: Kernel, cell: Cell, error: string, during: string): void {
  recordFailure(kernel, cell, error, during);
  // On its way out, or waiting for a decision already: this failure changes nothing.
  if (cell.afterChildren !== undefined || isSuspended(kernel, cell)) return;
  setStatus(kernel, cell, STATUS.failed);
  if (cell.parent === null) {
    // Nobody above to decide. The root goes down in order, its children first.
    kernel.host.rootStopped(error);
    stopChildrenThen(kernel, cell, { then: 'terminate', reason: 'failed' });
  } else {
    kernel.signal(cell.parent, { type: 'child-failed', child: cell.ref, incarnation: cell.incarnation, error });
  }
}

function isSuspended(kernel: Kernel, cell: Cell): boolean {
  return kernel.host.table.get(cell.ref.id, COLUMN.status) === STATUS.failed;
}

/** A supervisor decides about a failed child: restart it, or give up. */
export function childFailed(kernel: Kernel, cell: Cell, signal: SignalOf<'child-failed'>): void {
  const known = cell.children?.get(signal.child.id);
  if (known === undefined || !sameRef(known.ref, signal.child)) return;
  // While it is stopping its children itself, their failures need no decision any more.
  if (cell.afterChildren !== undefined) return;
  const { intensity, periodMs } = cell.entry.definition;
  cell.restartTimesMs ??= [];
  const counted = spendRestart(cell.restartTimesMs, kernel.host.now(), intensity, periodMs);
  if (counted > 0) {
    kernel.signal(signal.child, { type: 'restart', incarnation: signal.incarnation, counted, intensity });
    return;
  }
  kernel.host.emit({ type: 'escalated', path: cell.path, child: known.name, intensity, periodMs, error: signal.error });
  setStatus(kernel, cell, STATUS.failed);
  const error = `restart budget used up (${intensity} in ${periodMs / 1000} s): ${known.name}: ${signal.error}`;
  stopChildrenThen(kernel, cell, { then: 'escalate', error: error.slice(0, LIMITS.errorTextMax) });
}

/** The parent's decision arrives. A decision about an earlier incarnation is ignored. */
export function restart(kernel: Kernel, cell: Cell, signal: SignalOf<'restart'>): void {
  if (signal.incarnation !== cell.incarnation || cell.afterChildren !== undefined) return;
  setStatus(kernel, cell, STATUS.restarting);
  stopChildrenThen(kernel, cell, { then: 'restart', counted: signal.counted, intensity: signal.intensity });
}

export function stop(kernel: Kernel, cell: Cell, reason: StopReason): void {
  if (cell.afterChildren?.then === 'terminate') return;
  setStatus(kernel, cell, STATUS.stopping);
  const wasStoppingChildren = cell.afterChildren !== undefined;
  cell.afterChildren = { then: 'terminate', reason };
  if (!wasStoppingChildren) stopNextChild(kernel, cell);
}

function stopChildrenThen(kernel: Kernel, cell: Cell, after: AfterChildren): void {
  cell.afterChildren = after;
  stopNextChild(kernel, cell);
}

/** Children stop in the reverse order of their start, one after another; then the cell goes on. */
function stopNextChild(kernel: Kernel, cell: Cell): void {
  cell.stopOrder ??= [...(cell.children?.values() ?? [])];
  for (let last = cell.stopOrder.pop(); last !== undefined; last = cell.stopOrder.pop()) {
    if (cell.children?.has(last.ref.id)) {
      kernel.signal(last.ref, { type: 'stop', reason: 'shutdown' });
      return;
    }
  }
  const after = cell.afterChildren;
  cell.afterChildren = undefined;
  cell.stopOrder = undefined;
  switch (after?.then) {
    case undefined:
      return;
    case 'terminate':
      return terminate(kernel, cell, after.reason);
    case 'restart':
      return finishRestart(kernel, cell, after.counted, after.intensity);
    case 'escalate':
      setStatus(kernel, cell, STATUS.running);
      return failWith(kernel, cell, after.error, 'supervision');
    default:
      return unreachable(after, 'continuation');
  }
}

export function childStopped(kernel: Kernel, cell: Cell, child: Ref): void {
  const known = cell.children?.get(child.id);
  if (known === undefined || !sameRef(known.ref, child)) return;
  cell.childNames?.delete(known.name);
  cell.children?.delete(child.id);
  if (cell.afterChildren !== undefined) stopNextChild(kernel, cell);
}

function finishRestart(kernel: Kernel, cell: Cell, counted: number, intensity: number): void {
  leaveIncarnation(kernel, cell);
  cell.incarnation++;
  cell.restartTimesMs = undefined;
  kernel.host.table.add(cell.ref.id, COLUMN.restarts, 1);
  kernel.host.emit({ type: 'restarted', path: cell.path, incarnation: cell.incarnation, counted, intensity });
  // What its new incarnation does first may fail in turn.
  enterIncarnation(kernel, cell);
}

/** What ends with every incarnation. Mailbox, ref and watchers outlive it. */
function leaveIncarnation(kernel: Kernel, cell: Cell): void {
  const { stopped } = cell.entry.definition;
  if (stopped !== undefined && cell.state !== undefined) {
    kernel.guarded(cell, 'stopped', (context) => stopped(cell.state, context), report);
  }
  cancelAllTimers(kernel, cell);
  dropAsks(kernel, cell);
  for (const watched of cell.watching ?? []) kernel.signal(watched, { type: 'unwatch', watcher: cell.ref });
  cell.watching = undefined;
  cell.state = undefined;
}

function terminate(kernel: Kernel, cell: Cell, reason: StopReason): void {
  leaveIncarnation(kernel, cell);
  cell.receptive = false;
  for (let message = cell.mailbox.shift(); message !== undefined; message = cell.mailbox.shift()) {
    kernel.deadLetters.add(cell.ref, message, 'stopped');
  }
  for (let signal = cell.signals.shift(); signal !== undefined; signal = cell.signals.shift()) {
    if (signal.type === 'watch') addWatcher(cell, signal.watcher);
    if (signal.type === 'ask-replied') kernel.deadLetters.add(cell.ref, signal.reply, 'late-reply');
  }
  if (cell.pause !== undefined) kernel.deadlines.remove(cell.pause);
  kernel.host.emit({ type: 'stopped', path: cell.path, reason });
  kernel.release(cell);
  for (const watcher of cell.watchers ?? []) kernel.signal(watcher, { type: 'terminated', ref: cell.ref, reason });
  if (cell.parent !== null) kernel.signal(cell.parent, { type: 'child-stopped', child: cell.ref, reason });
  else kernel.host.rootStopped(reason === 'failed' ? '' : 'The root actor stopped.');
}

export function addWatcher(cell: Cell, watcher: Ref): void {
  cell.watchers ??= [];
  if (!cell.watchers.some((known) => sameRef(known, watcher))) cell.watchers.push(watcher);
}

export function removeWatcher(cell: Cell, watcher: Ref): void {
  if (cell.watchers !== undefined) cell.watchers = cell.watchers.filter((known) => !sameRef(known, watcher));
}

export function watchedTerminated(kernel: Kernel, cell: Cell, signal: SignalOf<'terminated'>): void {
  const index = cell.watching?.findIndex((known) => sameRef(known, signal.ref)) ?? -1;
  if (index < 0) return;
  cell.watching?.splice(index, 1);
  const { terminated } = cell.entry.definition;
  if (terminated === undefined || !cell.receptive) return;
  kernel.guarded(cell, 'terminated', (context) =>
    terminated(cell.state, { ref: signal.ref, reason: signal.reason }, context),
  );
}

function setStatus(kernel: Kernel, cell: Cell, status: number): void {
  cell.receptive = status === STATUS.running;
  kernel.host.table.set(cell.ref.id, COLUMN.status, status);
}

function errorText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown).slice(0, LIMITS.errorTextMax);
  // `TypeError` tells something; `Error` and our own name do not.
  const isPlain = thrown.name === 'Error' || thrown instanceof PlayhouseError;
  return `${isPlain ? '' : `${thrown.name}: `}${thrown.message}`.slice(0, LIMITS.errorTextMax);
}
