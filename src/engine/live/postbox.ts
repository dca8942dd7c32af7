/**
 * The postbox of one worker towards one other: encodes into the ring, and keeps what does not fit, in order, until it
 * does. It never waits: two workers with full rings towards each other would wait for ever.
 */
import { Deque } from '../../base/deque.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { KindEntry } from '../../kernel/registry.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import { type KindCodec, encodeBounded } from './memory/codec.ts';
import { LIVE_LIMITS } from './memory/layout.ts';
import { writePlainData } from './memory/plain-data-codec.ts';
import { RingProducer, type SlotHeader } from './memory/ring.ts';
import type { Scratch } from './memory/scratch.ts';

/** What a slot holds. 0 is never written. */
export const SLOT_TYPE = { message: 1, signal: 2, spawn: 3 } as const;

interface Waiting {
  readonly header: SlotHeader;
  readonly payload: Int32Array;
  readonly bytes: number;
}

export class Postbox {
  /** Messages and signals handed over so far. */
  sent = 0;
  private readonly ring: RingProducer;
  private readonly codecs: readonly KindCodec[];
  private readonly scratch: Scratch;
  private readonly waiting = new Deque<Waiting>();
  private readonly header: SlotHeader = { type: 0, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };

  /** @param scratch may be shared by all postboxes of a worker: it is used within one call only. */
  constructor(ring: SharedArrayBuffer, codecs: readonly KindCodec[], scratch: Scratch) {
    this.ring = new RingProducer(ring);
    this.codecs = codecs;
    this.scratch = scratch;
  }

  /** False when the outbox is full. @throws PlayhouseError `message-too-large` */
  sendMessage(from: number, to: Ref, message: AnyMessage, kind: KindEntry): boolean {
    if (this.waiting.length >= LIVE_LIMITS.outboxMax) return false;
    const bytes = (this.codecs[kind.index] as KindCodec).encode(this.scratch, message);
    this.put(SLOT_TYPE.message, kind.index, to.id, to.generation, to.ask, from, bytes);
    return true;
  }

  sendSignal(to: Ref, signal: Signal): void {
    const bytes = encodeBounded(this.scratch, signal.type, () => writePlainData(this.scratch, signal));
    this.put(SLOT_TYPE.signal, 0, to.id, to.generation, 0, 0, bytes);
  }

  sendSpawn(request: SpawnRequest): void {
    const bytes = encodeBounded(this.scratch, 'args', () => writePlainData(this.scratch, request));
    this.put(SLOT_TYPE.spawn, 0, request.ref.id, request.ref.generation, 0, 0, bytes);
  }

  private put(
    type: number,
    kind: number,
    receiver: number,
    generation: number,
    ask: number,
    sender: number,
    bytes: number,
  ): void {
    const { header } = this;
    header.type = type;
    header.kind = kind;
    header.receiver = receiver;
    header.generation = generation;
    header.ask = ask;
    header.sender = sender;
    this.sent++;
    if (this.waiting.length === 0 && this.ring.tryWrite(header, this.scratch.words, bytes)) return;
    this.waiting.push({ header: { ...header }, payload: this.scratch.words.slice(0, (bytes + 3) >> 2), bytes });
  }

  /** Moves what waits into the ring as far as it fits, and shows everything to the receiver. True if there was news. */
  flush(): boolean {
    while (this.waiting.length > 0) {
      const { header, payload, bytes } = this.waiting.at(0);
      if (!this.ring.tryWrite(header, payload, bytes)) break;
      this.waiting.shift();
    }
    if (!this.ring.hasUnpublished) return false;
    this.ring.publish();
    return true;
  }

  get hasWaiting(): boolean {
    return this.waiting.length > 0;
  }
}
