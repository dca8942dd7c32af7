/**
 * The postbox of one worker towards one other: encodes into the ring, and keeps what does not fit, in order, until it
 * does. It never waits: two workers with full rings towards each other would wait for ever.
 */
import type { Sent } from '../../kernel/host.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { KindEntry } from '../../kernel/registry.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import { encodeBounded, type KindCodec } from './memory/codec.ts';
import { LIVE_LIMITS } from './memory/layout.ts';
import { writePlainData } from './memory/plain-data-codec.ts';
import { RingProducer, type SlotHeader } from './memory/ring.ts';
import type { Scratch } from './memory/scratch.ts';
import { Outbox } from './outbox.ts';

/** What a slot holds. 0 is never written. */
export const SLOT_TYPE = { message: 1, signal: 2, spawn: 3 } as const;

/** Slots written before the receiver gets to see them, at most: it can start while the sender goes on. */
const PUBLISH_EVERY = 64;

export class Postbox {
  /** Messages and signals handed over so far. */
  sent = 0;
  private ring!: RingProducer;
  private readonly codecs: readonly KindCodec[];
  private readonly scratch: Scratch;
  private readonly wake: () => void;
  private readonly outbox = new Outbox();
  private readonly header: SlotHeader = { type: 0, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };

  /**
   * @param scratch may be shared by all postboxes of a worker: it is used within one call only.
   * @param wake called after something was published; wakes the receiver if it is parked.
   */
  constructor(codecs: readonly KindCodec[], scratch: Scratch, wake: () => void) {
    this.codecs = codecs;
    this.scratch = scratch;
    this.wake = wake;
  }

  /**
   * Sends into this ring from now on, and must be called once before anything is sent. What was written before is published
   * in the ring of before; what waits for room moves on into the new one.
   */
  bind(ring: SharedArrayBuffer): void {
    if (this.ring !== undefined && this.ring.unpublished !== 0) this.publish();
    this.ring = new RingProducer(ring);
  }

  /** `refused` when the outbox is full. @throws PlayhouseError `message-too-large` */
  sendMessage(from: number, to: Ref, message: AnyMessage, kind: KindEntry): Sent {
    if (this.outbox.slots > LIVE_LIMITS.outboxSlotsMax) return 'refused';
    const bytes = (this.codecs[kind.index] as KindCodec).encode(this.scratch, message);
    return this.put(SLOT_TYPE.message, kind.index, to.id, to.generation, to.ask, from, bytes) ? 'sent' : 'crowded';
  }

  sendSignal(to: Ref, signal: Signal): void {
    const bytes = encodeBounded(this.scratch, signal.type, writePlainData, signal);
    this.put(SLOT_TYPE.signal, 0, to.id, to.generation, 0, 0, bytes);
  }

  sendSpawn(request: SpawnRequest): void {
    const bytes = encodeBounded(this.scratch, 'args', writePlainData, request);
    this.put(SLOT_TYPE.spawn, 0, request.ref.id, request.ref.generation, 0, 0, bytes);
  }

  /** False when it has to wait in the outbox. */
  private put(
    type: number,
    kind: number,
    receiver: number,
    generation: number,
    ask: number,
    sender: number,
    bytes: number,
  ): boolean {
    const { header, ring, outbox } = this;
    header.type = type;
    header.kind = kind;
    header.receiver = receiver;
    header.generation = generation;
    header.ask = ask;
    header.sender = sender;
    this.sent++;
    const isOnItsWay = outbox.isEmpty && ring.tryWrite(header, this.scratch.words, bytes);
    if (!isOnItsWay) outbox.push(header, this.scratch.words, bytes);
    if (ring.unpublished >= PUBLISH_EVERY) this.publish();
    return isOnItsWay;
  }

  /** Moves what waits into the ring as far as it fits, and shows everything to the receiver. */
  flush(): void {
    if (!this.outbox.isEmpty) this.outbox.drainInto(this.ring);
    if (this.ring.unpublished !== 0) this.publish();
  }

  /** Something waits for room in the ring. */
  get hasWaiting(): boolean {
    return !this.outbox.isEmpty;
  }

  /** Something waits, and there is room again. */
  get canMove(): boolean {
    return this.outbox.canMoveInto(this.ring);
  }

  private publish(): void {
    this.ring.publish();
    this.wake();
  }
}
