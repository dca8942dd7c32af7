import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spendRestart } from './supervision.ts';

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

  it('decides as the rule read aloud does, and remembers no more than the intensity', () => {
    const stepsMs = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 });
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
    );
  });
});
