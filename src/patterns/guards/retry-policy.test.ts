/** Delays, the budget of retries, and the list of what waits, against plain arithmetic and sorting. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Due, earnRetry, fullBudget, insertDue, retryDelayMs, spendRetry, takeDue } from './retry-policy.ts';

describe('retry delays', () => {
  const delays = { minMs: 100, maxMs: 10_000, factor: 2, jitter: 0 };

  it('double up to the maximum, without overflow', () => {
    expect([1, 2, 3, 8, 5_000].map((retry) => retryDelayMs(retry, delays, 0.9))).toEqual([
      100, 200, 400, 10_000, 10_000,
    ]);
    expect(retryDelayMs(5_000, { ...delays, minMs: 0 }, 0.9)).toBe(0);
  });

  it('get a random share of up to the jitter', () => {
    expect(retryDelayMs(2, { ...delays, jitter: 0.5 }, 0)).toBe(200);
    expect(retryDelayMs(2, { ...delays, jitter: 0.5 }, 0.5)).toBe(250);
    expect(retryDelayMs(20, { ...delays, jitter: 1 }, 0.5)).toBe(15_000);
  });
});

describe('retry budget', () => {
  it('never gives more than the reserve, the share of calls and the trickle together (seed 31)', () => {
    const script = fc.record({
      budget: fc.record({
        share: fc.constantFrom(0, 0.1, 0.25, 1),
        perSecond: fc.constantFrom(0, 1, 10),
        reserve: fc.integer({ min: 1, max: 10 }),
      }),
      steps: fc.array(fc.record({ gapMs: fc.nat(200), retries: fc.nat(4) }), { maxLength: 60, size: 'max' }),
    });
    fc.assert(
      fc.property(script, ({ budget, steps }) => {
        const bucket = fullBudget(budget);
        let [nowMs, calls, spent] = [0, 0, 0];
        for (const { gapMs, retries } of steps) {
          nowMs += gapMs;
          calls++;
          earnRetry(bucket, budget);
          for (let n = 0; n < retries; n++) if (spendRetry(bucket, budget, nowMs)) spent++;
          const most = budget.reserve + budget.share * calls + (budget.perSecond * nowMs) / 1_000;
          expect(spent).toBeLessThanOrEqual(most + 1e-6);
        }
      }),
      { seed: 31, numRuns: 500 },
    );
  });

  it('in an outage, retries are a fifth of the calls once the reserve is spent', () => {
    const budget = { share: 0.2, perSecond: 0, reserve: 10 };
    const bucket = fullBudget(budget);
    let spent = 0;
    for (let call = 0; call < 1_000; call++) {
      earnRetry(bucket, budget);
      if (spendRetry(bucket, budget, 0)) spent++;
    }
    expect(spent).toBeGreaterThanOrEqual(200);
    expect(spent).toBeLessThanOrEqual(210);
  });
});

describe('what waits', () => {
  it('comes out in order of time, and of arrival among equals, as if sorted each time (seed 32)', () => {
    const step = fc.oneof(fc.record({ dueMs: fc.nat(20) }), fc.record({ takeMs: fc.nat(25) }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const list: (Due & { readonly id: number })[] = [];
        let dumb: (Due & { readonly id: number })[] = [];
        for (const [id, one] of steps.entries()) {
          if ('dueMs' in one) {
            insertDue(list, { dueMs: one.dueMs, id });
            dumb = [...dumb, { dueMs: one.dueMs, id }].sort((a, b) => a.dueMs - b.dueMs || a.id - b.id);
          } else {
            expect(takeDue(list, one.takeMs)).toEqual(dumb.filter(({ dueMs }) => dueMs <= one.takeMs));
            dumb = dumb.filter(({ dueMs }) => dueMs > one.takeMs);
          }
          expect(list).toEqual(dumb);
        }
      }),
      { seed: 32, numRuns: 500 },
    );
  });
});
