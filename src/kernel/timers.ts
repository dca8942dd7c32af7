/** Keyed timers of an actor. They belong to one incarnation: a restart ends them all. */
import { type Cell, Deadline } from './cell.ts';
import { PlayhouseError } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import type { AnyMessage } from './ref.ts';
import type { Timer } from './signal.ts';

/** @param periodMs 0 for a single tick after `delayMs`. */
export function startTimer(
  kernel: Kernel,
  cell: Cell,
  key: string,
  message: AnyMessage,
  delayMs: number,
  periodMs: number,
): void {
  if (!(delayMs >= 0 && delayMs <= LIMITS.delayMsMax)) {
    throw new PlayhouseError('invalid-configuration', `Timer "${key}": ${delayMs} ms is not a delay.`, 'delayMs');
  }
  kernel.registry.checked(cell.entry.protocol, message);
  cancelTimer(kernel, cell, key);
  cell.timers ??= new Map();
  if (cell.timers.size >= LIMITS.timersMax) {
    throw new PlayhouseError('invalid-configuration', `${cell.path} has ${LIMITS.timersMax} timers already.`, 'key');
  }
  const timer: Timer = { key, message, periodMs, queued: false, cancelled: false };
  const deadline = new Deadline(kernel.host.now() + delayMs, cell, timer);
  cell.timers.set(key, deadline);
  kernel.deadlines.add(deadline);
}

export function cancelTimer(kernel: Kernel, cell: Cell, key: string): void {
  const deadline = cell.timers?.get(key);
  if (deadline === undefined) return;
  cell.timers?.delete(key);
  (deadline.what as Timer).cancelled = true;
  kernel.deadlines.remove(deadline);
}

export function cancelAllTimers(kernel: Kernel, cell: Cell): void {
  for (const key of [...(cell.timers?.keys() ?? [])]) cancelTimer(kernel, cell, key);
}

/** A timer came due: queue its tick, and arm the next one of a periodic timer. */
export function tickDue(kernel: Kernel, deadline: Deadline, timer: Timer, nowMs: number): void {
  const { cell } = deadline;
  if (timer.periodMs > 0) {
    // Ticks missed while the worker was busy are merged into this one; the rhythm is kept.
    const missed = Math.floor((nowMs - deadline.dueMs) / timer.periodMs);
    deadline.dueMs += (missed + 1) * timer.periodMs;
    kernel.deadlines.add(deadline);
  }
  if (timer.queued) return;
  timer.queued = true;
  kernel.enqueueSignal(cell, { type: 'tick', timer });
}

export function tickHandled(kernel: Kernel, cell: Cell, timer: Timer): void {
  timer.queued = false;
  if (timer.cancelled) return;
  if (timer.periodMs === 0) cell.timers?.delete(timer.key);
  handleNow(kernel, cell, timer.message);
}

export function commandHandled(kernel: Kernel, cell: Cell, message: AnyMessage): void {
  handleNow(kernel, cell, message);
}

function handleNow(kernel: Kernel, cell: Cell, message: AnyMessage): void {
  const handler = cell.handlers.byKind.get(message.kind);
  kernel.guarded(cell, message.kind, (context) => handler?.(cell.state, message, context));
  cell.stashedNow = undefined;
}
