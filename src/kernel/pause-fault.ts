/**
 * The `pause` fault: an actor handles no messages, ticks and replies until it is resumed; they wait. What concerns its life
 * goes on: it can fail, restart, be stopped, start with its first message, and supervise its children. The fault is on the
 * actor and not on its incarnation: whoever restarts meanwhile is paused when it is up again.
 */
import type { Cell } from './cell.ts';
import type { Kernel } from './kernel.ts';
import { reconsider } from './lifecycle.ts';

export function setPaused(kernel: Kernel, cell: Cell, isPaused: boolean): void {
  cell.isPaused = isPaused;
  reconsider(kernel, cell);
}
