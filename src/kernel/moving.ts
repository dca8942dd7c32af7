/**
 * Moving an actor to another worker, between turns: what it has is written down as plain data, and a new cell is made of
 * that. Who is told, and how messages find it, is in whereabouts.ts.
 *
 * Only simple leaves move. Everybody else stays, and keeps its worker:
 * - whoever is not simply running: starting, failed, restarting, stopping, asleep, blocked, paused, slowed down;
 * - the root, and supervisors: whoever has children, or keeps specs of stopped ones;
 * - whoever was placed on a worker by its number, or has used its worker's storage;
 * - whoever waits for room somewhere, or is waited for at its own mailbox;
 * - whoever waits for a promise, which belongs to its worker;
 * - whoever has a receive time-out or is passivated: its clock is of its worker;
 * - a mailbox with priorities or deadlines, or with what a fault has put in;
 * - a state (or anything else of it) that is no plain data, or has one object in two places: copies would be two objects;
 * - whoever is too large for one message;
 * - whoever has not settled since its last move.
 */
import { COLUMN, FIELD, STATUS } from './actor-table.ts';
import { type Cell, Deadline, type PendingAsk } from './cell.ts';
import { isRef } from './check.ts';
import type { Kernel } from './kernel.ts';
import { setStatus, statusOf } from './lifecycle.ts';
import { RankedMailbox, waitingIn } from './mailbox.ts';
import type { MovedMail, MoveLetter } from './move-letter.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { BehaviorEntry } from './registry.ts';
import type { LocalSignal, Timer } from './signal.ts';
import { notHandledYet } from './stash.ts';

type Adoption = Extract<MoveLetter, { readonly type: 'adopt' }>;

interface MovedTimer {
  readonly key: string;
  readonly message: AnyMessage;
  readonly periodMs: number;
  readonly dueMs: number;
  readonly queued: boolean;
  /** It has not come due yet. */
  readonly isArmed: boolean;
}

interface MovedAsk extends Omit<PendingAsk, 'deadline' | 'target'> {
  readonly number: number;
  readonly target: Ref;
  readonly dueMs: number;
  readonly isArmed: boolean;
}

/** A tick by the key of its timer, or any other signal. */
type MovedSignal = { readonly tick: string } | { readonly signal: Exclude<LocalSignal, { readonly type: 'tick' }> };

/** All of an actor but its row and its mail: plain data. */
export interface MovedActor {
  readonly ref: Ref;
  readonly behavior: number;
  readonly path: string;
  readonly args: unknown;
  readonly parent: Ref | null;
  readonly isPermanent: boolean;
  /** How many messages follow. */
  readonly mail: number;
  /** Which behaviour it has become. */
  readonly become: string | undefined;
  readonly state: unknown;
  readonly incarnation: number;
  readonly nameCount: number;
  readonly watchers: readonly Ref[] | undefined;
  readonly watching: readonly Ref[] | undefined;
  /** In the order in which they come due. */
  readonly timers: readonly MovedTimer[];
  readonly asks: readonly MovedAsk[];
  readonly nextAsk: number;
  readonly stashed: readonly AnyMessage[] | undefined;
  readonly signals: readonly MovedSignal[];
  readonly restartTimesMs: readonly number[] | undefined;
  readonly processed: number;
}

/** Whether an actor is one of those that move, as far as that can be seen without looking at its data. */
export function canMove(kernel: Kernel, cell: Cell): boolean {
  return (
    cell.receptive &&
    cell.parent !== null &&
    statusOf(kernel, cell) === STATUS.running &&
    kernel.host.table.field(cell.ref.id, FIELD.pinned) === 0 &&
    isLeaf(cell) &&
    isUnhindered(cell) &&
    !(cell.mailbox instanceof RankedMailbox) &&
    kernel.whereabouts.hasSettled(cell.ref) &&
    ![...kernel.crowded.values()].some((senders) => senders.has(cell)) &&
    ![...(cell.asks?.values() ?? [])].some(({ target }) => target === null)
  );
}

function isLeaf({ children, stoppedChildren, childNames, regroups, stopping, afterChildren }: Cell): boolean {
  const sizes = [children, stoppedChildren, childNames, regroups].map((all) => all?.size ?? 0);
  return sizes.every((size) => size === 0) && stopping === undefined && afterChildren === undefined;
}

function isUnhindered(cell: Cell): boolean {
  const { obstacles, overflow, idleness, deferred, pause, slowMs, slowFactor, draining, failure } = cell;
  const waits =
    obstacles !== undefined && obstacles.mailboxes.length + obstacles.ways.size + obstacles.pressing.length > 0;
  const isSlow = pause !== undefined || slowMs > 0 || slowFactor !== 1;
  const isCertain = (deferred?.length ?? 0) === 0 && draining === undefined && failure === undefined;
  const isPassing =
    cell.isLeaving || cell.isHalted || cell.pendingRestart !== undefined || cell.stashedNow !== undefined;
  // The letter does not say which of its mail came out of the stash.
  const isBetween = notHandledYet(cell).length > 0;
  return (
    !waits &&
    overflow?.senders === undefined &&
    idleness === undefined &&
    !isSlow &&
    isCertain &&
    !isPassing &&
    !isBetween
  );
}

/** Hands an actor over to another worker, between turns. False when it stays, as if nothing had happened. */
export function handOver(kernel: Kernel, cell: Cell, worker: number): boolean {
  if (!canMove(kernel, cell)) return false;
  const mail = mailOf(cell);
  if (mail === undefined) return false;
  const actor = written(cell, mail.length);
  if (!isTree(actor) || !kernel.whereabouts.sendOff(cell, worker, actor, mail)) return false;
  leave(kernel, cell);
  return true;
}

/** What waits in its mailbox; undefined when there is something from a fault, which no protocol has. */
function mailOf({ mailbox, entry }: Cell): readonly MovedMail[] | undefined {
  const mail: MovedMail[] = [];
  for (const message of waitingIn(mailbox, mailbox.length)) {
    const kind = entry.protocol.kinds.get(message.kind);
    if (kind === undefined) return undefined;
    mail.push({ message, kind });
  }
  return mail;
}

/** Nothing of it is left on this worker; in the run queue there may be its empty shell. */
function leave(kernel: Kernel, cell: Cell): void {
  takeOut(kernel, cell);
  cell.signals.clear();
  while (cell.mailbox.length > 0) cell.mailbox.shift();
  cell.receptive = false;
  cell.attentive = false;
  cell.watched = undefined;
}

/** Out of this kernel, with all that it has. */
export function takeOut(kernel: Kernel, cell: Cell): void {
  for (const deadline of cell.timers?.values() ?? []) kernel.deadlines.remove(deadline);
  for (const { deadline } of cell.asks?.values() ?? []) kernel.deadlines.remove(deadline);
  kernel.cells[cell.ref.id] = undefined;
  kernel.living--;
  kernel.host.directoryChanged();
}

// ── As plain data ───────────────────────────────────────────────────────────────────────────────────────────────────

function written(cell: Cell, mail: number): MovedActor {
  const { ref, entry, path, args, parent, isPermanent, state, incarnation, nameCount } = cell;
  const { watchers, watching, nextAsk, stashed, restartTimesMs, processed } = cell;
  return {
    ref,
    behavior: entry.index,
    path,
    args,
    parent,
    isPermanent,
    mail,
    become: nameOfBehaviour(entry, cell),
    state,
    incarnation,
    nameCount,
    watchers,
    watching,
    timers: timersOf(cell),
    asks: asksOf(cell),
    nextAsk,
    stashed,
    signals: signalsOf(cell),
    restartTimesMs,
    processed,
  };
}

function nameOfBehaviour({ become }: BehaviorEntry, { handlers }: Cell): string | undefined {
  for (const [name, theirs] of become) if (theirs === handlers) return name;
  return undefined;
}

function byDue(a: Deadline, b: Deadline): number {
  return a.dueMs - b.dueMs || a.order - b.order;
}

function timersOf({ timers }: Cell): readonly MovedTimer[] {
  const deadlines = [...(timers?.values() ?? [])].sort(byDue);
  return deadlines.map(({ what, dueMs, place }) => {
    const { key, message, periodMs, queued } = what as Timer;
    return { key, message, periodMs, dueMs, queued, isArmed: place >= 0 };
  });
}

function asksOf({ asks }: Cell): readonly MovedAsk[] {
  const pending = [...(asks ?? [])].sort(([, a], [, b]) => byDue(a.deadline, b.deadline));
  return pending.flatMap(([number, { deadline, target, ...ask }]) =>
    target === null ? [] : [{ ...ask, number, target, dueMs: deadline.dueMs, isArmed: deadline.place >= 0 }],
  );
}

/** Ticks of timers that are no more mean nothing. */
function signalsOf({ signals }: Cell): readonly MovedSignal[] {
  const found: MovedSignal[] = [];
  for (let index = 0; index < signals.length; index++) {
    const signal = signals.at(index);
    if (signal.type !== 'tick') found.push({ signal });
    else if (!signal.timer.cancelled) found.push({ tick: signal.timer.key });
  }
  return found;
}

/** Nesting deeper than this is a cycle or a mistake. */
const DEPTH_MAX = 64;

/**
 * Whether a copy behaves as the original does: plain data, without anything in two places at once. Refs and the messages
 * of timers may be: nobody changes them.
 */
function isTree(actor: MovedActor): boolean {
  const seen = new Set<unknown>();
  const visit = (value: unknown, depth: number): boolean => {
    if (typeof value === 'function' || typeof value === 'symbol') return false;
    if (typeof value !== 'object' || value === null) return true;
    if (depth > DEPTH_MAX) return false;
    const isView = ArrayBuffer.isView(value);
    // Two views on one buffer are one object in two places.
    const identity = isView ? value.buffer : value;
    if (seen.has(identity)) return isRef(value);
    seen.add(identity);
    if (Array.isArray(value)) return value.every((item) => visit(item, depth + 1));
    if (value instanceof Set) return [...value].every((item) => visit(item, depth + 1));
    if (value instanceof Map) {
      return [...value].every(([key, item]) => visit(key, depth + 1) && visit(item, depth + 1));
    }
    if (isView) return !(value instanceof DataView);
    if (value instanceof ArrayBuffer) return true;
    if (Object.getPrototypeOf(value) !== Object.prototype) return false;
    return Object.values(value).every((item) => visit(item, depth + 1));
  };
  const { state, args, stashed, signals, asks, timers } = actor;
  const messages = [...new Set(timers.map(({ message }) => message))];
  return [state, args, stashed, signals, asks, messages].every((part) => visit(part, 0));
}

// ── At the new worker ───────────────────────────────────────────────────────────────────────────────────────────────

/** The actor goes on here, as soon as its mail has come as well. */
export function arrive(kernel: Kernel, from: number, { actor, move, barrier }: Adoption): void {
  const { ref, behavior, path, args, parent, isPermanent } = actor;
  const restart = isPermanent ? 'permanent' : 'transient';
  const cell = kernel.place({ ref, behavior, path, args, parent, restart, lazy: false });
  cell.handlers = (actor.become === undefined ? undefined : cell.entry.become.get(actor.become)) ?? cell.entry.handlers;
  cell.state = actor.state;
  cell.incarnation = actor.incarnation;
  cell.nameCount = actor.nameCount;
  cell.watchers = actor.watchers?.slice();
  cell.watching = actor.watching?.slice();
  cell.nextAsk = actor.nextAsk;
  cell.stashed = actor.stashed?.slice();
  cell.restartTimesMs = actor.restartTimesMs?.slice();
  cell.processed = actor.processed;
  setTimers(kernel, cell, actor.timers);
  setAsks(kernel, cell, actor.asks);
  for (const moved of actor.signals) {
    if ('signal' in moved) cell.signals.push(moved.signal);
    else cell.signals.push({ type: 'tick', timer: cell.timers?.get(moved.tick)?.what as Timer });
  }
  kernel.host.table.set(ref.id, COLUMN.worker, kernel.host.worker);
  kernel.whereabouts.arrived(cell, from, actor.mail, move, barrier);
  setStatus(kernel, cell, STATUS.running);
}

function setTimers(kernel: Kernel, cell: Cell, timers: readonly MovedTimer[]): void {
  if (timers.length === 0) return;
  cell.timers = new Map();
  for (const { key, message, periodMs, queued, dueMs, isArmed } of timers) {
    const deadline = new Deadline(dueMs, cell, { key, message, periodMs, queued, cancelled: false });
    cell.timers.set(key, deadline);
    if (isArmed) kernel.deadlines.add(deadline);
  }
}

function setAsks(kernel: Kernel, cell: Cell, asks: readonly MovedAsk[]): void {
  if (asks.length === 0) return;
  cell.asks = new Map();
  for (const { number, dueMs, isArmed, ...ask } of asks) {
    const deadline = new Deadline(dueMs, cell, number);
    cell.asks.set(number, { ...ask, deadline });
    if (isArmed) kernel.deadlines.add(deadline);
  }
}
