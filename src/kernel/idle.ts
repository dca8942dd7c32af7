/**
 * Idleness: receive time-outs and passivation. A message only notes when it was handled; the deadline, when it comes, sees
 * whether there was one in the meantime and waits on from there. So a busy actor never touches the heap.
 */
import { type Cell, Deadline } from './cell.ts';
import { checkNumber } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { passivate } from './lifecycle.ts';
import { LIMITS } from './limits.ts';

export function activityStarts(kernel: Kernel, cell: Cell): void {
  const { passivateAfterMs } = cell.entry.definition;
  if (passivateAfterMs === 0) return;
  noteActivity(kernel, cell);
  cell.passivation = new Deadline(kernel.host.now() + passivateAfterMs, cell, 'passivate');
  kernel.deadlines.add(cell.passivation);
}

/** @param ms 0 ends it */
export function setReceiveTimeout(kernel: Kernel, cell: Cell, ms: number): void {
  checkNumber('ms', ms, 0, LIMITS.delayMsMax, cell.path);
  if (cell.receiveTimeout !== undefined) kernel.deadlines.remove(cell.receiveTimeout);
  cell.receiveTimeout = undefined;
  cell.receiveTimeoutMs = ms;
  if (ms === 0) return;
  noteActivity(kernel, cell);
  cell.receiveTimeout = new Deadline(kernel.host.now() + ms, cell, 'receive-timeout');
  kernel.deadlines.add(cell.receiveTimeout);
}

export function activityStops(kernel: Kernel, cell: Cell): void {
  if (cell.receiveTimeout !== undefined) kernel.deadlines.remove(cell.receiveTimeout);
  if (cell.passivation !== undefined) kernel.deadlines.remove(cell.passivation);
  cell.receiveTimeout = undefined;
  cell.receiveTimeoutMs = 0;
  cell.passivation = undefined;
}

export function noteActivity(kernel: Kernel, cell: Cell): void {
  cell.attentive = true;
  cell.lastMessageMs = kernel.host.now();
}

export function isIdlenessWatched(cell: Cell): boolean {
  return cell.receiveTimeout !== undefined || cell.passivation !== undefined;
}

/** The deadline has come: idle for that long, or only since then? */
export function idleDue(kernel: Kernel, deadline: Deadline, what: 'receive-timeout' | 'passivate'): void {
  const { cell } = deadline;
  const forMs = what === 'passivate' ? cell.entry.definition.passivateAfterMs : cell.receiveTimeoutMs;
  const idleMs = deadline.dueMs - cell.lastMessageMs;
  // Work that waits or is under way is not idleness, whatever the clock says.
  const isBusy = cell.mailbox.length > 0 || (what === 'passivate' && (cell.asks?.size ?? 0) > 0);
  const isIdle = idleMs >= forMs && !isBusy;
  if (isIdle && what === 'passivate') {
    cell.passivation = undefined;
    if (cell.receptive) passivate(kernel, cell);
    else activityStarts(kernel, cell);
    return;
  }
  if (isIdle) kernel.enqueueSignal(cell, { type: 'receive-timeout' });
  deadline.dueMs = isIdle || isBusy ? deadline.dueMs + forMs : cell.lastMessageMs + forMs;
  kernel.deadlines.add(deadline);
}

export function receiveTimedOut(kernel: Kernel, cell: Cell): void {
  const { receiveTimeout } = cell.entry.definition;
  // Cancelled, or a message was quicker.
  if (receiveTimeout === undefined || cell.receiveTimeout === undefined || cell.mailbox.length > 0) return;
  kernel.guarded(cell, 'receiveTimeout', (context) => receiveTimeout(cell.state, context));
}
