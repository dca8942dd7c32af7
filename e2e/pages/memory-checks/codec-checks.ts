/** The wire codec in one thread: what is written is read again, whatever the schema; what is too large is refused. */
import fc from 'fast-check';
import { generateCodecs } from '../../../src/engine/live/memory/codec.ts';
import type { FlatCodec } from '../../../src/engine/live/memory/flat-codec.ts';
import { readPlainData, writePlainData } from '../../../src/engine/live/memory/plain-data-codec.ts';
import { readText, Scratch, writeText } from '../../../src/engine/live/memory/scratch.ts';
import { PlayhouseError } from '../../../src/kernel/errors.ts';
import type { AnyMessage } from '../../../src/kernel/ref.ts';
import type { Protocol } from '../../../src/kernel/schema.ts';
import { type CheckOptions, check } from './check.ts';
import { sameData } from './same-data.ts';
import { anyText, messageOf, plainData, protocol, registryOf } from './schema-arbitrary.ts';

const SCRATCH_BYTES = 2 ** 20;

const protocolAndMessages: fc.Arbitrary<readonly [Protocol, readonly AnyMessage[]]> = protocol.chain((messages) =>
  fc.tuple(fc.constant(messages), fc.array(messageOf(messages), { minLength: 1, maxLength: 8 })),
);

export function codecRoundTrip({ seed, runs }: CheckOptions): void {
  const scratch = new Scratch(SCRATCH_BYTES);
  fc.assert(
    fc.property(protocolAndMessages, ([messages, sent]) => {
      const registry = registryOf(messages);
      const codecs = generateCodecs(registry);
      for (const message of sent) {
        const codec = codecs[registry.kinds.find(({ kind }) => kind === message.kind)?.index ?? -1];
        check(codec !== undefined, () => `no codec for ${message.kind}`);
        // What an earlier message left behind must not show.
        scratch.bytes.fill(0xa5, 0, 4_096);
        const bytes = codec.encode(scratch, message);
        const received = codec.decode(scratch);
        check(scratch.offset === bytes, () => `read ${scratch.offset} bytes of ${bytes}`);
        check(sameData(received, message), () => `received ${fc.stringify(received)} for ${fc.stringify(message)}`);
        if (codec.flat !== undefined) flatRoundTrip(codec.flat, message, scratch.bytes.subarray(0, bytes));
      }
    }),
    { seed, numRuns: runs },
  );
}

/** In shared memory, at a place that is no multiple of 8: the same bytes, and the same message again. */
function flatRoundTrip(flat: FlatCodec, message: AnyMessage, expected: Uint8Array): void {
  const view = new DataView(new SharedArrayBuffer(64));
  flat.write(view, 12, message);
  check(flat.bytes === expected.length, () => `${flat.bytes} bytes instead of ${expected.length}`);
  expected.forEach((byte, place) => {
    check(view.getUint8(12 + place) === byte, () => `byte ${place} of ${fc.stringify(message)} is another one`);
  });
  const received = flat.read(view, 12);
  check(sameData(received, message), () => `received ${fc.stringify(received)} for ${fc.stringify(message)}`);
}

export function plainDataRoundTrip({ seed, runs }: CheckOptions): void {
  const scratch = new Scratch(SCRATCH_BYTES);
  roundTrip(scratch, plainData, writePlainData, readPlainData, { seed, runs });
}

export function textRoundTrip({ seed, runs }: CheckOptions): void {
  const scratch = new Scratch(SCRATCH_BYTES);
  // Also longer than one chunk of conversion, with and without units above 255.
  const long = fc
    .tuple(fc.constantFrom('a', 'ÿ', 'Ā', '\ud800'), fc.integer({ min: 4_000, max: 13_000 }))
    .map(([unit, length]) => unit.repeat(length));
  roundTrip(scratch, fc.oneof(anyText, long), writeText, readText, { seed, runs });
}

function roundTrip<T>(
  scratch: Scratch,
  values: fc.Arbitrary<T>,
  write: (scratch: Scratch, value: T) => void,
  read: (scratch: Scratch) => unknown,
  { seed, runs }: CheckOptions,
): void {
  fc.assert(
    fc.property(values, (value) => {
      scratch.offset = 0;
      write(scratch, value);
      const bytes = scratch.offset;
      scratch.offset = 0;
      const received = read(scratch);
      check(scratch.offset === bytes, () => `read ${scratch.offset} bytes of ${bytes}`);
      check(sameData(received, value), () => `received ${fc.stringify(received)}`);
    }),
    { seed, numRuns: runs },
  );
}

/** In a scratch of any size a message either fits, and comes back, or is refused by name; and the scratch goes on working. */
export function codecTooLarge({ seed, runs }: CheckOptions): void {
  fc.assert(
    fc.property(protocolAndMessages, fc.integer({ min: 1, max: 64 }), ([messages, sent], sizeWords) => {
      const registry = registryOf(messages);
      const codecs = generateCodecs(registry);
      const small = new Scratch(sizeWords * 4);
      const large = new Scratch(SCRATCH_BYTES);
      for (const message of sent) {
        const codec = codecs[registry.kinds.find(({ kind }) => kind === message.kind)?.index ?? -1];
        check(codec !== undefined, () => `no codec for ${message.kind}`);
        const needed = codec.encode(large, message);
        let refusal: unknown;
        try {
          codec.encode(small, message);
        } catch (thrown) {
          refusal = thrown;
        }
        if (needed <= sizeWords * 4) {
          check(refusal === undefined, () => `${needed} bytes were refused in ${sizeWords * 4}: ${String(refusal)}`);
          const received = codec.decode(small);
          check(sameData(received, message), () => `received ${fc.stringify(received)} for ${fc.stringify(message)}`);
        } else {
          check(
            refusal instanceof PlayhouseError && refusal.code === 'message-too-large',
            () => `${needed} bytes in ${sizeWords * 4} gave ${String(refusal)} instead of message-too-large`,
          );
        }
      }
    }),
    { seed, numRuns: runs },
  );
}
