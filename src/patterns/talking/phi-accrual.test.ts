/** φ against the published formula in its plain form, and what must hold whatever the signs of life were. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPhiSettings, emptyPhiHistory, PHI_DEFAULTS, type PhiSettings, phi, recordSign } from './phi-accrual.ts';

function historyOf(signsMs: readonly number[], settings: PhiSettings) {
  const history = emptyPhiHistory();
  for (const atMs of signsMs) recordSign(history, settings, atMs);
  return history;
}

/** As Pekko writes it, with the intervals summed anew. */
function plainPhi(intervals: readonly number[], silenceMs: number, settings: PhiSettings): number {
  const mean = intervals.reduce((sum, one) => sum + one, 0) / intervals.length;
  const variance = intervals.reduce((sum, one) => sum + one * one, 0) / intervals.length - mean * mean;
  const deviation = Math.max(Math.sqrt(Math.max(0, variance)), settings.minDeviationMs);
  const expected = mean + settings.acceptablePauseMs;
  const y = (silenceMs - expected) / deviation;
  const e = Math.exp(-y * (1.5976 + 0.070566 * y * y));
  return silenceMs > expected ? -Math.log10(e / (1 + e)) : -Math.log10(1 - 1 / (1 + e));
}

const settings: PhiSettings = { ...PHI_DEFAULTS, acceptablePauseMs: 0, minDeviationMs: 100 };

describe('phi', () => {
  it('is 0 before the first sign of life', () => {
    expect(phi(emptyPhiHistory(), settings, 1e9)).toBe(0);
  });

  it('gives the figures of the normal distribution: one in two at the mean, about 8 at 5.6 deviations', () => {
    const history = historyOf([0, 1_000, 2_000, 3_000], { ...settings, window: 3 });
    expect(history.intervals).toEqual([1_000, 1_000, 1_000]);
    expect(phi(history, settings, 4_000)).toBeCloseTo(Math.log10(2), 10);
    expect(phi(history, settings, 4_100)).toBeCloseTo(0.8, 1);
    expect(phi(history, settings, 4_500)).toBeGreaterThan(5);
    expect(phi(history, settings, 4_600)).toBeGreaterThan(8);
  });

  it('starts with the estimate and a quarter of it as deviation', () => {
    expect(historyOf([500], settings)).toEqual({
      intervals: [750, 1_250],
      meanMs: 1_000,
      deviationMs: 250,
      lastMs: 500,
    });
  });

  it('does not learn from a silence that was suspected', () => {
    const history = historyOf([0, 1_000, 1_000_000, 1_001_000], settings);
    expect(history.intervals).toEqual([750, 1_250, 1_000, 1_000]);
  });

  it('accepts a pause', () => {
    const patient = { ...settings, acceptablePauseMs: 3_000 };
    const history = historyOf([0, 1_000, 2_000], patient);
    expect(phi(history, patient, 2_000 + 3_900)).toBeLessThan(1);
    expect(phi(history, patient, 2_000 + 9_000)).toBeGreaterThan(8);
  });

  const gaps = fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), { minLength: 1, maxLength: 40, size: 'max' });

  it('agrees with the plain formula wherever that does not underflow (seed 11)', () => {
    fc.assert(
      fc.property(gaps, fc.double({ min: 0, max: 3_000, noNaN: true }), (intervals, silenceMs) => {
        let nowMs = 0;
        const history = historyOf([0, ...intervals.map((gapMs) => (nowMs += gapMs))], settings);
        const expected = plainPhi(history.intervals, silenceMs, settings);
        fc.pre(Number.isFinite(expected) && expected > 1e-6 && expected < 100);
        expect(phi(history, settings, nowMs + silenceMs)).toBeCloseTo(expected, 5);
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('is finite, not negative, and never falls while the silence lasts; any signs, any settings (seed 12)', () => {
    const anySettings = fc.record({
      threshold: fc.double({ min: 0.1, max: 20, noNaN: true }),
      window: fc.integer({ min: 1, max: 10 }),
      minDeviationMs: fc.constantFrom(0.001, 1, 100),
      acceptablePauseMs: fc.constantFrom(0, 3_000),
      firstEstimateMs: fc.constantFrom(0.001, 1_000),
    });
    const silences = fc.array(fc.double({ min: 0, max: 2 ** 31, noNaN: true }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(anySettings, gaps, silences, (chosen, intervals, silencesMs) => {
        let nowMs = 0;
        const history = historyOf([0, ...intervals.map((gapMs) => (nowMs += gapMs))], chosen);
        expect(history.intervals.length).toBeLessThanOrEqual(chosen.window);
        let previous = 0;
        for (const silenceMs of silencesMs.sort((a, b) => a - b)) {
          const value = phi(history, chosen, nowMs + silenceMs);
          expect(Number.isFinite(value)).toBe(true);
          expect(value).toBeGreaterThanOrEqual(previous);
          previous = value;
        }
      }),
      { seed: 12, numRuns: 500 },
    );
  });

  it.each(['threshold', 'window', 'minDeviationMs', 'acceptablePauseMs', 'firstEstimateMs'])('checks %s', (field) => {
    expect(() => checkPhiSettings({ ...PHI_DEFAULTS, [field]: -1 })).toThrowError(
      expect.objectContaining({ code: 'invalid-configuration', field }),
    );
    checkPhiSettings(PHI_DEFAULTS);
  });
});
