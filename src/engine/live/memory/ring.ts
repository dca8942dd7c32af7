/**
 * A ring of 64-byte slots from one thread to one other (Lamport's single-producer single-consumer queue, with the
 * producer's and consumer's counters on cache lines of their own, each side caching the other's counter, and batched
 * publication).
 *
 * Threading contract: exactly one thread makes a RingProducer and exactly one a RingConsumer of a buffer. What was
 * written is invisible until `publish`, so a producer that dies half-way leaves nothing behind. What was read is not
 * reused until `release`. Neither side ever waits.
 *
 *   buffer:  | tail, room wanted … | head … | slot 0 | slot 1 | …
 *   slot:    | type and span | kind | receiver | generation | ask | bytes | sender | (free) | 32 bytes of payload |
 *
 * A payload over 32 bytes goes on in the following slots, 64 bytes each, wrapping around at the end. What fits one slot can
 * be written and read where it lies, without a copy on the way (`claim` and `commit`, `peek` and `skip`).
 */
import { assert } from '../../../base/assert.ts';

const SLOT_WORDS = 16;
/** Words of a slot before its payload. */
export const HEADER_WORDS = 8;
const INLINE_WORDS = SLOT_WORDS - HEADER_WORDS;
export const INLINE_BYTES = INLINE_WORDS * 4;
/** Counters are 128 bytes apart: neighbouring lines are fetched in pairs. */
const TAIL_WORD = 0;
/** 1 while the producer wants to be woken when there is room. Beside the tail: the consumer reads that line anyway. */
const WANTED_WORD = 1;
const HEAD_WORD = 32;
const FIRST_SLOT_WORD = 64;

export function ringBytes(slots: number): number {
  return (FIRST_SLOT_WORD + slots * SLOT_WORDS) * 4;
}

/** A quarter of the ring: several of the largest messages fit, and none can starve the rest. */
export function payloadBytesMax(slots: number): number {
  return INLINE_BYTES + (slots / 4 - 1) * SLOT_WORDS * 4;
}

/** What a slot says about its payload. All numbers are 32-bit integers. */
export interface SlotHeader {
  /** 1 to 255; 0 is never written. */
  type: number;
  kind: number;
  receiver: number;
  generation: number;
  ask: number;
  sender: number;
}

/** Slots that a message of that length takes up. */
export function slotsFor(bytes: number): number {
  return bytes <= INLINE_BYTES ? 1 : 1 + Math.ceil((bytes - INLINE_BYTES) / (SLOT_WORDS * 4));
}

/** Slots that a ring has. */
export function slotCount(buffer: SharedArrayBuffer | ArrayBuffer): number {
  const slots = (buffer.byteLength / 4 - FIRST_SLOT_WORD) / SLOT_WORDS;
  assert(slots >= 4 && (slots & (slots - 1)) === 0, `a ring has a power of two of slots, not ${slots}`);
  return slots;
}

/** Slots published and slots released so far, as they are in memory now. */
export function countersOf(buffer: SharedArrayBuffer): { readonly tail: number; readonly head: number } {
  const words = new Int32Array(buffer);
  return { tail: Atomics.load(words, TAIL_WORD), head: Atomics.load(words, HEAD_WORD) };
}

/** Slots that hold something at present, published or read but not yet given back. For observers: a moment old. */
export function slotsUsed(buffer: SharedArrayBuffer): number {
  const { tail, head } = countersOf(buffer);
  return Math.max(0, (tail - head) | 0);
}

export class RingProducer {
  readonly slots: number;
  /** The ring itself, for whoever writes into a claimed slot. */
  readonly words: Int32Array;
  readonly view: DataView;
  private readonly mask: number;
  /** Counters count slots for ever, modulo 2³². */
  private tail: number;
  private published: number;
  private cachedHead: number;

  constructor(buffer: SharedArrayBuffer | ArrayBuffer) {
    this.slots = slotCount(buffer);
    this.words = new Int32Array(buffer);
    this.view = new DataView(buffer);
    this.mask = this.slots - 1;
    this.tail = Atomics.load(this.words, TAIL_WORD);
    this.published = this.tail;
    this.cachedHead = Atomics.load(this.words, HEAD_WORD);
  }

  /**
   * Writes one message; false when there is no room at present. Not visible to the consumer before `publish`.
   * @param payload at least `bytes` bytes, as words
   */
  tryWrite(header: SlotHeader, payload: Int32Array, bytes: number): boolean {
    if (!this.hasRoom(bytes)) return false;
    const span = slotsFor(bytes);
    const { words } = this;
    let at = FIRST_SLOT_WORD + (this.tail & this.mask) * SLOT_WORDS;
    words[at] = header.type | (span << 8);
    words[at + 1] = header.kind;
    words[at + 2] = header.receiver;
    words[at + 3] = header.generation;
    words[at + 4] = header.ask;
    words[at + 5] = bytes;
    words[at + 6] = header.sender;
    const payloadWords = (bytes + 3) >> 2;
    const inline = payloadWords < INLINE_WORDS ? payloadWords : INLINE_WORDS;
    for (let word = 0; word < inline; word++) words[at + HEADER_WORDS + word] = payload[word] as number;
    for (let slot = 1, word = INLINE_WORDS; slot < span; slot++) {
      at = FIRST_SLOT_WORD + ((this.tail + slot) & this.mask) * SLOT_WORDS;
      for (let end = at + SLOT_WORDS; at < end && word < payloadWords; at++, word++)
        words[at] = payload[word] as number;
    }
    this.tail = (this.tail + span) | 0;
    return true;
  }

  /** The first word of a free slot, to be filled (type, span and all) and then committed; −1 when there is none at present. */
  claim(): number {
    return this.hasSlots(1) ? FIRST_SLOT_WORD + (this.tail & this.mask) * SLOT_WORDS : -1;
  }

  /** The claimed slot is written: `publish` will show it. */
  commit(): void {
    this.tail = (this.tail + 1) | 0;
  }

  /** Takes over the next message of another ring, as it lies there. False when there is none, or no room for it. */
  tryTake(from: RingConsumer): boolean {
    let source = from.peek();
    if (source < 0) return false;
    const span = (from.words[source] as number) >>> 8;
    if (!this.hasSlots(span)) return false;
    const { words } = this;
    for (let slot = 0; slot < span; slot++) {
      source = from.slotAt(slot);
      const at = FIRST_SLOT_WORD + ((this.tail + slot) & this.mask) * SLOT_WORDS;
      for (let word = 0; word < SLOT_WORDS; word++) words[at + word] = from.words[source + word] as number;
    }
    this.tail = (this.tail + span) | 0;
    from.skip();
    return true;
  }

  /** Whether a message of that length would fit now. Looks at the consumer's counter only when it has to. */
  hasRoom(bytes: number): boolean {
    return this.hasSlots(slotsFor(bytes));
  }

  /** Asks the consumer to say (`release`) when there is plenty of room. Look once more before going to sleep. */
  wantRoom(): void {
    Atomics.store(this.words, WANTED_WORD, 1);
  }

  private hasSlots(span: number): boolean {
    if (this.slots - ((this.tail - this.cachedHead) | 0) >= span) return true;
    this.cachedHead = Atomics.load(this.words, HEAD_WORD);
    return this.slots - ((this.tail - this.cachedHead) | 0) >= span;
  }

  /** The consumer has taken and released all that was ever written. */
  get isTaken(): boolean {
    return this.tail === Atomics.load(this.words, HEAD_WORD);
  }

  /** Slots written since ever, modulo 2³². */
  get written(): number {
    return this.tail;
  }

  /** Slots written and not yet published. */
  get unpublished(): number {
    return (this.tail - this.published) | 0;
  }

  /** Shows everything written so far to the consumer. */
  publish(): void {
    this.published = this.tail;
    Atomics.store(this.words, TAIL_WORD, this.tail);
  }
}

export class RingConsumer {
  readonly slots: number;
  /** The ring itself, for whoever reads a slot where it lies. */
  readonly words: Int32Array;
  readonly view: DataView;
  private readonly mask: number;
  private head: number;
  private released: number;
  private cachedTail: number;
  private isClosed = false;

  /** @param head where to begin; where the consumer before had got to, without */
  constructor(buffer: SharedArrayBuffer | ArrayBuffer, head?: number) {
    this.slots = slotCount(buffer);
    this.words = new Int32Array(buffer);
    this.view = new DataView(buffer);
    this.mask = this.slots - 1;
    this.head = head ?? Atomics.load(this.words, HEAD_WORD);
    this.released = this.head;
    this.cachedTail = this.head;
  }

  /** Whether something can be read. Looks at the producer's counter only when what it knew of is used up. */
  get isEmpty(): boolean {
    if (this.head !== this.cachedTail) return false;
    if (this.isClosed) return true;
    this.cachedTail = Atomics.load(this.words, TAIL_WORD);
    return this.head === this.cachedTail;
  }

  /** Whatever is published behind that place is nothing to this consumer: its producer was lost. */
  closeAt(tail: number): void {
    this.isClosed = true;
    this.cachedTail = ((tail - this.head) | 0) > 0 ? tail : this.head;
  }

  /**
   * Takes the next message: fills `header`, copies the payload into `payload` and returns its length in bytes; −1 when
   * there is none. `payload` must hold `payloadBytesMax(slots)` bytes.
   */
  read(header: SlotHeader, payload: Int32Array): number {
    if (this.isEmpty) return -1;
    const { words } = this;
    let at = FIRST_SLOT_WORD + (this.head & this.mask) * SLOT_WORDS;
    const typeAndSpan = words[at] as number;
    const span = typeAndSpan >>> 8;
    header.type = typeAndSpan & 0xff;
    header.kind = words[at + 1] as number;
    header.receiver = words[at + 2] as number;
    header.generation = words[at + 3] as number;
    header.ask = words[at + 4] as number;
    const bytes = words[at + 5] as number;
    header.sender = words[at + 6] as number;
    const payloadWords = (bytes + 3) >> 2;
    const inline = payloadWords < INLINE_WORDS ? payloadWords : INLINE_WORDS;
    for (let word = 0; word < inline; word++) payload[word] = words[at + HEADER_WORDS + word] as number;
    for (let slot = 1, word = INLINE_WORDS; slot < span; slot++) {
      at = FIRST_SLOT_WORD + ((this.head + slot) & this.mask) * SLOT_WORDS;
      for (let end = at + SLOT_WORDS; at < end && word < payloadWords; at++, word++)
        payload[word] = words[at] as number;
    }
    this.head = (this.head + span) | 0;
    return bytes;
  }

  /** The first word of the slot in which the next message begins; −1 when there is none. */
  peek(): number {
    return this.isEmpty ? -1 : this.slotAt(0);
  }

  /** Passes over the message that `peek` has found. It stays where it is until `release`. */
  skip(): void {
    this.head = (this.head + ((this.words[this.slotAt(0)] as number) >>> 8)) | 0;
  }

  /** The first word of a slot of the next message. */
  slotAt(slot: number): number {
    return FIRST_SLOT_WORD + ((this.head + slot) & this.mask) * SLOT_WORDS;
  }

  /** Length in bytes of the message that `read` would take; −1 when there is none. */
  peekBytes(): number {
    if (this.isEmpty) return -1;
    return this.words[FIRST_SLOT_WORD + (this.head & this.mask) * SLOT_WORDS + 5] as number;
  }

  /**
   * Gives the slots of everything read so far back to the producer. True when the producer has asked to be told of room and
   * half of the ring is free: whoever releases has to wake it.
   */
  release(): boolean {
    if (this.released !== this.head) {
      this.released = this.head;
      Atomics.store(this.words, HEAD_WORD, this.head);
    }
    if (Atomics.load(this.words, WANTED_WORD) === 0) return false;
    // It will release again until nothing is left, so the producer does hear of it.
    if (((this.cachedTail - this.head) | 0) > this.slots >> 1) return false;
    Atomics.store(this.words, WANTED_WORD, 0);
    return true;
  }
}
