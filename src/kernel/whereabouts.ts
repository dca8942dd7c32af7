/**
 * Whereabouts: which worker an actor that has moved is on, as this worker knows it. An actor moves from its worker (the old
 * one) to another (the new one) between turns, and neither the order of any sender nor any message may suffer from that.
 *
 *   old worker        ──adopt, then the mail of the actor──▶  new worker
 *   old worker        ──moved──▶    every other worker     which from then on sends to the new worker
 *   every other one   ──passed──▶   new worker             it has taken in what the old worker had sent before, where asked
 *   every other one   ──flush──▶    old worker             behind everything that it had sent to the actor there
 *   the new worker    ──flush──▶    old worker             for those of its own actors that had sent there
 *   old worker        ──flushed, for each of them──▶  new worker
 *
 * What is sent to the actor:
 * - A worker changes its mind about an actor only at a place in its own stream of messages, and marks that with `flush`.
 * - What still reaches the old worker is forwarded, in its order and marked so, until that sender's `flush` has come.
 * - At the new worker forwarded mail goes in at once. All other is held, in the order in which it came, until everybody's
 *   `flushed` has come: only then nobody's earlier mail can be on its way over the old worker. The actor has settled.
 *
 * What the actor sends:
 * - It has no turn at the new worker before all that its old worker had sent has been taken in where it was sent
 *   (`passed`), so that nothing it sends from there is quicker than what it had sent before.
 * - Nor before the new worker knows of all moves that the old one knew of: otherwise it might send the old way after the
 *   new one. Each worker counts its departures and has heard of so many of everybody's.
 *
 * An actor moves on only when it has settled, so no two moves of one actor are ever under way, and all workers agree about
 * one that has settled. One that stops meanwhile leaves nothing behind: what was held becomes dead letters at once.
 * Everything is kept by id and generation. Without moves all of it is empty: then the actor's row says where it is.
 */
import { unreachable } from '../base/assert.ts';
import { type ActorNames, FIELD } from './actor-table.ts';
import { Arrivals, type GivenUp, type LostMail } from './arrivals.ts';
import type { Cell } from './cell.ts';
import { DepartureCount } from './departure-count.ts';
import { Departures, HOPS } from './departures.ts';
import type { EarlyArrival } from './early-arrivals.ts';
import type { Kernel } from './kernel.ts';
import type { Move, MoveBarrier, MovedMail, MoveLetter } from './move-letter.ts';
import { MoveViews } from './move-views.ts';
import { arrive, type MovedActor } from './moving.ts';
import type { Ref } from './ref.ts';
import type { Signal } from './signal.ts';

export class Whereabouts {
  private readonly kernel: Kernel;
  private readonly views: MoveViews;
  private readonly count: DepartureCount;
  private readonly departures: Departures;
  private readonly arrivals: Arrivals;

  constructor(kernel: Kernel) {
    const { host } = kernel;
    this.kernel = kernel;
    this.views = new MoveViews(host);
    this.count = new DepartureCount(host.worker, host.workers);
    this.departures = new Departures(kernel);
    this.arrivals = new Arrivals(kernel, this.count);
  }

  /** Nothing is under way from, to or through this worker. */
  get isAtRest(): boolean {
    return this.departures.size === 0 && this.arrivals.isAtRest;
  }

  /** Messages and signals held, all together. */
  get held(): number {
    return this.arrivals.held;
  }

  /** Actors that have come to this worker so far. */
  get adopted(): number {
    return this.arrivals.count;
  }

  /** Moves from this worker of which not everybody has taken notice. */
  get leaving(): number {
    return this.departures.size;
  }

  /** Whom that concerns: the new worker may not know of them yet. */
  leavers(): readonly ActorNames[] {
    return this.departures.names();
  }

  /** Where to send what is for a living actor that has moved. */
  of(ref: Ref): number {
    return this.views.of(ref);
  }

  /** Engine time at which this worker heard of its latest move; −Infinity where there was none. */
  sinceMs(ref: Ref): number {
    return this.views.sinceMs(ref);
  }

  /** Nobody uses an old way to it: it may move. */
  hasSettled(ref: Ref): boolean {
    return !this.arrivals.has(ref) && !this.departures.has(ref);
  }

  // ── Coming and going ────────────────────────────────────────────────────────────────────────────────────────────

  /** Sends an actor away, while its row is still this worker's. False when it cannot travel. */
  sendOff(cell: Cell, to: number, actor: MovedActor, mail: readonly MovedMail[]): boolean {
    if (!this.departures.sendOff(cell, to, actor, mail, this.count)) return false;
    this.views.set(cell.ref, to);
    return true;
  }

  /** An actor has come, with so many messages behind it. */
  arrived(cell: Cell, from: number, mail: number, move: Move, barrier: MoveBarrier): void {
    this.views.set(cell.ref, this.kernel.host.worker);
    this.arrivals.add(cell, from, mail, move, barrier);
  }

  receive(from: number, letter: MoveLetter): void {
    switch (letter.type) {
      case 'adopt':
        this.hear(from, letter.move);
        arrive(this.kernel, from, letter);
        return this.arrivals.freeAll();
      case 'mail':
        return this.arrivals.mailCame(letter.to, letter.message);
      case 'moved':
        this.movedCame(from, letter);
        return this.arrivals.freeAll();
      case 'passed':
        return this.arrivals.passedCame(letter.ref, letter.hop, from);
      case 'flush':
        return this.departures.flushCame(letter.ref, from);
      case 'flushed':
        return this.arrivals.flushedCame(letter.ref, letter.worker);
      case 'unflushed':
        return this.arrivals.unflushedCame(letter.ref, letter.worker);
      default:
        return unreachable(letter, 'letter');
    }
  }

  private movedCame(from: number, { ref, worker, move, asks }: Extract<MoveLetter, { readonly type: 'moved' }>): void {
    const { kernel } = this;
    const { table } = kernel.host;
    this.hear(from, move);
    // News of an actor that is gone, or was lost and taken in since, change nothing.
    const isNews = table.field(ref.id, FIELD.moved) === 1 && table.field(ref.id, FIELD.hop) === move.hop;
    if (isNews && kernel.isAlive(ref)) this.views.set(ref, worker);
    kernel.host.sendMove(from, { type: 'flush', ref });
    if (asks) kernel.host.sendMove(worker, { type: 'passed', ref, hop: move.hop });
  }

  private hear(from: number, move: Move): void {
    if (this.count.hear(from, move)) this.arrivals.countedAnew();
  }

  // ── What is for actors that move ────────────────────────────────────────────────────────────────────────────────

  /**
   * Takes care of what has come for an actor that is not here: forwards it, or keeps it until the actor comes. False when
   * it is neither gone from here nor on its way.
   */
  takes(to: Ref, item: EarlyArrival): boolean {
    const { kernel } = this;
    if (!kernel.isAlive(to)) return false;
    if (this.departures.takes(to, item)) return true;
    if (kernel.host.table.field(to.id, FIELD.moved) === 0) return false;
    // Whoever sent it knows already that the actor is to live here.
    this.arrivals.keepAhead(to, item);
    return true;
  }

  /** What the old worker has sent on goes in at once. */
  receiveForwarded(to: Ref, item: EarlyArrival): void {
    this.arrivals.receiveForwarded(to, item);
  }

  /** Something has arrived and may be held: without it nobody needs to ask. */
  get mayHold(): boolean {
    return this.arrivals.isBusy;
  }

  /** As `Arrivals.holds`. */
  holds(cell: Cell, item: EarlyArrival, isOwn: boolean): boolean {
    return this.arrivals.holds(cell, item, isOwn);
  }

  /** What a message finds that takes the slow way into an actor: while that arrives, `Cell.room` says something else. */
  roomOf(cell: Cell): number {
    return this.arrivals.roomOf(cell);
  }

  setRoom(cell: Cell, room: number): void {
    this.arrivals.setRoom(cell, room);
  }

  /** An actor has stopped: whatever is held for it is for nobody. */
  ended(cell: Cell): void {
    this.arrivals.ended(cell);
  }

  // ── When a worker is lost ───────────────────────────────────────────────────────────────────────────────────────

  /** An actor of a lost worker is taken in here: everybody finds it by its row again. */
  takenIn({ id }: Ref): void {
    const { table, worker } = this.kernel.host;
    table.setField(id, FIELD.home, worker + 1);
    table.setField(id, FIELD.moved, 0);
    table.setField(id, FIELD.hop, (table.field(id, FIELD.hop) + 1) % HOPS);
  }

  /** As `Departures.noteLost`. */
  noteLost(lost: number): void {
    this.departures.noteLost(lost);
  }

  /**
   * On each survivor, when everything that the lost worker had sent has arrived.
   * @param isLost whether an actor was lost with that worker
   * @param isOutdated whether that is no longer true
   * @param era in which all count their departures from now on; without it the next one
   * @returns messages that were kept for lost actors
   */
  workerLost(
    lost: number,
    isLost: (ref: Ref) => boolean,
    isOutdated: (signal: Signal) => boolean,
    era?: number,
  ): readonly LostMail[] {
    this.countAnew(era);
    this.departures.workerLost(lost, isLost);
    this.views.forgetLost(isLost);
    // Not everybody may have heard where those who had left it are.
    this.views.learn((ref) => this.views.of(ref) === lost && !isLost(ref));
    return this.arrivals.workerLost(lost, isLost, isOutdated);
  }

  /** This worker is lost: returns the messages that were held. */
  forget(): readonly LostMail[] {
    this.views.clear();
    this.departures.clear();
    return this.arrivals.forget();
  }

  /** On the kernel that takes a lost one's place, when survivors have taken in whom they take in; before it does anything. */
  begin(era?: number): void {
    this.countAnew(era);
    this.views.learn(() => true);
  }

  /**
   * Whoever has come from a lost worker and has not settled is lost with it: what that had sent on, or told others about, may
   * be lost. They are taken out of this kernel.
   */
  giveUp(lost: readonly number[]): readonly GivenUp[] {
    return this.arrivals.giveUp(lost);
  }

  /** Rows that are free and that this worker will give to others, once it hears that their actors have stopped. */
  rowsToCome(): readonly number[] {
    return this.arrivals.rowsToCome();
  }

  private countAnew(era = this.count.era + 1): void {
    this.count.countAnew(era);
    this.arrivals.countedAnew();
  }
}
