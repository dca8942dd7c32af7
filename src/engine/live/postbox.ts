/**
 * The postbox of one worker towards one other: encodes into the ring, and keeps what does not fit, in order, until it
 * does. It never waits: two workers with full rings towards each other would wait for ever.
 */
import { PlayhouseError } from '../../kernel/errors.ts';
import type { Sent } from '../../kernel/host.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { KindEntry } from '../../kernel/registry.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import type { LiveSettings } from '../live-settings.ts';
import { encodeBounded, type KindCodec } from './memory/codec.ts';
import { writePlainData } from './memory/plain-data-codec.ts';
import { HEADER_WORDS, payloadBytesMax, RingConsumer, RingProducer, type SlotHeader } from './memory/ring.ts';
import type { Scratch } from './memory/scratch.ts';
import { Outbox, PUBLISH_EVERY } from './outbox.ts';

/** What a slot holds. 0 is never written. */
export const SLOT_TYPE = {
  message: 1,
  signal: 2,
  spawn: 3,
  move: 4,
  mail: 5,
  forwarded: 6,
  forwardedSignal: 7,
} as const;

/** The first word of a slot that holds a message and spans no other. */
export const MESSAGE_IN_ONE_SLOT = SLOT_TYPE.message | (1 << 8);

/** What an error may say where rings are so small that it does not fit as it is. */
const SHORT_TEXT = 100;

/** A signal is never refused: where an error is too long for a ring, it is cut. */
export function encodeSignal(scratch: Scratch, signal: Signal): number {
  try {
    return encodeBounded(scratch, signal.type, writePlainData, signal);
  } catch (thrown) {
    const short = shortened(signal);
    if (short === undefined || !(thrown instanceof PlayhouseError)) throw thrown;
    return encodeBounded(scratch, signal.type, writePlainData, short);
  }
}

function shortened(signal: Signal): Signal | undefined {
  if (signal.type === 'child-failed') {
    return { ...signal, kind: signal.kind.slice(0, SHORT_TEXT), error: signal.error.slice(0, SHORT_TEXT) };
  }
  if (signal.type !== 'ask-failed') return undefined;
  return { ...signal, error: { ...signal.error, message: signal.error.message.slice(0, SHORT_TEXT) } };
}

export class Postbox {
  /** Messages and signals handed over so far. */
  sent = 0;
  private ring!: RingProducer;
  private buffer!: SharedArrayBuffer;
  readonly codecs: readonly KindCodec[];
  readonly scratch: Scratch;
  private readonly wake: () => void;
  private readonly outboxSlotsMax: number;
  private readonly outbox = new Outbox();
  private readonly header: SlotHeader = { type: 0, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };

  /**
   * @param scratch may be shared by all postboxes of a worker: it is used within one call only.
   * @param wake called after something was published; wakes the receiver if it is parked.
   */
  constructor(codecs: readonly KindCodec[], scratch: Scratch, settings: LiveSettings, wake: () => void) {
    this.codecs = codecs;
    this.scratch = scratch;
    this.outboxSlotsMax = settings.outboxSlotsMax;
    this.wake = wake;
  }

  /**
   * Sends into this ring from now on, and must be called once before anything is sent. What was written before is published
   * in the ring of before; what waits for room moves on into the new one.
   */
  bind(ring: SharedArrayBuffer): void {
    if (this.ring !== undefined && this.ring.unpublished !== 0) this.publish();
    this.ring = new RingProducer(ring);
    this.buffer = ring;
  }

  /** `refused` when the outbox is full. @throws PlayhouseError `message-too-large` */
  sendMessage(from: number, to: Ref, message: AnyMessage, kind: KindEntry): Sent {
    const { outbox } = this;
    const codec = this.codecs[kind.index] as KindCodec;
    const { flat } = codec;
    const isCrowded = outbox.waiting !== 0;
    if (isCrowded && outbox.waiting >= this.outboxSlotsMax && !this.makesRoom()) return 'refused';
    if (flat === undefined) {
      const bytes = codec.encode(this.scratch, message);
      return this.put(SLOT_TYPE.message, kind.index, to.id, to.generation, to.ask, from, bytes) ? 'sent' : 'crowded';
    }
    let ring = isCrowded ? outbox.claim() : this.ring;
    let at = ring.claim();
    if (at < 0) {
      ring = outbox.claim();
      at = ring.claim();
    }
    const { words } = ring;
    words[at] = MESSAGE_IN_ONE_SLOT;
    words[at + 1] = kind.index;
    words[at + 2] = to.id;
    words[at + 3] = to.generation;
    words[at + 4] = to.ask;
    words[at + 5] = flat.bytes;
    words[at + 6] = from;
    flat.write(ring.view, (at + HEADER_WORDS) * 4, message);
    if (ring === this.ring) ring.commit();
    else outbox.commit();
    return this.written(ring === this.ring) ? 'sent' : 'crowded';
  }

  /** Now and then something is published, and what waits is moved on: the receiver works while the sender goes on. */
  private written(isOnItsWay: boolean): boolean {
    this.sent++;
    if (isOnItsWay) {
      if (this.ring.unpublished >= PUBLISH_EVERY) this.publish();
    } else if (this.sent % PUBLISH_EVERY === 0) {
      this.flush();
    }
    return isOnItsWay;
  }

  /** Something is in the outbox or in the ring that the receiver has not taken in yet. */
  get hasUnread(): boolean {
    return !this.outbox.isEmpty || !this.ring.isTaken;
  }

  private makesRoom(): boolean {
    this.flush();
    return this.outbox.waiting < this.outboxSlotsMax;
  }

  sendSignal(to: Ref, signal: Signal): void {
    const bytes = encodeSignal(this.scratch, signal);
    this.put(SLOT_TYPE.signal, 0, to.id, to.generation, 0, 0, bytes);
  }

  sendSpawn(request: SpawnRequest): void {
    const bytes = encodeBounded(this.scratch, 'args', writePlainData, request);
    this.put(SLOT_TYPE.spawn, 0, request.ref.id, request.ref.generation, 0, 0, bytes);
  }

  /** False when it has to wait in the outbox. */
  put(
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
    const isOnItsWay = outbox.isEmpty && ring.tryWrite(header, this.scratch.words, bytes);
    if (!isOnItsWay) outbox.push(header, this.scratch.words, bytes);
    return this.written(isOnItsWay);
  }

  /** Moves what waits into the ring as far as it fits, and shows everything to the receiver. */
  flush(): void {
    const hasMoved = !this.outbox.isEmpty && this.outbox.drainInto(this.ring);
    if (hasMoved || this.ring.unpublished !== 0) this.publish();
  }

  /**
   * Everything that its receiver has not taken, in order: the receiver was lost. Another ring has to be bound then.
   * @param head how far the receiver had got
   */
  takeBack(head: number, visit: (header: SlotHeader, payload: Int32Array, bytes: number) => void): void {
    this.ring.publish();
    const consumer = new RingConsumer(this.buffer, head);
    const payload = new Int32Array(payloadBytesMax(consumer.slots) / 4);
    for (let bytes = consumer.read(this.header, payload); bytes >= 0; bytes = consumer.read(this.header, payload)) {
      visit(this.header, payload, bytes);
    }
    this.outbox.takeBack(visit);
  }

  /** Something is written that its receiver cannot see yet, or waits for room. */
  get hasUnsent(): boolean {
    return this.ring.unpublished !== 0 || !this.outbox.isEmpty;
  }

  /** Slots that wait for room in the ring. */
  get waiting(): number {
    return this.outbox.waiting;
  }

  /** Something waits for room in the ring. */
  get hasWaiting(): boolean {
    return !this.outbox.isEmpty;
  }

  /** Asks the receiver to wake this worker when there is room again. Look at `canMove` once more before going to sleep. */
  wantRoom(): void {
    this.ring.wantRoom();
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
