/**
 * Messages that wait on the sender's side because the ring to their receiver is full, in order, as the slots they will
 * become. It is a ring of its own in private memory, doubled when it is full: nothing is allocated a message.
 */
import { assert } from '../../base/assert.ts';
import { payloadBytesMax, RingConsumer, RingProducer, ringBytes, type SlotHeader, slotsFor } from './memory/ring.ts';

/** Slots written before the receiver gets to see them, at most: it can start while the sender goes on. */
export const PUBLISH_EVERY = 64;
/** Holds several of the largest messages of the rings between workers. */
const SLOTS_FIRST = 1_024;
/** An outbox that grew larger gives its memory back when it runs empty; up to here (2 MiB) it keeps it for the next time. */
const SLOTS_KEPT = 32_768;

export class Outbox {
  private producer: RingProducer | undefined;
  private consumer: RingConsumer | undefined;
  private readonly header: SlotHeader = { type: 0, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };
  /** Slots that are waiting: what its bound is about. */
  waiting = 0;

  get isEmpty(): boolean {
    return this.waiting === 0;
  }

  push(header: SlotHeader, payload: Int32Array, bytes: number): void {
    while (this.producer === undefined || !this.producer.tryWrite(header, payload, bytes)) this.grow();
    this.producer.publish();
    this.waiting += slotsFor(bytes);
  }

  /** A slot to be filled and then committed, of a ring that grows as needed. */
  claim(): RingProducer {
    while (this.producer === undefined || this.producer.claim() < 0) this.grow();
    return this.producer;
  }

  commit(): void {
    this.producer?.commit();
    this.producer?.publish();
    this.waiting++;
  }

  /** Whether the first message that waits would fit a ring now. */
  canMoveInto(ring: RingProducer): boolean {
    const bytes = this.consumer?.peekBytes() ?? -1;
    return bytes >= 0 && ring.hasRoom(bytes);
  }

  /** Takes everything out again, in order. */
  takeBack(visit: (header: SlotHeader, payload: Int32Array, bytes: number) => void): void {
    const { consumer, header } = this;
    if (consumer !== undefined) {
      const payload = new Int32Array(payloadBytesMax(consumer.slots * 4) / 4);
      for (let bytes = consumer.read(header, payload); bytes >= 0; bytes = consumer.read(header, payload)) {
        visit(header, payload, bytes);
      }
    }
    this.producer = undefined;
    this.consumer = undefined;
    this.waiting = 0;
  }

  /**
   * Moves as much as fits into a ring; true when that was anything. Some of it is published already, so that the receiver can
   * start: whoever called has to wake it.
   */
  drainInto(ring: RingProducer): boolean {
    const { consumer } = this;
    if (consumer === undefined || this.waiting === 0) return false;
    const before = ring.written;
    while (ring.tryTake(consumer)) if (ring.unpublished >= PUBLISH_EVERY) ring.publish();
    const moved = (ring.written - before) | 0;
    this.waiting -= moved;
    consumer.release();
    if (this.waiting === 0 && consumer.slots > SLOTS_KEPT) {
      this.producer = undefined;
      this.consumer = undefined;
    }
    return moved > 0;
  }

  private grow(): void {
    const slots = Math.max(SLOTS_FIRST, (this.producer?.slots ?? 0) * 2);
    const buffer = new ArrayBuffer(ringBytes(slots));
    const producer = new RingProducer(buffer);
    if (this.consumer !== undefined) while (producer.tryTake(this.consumer));
    assert(this.consumer === undefined || this.consumer.isEmpty, 'the larger outbox holds all of the smaller one');
    producer.publish();
    this.producer = producer;
    this.consumer = new RingConsumer(buffer);
  }
}
