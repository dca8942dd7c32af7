import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextRandom, nextUint32, type RandomState, seedRandom } from './random.ts';

function take(count: number, state: RandomState): number[] {
  return Array.from({ length: count }, () => nextUint32(state));
}

/** sfc32 as its author publishes it in C, on 32-bit unsigned words, one step a line. */
function referenceSfc32(seedLow: number, seedHigh: number, count: number): number[] {
  const word = (value: bigint): bigint => value & 0xffffffffn;
  let a = 0n;
  let b = word(BigInt(seedLow));
  let c = word(BigInt(seedHigh));
  let counter = 1n;
  const results: number[] = [];
  for (let index = 0; index < 15 + count; index++) {
    const result = word(a + b + counter);
    counter = word(counter + 1n);
    a = b ^ (b >> 9n);
    b = word(c + (c << 3n));
    c = word(word((c << 21n) | (c >> 11n)) + result);
    if (index >= 15) results.push(Number(result));
  }
  return results;
}

// Links carry seeds: the numbers that follow from one must never change.
test('seeds give the numbers they always gave', () => {
  expect(take(4, seedRandom(0))).toEqual([4216505632, 947923937, 2491578854, 3964400089]);
  expect(take(4, seedRandom(1))).toEqual([1779833415, 2026416846, 1661539736, 2729060721]);
  expect(take(4, seedRandom(2 ** 32 + 1))).toEqual([2462231382, 2783042095, 26658926, 496859281]);
});

test('agrees with the published algorithm', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 2 ** 20 }), (low, high) => {
      expect(take(50, seedRandom(high * 2 ** 32 + low))).toEqual(referenceSfc32(low, high, 50));
    }),
    { seed: 1 },
  );
});

describe('the state', () => {
  test('saved as JSON anywhere, goes on with the same numbers', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat({ max: 100 }), (seed, already) => {
        const state = seedRandom(seed);
        take(already, state);
        const saved = JSON.parse(JSON.stringify(state)) as RandomState;
        expect(take(20, saved)).toEqual(take(20, state));
      }),
      { seed: 2 },
    );
  });

  test('stays four 32-bit integers', () => {
    const state = seedRandom(Number.MAX_SAFE_INTEGER);
    for (let index = 0; index < 10_000; index++) {
      nextUint32(state);
      for (const word of Object.values(state)) expect(word).toBe(word | 0);
    }
  });
});

test('neighbouring seeds part at once', () => {
  const firsts = new Set(Array.from({ length: 10_000 }, (_, seed) => nextUint32(seedRandom(seed))));
  // 10,000 draws from 2³² meet by chance about 0.01 times.
  expect(firsts.size).toBe(10_000);
});

test('numbers fill [0, 1) evenly (seed 7)', () => {
  const state = seedRandom(7);
  const draws = 100_000;
  const tenths = new Array<number>(10).fill(0);
  for (let index = 0; index < draws; index++) {
    const value = nextRandom(state);
    expect(value >= 0 && value < 1).toBe(true);
    const tenth = Math.floor(value * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // Six standard deviations of a fair count; the seed is fixed, so this either holds or does not.
  for (const count of tenths) expect(Math.abs(count - draws / 10)).toBeLessThan(6 * Math.sqrt(draws * 0.1 * 0.9));
});
