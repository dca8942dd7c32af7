/**
 * The slow way into a mailbox: for messages that find it full, and for actors that are not simply running. Senders of a
 * mailbox that loses nothing are suspended (`block`) or told (`backpressure`), and let go when it is half empty.
 */
import { unreachable } from '../base/assert.ts';
import { COLUMN, STATUS } from './actor-table.ts';
import type { Cell, Obstacles, Overflow } from './cell.ts';
import type { Kernel } from './kernel.ts';
import { reconsider, setStatus, statusOf, wake } from './lifecycle.ts';
import { LIMITS } from './limits.ts';
import { RankedMailbox } from './mailbox.ts';
import { type AnyMessage, type Ref, sameRef } from './ref.ts';
import type { Signal } from './signal.ts';

/** @param sender id of the actor that sent it; −1 for nobody that could be suspended */
export function enterFull(kernel: Kernel, cell: Cell, message: AnyMessage, sender: number): void {
  const { whereabouts } = kernel;
  if (whereabouts.mayHold && whereabouts.holds(cell, { message, ask: 0, sender }, false)) return;
  // The rest of a burst: its sender is suspended already, and will be when its turn is over.
  if (cell.receptive && isSuspended(kernel, cell, sender) && cell.mailbox.length < lengthMax(cell)) {
    return kernel.put(cell, message);
  }
  admit(kernel, cell, message, sender);
}

/** What the mailbox does with a message that comes in the slow way. */
export function admit(kernel: Kernel, cell: Cell, message: AnyMessage, sender: number): void {
  const status = statusOf(kernel, cell);
  const room = kernel.whereabouts.roomOf(cell);
  if (status === STATUS.dormant && room < 0) {
    wake(kernel, cell);
    return kernel.put(cell, message);
  }
  // A passivating actor will wake again; any other that is stopping will not.
  if (status === STATUS.stopping && cell.afterChildren?.then !== 'passivate') {
    return kernel.deadLetters.add(cell.ref, message, 'stopped');
  }
  const { mailbox, entry } = cell;
  const { overflow, capacity } = entry.definition.mailbox;
  if (cell.mailbox.length < room) return kernel.put(cell, message);
  if (status === STATUS.backingOff) return kernel.deadLetters.add(cell.ref, message, 'mailbox-full');
  if (mailbox.length < capacity) return kernel.put(cell, message);
  switch (overflow) {
    case 'drop-newest':
    case 'drop-oldest': {
      const dropped = replace(cell, message, overflow);
      return kernel.deadLetters.add(cell.ref, dropped, 'mailbox-full');
    }
    case 'block':
    case 'backpressure':
      if (mailbox.length >= lengthMax(cell)) {
        return kernel.deadLetters.add(cell.ref, message, 'mailbox-full');
      }
      kernel.put(cell, message);
      return suspendSender(kernel, cell, sender, overflow);
    default:
      return unreachable(overflow, 'overflow strategy');
  }
}

/** Of a mailbox that loses nothing. */
function lengthMax({ entry }: Cell): number {
  return entry.definition.mailbox.capacity + LIMITS.overflowMax;
}

/** Whether it is the one that was suspended, or told, most recently: a look at one word for each message of a burst. */
function isSuspended({ host }: Kernel, { overflow }: Cell, sender: number): boolean {
  const latest = overflow?.latest;
  return latest?.id === sender && host.table.get(sender, COLUMN.generation) === latest.generation;
}

function replace(cell: Cell, message: AnyMessage, overflow: 'drop-newest' | 'drop-oldest'): AnyMessage {
  const { mailbox } = cell;
  if (mailbox instanceof RankedMailbox) return mailbox.replace(message, overflow);
  if (overflow === 'drop-newest') return message;
  const oldest = mailbox.shift() ?? message;
  mailbox.push(message);
  return oldest;
}

function suspendSender(kernel: Kernel, cell: Cell, sender: number, strategy: 'block' | 'backpressure'): void {
  if (sender < 0 || sender === cell.ref.id) return;
  cell.overflow ??= { senders: undefined, latest: undefined, count: 0, recordedMs: Number.NEGATIVE_INFINITY };
  const { overflow } = cell;
  const ref = kernel.refOf(sender);
  const known = overflow.senders?.get(sender);
  if (ref !== undefined && known !== undefined && sameRef(known, ref)) return;
  // Two actors that wait for each other would wait for ever.
  if (ref === undefined || cell.obstacles?.mailboxes.some((by) => sameRef(by, ref))) return;
  if (overflow.senders === undefined) {
    overflow.senders = new Map();
    cell.attentive = true;
    recordOverflow(kernel, cell, overflow, strategy);
  }
  if (overflow.senders.size >= LIMITS.suspendedMax) return;
  overflow.senders.set(sender, ref);
  overflow.latest = ref;
  kernel.signal(ref, { type: 'mailbox-full', by: cell.ref, suspends: strategy === 'block' });
}

function recordOverflow(kernel: Kernel, { path }: Cell, overflow: Overflow, strategy: 'block' | 'backpressure'): void {
  const nowMs = kernel.host.now();
  overflow.count++;
  if (nowMs - overflow.recordedMs < LIMITS.overflowEventEveryMs) return;
  kernel.host.emit({ type: 'overflow', path, strategy, count: overflow.count });
  overflow.count = 0;
  overflow.recordedMs = nowMs;
}

/** There is room again for those who wait. */
export function hasDrained({ overflow, mailbox, entry }: Cell): boolean {
  return overflow?.senders !== undefined && mailbox.length <= entry.definition.mailbox.capacity >> 1;
}

/** There is room again, or the actor is gone. */
export function releaseSenders(kernel: Kernel, cell: Cell): void {
  const senders = cell.overflow?.senders;
  if (cell.overflow === undefined || senders === undefined) return;
  cell.overflow.senders = undefined;
  cell.overflow.latest = undefined;
  const suspends = cell.entry.definition.mailbox.overflow === 'block';
  for (const ref of senders.values()) kernel.signal(ref, { type: 'mailbox-drained', by: cell.ref, suspends });
}

// ── At the sender ───────────────────────────────────────────────────────────────────────────────────────────────────

export function isBlocked({ obstacles }: Cell): boolean {
  return obstacles !== undefined && (obstacles.mailboxes.length > 0 || obstacles.ways.size > 0);
}

function obstaclesOf(cell: Cell): Obstacles {
  cell.obstacles ??= { mailboxes: [], ways: new Set(), pressing: [] };
  return cell.obstacles;
}

/** The way to a receiver on another worker is full: its mailbox strategy says what the sender notices. */
export function wayCrowded(kernel: Kernel, cell: Cell, to: Ref, worker: number): void {
  const { table } = kernel.host;
  const receiver = kernel.registry.behaviors[table.get(to.id, COLUMN.behavior)];
  const overflow = receiver?.definition.mailbox.overflow;
  if (to.ask !== 0 || (overflow !== 'block' && overflow !== 'backpressure')) return;
  let waiting = kernel.crowded.get(worker);
  if (waiting === undefined) {
    waiting = new Map();
    kernel.crowded.set(worker, waiting);
  }
  const told = waiting.get(cell);
  // The rest of a burst: it waits already.
  if (told === undefined && overflow === 'block' && waiting.has(cell)) return;
  if (overflow === 'backpressure') {
    if (told !== undefined) return;
    waiting.set(cell, to);
    kernel.enqueueSignal(cell, { type: 'mailbox-full', by: to, suspends: false });
    return;
  }
  waiting.set(cell, told);
  obstaclesOf(cell).ways.add(worker);
  reconsider(kernel, cell);
}

export function waysFreed(kernel: Kernel, worker: number): void {
  const waiting = kernel.crowded.get(worker);
  kernel.crowded.delete(worker);
  for (const [cell, told] of waiting ?? []) {
    if (kernel.cellOf(cell.ref) !== cell) continue;
    if (told !== undefined) kernel.enqueueSignal(cell, { type: 'mailbox-drained', by: told, suspends: false });
    if (cell.obstacles?.ways.delete(worker)) reconsider(kernel, cell);
  }
}

export function receiverFull(
  kernel: Kernel,
  cell: Cell,
  signal: Extract<Signal, { readonly type: 'mailbox-full' }>,
): void {
  if (!signal.suspends) return pressed(kernel, cell, signal.by, true);
  const waiting = cell.overflow?.senders?.get(signal.by.id);
  if (waiting !== undefined && sameRef(waiting, signal.by)) return;
  obstaclesOf(cell).mailboxes.push(signal.by);
  if (statusOf(kernel, cell) === STATUS.running) setStatus(kernel, cell, STATUS.running);
}

export function receiverDrained(
  kernel: Kernel,
  cell: Cell,
  signal: Extract<Signal, { readonly type: 'mailbox-drained' }>,
): void {
  if (!signal.suspends) return pressed(kernel, cell, signal.by, false);
  const obstacles = obstaclesOf(cell);
  obstacles.mailboxes = obstacles.mailboxes.filter((by) => !sameRef(by, signal.by));
  reconsider(kernel, cell);
}

function pressed(kernel: Kernel, cell: Cell, by: Ref, active: boolean): void {
  const { backpressure } = cell.entry.definition;
  if (backpressure === undefined) return;
  const obstacles = obstaclesOf(cell);
  obstacles.pressing = obstacles.pressing.filter((known) => !sameRef(known, by));
  if (active) obstacles.pressing.push(by);
  kernel.guarded(cell, 'backpressure', (context) => backpressure(cell.state, { by, active }, context));
}

/** Messages in a mailbox now, by its row. */
export function depthOf(kernel: Kernel, ref: Ref): number {
  const { table } = kernel.host;
  if (!(ref.id >= 0 && ref.id < table.capacity) || table.get(ref.id, COLUMN.generation) !== ref.generation) return 0;
  return table.get(ref.id, COLUMN.depth);
}
