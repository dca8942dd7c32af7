/**
 * The ring against a dumb model: random writes, publications, reads and releases, in one thread so that every answer is
 * known exactly. Covers order, loss, wrap-around of slots and of counters, payloads that span slots, and invisibility
 * before publication.
 */
import fc from 'fast-check';
import {
  HEADER_WORDS,
  payloadBytesMax,
  RingConsumer,
  RingProducer,
  ringBytes,
  type SlotHeader,
} from '../../../src/engine/live/memory/ring.ts';
import { type CheckOptions, check } from './check.ts';

interface Message {
  readonly header: SlotHeader;
  readonly words: readonly number[];
  /** Slots it takes. */
  readonly span: number;
  readonly bytes: number;
}

type Command =
  | {
      readonly kind: 'write';
      readonly header: SlotHeader;
      readonly fill: number;
      readonly share: number;
      /** Written where it will lie, if it fits one slot. */
      readonly inPlace: boolean;
    }
  | { readonly kind: 'publish' }
  | { readonly kind: 'read'; readonly count: number; readonly inPlace: boolean }
  | { readonly kind: 'release' };

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

const header: fc.Arbitrary<SlotHeader> = fc.record({
  type: fc.integer({ min: 1, max: 255 }),
  kind: int32,
  receiver: int32,
  generation: int32,
  ask: int32,
  sender: int32,
});

const command: fc.Arbitrary<Command> = fc.oneof(
  // `share` scales to the largest payload of the ring at hand; small ones are as likely as large ones.
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      header,
      fill: int32,
      share: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.2, noNaN: true })),
      inPlace: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'publish' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      count: fc.integer({ min: 1, max: 8 }),
      inPlace: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'release' as const }) },
);

export function ringModel({ seed, runs }: CheckOptions): void {
  fc.assert(
    fc.property(
      fc.constantFrom(4, 8, 16, 64),
      // Slots counted before: close to where 32-bit counters change sign, and to where they start again.
      fc.constantFrom(0, 3, 2 ** 31 - 5, 2 ** 32 - 5),
      fc.array(command, { maxLength: 400, size: 'max' }),
      (slots, alreadyCounted, commands) => playAgainstModel(slots, alreadyCounted, commands),
    ),
    { seed, numRuns: runs },
  );
}

function playAgainstModel(slots: number, alreadyCounted: number, commands: readonly Command[]): void {
  const buffer = new SharedArrayBuffer(ringBytes(slots));
  // Both counters, at the places that ring.ts documents: tail in word 0, head in word 32.
  const words = new Int32Array(buffer);
  words[0] = alreadyCounted | 0;
  words[32] = alreadyCounted | 0;

  const producer = new RingProducer(buffer);
  const consumer = new RingConsumer(buffer);
  const model = new DumbRing(slots);
  const received: SlotHeader = { type: 0, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };
  const payload = new Int32Array(payloadBytesMax(slots) / 4);

  for (const step of commands) {
    switch (step.kind) {
      case 'write': {
        const message = messageOf(step.header, step.fill, Math.round(step.share * payloadBytesMax(slots)));
        const accepted =
          step.inPlace && message.span === 1
            ? writeInPlace(producer, message)
            : producer.tryWrite(message.header, Int32Array.from(message.words), message.bytes);
        const expected = model.write(message);
        check(accepted === expected, () => `a write of ${message.span} slots: ${accepted}, expected ${expected}`);
        break;
      }
      case 'publish':
        check(producer.unpublished === model.unpublishedSlots, () => `${producer.unpublished} slots are unpublished`);
        producer.publish();
        model.publish();
        break;
      case 'read':
        for (let left = step.count; left > 0; left--) {
          const expected = model.read();
          const bytes = step.inPlace ? readInPlace(consumer, received, payload) : consumer.read(received, payload);
          compare(expected, received, payload, bytes);
        }
        break;
      case 'release':
        consumer.release();
        model.release();
        break;
    }
  }
}

/** As a codec does that writes into the slot itself. */
function writeInPlace(producer: RingProducer, { header, words, bytes }: Message): boolean {
  const at = producer.claim();
  if (at < 0) return false;
  const values = [
    header.type | (1 << 8),
    header.kind,
    header.receiver,
    header.generation,
    header.ask,
    bytes,
    header.sender,
  ];
  values.forEach((value, place) => {
    producer.words[at + place] = value;
  });
  words.forEach((value, place) => {
    producer.view.setInt32((at + HEADER_WORDS + place) * 4, value, true);
  });
  producer.commit();
  return true;
}

/** As a codec does that reads from the slot itself; longer messages are read as always. */
function readInPlace(consumer: RingConsumer, header: SlotHeader, payload: Int32Array): number {
  const at = consumer.peek();
  if (at < 0) return -1;
  const { words } = consumer;
  if ((words[at] as number) >>> 8 !== 1) return consumer.read(header, payload);
  header.type = (words[at] as number) & 0xff;
  header.kind = words[at + 1] as number;
  header.receiver = words[at + 2] as number;
  header.generation = words[at + 3] as number;
  header.ask = words[at + 4] as number;
  const bytes = words[at + 5] as number;
  header.sender = words[at + 6] as number;
  for (let word = 0; word < Math.ceil(bytes / 4); word++) payload[word] = words[at + HEADER_WORDS + word] as number;
  consumer.skip();
  return bytes;
}

function messageOf(header: SlotHeader, fill: number, bytes: number): Message {
  const words = Array.from({ length: Math.ceil(bytes / 4) }, (_, index) => Math.imul(fill + index, 0x9e3779b1));
  const span = bytes <= 32 ? 1 : 1 + Math.ceil((bytes - 32) / 64);
  return { header, words, bytes, span };
}

function compare(expected: Message | undefined, header: SlotHeader, payload: Int32Array, bytes: number): void {
  if (expected === undefined) {
    check(bytes === -1, () => `read ${bytes} bytes where nothing was published`);
    return;
  }
  check(bytes === expected.bytes, () => `read ${bytes} bytes, expected ${expected.bytes}`);
  for (const name of Object.keys(expected.header) as (keyof SlotHeader)[]) {
    check(
      header[name] === expected.header[name],
      () => `${name} is ${header[name]}, expected ${expected.header[name]}`,
    );
  }
  expected.words.forEach((word, index) => {
    check(payload[index] === word, () => `word ${index} of the payload is ${payload[index]}, expected ${word}`);
  });
}

/** What a ring is, without any cleverness: two lists and a number of free slots. */
class DumbRing {
  private readonly unpublished: Message[] = [];
  private readonly published: Message[] = [];
  private free: number;
  private readSlots = 0;

  constructor(slots: number) {
    this.free = slots;
  }

  get unpublishedSlots(): number {
    return this.unpublished.reduce((slots, message) => slots + message.span, 0);
  }

  write(message: Message): boolean {
    if (message.span > this.free) return false;
    this.free -= message.span;
    this.unpublished.push(message);
    return true;
  }

  publish(): void {
    this.published.push(...this.unpublished.splice(0));
  }

  read(): Message | undefined {
    const message = this.published.shift();
    this.readSlots += message?.span ?? 0;
    return message;
  }

  release(): void {
    this.free += this.readSlots;
    this.readSlots = 0;
  }
}
