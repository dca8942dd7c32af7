/**
 * How long messages wait and how long their turns take: a few of all messages are watched from the moment they are in a
 * mailbox until their turn is over. Who is not watched costs one comparison.
 *
 *   sent here ──one in `every` of the flow samples──▶ watched ──its turn begins──▶ queue time ──its turn ends──▶ service time
 *   arrived from another worker ──one in so many──────┘  └── dropped, expired, its actor stopped ──▶ forgotten
 *
 * A short turn is below what a browser's clock can tell (5 µs). So short turns of an actor are put together, those that
 * follow in the same batch included, until there are enough of them for the clock, and their average is recorded for all
 * that were watched. What does not fit a cell's list thins the list out, and those that stay stand for more: so the messages
 * that wait long are not missing.
 */
import type { Cell } from './cell.ts';
import type { Kernel } from './kernel.ts';
import { type Mailbox, RankedMailbox } from './mailbox.ts';
import type { AnyMessage, Ref } from './ref.ts';

/** Units of recorded times: histograms count whole tenths of a microsecond. */
export const TIME_UNITS_PER_MS = 10_000;

/** A message whose times are known now. */
export interface MeasuredTurn {
  readonly to: Ref;
  /** Row of the actor that sent it; −1 for none. */
  readonly sender: number;
  /** Number of a kind of that name in the registry; −1 for kinds that are in no protocol. */
  readonly kind: number;
  /** When it was in the mailbox, on the meter's clock. */
  readonly sinceMs: number;
  readonly queueMs: number;
  /**
   * Of the turn, with the pause before it where there is a `slow` fault. NaN where another message had the turn, and of short
   * turns, which `recordShort` tells of.
   */
  readonly serviceMs: number;
  /** How many messages it stands for. */
  readonly weight: number;
}

/** What an engine that measures gives to a kernel. */
export interface Meter {
  /** Now, and not a moment ago: in ms, standing still while the system is paused. */
  clock(): number;
  /** A number in [0, 1) that nobody else's chance depends on. */
  chance(): number;
  record(turn: MeasuredTurn): void;
  /** Short turns of an actor took so long on the average. @param weight how many messages they stand for */
  recordShort(to: Ref, serviceMs: number, weight: number): void;
}

interface Watched {
  readonly message: AnyMessage;
  readonly sender: number;
  readonly sinceMs: number;
  weight: number;
}

/** Watched messages of one mailbox, in the order in which they came. */
interface WatchList {
  items: Watched[];
  /** One in this many of those that could be watched is: doubled whenever the list is full, 1 again when it is empty. */
  stride: number;
  toSkip: number;
  /** Short turns that wait for more of them: their time, how many there are, and what the watched among them stand for. */
  shortMs: number;
  shortTurns: number;
  shortWeight: number;
}

/** Watched messages of one mailbox at most. */
const WATCHED_MAX = 64;
/** A turn that took this long is told by the clock itself, to a twentieth; shorter ones are averaged … */
const TOLD_BY_CLOCK_MS = 0.1;
/** … over so many at least: to a quarter of a microsecond. */
const SHORT_TURNS_MIN = 20;

export class Measuring {
  /** A turn that is or may be averaged waits for the end of its batch. */
  isOpen = false;
  private readonly kernel: Kernel;
  private readonly meter: Meter;
  private readonly kinds: ReadonlyMap<string, number>;
  private readonly lists = new WeakMap<Cell, WatchList>();
  private every = 1;
  private countdown = 1;
  private arrivedEvery = 1;
  private arrivedCountdown = 1;
  private open: Watched | undefined;
  private openCell: Cell | undefined;
  private openQueueMs = 0;
  private openSinceMs = 0;
  private openSlowMs = 0;
  /** Turns of the batch before the open one. */
  private openAfter = 0;

  constructor(kernel: Kernel, meter: Meter) {
    this.kernel = kernel;
    this.meter = meter;
    this.kinds = new Map(kernel.registry.kinds.map(({ kind, index }) => [kind, index]));
  }

  /**
   * @param sampled one in so many of the flow samples of messages that are sent here
   * @param arrived one in so many of the messages that arrive from other workers
   */
  setRates(sampled: number, arrived: number): void {
    if (sampled === this.every && arrived === this.arrivedEvery) return;
    this.every = sampled;
    this.countdown = 1;
    this.arrivedEvery = arrived;
    this.arrivedCountdown = 1;
  }

  // ── In the mailbox ──────────────────────────────────────────────────────────────────────────────────────────────

  /** A message was sampled for its flow, and is in the mailbox if its receiver lives here. It stands for `weight` others. */
  sampled(to: Ref, message: AnyMessage, sender: number, weight: number): void {
    if (--this.countdown > 0) return;
    this.countdown = this.step(this.every);
    const cell = to.ask === 0 ? this.kernel.cellOf(to) : undefined;
    if (cell !== undefined) this.watch(cell, message, sender, weight * this.every);
  }

  /** A message has arrived from another worker. */
  arrived(cell: Cell, message: AnyMessage, sender: number): void {
    if (--this.arrivedCountdown > 0) return;
    this.arrivedCountdown = this.step(this.arrivedEvery);
    this.watch(cell, message, sender, this.arrivedEvery);
  }

  /** Uneven steps: an even one would see only every n-th message of a pattern with that period. */
  private step(every: number): number {
    return every <= 1 ? 1 : 1 + Math.floor(this.meter.chance() * (2 * every - 1));
  }

  private watch(cell: Cell, message: AnyMessage, sender: number, weight: number): void {
    const { mailbox } = cell;
    if (!isLast(mailbox, message)) return;
    let list = this.lists.get(cell);
    if (list === undefined) {
      list = { items: [], stride: 1, toSkip: 0, shortMs: 0, shortTurns: 0, shortWeight: 0 };
      this.lists.set(cell, list);
      if (mailbox instanceof RankedMailbox) mailbox.leaving = (leaving) => this.leaves(cell, leaving);
    }
    // Whoever left unseen: fewer wait than are watched.
    if (list.items.length >= mailbox.length) list.items = [];
    if (list.items.length === 0) list.stride = 1;
    if (list.items.length >= WATCHED_MAX) thin(list);
    if (--list.toSkip > 0) return;
    list.toSkip = list.stride;
    list.items.push({ message, sender, sinceMs: this.meter.clock(), weight: weight * list.stride });
    cell.watched = list.items[0]?.message;
  }

  /** From a mailbox that has an order of its own: whoever leaves is the one that the kernel compares with. */
  private leaves(cell: Cell, message: AnyMessage): void {
    if (this.lists.get(cell)?.items.some((watched) => watched.message === message)) cell.watched = message;
  }

  /** It will not be handled. */
  forget(cell: Cell, message: AnyMessage): void {
    this.remove(cell, message);
  }

  private remove(cell: Cell, message: AnyMessage): Watched | undefined {
    const list = this.lists.get(cell);
    const place = list?.items.findIndex((watched) => watched.message === message) ?? -1;
    if (list === undefined || place < 0) return undefined;
    const [removed] = list.items.splice(place, 1);
    cell.watched = list.items[0]?.message;
    return removed;
  }

  // ── Its turn ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The turn of the message `cell.watched` begins. @param taken turns of this batch so far */
  turnBegins(cell: Cell, message: AnyMessage, taken: number): void {
    const watched = this.remove(cell, message);
    const nowMs = this.meter.clock();
    if (this.isOpen) this.close(nowMs, taken);
    if (watched === undefined) return;
    const waitedMs = Math.max(0, nowMs - watched.sinceMs);
    // A `slow` fault holds the actor up once it has come to the message: that is service.
    const slowMs = Math.min(cell.slowMs, waitedMs);
    this.open = watched;
    this.openCell = cell;
    this.openQueueMs = waitedMs - slowMs;
    this.openSlowMs = slowMs;
    this.openSinceMs = nowMs;
    this.openAfter = taken;
    this.isOpen = true;
  }

  turnEnds(): void {
    if (!this.isOpen) return;
    const nowMs = this.meter.clock();
    if (nowMs - this.openSinceMs >= TOLD_BY_CLOCK_MS) this.close(nowMs, this.openAfter + 1);
  }

  /** @param taken turns of the whole batch */
  batchEnds(taken: number): void {
    this.close(this.meter.clock(), taken);
  }

  /** A batch handler has taken a message along with the one whose turn it is: the turn is measured with that one. */
  takenAlong(cell: Cell, message: AnyMessage): void {
    const watched = this.remove(cell, message);
    if (watched === undefined) return;
    const queueMs = Math.max(0, this.meter.clock() - watched.sinceMs);
    this.record(cell.ref, watched, queueMs, Number.NaN);
  }

  private close(nowMs: number, taken: number): void {
    const { open, openCell } = this;
    this.isOpen = false;
    this.open = undefined;
    this.openCell = undefined;
    if (open === undefined || openCell === undefined) return;
    const tookMs = Math.max(0, nowMs - this.openSinceMs);
    const turns = Math.max(1, taken - this.openAfter);
    const isTold = this.openSlowMs > 0 || (turns === 1 && tookMs >= TOLD_BY_CLOCK_MS);
    this.record(openCell.ref, open, this.openQueueMs, isTold ? this.openSlowMs + tookMs / turns : Number.NaN);
    if (!isTold) this.addShort(openCell, tookMs, turns, open.weight);
  }

  private addShort(cell: Cell, tookMs: number, turns: number, weight: number): void {
    const list = this.lists.get(cell);
    if (list === undefined) return;
    list.shortMs += tookMs;
    list.shortTurns += turns;
    list.shortWeight += weight;
    if (list.shortTurns < SHORT_TURNS_MIN && list.shortMs < TOLD_BY_CLOCK_MS * SHORT_TURNS_MIN) return;
    this.meter.recordShort(cell.ref, list.shortMs / list.shortTurns, list.shortWeight);
    list.shortMs = 0;
    list.shortTurns = 0;
    list.shortWeight = 0;
  }

  private record(to: Ref, { message, sender, sinceMs, weight }: Watched, queueMs: number, serviceMs: number): void {
    const kind = this.kinds.get(message.kind) ?? -1;
    this.meter.record({ to, sender, kind, sinceMs, queueMs, serviceMs, weight });
  }
}

/** Every second one goes, and those that stay stand for it. */
function thin(list: WatchList): void {
  const kept: Watched[] = [];
  for (const [index, watched] of list.items.entries()) {
    if (index % 2 === 1) continue;
    watched.weight += list.items[index + 1]?.weight ?? 0;
    kept.push(watched);
  }
  list.items = kept;
  list.stride *= 2;
  list.toSkip = 0;
}

/** Whether it was the latest to come; in a mailbox with an order of its own, as far as anybody can tell. */
function isLast(mailbox: Mailbox, message: AnyMessage): boolean {
  if (mailbox.length === 0) return false;
  return mailbox instanceof RankedMailbox || lastOf(mailbox) === message;
}

function lastOf(mailbox: Mailbox): AnyMessage | undefined {
  const queue = mailbox as Mailbox & { at(index: number): AnyMessage };
  return queue.at(mailbox.length - 1);
}
