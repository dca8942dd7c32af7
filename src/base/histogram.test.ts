import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketFloor, bucketOf, bucketValue, HISTOGRAM_BUCKETS, HISTOGRAM_MAX_VALUE, quantile } from './histogram.ts';

/** As likely small as large: every power of two gets its share. */
const value = fc
  .tuple(fc.integer({ min: 0, max: 32 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([exponent, share]) => Math.min(HISTOGRAM_MAX_VALUE, Math.floor(2 ** exponent * (1 + share)) - 1));

function countsOf(values: readonly number[]): Float64Array {
  const counts = new Float64Array(HISTOGRAM_BUCKETS);
  for (const one of values) {
    const bucket = bucketOf(one);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

/** The dumb version: the value that at least a share q of all values does not exceed. */
function sortedQuantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

describe('buckets', () => {
  test('follow one another without gap or overlap, from 0 to the largest value', () => {
    expect(bucketFloor(0)).toBe(0);
    for (let bucket = 1; bucket < HISTOGRAM_BUCKETS; bucket++) {
      const floor = bucketFloor(bucket);
      expect([bucketOf(floor - 1), bucketOf(floor)]).toEqual([bucket - 1, bucket]);
    }
    expect(bucketOf(HISTOGRAM_MAX_VALUE)).toBe(HISTOGRAM_BUCKETS - 1);
  });

  test('are at most 1/128 of their lower edge wide', () => {
    for (let bucket = 256; bucket < HISTOGRAM_BUCKETS - 1; bucket++) {
      const width = bucketFloor(bucket + 1) - bucketFloor(bucket);
      expect(width / bucketFloor(bucket)).toBeLessThanOrEqual(1 / 128);
    }
  });

  test('X3: stand for every value with an error of at most 1 %', () => {
    fc.assert(
      fc.property(value, (exact) => {
        expect(Math.abs(bucketValue(bucketOf(exact)) - exact)).toBeLessThanOrEqual(exact * 0.01);
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  test('hold small values exactly', () => {
    for (let exact = 0; exact < 256; exact++) expect(bucketValue(bucketOf(exact))).toBe(exact);
  });

  test.each([
    [-5, 0],
    [Number.NaN, 0],
    [0.9, 0],
    [1.9, 1],
    [2 ** 40, HISTOGRAM_BUCKETS - 1],
    [Number.POSITIVE_INFINITY, HISTOGRAM_BUCKETS - 1],
  ])('take %s into bucket %i', (odd, bucket) => {
    expect(bucketOf(odd)).toBe(bucket);
  });
});

describe('quantiles', () => {
  test('of nothing do not exist', () => {
    expect(quantile(new Float64Array(HISTOGRAM_BUCKETS), 0.5)).toBeUndefined();
  });

  test('agree with a sorted list to 1 %', () => {
    const share = fc.oneof(fc.constantFrom(0, 0.5, 0.95, 0.99, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 300, size: 'max' }), share, (values, q) => {
        const exact = sortedQuantile(values, q);
        expect(Math.abs((quantile(countsOf(values), q) ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 0.01);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  test('of merged counts are those of all values together', () => {
    const values = fc.array(value, { minLength: 1, maxLength: 100, size: 'max' });
    fc.assert(
      fc.property(values, values, (ours, theirs) => {
        const others = countsOf(theirs);
        const merged = countsOf(ours).map((count, bucket) => count + (others[bucket] ?? 0));
        expect(quantile(merged, 0.99)).toBe(quantile(countsOf([...ours, ...theirs]), 0.99));
      }),
      { seed: 3, numRuns: 20 },
    );
  });
});
