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
import { type ActorNames, COLUMN, FIELD, STATUS } from './actor-table.ts';
import { type Cell, namesOf } from './cell.ts';
import type { EarlyArrival } from './early-arrivals.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import { arrive, type MovedActor } from './moving.ts';
import { admit } from './overflow.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { KindEntry, ProtocolEntry } from './registry.ts';
import type { Signal } from './signal.ts';

/** One move of an actor. */
export interface Move {
  /** Counts the moves of the actor. */
  readonly hop: number;
  /** Counts the departures from its old worker. */
  readonly departure: number;
  /** Counts the workers that were lost so far, as the old worker knows it: the numbers above begin anew each time. */
  readonly era: number;
}

/** What the new worker has to wait for before the actor has a turn. */
export interface MoveBarrier {
  /** By worker: the departures of which the old worker had heard. */
  readonly heard: readonly number[];
  /** Workers that have not taken in yet all that the old one had sent them. */
  readonly unread: readonly number[];
}

/** A message that waited in the mailbox of an actor that moves. */
export interface MovedMail {
  readonly message: AnyMessage;
  readonly kind: KindEntry;
}

/** What workers tell each other about a move, in order with messages and signals. */
export type MoveLetter =
  /** To the new worker. `mail` follows as letters of its own. */
  | {
      readonly type: 'adopt';
      readonly actor: MovedActor;
      readonly move: Move;
      readonly barrier: MoveBarrier;
      readonly mail: readonly MovedMail[];
    }
  /** What had waited in its mailbox: it is not asked for room again. */
  | { readonly type: 'mail'; readonly to: Ref; readonly message: AnyMessage }
  /** To everybody else. `asks` for `passed`. */
  | {
      readonly type: 'moved';
      readonly ref: Ref;
      readonly worker: number;
      readonly move: Move;
      readonly asks: boolean;
    }
  /** To the new worker: everything from the old one up to there has been taken in. */
  | { readonly type: 'passed'; readonly ref: Ref; readonly hop: number }
  /** To the old worker: the sender sends to the new one from here on. */
  | { readonly type: 'flush'; readonly ref: Ref }
  /** To the new worker: everything that came from that worker by the old way has been forwarded. */
  | { readonly type: 'flushed'; readonly ref: Ref; readonly worker: number }
  /** To the new worker: that worker was lost, and whoever takes its place has to say it once more. */
  | { readonly type: 'unflushed'; readonly ref: Ref; readonly worker: number };

/** What is sent on from the old worker to the new one, in order with everything else, and never refused. */
export type Forwarded =
  | { readonly to: Ref; readonly message: AnyMessage; readonly sender: number; readonly kind: KindEntry }
  | { readonly to: Ref; readonly signal: Signal };

interface View {
  generation: number;
  worker: number;
  sinceMs: number;
}

/** At the old worker. */
interface Departure {
  readonly ref: Ref;
  readonly parent: Ref | null;
  readonly names: ActorNames;
  readonly protocol: ProtocolEntry;
  readonly move: Move;
  /** The new worker; −1 when that was lost and the actor with it. */
  to: number;
  /** Workers that may still send by the old way. */
  readonly senders: Set<number>;
}

interface Held {
  readonly item: EarlyArrival;
  /** From an actor of this worker. */
  readonly isOwn: boolean;
}

/** At the new worker. */
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

/** At the new worker: what was quicker than the actor. */
interface Ahead {
  readonly ref: Ref;
  readonly held: Held[];
  /** Workers whose `passed` has come, of the move with that number. */
  passed: number[];
  hop: number;
}

/** Moves are counted modulo this. */
const HOPS = 1 << FIELD.hop.bits;
/** Outdated views are looked for when there are so many, and again when there are twice as many as were left. */
const VIEWS_BEFORE_SWEEP = 1_024;
/** Of somebody whose departures are not counted yet: nobody waits for them. */
const UNCOUNTED = Number.MAX_SAFE_INTEGER;

interface LostMail {
  readonly to: Ref;
  readonly message: AnyMessage;
}

export class Whereabouts {
  /** Messages and signals held, all together. */
  held = 0;
  /** Actors that have come to this worker so far. */
  adopted = 0;
  private readonly kernel: Kernel;
  private readonly views = new Map<number, View>();
  private readonly departures = new Map<number, Departure>();
  private readonly arrivals = new Map<number, Arrival>();
  private readonly ahead = new Map<number, Ahead>();
  /** Departures of this worker so far, and those of everybody that it has heard of. */
  private departed = 0;
  private readonly heard: number[];
  private era = 0;
  private sweepAt = VIEWS_BEFORE_SWEEP;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.heard = new Array<number>(kernel.host.workers).fill(0);
  }

  /** Nothing is under way from, to or through this worker. */
  get isAtRest(): boolean {
    return this.departures.size === 0 && this.arrivals.size === 0 && this.ahead.size === 0;
  }

  /** Moves from this worker of which not everybody has taken notice. */
  get leaving(): number {
    return this.departures.size;
  }

  /** Whom that concerns: the new worker may not know of them yet. */
  leavers(): readonly ActorNames[] {
    return [...this.departures.values()].map(({ names }) => names);
  }

  /** Where to send what is for a living actor that has moved. */
  of({ id, generation }: Ref): number {
    const view = this.views.get(id);
    if (view !== undefined && view.generation === generation) return view.worker;
    return this.kernel.host.table.field(id, FIELD.home) - 1;
  }

  /** Engine time at which this worker heard of its latest move; −Infinity where there was none. */
  sinceMs({ id, generation }: Ref): number {
    const view = this.views.get(id);
    return view?.generation === generation ? view.sinceMs : Number.NEGATIVE_INFINITY;
  }

  /** Nobody uses an old way to it: it may move. */
  hasSettled({ id }: Ref): boolean {
    return !this.arrivals.has(id) && !this.departures.has(id);
  }

  // ── At the old worker ───────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Sends an actor away, while its row is still this worker's. False when it cannot travel.
   * @param mail what waits in its mailbox
   */
  sendOff(cell: Cell, to: number, actor: MovedActor, mail: readonly MovedMail[]): boolean {
    const { ref, entry } = cell;
    const { host } = this.kernel;
    const { table } = host;
    const others: number[] = [];
    for (let worker = 0; worker < host.workers; worker++)
      if (worker !== host.worker && worker !== to) others.push(worker);
    const unread = others.filter((worker) => host.hasUnread(worker));
    const before = table.get(ref.id, COLUMN.numbers);
    const move: Move = {
      hop: (table.field(ref.id, FIELD.hop) + 1) % HOPS,
      departure: this.departed + 1,
      era: this.era,
    };
    // First, because the row is the new worker's as soon as it sees the letter.
    table.setField(ref.id, FIELD.hop, move.hop);
    table.setField(ref.id, FIELD.moved, 1);
    if (!host.sendMove(to, { type: 'adopt', actor, move, barrier: { heard: this.heard, unread }, mail })) {
      table.set(ref.id, COLUMN.numbers, before);
      return false;
    }
    this.departed++;
    this.departures.set(ref.id, {
      ref,
      parent: cell.parent,
      names: namesOf(cell),
      protocol: entry.protocol,
      move,
      to,
      senders: new Set([...others, to]),
    });
    this.setView(ref, to);
    for (const worker of others) {
      host.sendMove(worker, { type: 'moved', ref, worker: to, move, asks: unread.includes(worker) });
    }
    return true;
  }

  private flushCame(ref: Ref, from: number): void {
    const departure = this.departures.get(ref.id);
    if (departure === undefined || departure.ref.generation !== ref.generation) return;
    if (!departure.senders.delete(from)) return;
    if (departure.senders.size === 0) this.departures.delete(ref.id);
    if (departure.to >= 0) this.kernel.host.sendMove(departure.to, { type: 'flushed', ref, worker: from });
  }

  private forward(departure: Departure, to: Ref, item: EarlyArrival): void {
    const { kernel } = this;
    if ('signal' in item) {
      // A lost actor has been taken in elsewhere.
      if (departure.to < 0) kernel.signal(to, item.signal);
      else kernel.host.forward(departure.to, { to, signal: item.signal });
      return;
    }
    const { message, sender } = item;
    if (departure.to < 0) return kernel.deadLetters.add(to, message, 'worker-lost');
    const protocol = to.ask === 0 ? departure.protocol : kernel.protocolOf(to);
    const kind = protocol.kinds.get(message.kind);
    if (kind === undefined) kernel.deadLetters.add(to, message, 'invalid-message');
    else kernel.host.forward(departure.to, { to, message, sender, kind });
  }

  // ── At the new worker ───────────────────────────────────────────────────────────────────────────────────────────

  /** An actor has come, with so many messages behind it. */
  arrived(cell: Cell, from: number, mailLeft: number, move: Move, barrier: MoveBarrier): void {
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
      heard: move.era === this.era ? barrier.heard : [],
      isFree: false,
      senders,
      room: cell.room,
      held: ahead?.held ?? [],
    };
    this.arrivals.set(ref.id, arrival);
    this.adopted++;
    // Every message takes the slow way in, where it is held.
    cell.room = -1;
    this.setView(ref, host.worker);
    // As if it were in the run queue already: so it has no turn.
    cell.scheduled = true;
    this.free(arrival);
    host.sendMove(from, { type: 'flush', ref });
  }

  /** It may have turns if nothing stands against it any more. */
  private free(arrival: Arrival): void {
    const { cell, heard, mailLeft, unread, isFree } = arrival;
    if (isFree || mailLeft > 0 || unread.size > 0) return;
    if (heard.some((departure, worker) => this.hasYetToHear(worker, departure))) return;
    arrival.isFree = true;
    cell.scheduled = false;
    if (cell.signals.length > 0 || (cell.receptive && cell.mailbox.length > 0)) this.kernel.schedule(cell);
    this.settle(arrival);
  }

  private hasYetToHear(worker: number, departure: number): boolean {
    if (worker === this.kernel.host.worker || departure === UNCOUNTED) return false;
    return departure > (this.heard[worker] as number);
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

  private mailCame(to: Ref, message: AnyMessage): void {
    const { kernel } = this;
    const cell = kernel.cellOf(to);
    if (cell === undefined) return kernel.receiveMessage(to, message);
    kernel.put(cell, message);
    const arrival = this.arrivals.get(to.id);
    if (arrival === undefined) return;
    arrival.mailLeft--;
    this.free(arrival);
  }

  private passedCame(ref: Ref, hop: number, from: number): void {
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

  private flushedCame(ref: Ref, worker: number): void {
    const arrival = this.arrivals.get(ref.id);
    if (arrival === undefined || arrival.cell.ref.generation !== ref.generation) return;
    // It had heard of the move before it said so.
    arrival.unread.delete(worker);
    arrival.senders.delete(worker);
    this.free(arrival);
    this.settle(arrival);
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

  /** Something has arrived and may be held: without it nobody needs to ask. */
  get mayHold(): boolean {
    return this.arrivals.size > 0;
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

  // ── On every worker ─────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Takes care of what has come for an actor that is not here: forwards it, or keeps it until the actor comes. False when
   * it is neither gone from here nor on its way.
   */
  takes(to: Ref, item: EarlyArrival): boolean {
    const { kernel } = this;
    if (!kernel.isAlive(to) || kernel.host.table.field(to.id, FIELD.moved) === 0) return this.takesForLost(to, item);
    const departure = this.departures.get(to.id);
    if (departure !== undefined && departure.ref.generation === to.generation) {
      this.forward(departure, to, item);
      return true;
    }
    // Whoever sent it knows already that the actor is to live here.
    this.keep(this.aheadOf(to).held, to, item, false);
    return true;
  }

  /** An actor that had left for a worker that was lost, and that has been taken in elsewhere since. */
  private takesForLost(to: Ref, item: EarlyArrival): boolean {
    if (this.departures.size === 0 || !this.kernel.isAlive(to)) return false;
    const departure = this.departures.get(to.id);
    if (departure === undefined || departure.ref.generation !== to.generation) return false;
    this.forward(departure, to, item);
    return true;
  }

  private aheadOf(ref: Ref): Ahead {
    const known = this.ahead.get(ref.id);
    if (known?.ref.generation === ref.generation) return known;
    this.held -= known?.held.length ?? 0;
    const ahead: Ahead = { ref: { ...ref, ask: 0 }, held: [], passed: [], hop: -1 };
    this.ahead.set(ref.id, ahead);
    return ahead;
  }

  receive(from: number, letter: MoveLetter): void {
    switch (letter.type) {
      case 'adopt':
        this.hear(from, letter.move);
        arrive(this.kernel, from, letter);
        return this.freeAll();
      case 'mail':
        return this.mailCame(letter.to, letter.message);
      case 'moved':
        this.movedCame(from, letter);
        return this.freeAll();
      case 'passed':
        return this.passedCame(letter.ref, letter.hop, from);
      case 'flush':
        return this.flushCame(letter.ref, from);
      case 'flushed':
        return this.flushedCame(letter.ref, letter.worker);
      case 'unflushed': {
        const arrival = this.arrivals.get(letter.ref.id);
        if (arrival?.cell.ref.generation === letter.ref.generation) arrival.senders.add(letter.worker);
        return;
      }
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
    if (isNews && kernel.isAlive(ref)) this.setView(ref, worker);
    kernel.host.sendMove(from, { type: 'flush', ref });
    if (asks) kernel.host.sendMove(worker, { type: 'passed', ref, hop: move.hop });
  }

  private hear(from: number, { departure, era }: Move): void {
    if (era < this.era) return;
    // Somebody was lost, and everybody counts anew: those of whom nothing was heard since are not waited for.
    if (era > this.era) this.countAnew(era);
    this.heard[from] = departure;
  }

  private countAnew(era: number): void {
    this.era = era;
    this.departed = 0;
    this.heard.fill(UNCOUNTED);
    for (const arrival of this.arrivals.values()) arrival.heard = [];
  }

  private freeAll(): void {
    if (this.arrivals.size === 0) return;
    for (const arrival of [...this.arrivals.values()]) this.free(arrival);
  }

  private setView({ id, generation }: Ref, worker: number): void {
    const view = this.views.get(id);
    const sinceMs = this.kernel.host.now();
    if (view !== undefined) {
      view.generation = generation;
      view.worker = worker;
      view.sinceMs = sinceMs;
      return;
    }
    if (this.views.size >= this.sweepAt) this.sweep();
    this.views.set(id, { generation, worker, sinceMs });
  }

  /** Forgets views of actors that are gone. */
  private sweep(): void {
    const { table } = this.kernel.host;
    for (const [id, { generation }] of this.views) {
      const isThere = table.get(id, COLUMN.generation) === generation && table.get(id, COLUMN.status) !== STATUS.free;
      if (!isThere) this.views.delete(id);
    }
    this.sweepAt = Math.max(VIEWS_BEFORE_SWEEP, this.views.size * 2);
  }

  // ── When a worker is lost ───────────────────────────────────────────────────────────────────────────────────────

  /** An actor of a lost worker is taken in here: everybody finds it by its row again. */
  takenIn({ id }: Ref): void {
    const { table, worker } = this.kernel.host;
    table.setField(id, FIELD.home, worker + 1);
    table.setField(id, FIELD.moved, 0);
    table.setField(id, FIELD.hop, (table.field(id, FIELD.hop) + 1) % HOPS);
  }

  /**
   * Actors that were on their way to a lost worker, which never took them in, are lost as all others there. On every
   * survivor, before anybody takes in anybody.
   */
  noteLost(lost: number): void {
    const { table, worker } = this.kernel.host;
    for (const { ref, to } of this.departures.values()) {
      // Its row says so: the new worker has not written its own number into it.
      const isUnderWay = to === lost && table.get(ref.id, COLUMN.worker) === worker;
      if (isUnderWay && table.get(ref.id, COLUMN.generation) === ref.generation) table.set(ref.id, COLUMN.worker, lost);
    }
  }

  /**
   * On each survivor, when everything that the lost worker had sent has arrived.
   * @param isLost whether an actor was lost with that worker
   * @param isOutdated whether that is no longer true
   * @returns messages that were kept for lost actors
   */
  workerLost(
    lost: number,
    isLost: (ref: Ref) => boolean,
    isOutdated: (signal: Signal) => boolean,
  ): readonly LostMail[] {
    this.countAnew(this.era + 1);
    for (const { held } of [...this.arrivals.values(), ...this.ahead.values()]) this.forgetOutdated(held, isOutdated);
    this.departuresAfterLoss(lost, isLost);
    for (const [id, view] of this.views) {
      if (isLost({ node: 0, id, generation: view.generation, ask: 0, protocol: 0 })) this.views.delete(id);
    }
    this.learn((ref) => this.of(ref) === lost && !isLost(ref));
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

  private departuresAfterLoss(lost: number, isLost: (ref: Ref) => boolean): void {
    for (const [id, departure] of this.departures) {
      const { ref, parent, senders, move } = departure;
      if (departure.to === lost) departure.to = -1;
      if (departure.to >= 0 && parent !== null && isLost(parent)) {
        // Whoever has lost its parent is killed, also where it is on its way.
        const signal = { type: 'stop', reason: 'killed', forced: true } as const;
        this.kernel.host.forward(departure.to, { to: ref, signal });
      }
      if (departure.to >= 0) {
        // Whoever takes that worker's place has to hear of it, and says so, whatever the lost one had said.
        senders.add(lost);
        this.kernel.host.sendMove(departure.to, { type: 'unflushed', ref, worker: lost });
        this.kernel.host.sendMove(lost, { type: 'moved', ref, worker: departure.to, move, asks: false });
      } else if (senders.delete(lost) && senders.size === 0) {
        this.departures.delete(id);
      }
    }
  }

  /** Not everybody may have heard where those actors are: their rows say so. */
  private learn(isUnknown: (ref: Ref) => boolean): void {
    const { table } = this.kernel.host;
    for (let id = 0; id < table.capacity; id++) {
      if (table.field(id, FIELD.moved) === 0 || table.get(id, COLUMN.status) === STATUS.free) continue;
      const ref = { node: 0, id, generation: table.get(id, COLUMN.generation), ask: 0, protocol: 0 };
      if (isUnknown(ref)) this.setView(ref, table.get(id, COLUMN.worker));
    }
  }

  private forgetAhead({ ref, held }: Ahead): readonly LostMail[] {
    this.ahead.delete(ref.id);
    this.held -= held.length;
    return held.flatMap(({ item }) => ('message' in item ? [{ to: ref, message: item.message }] : []));
  }

  /** This worker is lost: returns the messages that were held. */
  forget(): readonly LostMail[] {
    const messages = [...this.ahead.values()].flatMap((ahead) => this.forgetAhead(ahead));
    for (const { cell, held } of this.arrivals.values()) {
      for (const { item } of held) if ('message' in item) messages.push({ to: cell.ref, message: item.message });
    }
    this.views.clear();
    this.departures.clear();
    this.arrivals.clear();
    this.held = 0;
    return messages;
  }

  /** On the kernel that takes a lost one's place, when survivors have taken in whom they take in; before it does anything. */
  begin(): void {
    this.countAnew(this.era + 1);
    this.learn(() => true);
  }
}
