/** Signals at the actor they are for: which of them concern its supervisor, its life, its mailbox or its own handlers. */
import { unreachable } from '../base/assert.ts';
import { askTimedOut, settleAsk } from './asks.ts';
import type { Cell } from './cell.ts';
import { receiveTimedOut } from './idle.ts';
import type { Kernel } from './kernel.ts';
import * as lifecycle from './lifecycle.ts';
import { receiverDrained, receiverFull } from './overflow.ts';
import type { LocalSignal } from './signal.ts';
import { stop } from './stop.ts';
import { childStopped } from './stop-children.ts';
import * as supervise from './supervise.ts';
import { commandHandled, tickHandled } from './timers.ts';
import { addWatcher, removeWatcher, watchedTerminated } from './watch.ts';

/** What each signal means to the actor it is for. */
export function handleSignal(kernel: Kernel, cell: Cell, signal: LocalSignal): void {
  if (!cell.receptive && isForUserCode(signal)) {
    return lifecycle.defer(kernel, cell, signal);
  }
  switch (signal.type) {
    case 'start':
      return lifecycle.begin(kernel, cell);
    case 'child-failed':
      return supervise.childFailed(kernel, cell, signal);
    case 'child-exited':
      return supervise.childExited(kernel, cell, signal);
    case 'child-halted':
      return supervise.childHalted(kernel, cell, signal);
    case 'child-ready':
      return supervise.childReady(kernel, cell, signal);
    case 'child-stopped':
      return childStopped(kernel, cell, signal);
    case 'resume':
      return lifecycle.resume(kernel, cell, signal);
    case 'halt':
      return lifecycle.halt(kernel, cell, signal);
    case 'restart':
      return lifecycle.restart(kernel, cell, signal);
    case 'stop':
      return stop(kernel, cell, signal);
    case 'crash':
      return lifecycle.crash(kernel, cell, signal);
    case 'watch':
      return addWatcher(cell, signal.watcher);
    case 'unwatch':
      return removeWatcher(cell, signal.watcher);
    case 'mailbox-full':
      return receiverFull(kernel, cell, signal);
    case 'mailbox-drained':
      return receiverDrained(kernel, cell, signal);
    case 'terminated':
      return watchedTerminated(kernel, cell, signal);
    case 'command':
      return commandHandled(kernel, cell, signal.message);
    case 'tick':
      return tickHandled(kernel, cell, signal.timer);
    case 'receive-timeout':
      return receiveTimedOut(kernel, cell);
    case 'ask-replied':
      return settleAsk(kernel, cell, signal.ask, { ok: true, reply: signal.reply });
    case 'ask-failed':
      return settleAsk(kernel, cell, signal.ask, { ok: false, error: signal.error });
    case 'ask-timeout':
      return askTimedOut(kernel, cell, signal.ask);
    case 'hang':
      return kernel.host.busy(signal.forMs);
    default:
      return unreachable(signal, 'signal');
  }
}

/** Signals that end in a handler of the author. */
function isForUserCode(signal: LocalSignal): boolean {
  switch (signal.type) {
    // First, because every actor gets it.
    case 'start':
      return false;
    case 'tick':
    case 'command':
    case 'terminated':
    case 'receive-timeout':
    case 'ask-replied':
    case 'ask-failed':
    case 'ask-timeout':
      return true;
    case 'mailbox-full':
    case 'mailbox-drained':
      return !signal.suspends;
    default:
      return false;
  }
}
