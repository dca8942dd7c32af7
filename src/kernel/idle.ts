/**
 * Idleness: receive time-outs and passivation. A message only notes when it was handled; the deadline, when it comes, sees
 * whether there was one in the meantime and waits on from there. So a busy actor never touches the heap.
 */
import { type Cell, Deadline, type Idleness } from './cell.ts';
import { checkNumber } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { passivate } from './lifecycle.ts';
import { LIMITS } from './limits.ts';

function idlenessOf(kernel: Kernel, cell: Cell): Idleness {
  cell.attentive = true;
  const lastMessageMs = kernel.host.now();
  cell.idleness ??= {
    receiveTimeout: undefined,
    receiveTimeoutMs: 0,
    isTold: false,
    passivation: undefined,
    lastMessageMs,
  };
  cell.idleness.lastMessageMs = lastMessageMs;
  return cell.idleness;
}

export function activityStarts(kernel: Kernel, cell: Cell): void {
  const { passivateAfterMs } = cell.entry.definition;
  const idleness = idlenessOf(kernel, cell);
  idleness.passivation = new Deadline(idleness.lastMessageMs + passivateAfterMs, cell, 'passivate');
  kernel.deadlines.add(idleness.passivation);
}

/** @param ms 0 ends it */
export function setReceiveTimeout(kernel: Kernel, cell: Cell, ms: number): void {
  checkNumber('ms', ms, 0, LIMITS.delayMsMax, cell.path);
  const idleness = idlenessOf(kernel, cell);
  if (idleness.receiveTimeout !== undefined) kernel.deadlines.remove(idleness.receiveTimeout);
  idleness.receiveTimeout = undefined;
  idleness.receiveTimeoutMs = ms;
  if (ms === 0) return;
  idleness.receiveTimeout = new Deadline(idleness.lastMessageMs + ms, cell, 'receive-timeout');
  kernel.deadlines.add(idleness.receiveTimeout);
}

export function activityStops(kernel: Kernel, cell: Cell): void {
  const { idleness } = cell;
  if (idleness === undefined) return;
  if (idleness.receiveTimeout !== undefined) kernel.deadlines.remove(idleness.receiveTimeout);
  if (idleness.passivation !== undefined) kernel.deadlines.remove(idleness.passivation);
  cell.idleness = undefined;
}

/** A message has been handled. */
export function noteActivity(kernel: Kernel, cell: Cell): void {
  if (cell.idleness !== undefined) cell.idleness.lastMessageMs = kernel.host.now();
}

/** What is under way and would be lost or forgotten. */
function hasBusiness({ signals, asks, stashed }: Cell): boolean {
  return signals.length > 0 || (asks?.size ?? 0) > 0 || (stashed?.length ?? 0) > 0;
}

/** The deadline has come: idle for that long, or only since then? */
export function idleDue(kernel: Kernel, deadline: Deadline, what: 'receive-timeout' | 'passivate'): void {
  const { cell } = deadline;
  const { idleness } = cell;
  if (idleness === undefined) return;
  const forMs = what === 'passivate' ? cell.entry.definition.passivateAfterMs : idleness.receiveTimeoutMs;
  const idleMs = deadline.dueMs - idleness.lastMessageMs;
  // Work that waits or is under way is not idleness, whatever the clock says.
  const isBusy = cell.mailbox.length > 0 || (what === 'passivate' && hasBusiness(cell));
  const isIdle = idleMs >= forMs && !isBusy;
  if (isIdle && what === 'passivate') {
    idleness.passivation = undefined;
    if (cell.receptive) passivate(kernel, cell);
    else activityStarts(kernel, cell);
    return;
  }
  // One that waits already is as good as two.
  if (isIdle && !idleness.isTold) {
    idleness.isTold = true;
    kernel.enqueueSignal(cell, { type: 'receive-timeout' });
  }
  deadline.dueMs = isIdle || isBusy ? deadline.dueMs + forMs : idleness.lastMessageMs + forMs;
  kernel.deadlines.add(deadline);
}

export function receiveTimedOut(kernel: Kernel, cell: Cell): void {
  const { receiveTimeout } = cell.entry.definition;
  const { idleness } = cell;
  if (idleness === undefined) return;
  idleness.isTold = false;
  // Cancelled, of an earlier incarnation, or a message was quicker.
  if (receiveTimeout === undefined || idleness.receiveTimeout === undefined || cell.mailbox.length > 0) return;
  if (kernel.host.now() - idleness.lastMessageMs < idleness.receiveTimeoutMs) return;
  kernel.guarded(cell, 'receiveTimeout', (context) => receiveTimeout(cell.state, context));
}
