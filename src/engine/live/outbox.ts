/**
 * Messages that wait on the sender's side because the ring to their receiver is full, in order, as the slots they will
 * become. It is a ring of its own in private memory, doubled when it is full: nothing is allocated a message.
 */
import { assert } from '../../base/assert.ts';
import { payloadBytesMax, RingConsumer, RingProducer, ringBytes, type SlotHeader } from './memory/ring.ts';

/** Holds several of the largest messages of the rings between workers. */
const SLOTS_FIRST = 1_024;
/** An outbox that grew larger gives its memory back when it runs empty; up to here (2 MiB) it keeps it for the next time. */
const SLOTS_KEPT = 32_768;

export class Outbox {
  private producer: RingProducer | undefined;
  private consumer: RingConsumer | undefined;
  private readonly header: SlotHeader = { type: 0, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };
  private payload = new Int32Array(0);

  get isEmpty(): boolean {
    return this.consumer === undefined || this.consumer.isEmpty;
  }

  /** Slots that it takes up in memory: what its bound is about. */
  get slots(): number {
    return this.producer?.slots ?? 0;
  }

  push(header: SlotHeader, payload: Int32Array, bytes: number): void {
    while (this.producer === undefined || !this.producer.tryWrite(header, payload, bytes)) this.grow();
    this.producer.publish();
  }

  /** Whether the first message that waits would fit a ring now. */
  canMoveInto(ring: RingProducer): boolean {
    const bytes = this.consumer?.peekBytes() ?? -1;
    return bytes >= 0 && ring.hasRoom(bytes);
  }

  /** Moves as much as fits into a ring. */
  drainInto(ring: RingProducer): void {
    const { consumer } = this;
    if (consumer === undefined) return;
    for (let bytes = consumer.peekBytes(); bytes >= 0 && ring.hasRoom(bytes); bytes = consumer.peekBytes()) {
      consumer.read(this.header, this.payload);
      ring.tryWrite(this.header, this.payload, bytes);
    }
    consumer.release();
    if (consumer.isEmpty && consumer.slots > SLOTS_KEPT) {
      this.producer = undefined;
      this.consumer = undefined;
    }
  }

  private grow(): void {
    const slots = Math.max(SLOTS_FIRST, this.slots * 2);
    const buffer = new ArrayBuffer(ringBytes(slots));
    const producer = new RingProducer(buffer);
    this.payload = new Int32Array(payloadBytesMax(SLOTS_FIRST) / 4);
    this.drainInto(producer);
    assert(this.isEmpty, 'the larger outbox holds all of the smaller one');
    producer.publish();
    this.producer = producer;
    this.consumer = new RingConsumer(buffer);
  }
}
