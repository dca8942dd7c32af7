/** Generated and interpreted codecs write the same bytes. (Round trips are tested in the browser: e2e/memory.spec.ts.) */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpretFieldsCheck } from '../../../kernel/check.ts';
import { actor } from '../../../kernel/definition.ts';
import type { AnyMessage } from '../../../kernel/ref.ts';
import { Registry } from '../../../kernel/registry.ts';
import { type Fields, type Schema, t } from '../../../kernel/schema.ts';
import { generateCodecs, interpretCodecs } from './codec.ts';
import { Scratch } from './scratch.ts';

const ref = fc.record({
  node: fc.constant(0),
  id: fc.nat(2 ** 20),
  generation: fc.nat(1_000),
  ask: fc.nat(1_000),
  protocol: fc.nat(100),
});

/** Pairs of a schema and values that fit it. */
const typed: fc.Arbitrary<readonly [Schema, unknown]> = fc.oneof(
  fc.tuple(fc.constant(t.int32), fc.integer()),
  fc.tuple(fc.constant(t.uint32), fc.nat(2 ** 31 - 1)),
  fc.tuple(fc.constant(t.float64), fc.double()),
  fc.tuple(fc.constant(t.boolean), fc.boolean()),
  fc.tuple(fc.constant(t.string), fc.string({ unit: 'binary' })),
  fc.tuple(fc.constant(t.literal('a', 'b')), fc.constantFrom('a', 'b')),
  fc.tuple(fc.constant(t.ref({})), ref),
  fc.tuple(fc.constant(t.array(t.int32)), fc.array(fc.integer())),
  fc.tuple(fc.constant(t.object({ x: t.float64, y: t.string })), fc.record({ x: fc.double(), y: fc.string() })),
  fc.tuple(fc.constant(t.optional(t.string)), fc.option(fc.string(), { nil: undefined })),
  fc.tuple(fc.constant(t.any), fc.jsonValue()),
);

const named = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => name !== 'kind'),
  typed,
  { maxKeys: 6 },
);

describe('codecs', () => {
  it('generated and interpreted ones agree on bytes, values and checks (seed 53)', () => {
    fc.assert(
      fc.property(named, (entries) => {
        const fields: Fields = Object.fromEntries(Object.entries(entries).map(([name, [schema]]) => [name, schema]));
        const values = Object.fromEntries(Object.entries(entries).map(([name, [, value]]) => [name, value]));
        const message: AnyMessage = { kind: 'Any', ...values };
        const registry = new Registry([
          actor('A', { protocol: { Any: fields }, state: () => ({}), on: { Any: () => undefined } }),
        ]);
        const kind = registry.kinds[0];
        const [generated] = generateCodecs(registry);
        const [interpreted] = interpretCodecs(registry);
        if (kind === undefined || generated === undefined || interpreted === undefined) throw new Error('no codec');
        expect(kind.check(message)).toBeUndefined();
        const one = new Scratch(65_536);
        const other = new Scratch(65_536);
        const length = generated.encode(one, message);
        expect(interpreted.encode(other, message)).toBe(length);
        expect(one.bytes.slice(0, length)).toEqual(other.bytes.slice(0, length));
        expect(generated.decode(other)).toEqual(interpreted.decode(one));
        const { flat } = generated;
        if (flat !== undefined) {
          const slot = new DataView(new ArrayBuffer(48));
          flat.write(slot, 12, message);
          expect(flat.bytes).toBe(length);
          expect(new Uint8Array(slot.buffer, 12, length)).toEqual(one.bytes.slice(0, length));
          expect(flat.read(slot, 12)).toEqual(interpreted.decode(one));
        }
        for (const name of Object.keys(fields)) {
          const broken = { ...message, [name]: Symbol('never fits') };
          expect(kind.check(broken)).toEqual(interpretFieldsCheck(fields)(broken));
        }
      }),
      { seed: 53 },
    );
  });

  it('kinds of a fixed length that fits one slot are written where they lie, and no others', () => {
    const point = t.object({ x: t.float64, y: t.float64 });
    const protocol = {
      None: {},
      Small: { n: t.int32, at: point, isOn: t.boolean, side: t.literal('left', 'right') },
      Address: { to: t.ref({}), n: t.uint32 },
      Large: { from: point, to: point, n: t.int32 },
      Text: { text: t.string },
      Perhaps: { n: t.optional(t.int32) },
    };
    const handlers = Object.fromEntries(Object.keys(protocol).map((kind) => [kind, () => undefined]));
    const registry = new Registry([actor('A', { protocol, state: () => ({}), on: handlers as never })]);
    const codecs = generateCodecs(registry);
    const bytes = Object.fromEntries(registry.kinds.map(({ kind, index }) => [kind, codecs[index]?.flat?.bytes]));
    expect(bytes).toEqual({ None: 0, Small: 22, Address: 20, Large: undefined, Text: undefined, Perhaps: undefined });
    expect(interpretCodecs(registry).every(({ flat }) => flat === undefined)).toBe(true);
  });

  it('a message that is too large is refused, by name', () => {
    const registry = new Registry([
      actor('A', { protocol: { Long: { text: t.string } }, state: () => ({}), on: { Long: () => undefined } }),
    ]);
    const [codec] = generateCodecs(registry);
    const message = { kind: 'Long', text: 'x'.repeat(100) } as AnyMessage;
    expect(() => codec?.encode(new Scratch(64), message)).toThrowError(
      expect.objectContaining({ code: 'message-too-large', field: 'Long' }),
    );
  });
});
