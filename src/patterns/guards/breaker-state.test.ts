/** The breaker's state machine against a dumb one that remembers everything and counts anew each time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BreakerPhase } from '../../kernel/view.ts';
import {
  admit,
  BREAKER_DEFAULTS,
  type BreakerSettings,
  type CallResult,
  closedBreaker,
  enter,
  resetDue,
  resetTimeMs,
  settle,
} from './breaker-state.ts';
import { RATE_DEFAULTS } from './call-window.ts';

interface Trial {
  readonly endMs: number;
  outcome: CallResult | undefined;
  slow: boolean;
  givenUp: boolean;
}

/** One entry a phase, nothing ever forgotten; what it decides follows from reading that history. */
class DumbBreaker {
  phases: { phase: BreakerPhase; forced: boolean; sinceMs: number; calls: Trial[]; outcomes: Trial[] }[] = [];
  private readonly settings: BreakerSettings;

  constructor(settings: BreakerSettings) {
    this.settings = settings;
    this.move('closed', 0);
  }

  get now() {
    return this.phases.at(-1) as (typeof this.phases)[number];
  }

  move(phase: BreakerPhase, atMs: number, forced = false): void {
    this.phases.push({ phase, forced, sinceMs: atMs, calls: [], outcomes: [] });
  }

  /** When the present open phase ends: the first time × factor for each opening since the last closed phase but one. */
  halfOpenAtMs(): number {
    const afterClosed = this.phases.slice(this.phases.findLastIndex(({ phase }) => phase === 'closed') + 1);
    const openings = afterClosed.filter(({ phase }, i) => phase === 'open' && afterClosed[i - 1]?.phase !== 'open');
    let timeMs = this.settings.resetTimeoutMs;
    for (let n = 1; n < openings.length; n++)
      timeMs = Math.min(this.settings.resetMaxMs, timeMs * this.settings.resetFactor);
    return this.now.sinceMs + timeMs;
  }

  tick(atMs: number): void {
    if (this.now.phase === 'open' && !this.now.forced && atMs >= this.halfOpenAtMs()) this.move('half-open', atMs);
  }

  call(atMs: number): { readonly trial?: Trial; readonly remainingMs?: number } {
    const { phase, forced, calls } = this.now;
    if (phase === 'open') return { remainingMs: forced ? 0 : this.halfOpenAtMs() - atMs };
    if (phase === 'half-open') {
      const underWay = calls.filter(({ outcome, givenUp }) => outcome === undefined && !givenUp);
      if (underWay.length >= this.settings.halfOpenCalls) {
        const lastEndMs = calls.filter(({ givenUp }) => !givenUp).at(-1)?.endMs ?? 0;
        if (atMs < lastEndMs) return { remainingMs: 0 };
        for (const trial of underWay) trial.givenUp = true;
      }
    }
    const trial = { endMs: atMs + 2 * this.settings.callTimeoutMs, outcome: undefined, slow: false, givenUp: false };
    calls.push(trial);
    return { trial };
  }

  settle(trial: Trial, result: CallResult, elapsedMs: number, atMs: number): void {
    const { settings } = this;
    const { phase, forced, calls, outcomes } = this.now;
    if (forced || !calls.includes(trial) || trial.givenUp) return;
    trial.outcome = result;
    trial.slow = settings.rate !== null && elapsedMs > settings.rate.slowCallMs;
    if (result === 'ignored') return;
    outcomes.push(trial);
    if (phase === 'half-open') {
      if (result === 'failure' || trial.slow) this.move('open', atMs);
      else if (outcomes.length >= settings.successThreshold) this.move('closed', atMs);
    } else if (this.tooMany(outcomes)) this.move('open', atMs);
  }

  private tooMany(outcomes: readonly Trial[]): boolean {
    const { rate, failureThreshold } = this.settings;
    if (rate === null) {
      const last = outcomes.slice(-failureThreshold);
      return last.length === failureThreshold && last.every(({ outcome }) => outcome === 'failure');
    }
    const last = outcomes.slice(-rate.windowCalls);
    if (last.length < rate.minimumCalls) return false;
    const failed = last.filter(({ outcome }) => outcome === 'failure').length;
    const slow = last.filter((trial) => trial.slow).length;
    return (
      (failed / last.length) * 100 >= rate.failureRatePercent || (slow / last.length) * 100 >= rate.slowRatePercent
    );
  }
}

const STEP = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('call' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: fc.nat(5),
      result: fc.constantFrom<CallResult[]>('success', 'failure', 'failure', 'ignored'),
      elapsedMs: fc.nat(120),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(150) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('trip' as const, 'reset' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('force' as const), to: fc.constantFrom<BreakerPhase[]>('open', 'closed') }),
  },
);

const RATE = fc
  .record({ windowCalls: fc.integer({ min: 1, max: 8 }), failureRatePercent: fc.integer({ min: 1, max: 100 }) })
  .chain((rate) =>
    fc.record({
      windowCalls: fc.constant(rate.windowCalls),
      failureRatePercent: fc.constant(rate.failureRatePercent),
      minimumCalls: fc.integer({ min: 1, max: rate.windowCalls }),
      slowCallMs: fc.constant(100),
      slowRatePercent: fc.integer({ min: 1, max: 100 }),
    }),
  );

const SETTINGS: fc.Arbitrary<BreakerSettings> = fc.record({
  failureThreshold: fc.integer({ min: 1, max: 4 }),
  resetTimeoutMs: fc.integer({ min: 1, max: 200 }),
  successThreshold: fc.integer({ min: 1, max: 4 }),
  halfOpenCalls: fc.integer({ min: 1, max: 4 }),
  resetFactor: fc.constantFrom(1, 2),
  resetMaxMs: fc.constant(500),
  callTimeoutMs: fc.integer({ min: 1, max: 100 }),
  rate: fc.option(RATE),
});

/** Both see the same script, and must admit, refuse and change phase alike at every step. */
function agree(
  settings: BreakerSettings,
  steps: readonly (typeof STEP extends fc.Arbitrary<infer T> ? T : never)[],
): void {
  const real = closedBreaker();
  const dumb = new DumbBreaker(settings);
  const underWay: { readonly epoch: number; readonly trial: Trial }[] = [];
  let nowMs = 0;
  const move = (phase: BreakerPhase, forced = false): void => {
    enter(real, phase, settings, nowMs, forced);
    dumb.move(phase, nowMs, forced);
  };
  for (const step of steps) {
    switch (step.do) {
      case 'call': {
        if (resetDue(real, nowMs)) enter(real, 'half-open', settings, nowMs);
        dumb.tick(nowMs);
        const admission = admit(real, settings, nowMs);
        const { trial, remainingMs } = dumb.call(nowMs);
        expect(admission.admitted).toBe(trial !== undefined);
        if (!admission.admitted) expect(admission.remainingMs).toBe(remainingMs);
        else if (trial !== undefined) underWay.push({ epoch: admission.epoch, trial });
        break;
      }
      case 'settle': {
        const [call] = underWay.splice(step.which % Math.max(1, underWay.length), 1);
        if (call === undefined) break;
        const transition = settle(real, settings, call.epoch, step.result, step.elapsedMs);
        if (transition !== undefined) enter(real, transition.to, settings, nowMs);
        dumb.settle(call.trial, step.result, step.elapsedMs, nowMs);
        break;
      }
      case 'wait':
        nowMs += step.ms;
        break;
      case 'trip':
        move('open');
        break;
      case 'reset':
        move('closed');
        break;
      case 'force':
        move(step.to, true);
        break;
    }
    expect([real.phase, real.forced]).toEqual([dumb.now.phase, dumb.now.forced]);
  }
}

describe('breaker state', () => {
  it('decides as a breaker that remembers everything (seed 11, 2,000 scripts)', () => {
    fc.assert(fc.property(SETTINGS, fc.array(STEP, { maxLength: 120, size: 'max' }), agree), {
      seed: 11,
      numRuns: 2_000,
    });
  });

  it('comes to a decision whatever becomes of its trials (seed 12)', () => {
    const halfOpen = fc.record({ settings: SETTINGS, lost: fc.array(fc.boolean(), { maxLength: 40, size: 'max' }) });
    fc.assert(
      fc.property(halfOpen, ({ settings, lost }) => {
        const state = closedBreaker();
        enter(state, 'half-open', settings, 0);
        let nowMs = 0;
        // Some trials are never heard of; then the target is well for good.
        for (const isLost of [...lost, ...Array<boolean>(settings.successThreshold).fill(false)]) {
          nowMs += 2 * settings.callTimeoutMs;
          const admission = admit(state, settings, nowMs);
          expect(admission.admitted).toBe(true);
          if (isLost || !admission.admitted) continue;
          const transition = settle(state, settings, admission.epoch, 'success', 0);
          if (transition !== undefined) enter(state, transition.to, settings, nowMs);
          if (state.phase === 'closed') return;
        }
        expect.unreachable('it is still half-open');
      }),
      { seed: 12 },
    );
  });

  it('C8: 3 failures of 5 at a minimum of 5 are 60 %; with 4 calls nothing is known', () => {
    const rate = { ...RATE_DEFAULTS, windowCalls: 10, minimumCalls: 5, failureRatePercent: 60 };
    const settings = { ...BREAKER_DEFAULTS, rate };
    const state = closedBreaker();
    const results: CallResult[] = ['failure', 'failure', 'failure', 'success'];
    for (const result of results) expect(settle(state, settings, 1, result, 0)).toBeUndefined();
    expect(settle(state, settings, 1, 'success', 0)).toEqual({ to: 'open', because: 'failure-rate' });
  });

  it('grows its reset time up to the maximum, without overflow', () => {
    const growing = { ...BREAKER_DEFAULTS, resetTimeoutMs: 1_000, resetFactor: 2, resetMaxMs: 5_000 };
    expect([1, 2, 3, 4, 5, 10_000].map((openings) => resetTimeMs(growing, openings))).toEqual([
      1_000, 2_000, 4_000, 5_000, 5_000, 5_000,
    ]);
    expect(resetTimeMs({ ...growing, resetTimeoutMs: 9_000 }, 3)).toBe(9_000);
    expect(resetTimeMs({ ...growing, resetTimeoutMs: 0 }, 10_000)).toBe(0);
    expect(resetTimeMs({ ...growing, resetFactor: 1 }, 10_000)).toBe(1_000);
  });
});
