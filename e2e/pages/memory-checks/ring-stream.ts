/**
 * Two real threads over one ring: the producer writes a sequence that follows from the seed alone, so the consumer knows
 * every word that must arrive and checks each of them. At the end both have counted the same.
 */
import { nextRandom, nextUint32, type RandomState, seedRandom } from '../../../src/base/random.ts';
import {
  payloadBytesMax,
  RingConsumer,
  RingProducer,
  ringBytes,
  type SlotHeader,
} from '../../../src/engine/live/memory/ring.ts';
import { type CheckOptions, check, type PairCheck, Patience } from './check.ts';

/** How hurried each side is: the chance, after a message, of dawdling for a number of turns of an empty loop. */
interface Pace {
  readonly producerPauses: number;
  readonly consumerPauses: number;
}

export const steady: Pace = { producerPauses: 0, consumerPauses: 0 };
export const slowConsumer: Pace = { producerPauses: 0, consumerPauses: 0.05 };
export const slowProducer: Pace = { producerPauses: 0.05, consumerPauses: 0 };

const PAUSE_TURNS_MAX = 20_000;

/** What differs from run to run; the same on both sides. */
interface Plan {
  readonly slots: number;
  /** Enough to go round the ring many times. */
  readonly messages: number;
  readonly payloadMax: number;
  readonly publishEvery: number;
  readonly releaseEvery: number;
}

function planOf(seed: number, run: number): Plan {
  const random = seedRandom(seed * 1_000 + run);
  const slots = 2 ** (2 + Math.floor(nextRandom(random) * 9));
  return {
    slots,
    messages: 4_000 + 20 * slots,
    payloadMax: Math.floor(nextRandom(random) ** 2 * payloadBytesMax(slots)),
    publishEvery: 1 + Math.floor(nextRandom(random) * 64),
    releaseEvery: 1 + Math.floor(nextRandom(random) * 64),
  };
}

export function ringStream(pace: Pace): PairCheck {
  return {
    memory: ({ seed, runs }) =>
      Array.from({ length: runs }, (_, run) => new SharedArrayBuffer(ringBytes(planOf(seed, run).slots))),
    producer: (memory, options) => forEachRun(memory, options, (...run) => produce(...run, pace.producerPauses)),
    consumer: (memory, options) => forEachRun(memory, options, (...run) => consume(...run, pace.consumerPauses)),
  };
}

function forEachRun(
  memory: readonly SharedArrayBuffer[],
  { seed }: CheckOptions,
  side: (buffer: SharedArrayBuffer, plan: Plan, content: RandomState, pauses: RandomState) => void,
): void {
  memory.forEach((buffer, run) => {
    const streamSeed = seed * 1_000 + run;
    side(buffer, planOf(seed, run), seedRandom(streamSeed + 2 ** 32), seedRandom(streamSeed + 2 ** 33));
  });
}

/** The next message of the sequence: fills header and payload, returns its length in bytes. */
function nextMessage(content: RandomState, plan: Plan, header: SlotHeader, payload: Int32Array): number {
  header.type = 1 + (nextUint32(content) % 255);
  header.kind = nextUint32(content) | 0;
  header.receiver = nextUint32(content) | 0;
  header.generation = nextUint32(content) | 0;
  header.ask = nextUint32(content) | 0;
  header.sender = nextUint32(content) | 0;
  const bytes = nextUint32(content) % (plan.payloadMax + 1);
  for (let word = 0; word < Math.ceil(bytes / 4); word++) payload[word] = nextUint32(content) | 0;
  return bytes;
}

function produce(
  buffer: SharedArrayBuffer,
  plan: Plan,
  content: RandomState,
  pausing: RandomState,
  pauses: number,
): void {
  const ring = new RingProducer(buffer);
  const patience = new Patience();
  const header = emptyHeader();
  const payload = new Int32Array(Math.ceil(payloadBytesMax(plan.slots) / 4));
  for (let sent = 1; sent <= plan.messages; sent++) {
    const bytes = nextMessage(content, plan, header, payload);
    while (!ring.tryWrite(header, payload, bytes)) {
      // What the consumer cannot see it cannot make room for.
      ring.publish();
      patience.wait();
    }
    patience.reset();
    if (sent % plan.publishEvery === 0) ring.publish();
    if (nextRandom(pausing) < pauses) dawdle(pausing);
  }
  ring.publish();
}

function consume(
  buffer: SharedArrayBuffer,
  plan: Plan,
  content: RandomState,
  pausing: RandomState,
  pauses: number,
): void {
  const ring = new RingConsumer(buffer);
  const patience = new Patience();
  const expected = emptyHeader();
  const received = emptyHeader();
  const expectedPayload = new Int32Array(Math.ceil(payloadBytesMax(plan.slots) / 4));
  const payload = new Int32Array(expectedPayload.length);
  for (let count = 1; count <= plan.messages; count++) {
    const expectedBytes = nextMessage(content, plan, expected, expectedPayload);
    let bytes = ring.read(received, payload);
    while (bytes < 0) {
      ring.release();
      patience.wait();
      bytes = ring.read(received, payload);
    }
    patience.reset();
    const where = (): string => `message ${count} of ${plan.messages} with ${JSON.stringify(plan)}`;
    check(bytes === expectedBytes, () => `${where()}: ${bytes} bytes instead of ${expectedBytes}`);
    check(sameHeader(received, expected), () => `${where()}: ${JSON.stringify({ received, expected })}`);
    for (let word = 0; word < Math.ceil(bytes / 4); word++) {
      check(payload[word] === expectedPayload[word], () => `${where()}: word ${word} of the payload differs`);
    }
    if (count % plan.releaseEvery === 0) ring.release();
    if (nextRandom(pausing) < pauses) dawdle(pausing);
  }
  ring.release();
  check(ring.isEmpty, () => 'something was left over after the last message');
}

function emptyHeader(): SlotHeader {
  return { type: 0, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };
}

function sameHeader(a: SlotHeader, b: SlotHeader): boolean {
  return (
    a.type === b.type &&
    a.kind === b.kind &&
    a.receiver === b.receiver &&
    a.generation === b.generation &&
    a.ask === b.ask &&
    a.sender === b.sender
  );
}

function dawdle(random: RandomState): void {
  for (let left = nextUint32(random) % PAUSE_TURNS_MAX; left > 0; left--) nextUint32(random);
}
