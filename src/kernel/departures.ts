/** The old worker's side of moves (see whereabouts.ts): who has left, where to, and who may not know it yet. */
import { type ActorNames, COLUMN, FIELD } from './actor-table.ts';
import { type Cell, namesOf } from './cell.ts';
import type { DepartureCount } from './departure-count.ts';
import type { EarlyArrival } from './early-arrivals.ts';
import type { Kernel } from './kernel.ts';
import type { Move, MovedMail } from './move-letter.ts';
import type { MovedActor } from './moving.ts';
import type { Ref } from './ref.ts';
import type { ProtocolEntry } from './registry.ts';

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

/** Moves are counted modulo this. */
export const HOPS = 1 << FIELD.hop.bits;

export class Departures {
  private readonly kernel: Kernel;
  private readonly departures = new Map<number, Departure>();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  get size(): number {
    return this.departures.size;
  }

  has({ id }: Ref): boolean {
    return this.departures.has(id);
  }

  of({ id, generation }: Ref): Departure | undefined {
    const departure = this.departures.get(id);
    return departure?.ref.generation === generation ? departure : undefined;
  }

  names(): readonly ActorNames[] {
    return [...this.departures.values()].map(({ names }) => names);
  }

  /**
   * Sends an actor away, while its row is still this worker's. False when it cannot travel.
   * @param mail what waits in its mailbox
   */
  sendOff(cell: Cell, to: number, actor: MovedActor, mail: readonly MovedMail[], count: DepartureCount): boolean {
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
      departure: count.departed + 1,
      era: count.era,
    };
    // First, because the row is the new worker's as soon as it sees the letter.
    table.setField(ref.id, FIELD.hop, move.hop);
    table.setField(ref.id, FIELD.moved, 1);
    // Its mail is on its way from then on, and in no mailbox.
    table.set(ref.id, COLUMN.depth, 0);
    if (!host.sendMove(to, { type: 'adopt', actor, move, barrier: { heard: count.heard, unread }, mail })) {
      table.set(ref.id, COLUMN.numbers, before);
      table.set(ref.id, COLUMN.depth, cell.mailbox.length);
      return false;
    }
    count.departed++;
    this.departures.set(ref.id, {
      ref,
      parent: cell.parent,
      names: namesOf(cell),
      protocol: entry.protocol,
      move,
      to,
      senders: new Set([...others, to]),
    });
    for (const worker of others) {
      host.sendMove(worker, { type: 'moved', ref, worker: to, move, asks: unread.includes(worker) });
    }
    return true;
  }

  flushCame(ref: Ref, from: number): void {
    const departure = this.of(ref);
    if (!departure?.senders.delete(from)) return;
    if (departure.senders.size === 0) this.departures.delete(ref.id);
    if (departure.to >= 0) this.kernel.host.sendMove(departure.to, { type: 'flushed', ref, worker: from });
  }

  /** Sends on what is for somebody who has left. False when nobody has. */
  takes(to: Ref, item: EarlyArrival): boolean {
    const departure = this.departures.size === 0 ? undefined : this.of(to);
    if (departure === undefined) return false;
    this.forward(departure, to, item);
    return true;
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

  /** On a survivor. */
  workerLost(lost: number, isLost: (ref: Ref) => boolean): void {
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

  clear(): void {
    this.departures.clear();
  }
}
