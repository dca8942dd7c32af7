/**
 * The `slow` fault: each message of an actor takes longer. The actor waits before it; its worker serves the others. And what
 * its handlers take with `ctx.busy` is multiplied, which does keep its worker.
 */
import { COLUMN, FIELD } from './actor-table.ts';
import { type Cell, Deadline } from './cell.ts';
import type { Kernel } from './kernel.ts';

/** True when the actor has to wait before its next message; the end of the pause then wakes it. */
export function pauseIfSlow(kernel: Kernel, cell: Cell): boolean {
  if (cell.slowCredit > 0) {
    cell.slowCredit--;
    return false;
  }
  if (cell.pause === undefined) {
    cell.pause = new Deadline(kernel.host.now() + cell.slowMs, cell, 'pause');
    kernel.deadlines.add(cell.pause);
  }
  return true;
}

/** Replaces the fault that was there. @param slowMs with 0 and a factor of 1 there is none any more */
export function setSlow(kernel: Kernel, cell: Cell, slowMs: number, factor = 1): void {
  cell.slowMs = slowMs;
  cell.slowFactor = factor;
  cell.slowCredit = 0;
  kernel.host.table.set(cell.ref.id, COLUMN.slowMs, slowMs);
  kernel.host.table.setField(cell.ref.id, FIELD.slowPercent, factor === 1 ? 0 : Math.round(factor * 100));
  if (cell.pause !== undefined) {
    kernel.deadlines.remove(cell.pause);
    cell.pause = undefined;
  }
  if (!cell.scheduled) kernel.schedule(cell);
}
