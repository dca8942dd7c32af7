/** The adaptive limit before simulated targets whose capacity is known. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ADAPTIVE_LIMIT_DEFAULTS,
  type AdaptiveLimit,
  type AdaptiveLimitSettings,
  admitCall,
  callAnswered,
  callOverloaded,
  presentLimit,
  startLimit,
} from './adaptive-limit.ts';

const SETTINGS: AdaptiveLimitSettings = { ...ADAPTIVE_LIMIT_DEFAULTS, initialLimit: 20, minLimit: 2, maxLimit: 200 };

/**
 * Callers that always want more, before a target that works on `capacity` calls at a time, 10 ms each; what is beyond
 * waits in its queue. One step is 1 ms. Returns the limits at the end of each 100 ms.
 */
function saturate(settings: AdaptiveLimitSettings, capacityAt: (nowMs: number) => number, forMs: number): number[] {
  const state = startLimit(settings);
  let queue: { readonly epoch: number; readonly sinceMs: number }[] = [];
  let working: { readonly epoch: number; readonly sinceMs: number; readonly endMs: number }[] = [];
  const limits: number[] = [];
  for (let nowMs = 0; nowMs < forMs; nowMs++) {
    for (const { epoch, sinceMs } of working.filter(({ endMs }) => endMs <= nowMs)) {
      callAnswered(state, settings, epoch, nowMs - sinceMs, nowMs);
    }
    working = working.filter(({ endMs }) => endMs > nowMs);
    for (;;) {
      const epoch = admitCall(state, settings, queue.length + working.length, nowMs);
      if (epoch === undefined) break;
      queue.push({ epoch, sinceMs: nowMs });
    }
    const free = Math.max(0, capacityAt(nowMs) - working.length);
    working.push(...queue.slice(0, free).map((call) => ({ ...call, endMs: nowMs + 10 })));
    queue = queue.slice(free);
    if (nowMs % 100 === 99) limits.push(presentLimit(state, settings));
  }
  return limits;
}

describe('adaptive limit', () => {
  it('comes down to what the target can bear within its tolerance, and stays there', () => {
    // A target of 5 with 2 × the minimum tolerated has up to 10 calls in it.
    const limits = saturate({ ...SETTINGS, initialLimit: 100 }, () => 5, 10_000).slice(-50);
    expect(Math.max(...limits)).toBeLessThanOrEqual(13);
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(5);
  });

  it('goes up to what the target can bear', () => {
    const limits = saturate({ ...SETTINGS, initialLimit: 2 }, () => 40, 10_000).slice(-50);
    expect(Math.max(...limits)).toBeLessThanOrEqual(90);
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(40);
  });

  it('follows a target that loses most of its capacity, and one that gets it back', () => {
    const limits = saturate(SETTINGS, (nowMs) => (nowMs >= 10_000 && nowMs < 20_000 ? 3 : 30), 30_000);
    expect(Math.min(...limits.slice(50, 100))).toBeGreaterThanOrEqual(30);
    expect(Math.max(...limits.slice(150, 200))).toBeLessThanOrEqual(9);
    expect(Math.min(...limits.slice(250, 300))).toBeGreaterThanOrEqual(30);
  });

  it('measures the minimum anew, so that a minimum that is no longer reached is not for ever', () => {
    const settings = { ...SETTINGS, windowCalls: 5, probeAfterMs: 1_000 };
    const state = startLimit(settings);
    const answer = (elapsedMs: number, nowMs: number): void => {
      const epoch = admitCall(state, settings, 0, nowMs);
      if (epoch !== undefined) callAnswered(state, settings, epoch, elapsedMs, nowMs);
    };
    for (let n = 0; n < 5; n++) answer(2, n);
    expect(state.minimumMs).toBe(2);
    for (let n = 0; n < 50; n++) answer(30, 10 + n);
    const before = state.limit;
    expect(before).toBeLessThan(20);
    answer(30, 1_000);
    expect([state.probing, presentLimit(state, settings)]).toEqual([true, 2]);
    for (let n = 0; n < 4; n++) answer(30, 1_001 + n);
    expect([state.probing, state.minimumMs, state.limit]).toEqual([false, 30, before]);
    for (let n = 0; n < 5; n++) answer(31, 1_010 + n);
    expect(state.limit).toBe(before);
  });

  it('shrinks once for many calls of one epoch that time out', () => {
    const state = startLimit(SETTINGS);
    const epochs = Array.from({ length: 20 }, (_, underWay) => admitCall(state, SETTINGS, underWay, 0));
    expect(admitCall(state, SETTINGS, 20, 0)).toBeUndefined();
    for (const epoch of epochs) callOverloaded(state, SETTINGS, epoch as number);
    expect(presentLimit(state, SETTINGS)).toBe(18);
  });

  it('does not grow while it is not used', () => {
    const state = startLimit(SETTINGS);
    for (let n = 0; n < 100; n++) callAnswered(state, SETTINGS, admitCall(state, SETTINGS, 3, n) as number, 5, n);
    expect(state.limit).toBe(20);
  });

  it('stays within its bounds, and always lets somebody in when nothing is under way (seed 41)', () => {
    const step = fc.record({ gapMs: fc.nat(500), elapsedMs: fc.nat(50), fails: fc.boolean(), underWay: fc.nat(30) });
    const settings = { ...SETTINGS, maxLimit: 30, windowCalls: 2, probeAfterMs: 3_000 };
    const isWithin = ({ limit }: AdaptiveLimit): boolean => limit >= settings.minLimit && limit <= settings.maxLimit;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const state = startLimit(settings);
        let nowMs = 0;
        for (const { gapMs, elapsedMs, fails, underWay } of steps) {
          nowMs += gapMs;
          expect(admitCall(state, settings, 0, nowMs)).toBeDefined();
          const epoch = admitCall(state, settings, underWay, nowMs);
          expect(epoch !== undefined).toBe(underWay < presentLimit(state, settings));
          if (epoch === undefined) continue;
          if (fails) callOverloaded(state, settings, epoch);
          else callAnswered(state, settings, epoch, elapsedMs, nowMs);
          expect(isWithin(state)).toBe(true);
        }
      }),
      { seed: 41, numRuns: 300 },
    );
  });
});
