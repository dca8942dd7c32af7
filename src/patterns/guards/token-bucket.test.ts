/** The bucket against its definition: over any span of time, no more than the burst and what flows in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deposit, fullBucket, take } from './token-bucket.ts';

/** Whether one more call now would still be within burst + rate × span, for every span that ends now. Whole numbers only. */
function isWithin(taken: readonly number[], perSecond: number, burst: number, nowMs: number): boolean {
  const all = [...taken, nowMs];
  return all.every((fromMs, index) => (all.length - index) * 1_000 <= burst * 1_000 + perSecond * (nowMs - fromMs));
}

describe('token bucket', () => {
  it('lets through exactly what the definition allows (seed 21)', () => {
    const script = fc.record({
      perSecond: fc.integer({ min: 1, max: 500 }),
      burst: fc.integer({ min: 1, max: 10 }),
      gapsMs: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 })), { maxLength: 80, size: 'max' }),
    });
    fc.assert(
      fc.property(script, ({ perSecond, burst, gapsMs }) => {
        const bucket = fullBucket(burst, 0);
        const takenMs: number[] = [];
        let nowMs = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          const { taken } = take(bucket, { perSecond, burst }, nowMs);
          expect(taken).toBe(isWithin(takenMs, perSecond, burst, nowMs));
          if (taken) takenMs.push(nowMs);
        }
      }),
      { seed: 21, numRuns: 1_000 },
    );
  });

  it('says when to come back: then there is a token, and not a millisecond before (seed 22)', () => {
    const script = fc.record({
      perSecond: fc.integer({ min: 1, max: 400 }),
      burst: fc.integer({ min: 1, max: 5 }),
      extra: fc.nat(5),
    });
    fc.assert(
      fc.property(script, ({ perSecond, burst, extra }) => {
        const bucket = fullBucket(burst, 0);
        for (let n = 0; n < burst; n++) expect(take(bucket, { perSecond, burst }, 0).waitMs).toBe(0);
        const { taken, waitMs } = take(bucket, { perSecond, burst }, extra % 2);
        expect(taken).toBe(false);
        const backMs = (extra % 2) + Math.ceil(waitMs);
        expect(take({ ...bucket }, { perSecond, burst }, backMs - 1).taken).toBe(false);
        expect(take({ ...bucket }, { perSecond, burst }, backMs).taken).toBe(true);
      }),
      { seed: 22 },
    );
  });

  it('on credit, each taking has its own moment, evenly apart', () => {
    const bucket = fullBucket(1, 0);
    const takings = Array.from({ length: 5 }, () => take(bucket, { perSecond: 10, burst: 1 }, 0, 3));
    expect(takings.map(({ taken }) => taken)).toEqual([true, true, true, true, false]);
    expect(takings.map(({ waitMs }) => waitMs)).toEqual([0, 100, 200, 300, 100]);
  });

  it('never holds more than the burst, whatever is put in, and never gains from time running backwards', () => {
    const bucket = fullBucket(2, 1_000);
    deposit(bucket, { perSecond: 1, burst: 2 }, 5);
    expect(bucket.tokens).toBe(2);
    take(bucket, { perSecond: 1, burst: 2 }, 1_000);
    take(bucket, { perSecond: 1, burst: 2 }, 500);
    expect(take(bucket, { perSecond: 1, burst: 2 }, 1_000)).toEqual({ taken: false, waitMs: 1_000 });
  });

  it('without an inflow, the wait for a token that is not there is for ever', () => {
    const bucket = fullBucket(1, 0);
    expect(take(bucket, { perSecond: 0, burst: 1 }, 0)).toEqual({ taken: true, waitMs: 0 });
    expect(take(bucket, { perSecond: 0, burst: 1 }, 9_999)).toEqual({ taken: false, waitMs: Number.POSITIVE_INFINITY });
  });
});
