/** The outbox against a list: random messages in, moved on into a ring that is read at random. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payloadBytesMax, RingConsumer, RingProducer, ringBytes, type SlotHeader } from './memory/ring.ts';
import { Outbox } from './outbox.ts';

const SLOTS = 64;

interface Written {
  readonly number: number;
  readonly bytes: number;
}

function headerOf(sender: number): SlotHeader {
  return { type: 1, kind: 2, receiver: 3, generation: 4, ask: 5, sender };
}

function drainAll(consumer: RingConsumer): Written[] {
  const header = headerOf(0);
  const payload = new Int32Array(payloadBytesMax(SLOTS) / 4);
  const read: Written[] = [];
  for (let bytes = consumer.read(header, payload); bytes >= 0; bytes = consumer.read(header, payload)) {
    read.push({ number: header.sender, bytes });
    if (bytes >= 4 && payload[0] !== header.sender) throw new Error(`message ${header.sender} is another one`);
  }
  consumer.release();
  return read;
}

describe('outbox', () => {
  it('gives everything on in order, however it was written and however full the ring is (seed 19)', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), bytes: fc.integer({ min: 0, max: payloadBytesMax(SLOTS) }) }),
      fc.record({ kind: fc.constant('in-place' as const), count: fc.integer({ min: 1, max: 300 }) }),
      fc.constant({ kind: 'drain' as const }),
      fc.constant({ kind: 'read' as const }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
        const buffer = new ArrayBuffer(ringBytes(SLOTS));
        const ring = new RingProducer(buffer);
        const consumer = new RingConsumer(buffer);
        const outbox = new Outbox();
        const payload = new Int32Array(payloadBytesMax(SLOTS) / 4);
        const sent: Written[] = [];
        const arrived: Written[] = [];
        const drain = (): void => {
          outbox.drainInto(ring);
          ring.publish();
        };
        for (const { kind, ...rest } of steps) {
          if (kind === 'push') {
            const { bytes } = rest as { readonly bytes: number };
            payload[0] = sent.length;
            outbox.push(headerOf(sent.length), payload, bytes);
            sent.push({ number: sent.length, bytes });
          } else if (kind === 'in-place') {
            for (let left = (rest as { readonly count: number }).count; left > 0; left--) {
              const waiting = outbox.claim();
              const at = waiting.claim();
              [1 | (1 << 8), 2, 3, 4, 5, 4, sent.length, 0, sent.length].forEach((value, place) => {
                waiting.words[at + place] = value;
              });
              outbox.commit();
              sent.push({ number: sent.length, bytes: 4 });
            }
          } else if (kind === 'drain') {
            drain();
          } else {
            arrived.push(...drainAll(consumer));
          }
          if (outbox.isEmpty !== (outbox.waiting === 0)) throw new Error('an outbox is empty when nothing waits');
        }
        while (!outbox.isEmpty || !consumer.isEmpty) {
          expect(outbox.isEmpty || outbox.canMoveInto(ring) || !consumer.isEmpty).toBe(true);
          drain();
          arrived.push(...drainAll(consumer));
        }
        expect(arrived).toEqual(sent);
      }),
      { seed: 19, numRuns: 12 },
    );
  });

  it('gives everything back when its receiver is lost', () => {
    const outbox = new Outbox();
    const payload = new Int32Array(payloadBytesMax(SLOTS) / 4);
    for (let number = 0; number < 3_000; number++) {
      payload[0] = number;
      outbox.push(headerOf(number), payload, number % 200);
    }
    const back: number[] = [];
    outbox.takeBack((header, words, bytes) => {
      expect(bytes).toBe(header.sender % 200);
      if (bytes >= 4) expect(words[0]).toBe(header.sender);
      back.push(header.sender);
    });
    expect(back).toEqual(Array.from({ length: 3_000 }, (_, number) => number));
    expect(outbox.isEmpty).toBe(true);
  });
});

describe('a producer that waits for room', () => {
  it('is to be woken once there is plenty of it, and not before', () => {
    const buffer = new ArrayBuffer(ringBytes(SLOTS));
    const ring = new RingProducer(buffer);
    const consumer = new RingConsumer(buffer);
    const payload = new Int32Array(8);
    for (let number = 0; number < SLOTS; number++) expect(ring.tryWrite(headerOf(number), payload, 32)).toBe(true);
    ring.publish();
    const header = headerOf(0);
    const take = (count: number): boolean => {
      for (let left = count; left > 0; left--) consumer.read(header, payload);
      return consumer.release();
    };
    expect(ring.hasRoom(32)).toBe(false);
    expect(take(1)).toBe(false);
    ring.wantRoom();
    expect(take(20)).toBe(false);
    expect(take(20)).toBe(true);
    expect(take(20)).toBe(false);
  });
});
