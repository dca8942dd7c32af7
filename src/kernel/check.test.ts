import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCheck, plainDataMismatch } from './check.ts';
import { type Schema, t } from './schema.ts';

const ref = { node: 0, id: 1, generation: 1, ask: 0, protocol: 0 };

describe('checks', () => {
  const cases: readonly [string, Schema, readonly unknown[], readonly unknown[]][] = [
    ['int32', t.int32, [0, -(2 ** 31), 2 ** 31 - 1], [1.5, 2 ** 31, '1', null, undefined, Number.NaN]],
    ['uint32', t.uint32, [0, 2 ** 32 - 1], [-1, 2 ** 32, 0.5, '1']],
    ['float64', t.float64, [0.1, Number.NaN, Number.POSITIVE_INFINITY], ['0.1', null, 1n]],
    ['boolean', t.boolean, [true, false], [0, 'true', null]],
    ['string', t.string, ['', 'ab'], [1, null, ['a']]],
    ['literal', t.literal('a', 'b'), ['a', 'b'], ['c', 1, '']],
    ['array', t.array(t.int32), [[], [1, 2]], [[1, 'x'], {}, 'ab', null]],
    ['object', t.object({ n: t.int32 }), [{ n: 1 }], [{}, { n: 'x' }, [], null, 1]],
    ['optional', t.optional(t.int32), [undefined, 3], [null, 'x']],
    ['ref', t.ref({}), [ref], [{ ...ref, id: 'x' }, {}, null, 7]],
    [
      'any',
      t.any,
      [null, 1, [{ a: new Map([['x', new Set([1])]]) }], new Uint8Array(2)],
      [() => 1, Symbol('x'), new Date(0), new DataView(new ArrayBuffer(1))],
    ],
  ];
  for (const [name, schema, good, bad] of cases) {
    it(`${name} takes what fits and refuses what does not`, () => {
      const check = compileCheck(schema);
      for (const value of good) expect(check(value)).toBeUndefined();
      for (const value of bad) expect(check(value)).toBeDefined();
    });
  }

  it('names the field, however deep', () => {
    const check = compileCheck(t.object({ items: t.array(t.object({ price: t.int32, tags: t.array(t.string) })) }));
    expect(
      check({
        items: [
          { price: 1, tags: [] },
          { price: 2, tags: ['a', 3] },
        ],
      }),
    ).toEqual({
      field: 'items[1].tags[1]',
      expected: 'string',
      found: '3',
    });
  });

  it('checks every field, whatever their number', () => {
    for (let count = 1; count <= 5; count++) {
      const fields = Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, t.int32]));
      const check = compileCheck(t.object(fields));
      const good = Object.fromEntries(Object.keys(fields).map((name) => [name, 1]));
      expect(check(good)).toBeUndefined();
      for (const name of Object.keys(fields)) expect(check({ ...good, [name]: 'x' })?.field).toBe(name);
    }
  });

  it('JSON is plain data (seed 51); a cycle is refused, not followed for ever', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => plainDataMismatch(value) === undefined),
      { seed: 51 },
    );
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(plainDataMismatch(cycle)?.found).toContain('nesting');
  });
});
