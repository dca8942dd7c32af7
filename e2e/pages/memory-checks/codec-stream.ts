/**
 * Codec and ring together, from one real thread to another: random messages of random protocols. Both sides draw the
 * same protocols and messages from the seed; the consumer compares what arrives with what it drew.
 */
import fc from 'fast-check';
import { generateCodecs, type KindCodec } from '../../../src/engine/live/memory/codec.ts';
import {
  payloadBytesMax,
  RingConsumer,
  RingProducer,
  ringBytes,
  type SlotHeader,
} from '../../../src/engine/live/memory/ring.ts';
import { Scratch } from '../../../src/engine/live/memory/scratch.ts';
import type { AnyMessage } from '../../../src/kernel/ref.ts';
import { check, type PairCheck, Patience } from './check.ts';
import { sameData } from './same-data.ts';
import { messageOf, protocol, registryOf } from './schema-arbitrary.ts';

const SLOTS = 1_024;
const MESSAGES_PER_RUN = 400;
/** Rounds over the same messages, so that the ring wraps around. */
const ROUNDS = 10;

interface Draw {
  readonly messages: readonly AnyMessage[];
  readonly codecs: readonly KindCodec[];
  readonly numbers: ReadonlyMap<string, number>;
}

/** Messages that fit into the largest payload; the few others have a test of their own. */
function draw(seed: number): Draw {
  const [drawn] = fc.sample(protocol, { seed, numRuns: 1 });
  check(drawn !== undefined, () => 'no protocol was drawn');
  const registry = registryOf(drawn);
  const codecs = generateCodecs(registry);
  const numbers = new Map(registry.kinds.map(({ kind, index }) => [kind, index]));
  const scratch = new Scratch(2 ** 20);
  const messages = fc
    .sample(messageOf(drawn), { seed, numRuns: MESSAGES_PER_RUN })
    .filter((message) => codecOf({ codecs, numbers }, message).encode(scratch, message) <= payloadBytesMax(SLOTS));
  return { messages, codecs, numbers };
}

function codecOf({ codecs, numbers }: Pick<Draw, 'codecs' | 'numbers'>, { kind }: AnyMessage): KindCodec {
  const codec = codecs[numbers.get(kind) ?? -1];
  check(codec !== undefined, () => `no codec for ${kind}`);
  return codec;
}

export const codecStream: PairCheck = {
  memory: ({ runs }) => Array.from({ length: runs }, () => new SharedArrayBuffer(ringBytes(SLOTS))),

  producer(memory, { seed }) {
    const scratch = new Scratch(payloadBytesMax(SLOTS));
    const patience = new Patience();
    const header: SlotHeader = { type: 1, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };
    memory.forEach((buffer, run) => {
      const drawn = draw(seed * 1_000 + run);
      const ring = new RingProducer(buffer);
      for (let round = 0; round < ROUNDS; round++) {
        for (const message of drawn.messages) {
          const bytes = codecOf(drawn, message).encode(scratch, message);
          header.kind = drawn.numbers.get(message.kind) ?? -1;
          header.sender++;
          while (!ring.tryWrite(header, scratch.words, bytes)) {
            ring.publish();
            patience.wait();
          }
          patience.reset();
        }
        ring.publish();
      }
    });
  },

  consumer(memory, { seed }) {
    const scratch = new Scratch(payloadBytesMax(SLOTS));
    const patience = new Patience();
    const header: SlotHeader = { type: 0, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };
    let count = 0;
    memory.forEach((buffer, run) => {
      const drawn = draw(seed * 1_000 + run);
      const ring = new RingConsumer(buffer);
      for (let round = 0; round < ROUNDS; round++) {
        for (const message of drawn.messages) {
          count++;
          while (ring.read(header, scratch.words) < 0) {
            ring.release();
            patience.wait();
          }
          patience.reset();
          const codec = drawn.codecs[header.kind];
          check(codec !== undefined && header.sender === count, () => `message ${count} of run ${run} is out of order`);
          const received = codec.decode(scratch);
          check(
            sameData(received, message),
            () => `message ${count}, run ${run}: received ${fc.stringify(received)} for ${fc.stringify(message)}`,
          );
        }
      }
    });
  },
};
