/**
 * The new worker's side of moves (see whereabouts.ts): who has come and has not settled, what is held for them, and what was
 * quicker than they were.
 */
import { COLUMN, FIELD } from './actor-table.ts';
import type { Cell } from './cell.ts';
import type { DepartureCount } from './departure-count.ts';
import type { EarlyArrival } from './early-arrivals.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import type { Move, MoveBarrier } from './move-letter.ts';
import { takeOut } from './moving.ts';
import { admit } from './overflow.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { Signal } from './signal.ts';

interface Held {
  readonly item: EarlyArrival;
  /** From an actor of this worker. */
  readonly isOwn: boolean;
}

interface Arrival {
  readonly cell: Cell;
  readonly from: number;
  readonly hop: number;
  /** Its mail that is still to come. */
  mailLeft: number;
  /** Workers whose `passed` is waited for. */
  readonly unread: Set<number>;
  /** Departures that this worker has to hear of, by worker. */
  heard: readonly number[];
  /** It may have turns. */
  isFree: boolean;
  /** Workers whose `flushed` is waited for. */
  readonly senders: Set<number>;
  /** What `Cell.room` will be when it has settled. */
  room: number;
  readonly held: Held[];
}

/** What was quicker than the actor. */
interface Ahead {
  readonly ref: Ref;
  readonly held: Held[];
  /** Workers whose `passed` has come, of the move with that number. */
  passed: number[];
  hop: number;
}

/** An actor that was lost on its way, and the messages that were held for it. */
export interface GivenUp {
  readonly cell: Cell;
  /** The lost worker. */
  readonly from: number;
  readonly held: readonly LostMail[];
}

export interface LostMail {
  readonly to: Ref;
  readonly message: AnyMessage;
}

export class Arrivals {
  /** Messages and signals held, all together. */
  held = 0;
  /** Actors that have come so far. */
  count = 0;
  private readonly kernel: Kernel;
  private readonly departures: DepartureCount;
  private readonly arrivals = new Map<number, Arrival>();
  private readonly ahead = new Map<number, Ahead>();

  constructor(kernel: Kernel, departures: DepartureCount) {
    this.kernel = kernel;
    this.departures = departures;
  }

  /** Something has come and has not settled. */
  get isBusy(): boolean {
    return this.arrivals.size > 0;
  }

  get isAtRest(): boolean {
    return this.arrivals.size === 0 && this.ahead.size === 0;
  }

  has({ id }: Ref): boolean {
    return this.arrivals.has(id);
  }

  private of({ id, generation }: Ref): Arrival | undefined {
    const arrival = this.arrivals.get(id);
    return arrival?.cell.ref.generation === generation ? arrival : undefined;
  }

  /** An actor has come, with so many messages behind it. */
  add(cell: Cell, from: number, mailLeft: number, move: Move, barrier: MoveBarrier): void {
    const { hop } = move;
    const { ref } = cell;
    const { host } = this.kernel;
    const senders = new Set<number>();
    for (let worker = 0; worker < host.workers; worker++) if (worker !== from) senders.add(worker);
    const ahead = this.ahead.get(ref.id);
    this.ahead.delete(ref.id);
    const passed = ahead?.hop === hop ? ahead.passed : [];
    const arrival: Arrival = {
      cell,
      from,
      hop,
      mailLeft,
      unread: new Set(barrier.unread.filter((worker) => worker !== host.worker && !passed.includes(worker))),
      // Counted before somebody was lost, it says nothing any more.
      heard: move.era === this.departures.era ? barrier.heard : [],
      isFree: false,
      senders,
      room: cell.room,
      held: ahead?.held ?? [],
    };
    this.arrivals.set(ref.id, arrival);
    this.count++;
    // Every message takes the slow way in, where it is held.
    cell.room = -1;
    // As if it were in the run queue already: so it has no turn.
    cell.scheduled = true;
    this.free(arrival);
    host.sendMove(from, { type: 'flush', ref });
  }

  /** It may have turns if nothing stands against it any more. */
  private free(arrival: Arrival): void {
    const { cell, heard, mailLeft, unread, isFree } = arrival;
    if (isFree || mailLeft > 0 || unread.size > 0) return;
    if (this.departures.isBehind(heard)) return;
    arrival.isFree = true;
    cell.scheduled = false;
    if (cell.signals.length > 0 || (cell.receptive && cell.mailbox.length > 0)) this.kernel.schedule(cell);
    this.settle(arrival);
  }

  private settle({ cell, isFree, senders, room, held }: Arrival): void {
    if (!isFree || senders.size > 0 || !this.arrivals.delete(cell.ref.id)) return;
    cell.room = room;
    this.letIn(cell.ref, held);
  }

  private letIn(ref: Ref, held: readonly Held[]): void {
    const { kernel } = this;
    for (const { item, isOwn } of held) {
      this.held--;
      if ('message' in item) kernel.receiveMessage({ ...ref, ask: item.ask }, item.message, item.sender);
      else if (isOwn) kernel.receiveOwnSignal(ref, item.signal);
      else kernel.receiveSignal(ref, item.signal);
    }
  }

  mailCame(to: Ref, message: AnyMessage): void {
    const { kernel } = this;
    const cell = kernel.cellOf(to);
    if (cell === undefined) return kernel.receiveMessage(to, message);
    kernel.put(cell, message);
    const arrival = this.arrivals.get(to.id);
    if (arrival === undefined) return;
    arrival.mailLeft--;
    this.free(arrival);
  }

  passedCame(ref: Ref, hop: number, from: number): void {
    const arrival = this.arrivals.get(ref.id);
    if (arrival !== undefined) {
      if (arrival.hop !== hop || arrival.cell.ref.generation !== ref.generation) return;
      arrival.unread.delete(from);
      return this.free(arrival);
    }
    const { host } = this.kernel;
    if (this.kernel.cellOf(ref) !== undefined || !this.kernel.isAlive(ref)) return;
    if (host.table.field(ref.id, FIELD.hop) !== hop) return;
    const ahead = this.aheadOf(ref);
    if (ahead.hop !== hop) ahead.passed = [];
    ahead.hop = hop;
    ahead.passed.push(from);
  }

  flushedCame(ref: Ref, worker: number): void {
    const arrival = this.of(ref);
    if (arrival === undefined) return;
    // It had heard of the move before it said so.
    arrival.unread.delete(worker);
    arrival.senders.delete(worker);
    this.free(arrival);
    this.settle(arrival);
  }

  unflushedCame(ref: Ref, worker: number): void {
    this.of(ref)?.senders.add(worker);
  }

  /** What the old worker has sent on goes in at once. */
  receiveForwarded(to: Ref, item: EarlyArrival): void {
    const { kernel } = this;
    const cell = kernel.cellOf(to);
    if ('signal' in item) {
      if (cell === undefined) kernel.receiveSignal(to, item.signal);
      else kernel.admitSignal(to, item.signal);
    } else if (cell === undefined) {
      kernel.receiveMessage(to, item.message, item.sender);
    } else if (item.ask !== 0) {
      kernel.enqueueSignal(cell, { type: 'ask-replied', ask: item.ask, reply: item.message });
    } else {
      admit(kernel, cell, item.message, item.sender);
    }
  }

  /**
   * Keeps what must not go in yet. False when it may.
   * @param isOwn whether it is a signal from an actor of this worker
   */
  holds({ ref }: Cell, item: EarlyArrival, isOwn: boolean): boolean {
    const arrival = this.arrivals.get(ref.id);
    if (arrival === undefined) return false;
    // Only after its earlier messages to itself, which had waited in its mailbox, has it a turn in which it can send more.
    if ('message' in item && item.sender === ref.id) return false;
    this.keep(arrival.held, ref, item, isOwn);
    return true;
  }

  private keep(held: Held[], to: Ref, item: EarlyArrival, isOwn: boolean): void {
    // Signals are never refused.
    if (this.held >= LIMITS.earlyMax && 'message' in item) {
      return this.kernel.deadLetters.add({ ...to, ask: item.ask }, item.message, 'mailbox-full');
    }
    this.held++;
    held.push({ item, isOwn });
  }

  /** Keeps what has come before its actor. */
  keepAhead(to: Ref, item: EarlyArrival): void {
    this.keep(this.aheadOf(to).held, to, item, false);
  }

  private aheadOf(ref: Ref): Ahead {
    const known = this.ahead.get(ref.id);
    if (known?.ref.generation === ref.generation) return known;
    this.held -= known?.held.length ?? 0;
    const ahead: Ahead = { ref: { ...ref, ask: 0 }, held: [], passed: [], hop: -1 };
    this.ahead.set(ref.id, ahead);
    return ahead;
  }

  /** What a message finds that takes the slow way into an actor: while that arrives, `Cell.room` says something else. */
  roomOf(cell: Cell): number {
    return this.arrivals.size === 0 ? cell.room : (this.arrivals.get(cell.ref.id)?.room ?? cell.room);
  }

  setRoom(cell: Cell, room: number): void {
    const arrival = this.arrivals.size === 0 ? undefined : this.arrivals.get(cell.ref.id);
    if (arrival === undefined) cell.room = room;
    else arrival.room = room;
  }

  /** An actor has stopped: whatever is held for it is for nobody. */
  ended({ ref }: Cell): void {
    if (this.arrivals.size === 0) return;
    const arrival = this.arrivals.get(ref.id);
    this.arrivals.delete(ref.id);
    if (arrival !== undefined) this.letIn(ref, arrival.held);
  }

  /** This worker has heard of somebody's move. */
  freeAll(): void {
    if (this.arrivals.size === 0) return;
    for (const arrival of [...this.arrivals.values()]) this.free(arrival);
  }

  /** Departures are counted anew: what was counted before is not waited for. */
  countedAnew(): void {
    for (const arrival of this.arrivals.values()) arrival.heard = [];
  }

  /** As `Whereabouts.giveUp`. */
  giveUp(lost: readonly number[]): readonly GivenUp[] {
    const { kernel } = this;
    const { table } = kernel.host;
    const gone = [...this.arrivals.values()].filter(({ from }) => lost.includes(from));
    return gone.map(({ cell, from, held, mailLeft }) => {
      this.arrivals.delete(cell.ref.id);
      this.held -= held.length;
      takeOut(kernel, cell);
      table.set(cell.ref.id, COLUMN.worker, from);
      // What is behind it is nobody's to look at.
      table.set(cell.ref.id, COLUMN.depth, mailLeft);
      return { cell, from, held: messagesOf(cell.ref, held) };
    });
  }

  /** As `Whereabouts.rowsToCome`. */
  rowsToCome(): readonly number[] {
    const all = [...this.arrivals.values(), ...this.ahead.values()].flatMap(({ held }) => held);
    return all.flatMap(({ item }) =>
      'signal' in item && item.signal.type === 'child-stopped' ? [item.signal.child.id] : [],
    );
  }

  /** As `Whereabouts.workerLost`. */
  workerLost(
    lost: number,
    isLost: (ref: Ref) => boolean,
    isOutdated: (signal: Signal) => boolean,
  ): readonly LostMail[] {
    for (const { held } of [...this.arrivals.values(), ...this.ahead.values()]) this.forgetOutdated(held, isOutdated);
    for (const arrival of [...this.arrivals.values()]) {
      arrival.unread.delete(lost);
      if (arrival.from === lost) {
        // Nothing more comes from there, nor over there.
        arrival.mailLeft = 0;
        arrival.unread.clear();
        arrival.senders.clear();
      }
      this.free(arrival);
      this.settle(arrival);
    }
    return [...this.ahead.values()].flatMap((ahead) => (isLost(ahead.ref) ? this.forgetAhead(ahead) : []));
  }

  private forgetOutdated(held: Held[], isOutdated: (signal: Signal) => boolean): void {
    const kept = held.filter(({ item }) => !('signal' in item && isOutdated(item.signal)));
    this.held -= held.length - kept.length;
    held.splice(0, held.length, ...kept);
  }

  private forgetAhead({ ref, held }: Ahead): readonly LostMail[] {
    this.ahead.delete(ref.id);
    this.held -= held.length;
    return messagesOf(ref, held);
  }

  /** This worker is lost: returns the messages that were held. */
  forget(): readonly LostMail[] {
    const messages = [...this.ahead.values()].flatMap((ahead) => this.forgetAhead(ahead));
    for (const { cell, held } of this.arrivals.values()) {
      for (const { item } of held) if ('message' in item) messages.push({ to: cell.ref, message: item.message });
    }
    this.arrivals.clear();
    this.held = 0;
    return messages;
  }
}

function messagesOf(to: Ref, held: readonly Held[]): readonly LostMail[] {
  return held.flatMap(({ item }) => ('message' in item ? [{ to, message: item.message }] : []));
}
