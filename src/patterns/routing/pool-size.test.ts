import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkSizing, nextSize, POOL_SIZING_DEFAULTS, type PoolSizing } from './pool-size.ts';

const sizing = (changes: Partial<PoolSizing> = {}): PoolSizing => ({ ...POOL_SIZING_DEFAULTS, ...changes });

describe('the size of a pool', () => {
  test.each([
    [2, 21, 3, 'grows when more than 10 wait a routee'],
    [2, 20, 2, 'stays when exactly 10 do'],
    [2, 2, 2, 'stays when exactly 1 does'],
    [2, 1, 1, 'shrinks when fewer do'],
    [1, 0, 1, 'never goes below 1'],
    [10, 10_000, 10, 'never goes above the upper bound'],
  ])('from %i with %i waiting to %i: it %s', (size, waiting, expected) => {
    expect(nextSize(size, waiting, sizing())).toBe(expected);
  });

  test('stays within its bounds, one step at a time, under any load (seed 1)', () => {
    const loads = fc.array(fc.nat({ max: 500 }), { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat({ max: 10 }), loads, (lower, more, waits) => {
        const bounds = sizing({ lower, upper: lower + more });
        let size = lower;
        for (const waiting of waits) {
          const next = nextSize(size, waiting, bounds);
          expect(next).toBeGreaterThanOrEqual(Math.max(1, lower));
          expect(next).toBeLessThanOrEqual(lower + more);
          expect(Math.abs(next - size)).toBeLessThanOrEqual(1);
          size = next;
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test.each([
    ['resize.lower', { lower: 0 }],
    ['resize.upper', { lower: 5, upper: 4 }],
    ['resize.upper', { upper: 257 }],
    ['resize.growAbove', { growAbove: -1 }],
    ['resize.shrinkBelow', { growAbove: 2, shrinkBelow: 3 }],
    ['resize.intervalMs', { intervalMs: 0 }],
  ])('is refused where it makes no sense, naming %s: %o', (field, changes) => {
    expect(() => checkSizing('P', sizing(changes))).toThrowError(
      expect.objectContaining({ code: 'invalid-configuration', field }),
    );
  });
});
