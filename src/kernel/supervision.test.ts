import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffDelayMs, ruleFor, spendInWindow, spendRestart } from './supervision.ts';

/** The rule read aloud: everything that happened is remembered and counted again each time. */
function dumbBudget(intensity: number, periodMs: number): (nowMs: number) => number {
  const allowed: number[] = [];
  return (nowMs) => {
    const counted = allowed.filter((timeMs) => timeMs >= nowMs - periodMs).length + 1;
    if (counted > intensity) return 0;
    allowed.push(nowMs);
    return counted;
  };
}

describe('restart budget', () => {
  it('counts an entry that is exactly one period old, and forgets it one tick later', () => {
    const timesMs: number[] = [];
    expect(spendRestart(timesMs, 0, 1, 100)).toBe(1);
    expect(spendRestart(timesMs, 100, 1, 100)).toBe(0);
    expect(spendRestart(timesMs, 101, 1, 100)).toBe(1);
  });

  it('intensity 0 allows nothing', () => {
    expect(spendRestart([], 0, 0, 100)).toBe(0);
  });

  it('decides as the rule read aloud does, and remembers no more than the intensity (seed 52)', () => {
    const stepsMs = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(
        stepsMs,
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 100 }),
        (steps, intensity, periodMs) => {
          const dumb = dumbBudget(intensity, periodMs);
          const timesMs: number[] = [];
          let nowMs = 0;
          for (const stepMs of steps) {
            nowMs += stepMs;
            expect(spendRestart(timesMs, nowMs, intensity, periodMs)).toBe(dumb(nowMs));
            expect(timesMs.length).toBeLessThanOrEqual(intensity);
          }
        },
      ),
      { seed: 52 },
    );
  });
});

describe('budget per child', () => {
  it('a window starts with the first restart, and the next one when it is over', () => {
    const spent = { startMs: 0, count: 0 };
    const restartAt = (nowMs: number): number => spendInWindow(spent, nowMs, 2, 100);
    expect([0, 50, 100, 101, 150, 201, 202].map(restartAt)).toEqual([1, 2, 0, 1, 2, 0, 1]);
  });

  it('intensity 0 allows nothing', () => {
    expect(spendInWindow({ startMs: 0, count: 0 }, 0, 0, 100)).toBe(0);
  });
});

describe('backoff', () => {
  const delay = (failures: number, minMs: number, maxMs: number, jitter = 0, random = 0): number =>
    backoffDelayMs(failures, { minMs, maxMs, jitter }, random);

  it('B1: min · 2ⁿ, at most max', () => {
    const [second, minute, day] = [1_000, 60_000, 86_400_000];
    expect(delay(2, 5 * second, 7 * second)).toBe(7 * second);
    expect(delay(2, 5 * second, 7 * day)).toBe(20 * second);
    expect(delay(29, 5 * minute, 10 * minute)).toBe(10 * minute);
  });

  it('B1: no overflow for any n, and jitter adds at most its share', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, minMs, extraMs, jitter, random) => {
          const plainMs = delay(failures, minMs, minMs + extraMs);
          expect(plainMs).toBeGreaterThanOrEqual(minMs);
          expect(plainMs).toBeLessThanOrEqual(minMs + extraMs);
          const jitteredMs = delay(failures, minMs, minMs + extraMs, jitter, random);
          expect(jitteredMs).toBeGreaterThanOrEqual(plainMs);
          expect(jitteredMs).toBeLessThanOrEqual(plainMs * (1 + jitter));
        },
      ),
      { seed: 1 },
    );
  });
});

describe('rules', () => {
  it('the innermost rules that say something win, also with what they say about everything', () => {
    expect(ruleFor('A', [{}, { A: 'stop' }, { A: 'escalate' }])).toBe('stop');
    expect(ruleFor('A', [{ B: 'stop' }, { '*': 'resume' }, { A: 'escalate' }])).toBe('resume');
    expect(ruleFor('A', [{ '*': 'resume', A: 'restart' }])).toBe('restart');
    expect(ruleFor('A', [{ B: 'stop' }])).toBeUndefined();
    // Kinds are data from outside: what every object has is no rule.
    expect(ruleFor('constructor', [{ B: 'stop' }])).toBeUndefined();
  });
});
