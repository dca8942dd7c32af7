/** Arrival processes against their definitions: rates, variances, bursts, the integral of a ramp, and that nothing drifts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRandom, seedRandom } from '../../base/random.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import { type ArrivalState, exponential, nextArrivalMs, passTime, startArrivals, takeArrival } from './arrivals.ts';
import { boundedProfile, checkProfile, type LoadProfile, sameProfile } from './load-profile.ts';

function seeded(seed: number): () => number {
  const state = seedRandom(seed);
  return () => nextRandom(state);
}

/** The first `count` due times, or fewer where no more are due. */
function dueTimes(profile: LoadProfile, count: number, random = seeded(1), startMs = 0): number[] {
  const state = startArrivals(profile, startMs, random);
  const times: number[] = [];
  while (times.length < count) {
    const dueMs = nextArrivalMs(profile, state);
    if (dueMs === Number.POSITIVE_INFINITY) break;
    times.push(dueMs);
    takeArrival(profile, state, random);
  }
  return times;
}

const gapsBetween = (times: readonly number[]): number[] =>
  times.slice(1).map((time, index) => time - (times[index] ?? 0));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
function variance(values: readonly number[]): number {
  const average = mean(values);
  return mean(values.map((value) => (value - average) ** 2));
}
/** Requests due before `ms`. */
const dueBefore = (times: readonly number[], ms: number): number => times.filter((time) => time < ms).length;

describe('constant', () => {
  it('is evenly spaced, and the first is due at once', () => {
    expect(dueTimes({ shape: 'constant', perSecond: 4 }, 4, seeded(1), 1_000)).toEqual([1_000, 1_250, 1_500, 1_750]);
  });

  it('does not drift: after a million arrivals the time is right to a microsecond', () => {
    const profile: LoadProfile = { shape: 'constant', perSecond: 3_000 };
    const state = startArrivals(profile, 0, seeded(1));
    for (let n = 0; n < 1_000_000; n++) takeArrival(profile, state, () => 0);
    expect(Math.abs(nextArrivalMs(profile, state) - 1_000_000 / 3)).toBeLessThan(1e-3);
  });

  it('uses no random numbers', () => {
    const never = (): number => {
      throw new Error('no chance here');
    };
    expect(dueTimes({ shape: 'constant', perSecond: 10 }, 5, never)).toHaveLength(5);
  });
});

describe('poisson', () => {
  const gapsMs = gapsBetween(dueTimes({ shape: 'poisson', perSecond: 500 }, 50_000, seeded(31)));

  it('has exponential gaps: mean 1/rate, variance its square, e⁻¹ of them longer than the mean (seed 31)', () => {
    expect(mean(gapsMs)).toBeCloseTo(2, 1);
    expect(variance(gapsMs)).toBeGreaterThan(3.85);
    expect(variance(gapsMs)).toBeLessThan(4.15);
    expect(gapsMs.filter((gapMs) => gapMs > 2).length / gapsMs.length).toBeCloseTo(Math.exp(-1), 2);
    expect(gapsMs.filter((gapMs) => gapMs > 6).length / gapsMs.length).toBeCloseTo(Math.exp(-3), 2);
  });

  it('has gaps that know nothing of each other', () => {
    const products = gapsMs.slice(1).map((gapMs, index) => (gapMs - 2) * ((gapsMs[index] ?? 0) - 2));
    expect(Math.abs(mean(products) / variance(gapsMs))).toBeLessThan(0.02);
  });

  it('counts as many as its variance says: that of the counts a tenth of a second is their mean', () => {
    const times = dueTimes({ shape: 'poisson', perSecond: 500 }, 50_000, seeded(32));
    const counts = Array.from({ length: 900 }, () => 0);
    for (const time of times) {
      const part = Math.floor(time / 100);
      if (part < counts.length) counts[part] = (counts[part] ?? 0) + 1;
    }
    expect(mean(counts)).toBeCloseTo(50, -0.5);
    expect(variance(counts) / mean(counts)).toBeGreaterThan(0.85);
    expect(variance(counts) / mean(counts)).toBeLessThan(1.15);
  });
});

describe('the exponential distribution', () => {
  it('is −ln(1 − u), to the last digits, for every u that a generator gives (seed 33)', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), (word) => {
        const u = word / 2 ** 32;
        const expected = -Math.log1p(-u);
        expect(Math.abs(exponential(() => u) - expected)).toBeLessThanOrEqual(4e-16 * Math.max(1, expected));
      }),
      { seed: 33, numRuns: 5_000 },
    );
    expect(exponential(() => 0)).toBe(0);
    expect(exponential(() => 1 - 2 ** -32)).toBeCloseTo(32 * Math.LN2, 12);
  });
});

describe('bursts', () => {
  it('brings so many at once, at the average rate', () => {
    const times = dueTimes({ shape: 'bursts', perSecond: 100, burst: 25 }, 100);
    expect(new Set(times)).toEqual(new Set([0, 250, 500, 750]));
    for (const time of [0, 250, 500, 750]) expect(times.filter((one) => one === time)).toHaveLength(25);
  });

  it('of one request are a constant load', () => {
    expect(dueTimes({ shape: 'bursts', perSecond: 30, burst: 1 }, 50)).toEqual(
      dueTimes({ shape: 'constant', perSecond: 30 }, 50),
    );
  });

  it('may come at random: whole bursts, exponential gaps between them, the same average rate (seed 34)', () => {
    const profile: LoadProfile = { shape: 'bursts', perSecond: 1_000, burst: 10, gaps: 'exponential' };
    const times = dueTimes(profile, 200_000, seeded(34));
    const startsMs = [...new Set(times)];
    expect(startsMs).toHaveLength(20_000);
    const gapsMs = gapsBetween(startsMs);
    expect(mean(gapsMs)).toBeGreaterThan(9.8);
    expect(mean(gapsMs)).toBeLessThan(10.2);
    expect(Math.sqrt(variance(gapsMs)) / mean(gapsMs)).toBeCloseTo(1, 1);
  });
});

describe('ramps', () => {
  const up: LoadProfile = { shape: 'ramp', fromPerSecond: 0, toPerSecond: 1_000, overMs: 2_000 };
  const down: LoadProfile = { shape: 'ramp', fromPerSecond: 1_000, toPerSecond: 0, overMs: 2_000 };

  it('sends the integral of its rate: (from + to) / 2 · time, and then stays where it is', () => {
    const times = dueTimes(up, 3_001);
    // The first one at once. Half a second: 62.5 more; one second: 250; the whole ramp: 1,000; then 1,000 a second.
    const sent = [500.5, 1_000.5, 2_000.5, 3_000.5].map((ms) => dueBefore(times, ms));
    expect(sent).toEqual([63, 251, 1_001, 2_001]);
    expect(times[1_000]).toBeCloseTo(2_000, 9);
    expect(times[1_001]).toBeCloseTo(2_001, 9);
  });

  it('the n-th request of a ramp from nothing is due at √(2 n T / rate)', () => {
    const times = dueTimes(up, 1_000);
    for (const n of [1, 10, 123, 999]) expect(times[n]).toBeCloseTo(Math.sqrt((2 * n * 2_000) / 1), 6);
  });

  it('down to nothing ends', () => {
    const times = dueTimes(down, 5_000);
    expect(times.length).toBeGreaterThanOrEqual(1_000);
    expect(times.length).toBeLessThanOrEqual(1_001);
    expect(dueBefore(times, 1_000.5)).toBe(751);
    expect(Math.max(...times)).toBeLessThanOrEqual(2_000);
  });

  it('that is flat is a constant load', () => {
    const flat: LoadProfile = { shape: 'ramp', fromPerSecond: 40, toPerSecond: 40, overMs: 500 };
    const constant = dueTimes({ shape: 'constant', perSecond: 40 }, 100);
    for (const [n, time] of dueTimes(flat, 100).entries()) expect(time).toBeCloseTo(constant[n] ?? Number.NaN, 9);
  });

  it('at random sends the same number on average (seed 35)', () => {
    const counts = Array.from({ length: 60 }, (_, n) =>
      dueBefore(dueTimes({ ...up, gaps: 'exponential' }, 2_000, seeded(3_500 + n)), 2_000),
    );
    // Of a Poisson process with a mean of 1,000: the mean of 60 of them is within 4 standard errors, 16.
    expect(Math.abs(mean(counts) - 1_000)).toBeLessThan(16);
    expect(variance(counts)).toBeGreaterThan(500);
  });
});

describe('no load', () => {
  const none: readonly LoadProfile[] = [
    { shape: 'constant', perSecond: 0 },
    { shape: 'poisson', perSecond: 0 },
    { shape: 'bursts', perSecond: 0, burst: 9 },
    { shape: 'ramp', fromPerSecond: 0, toPerSecond: 0, overMs: 100 },
  ];
  for (const profile of none) it(profile.shape, () => expect(dueTimes(profile, 1)).toEqual([]));
});

describe('a rate that changes', () => {
  it('within a gap: what is left of it passes at the new rate', () => {
    const slow: LoadProfile = { shape: 'constant', perSecond: 1 };
    const quick: LoadProfile = { shape: 'constant', perSecond: 10 };
    const state = startArrivals(slow, 0, () => 0);
    takeArrival(slow, state, () => 0);
    expect(nextArrivalMs(slow, state)).toBe(1_000);
    passTime(slow, state, 400);
    expect(nextArrivalMs(slow, state)).toBeCloseTo(1_000, 9);
    // Six tenths of a gap of 100 ms.
    expect(nextArrivalMs(quick, state)).toBeCloseTo(460, 9);
  });

  it('does not wait for the end of a long gap between bursts', () => {
    const bursts: LoadProfile = { shape: 'bursts', perSecond: 10, burst: 1_000 };
    const state = startArrivals(bursts, 0, () => 0);
    for (let n = 0; n < 1_000; n++) takeArrival(bursts, state, () => 0);
    expect(nextArrivalMs(bursts, state)).toBeCloseTo(100_000, 6);
    expect(nextArrivalMs({ ...bursts, burst: 1 }, state)).toBe(100);
  });
});

const rates = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true }));
const gapKinds = fc.constantFrom('even' as const, 'exponential' as const);
const profiles: fc.Arbitrary<LoadProfile> = fc.oneof(
  fc.record({ shape: fc.constant('constant' as const), perSecond: rates }),
  fc.record({ shape: fc.constant('poisson' as const), perSecond: rates }),
  fc.record({
    shape: fc.constant('bursts' as const),
    perSecond: rates,
    burst: fc.integer({ min: 1, max: 50 }),
    gaps: gapKinds,
  }),
  fc.record({
    shape: fc.constant('ramp' as const),
    fromPerSecond: rates,
    toPerSecond: rates,
    overMs: fc.double({ min: 1, max: 1e5, noNaN: true }),
    gaps: gapKinds,
  }),
);

describe('whatever the profile', () => {
  it('due times never decrease, and are the same from a copy of the state and the generator (seed 36)', () => {
    fc.assert(
      fc.property(profiles, fc.nat(), fc.double({ min: 0, max: 1e6, noNaN: true }), (profile, seed, startMs) => {
        let generator = seedRandom(seed);
        let state = startArrivals(profile, startMs, () => nextRandom(generator));
        let latestMs = startMs;
        const times: number[] = [];
        for (let n = 0; n < 60; n++) {
          const dueMs = nextArrivalMs(profile, state);
          if (dueMs === Number.POSITIVE_INFINITY) break;
          expect(dueMs).toBeGreaterThanOrEqual(latestMs);
          latestMs = dueMs;
          times.push(dueMs);
          // As after a checkpoint: everything that it needs is plain data.
          state = JSON.parse(JSON.stringify(state)) as ArrivalState;
          generator = JSON.parse(JSON.stringify(generator)) as typeof generator;
          takeArrival(profile, state, () => nextRandom(generator));
        }
        expect(times).toEqual(dueTimes(profile, 60, seeded(seed), startMs));
      }),
      { seed: 36, numRuns: 300 },
    );
  });

  it('looking in between moves nothing (seed 37)', () => {
    fc.assert(
      fc.property(profiles, fc.nat(), fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (profile, seed, shares) => {
        const state = startArrivals(profile, 0, seeded(seed));
        for (const share of shares) {
          const dueMs = nextArrivalMs(profile, state);
          if (dueMs === Number.POSITIVE_INFINITY) break;
          passTime(profile, state, state.atMs + (dueMs - state.atMs) * share * 0.999);
          const again = nextArrivalMs(profile, state);
          expect(Math.abs(again - dueMs)).toBeLessThanOrEqual(1e-6 * Math.max(1, dueMs));
          takeArrival(profile, state, seeded(seed));
        }
      }),
      { seed: 37, numRuns: 300 },
    );
  });

  it('is the same as itself, and not as any with another number (seed 38)', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        expect(sameProfile(profile, { ...profile })).toBe(true);
        for (const [field, value] of Object.entries(profile)) {
          if (typeof value === 'number') {
            expect(sameProfile(profile, { ...profile, [field]: value + 1 })).toBe(false);
          }
        }
        expect(boundedProfile(profile, 'Load')).toEqual(profile);
      }),
      { seed: 38 },
    );
    expect(sameProfile({ shape: 'constant', perSecond: 1 }, { shape: 'poisson', perSecond: 1 })).toBe(false);
    const bursts = { shape: 'bursts', perSecond: 1, burst: 2 } as const;
    expect(sameProfile(bursts, { ...bursts, gaps: 'even' })).toBe(true);
    expect(sameProfile(bursts, { ...bursts, gaps: 'exponential' })).toBe(false);
  });
});

describe('a profile that makes no sense', () => {
  const ramp = { shape: 'ramp', fromPerSecond: 1, toPerSecond: 2, overMs: 3 } as const;
  const refused: readonly [string, unknown][] = [
    ['profile.shape', null],
    ['profile.shape', { shape: 'square', perSecond: 1 }],
    ['profile.perSecond', { shape: 'constant', perSecond: -1 }],
    ['profile.perSecond', { shape: 'poisson', perSecond: Number.NaN }],
    ['profile.perSecond', { shape: 'constant', perSecond: 1_000_001 }],
    ['profile.perSecond', { shape: 'constant' }],
    ['profile.burst', { shape: 'bursts', perSecond: 1, burst: 0 }],
    ['profile.burst', { shape: 'bursts', perSecond: 1, burst: 1.5 }],
    ['profile.burst', { shape: 'bursts', perSecond: 1, burst: 65_537 }],
    ['profile.gaps', { shape: 'bursts', perSecond: 1, burst: 1, gaps: 'odd' }],
    ['profile.fromPerSecond', { ...ramp, fromPerSecond: -1 }],
    ['profile.toPerSecond', { ...ramp, toPerSecond: Number.POSITIVE_INFINITY }],
    ['profile.overMs', { ...ramp, overMs: 0 }],
    ['profile.gaps', { ...ramp, gaps: 1 }],
  ];
  for (const [field, profile] of refused) {
    it(`is refused, naming ${field}: ${JSON.stringify(profile)}`, () => {
      const error = expect.objectContaining({ code: 'invalid-configuration', field });
      expect(() => checkProfile(profile as LoadProfile, 'Load')).toThrowError(error);
      expect(() => checkProfile(profile as LoadProfile, 'Load')).toThrowError(PlayhouseError);
    });
  }

  it('but numbers that were turned too far are brought back', () => {
    expect(boundedProfile({ shape: 'bursts', perSecond: 2e6, burst: 0.2 }, 'Load')).toEqual({
      shape: 'bursts',
      perSecond: 1_000_000,
      burst: 1,
    });
    expect(boundedProfile({ shape: 'poisson', perSecond: Number.NaN }, 'Load').shape).toBe('poisson');
    expect(boundedProfile({ ...ramp, fromPerSecond: -5, overMs: 0 }, 'Load')).toEqual({
      ...ramp,
      fromPerSecond: 0,
      overMs: 1,
    });
    expect(() => boundedProfile({ shape: 'square' } as unknown as LoadProfile, 'Load')).toThrowError(
      expect.objectContaining({ field: 'profile.shape' }),
    );
  });
});
