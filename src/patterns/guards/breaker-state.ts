/**
 * The circuit breaker's state machine, as plain data and pure decisions.
 *
 *              too many failures                        resetTimeoutMs                    successThreshold successes
 *   closed ──────────────────────────▶ open ────────────────────────────▶ half-open ──────────────────────────────▶ closed
 *                                       ▲                                     │
 *                                       └──────────── one failure ────────────┘
 *
 *   any ──trip──▶ open      any ──reset──▶ closed      any ──force──▶ open or closed, which stay so until a reset
 *
 * "Too many" is a count of failures in a row, or a rate over the last calls (see call-window.ts). Half-open has a limited
 * number of trial calls under way at a time and refuses the rest. Every phase has a number of its own (`epoch`), and
 * outcomes of calls that were admitted in an earlier one change nothing.
 *
 * Invariant: a half-open breaker always comes to a decision while calls come. A trial of which nothing is heard for twice
 * the time that a call may take is given up, and its place is free again.
 *
 * From: Nygard, Release It! (2007); the counts from the reference documents; rates and forced phases from resilience4j.
 */
import { unreachable } from '../../base/assert.ts';
import type { BreakerPhase } from '../../kernel/view.ts';
import { type CallWindow, clearWindow, emptyWindow, type RateSettings, ratesOf, recordCall } from './call-window.ts';

/** When a circuit breaker opens, how long it stays open, and what closes it again. */
export interface BreakerSettings {
  /** Consecutive failures that open the breaker; default 5. Not used in rate mode. */
  readonly failureThreshold: number;
  /** How long it stays open before it lets trial calls through, in ms; default 30,000. */
  readonly resetTimeoutMs: number;
  /** Trial calls that must succeed to close it again; default 3. */
  readonly successThreshold: number;
  /** Trial calls that may be under way at a time; default successThreshold. */
  readonly halfOpenCalls: number;
  /** Each time that trials fail, the next reset time is so many times longer; default 1. */
  readonly resetFactor: number;
  /** The longest that a growing reset time gets, in ms; default 300,000. Never shorter than resetTimeoutMs. */
  readonly resetMaxMs: number;
  /** A call that is not answered in this time has failed; default 1,000 ms. */
  readonly callTimeoutMs: number;
  /** Opens by a rate instead of a count in a row; default null, by the count. */
  readonly rate: RateSettings | null;
}

export const BREAKER_DEFAULTS: BreakerSettings = {
  failureThreshold: 5,
  resetTimeoutMs: 30_000,
  successThreshold: 3,
  halfOpenCalls: 3,
  resetFactor: 1,
  resetMaxMs: 300_000,
  callTimeoutMs: 1_000,
  rate: null,
};

export interface BreakerState {
  phase: BreakerPhase;
  /** It stays in its phase, open or closed, until it is reset. */
  forced: boolean;
  /** Counts phases. */
  epoch: number;
  /** Consecutive failures while closed. */
  failures: number;
  /** The last calls while closed, in rate mode. */
  readonly recent: CallWindow;
  /** Successful trials while half-open. */
  successes: number;
  /** Trials under way while half-open. */
  trials: number;
  /** When the trials under way are given up; 0 without any. */
  trialsEndMs: number;
  /** How often it has opened since it was last closed. */
  openings: number;
  /** When an open breaker becomes half-open; 0 unless open. */
  halfOpenAtMs: number;
}

export type Admission =
  | { readonly admitted: true; readonly epoch: number }
  | { readonly admitted: false; readonly remainingMs: number };

/** What became of a call. An `ignored` one says nothing about the target's health. */
export type CallResult = 'success' | 'failure' | 'ignored';

/** Where the outcome of a call leads, and why. */
export interface Transition {
  readonly to: BreakerPhase;
  readonly because: 'failures' | 'failure-rate' | 'slow-rate' | 'failed-trial' | 'slow-trial' | 'successes';
}

export function closedBreaker(): BreakerState {
  return {
    phase: 'closed',
    forced: false,
    epoch: 1,
    failures: 0,
    recent: emptyWindow(),
    successes: 0,
    trials: 0,
    trialsEndMs: 0,
    openings: 0,
    halfOpenAtMs: 0,
  };
}

/** Whether a call may go through now. An open breaker whose time has come must be moved on with `resetDue` first. */
export function admit(state: BreakerState, settings: BreakerSettings, nowMs: number): Admission {
  switch (state.phase) {
    case 'closed':
      return { admitted: true, epoch: state.epoch };
    case 'open':
      return { admitted: false, remainingMs: state.forced ? 0 : Math.max(0, state.halfOpenAtMs - nowMs) };
    case 'half-open': {
      if (state.trials >= settings.halfOpenCalls) {
        if (nowMs < state.trialsEndMs) return { admitted: false, remainingMs: 0 };
        // Nothing was heard of them: a new epoch, so that what may still come of them changes nothing.
        state.trials = 0;
        state.epoch++;
      }
      state.trials++;
      state.trialsEndMs = nowMs + 2 * settings.callTimeoutMs;
      return { admitted: true, epoch: state.epoch };
    }
    default:
      return unreachable(state.phase, 'phase');
  }
}

/** True when an open breaker has waited long enough at `nowMs`. */
export function resetDue(state: BreakerState, nowMs: number): boolean {
  return state.phase === 'open' && !state.forced && nowMs >= state.halfOpenAtMs;
}

/**
 * Notes the outcome of a call.
 *
 * @param epoch of its admission
 * @param elapsedMs how long it took
 * @returns the transition that the caller must make with `enter`; undefined when the phase stays
 */
export function settle(
  state: BreakerState,
  settings: BreakerSettings,
  epoch: number,
  result: CallResult,
  elapsedMs: number,
): Transition | undefined {
  if (epoch !== state.epoch || state.forced) return undefined;
  switch (state.phase) {
    case 'closed':
      return result === 'ignored' ? undefined : settleClosed(state, settings, result === 'failure', elapsedMs);
    case 'half-open':
      return settleTrial(state, settings, result, elapsedMs);
    case 'open':
      return undefined;
    default:
      return unreachable(state.phase, 'phase');
  }
}

function settleClosed(
  state: BreakerState,
  { rate, failureThreshold }: BreakerSettings,
  failed: boolean,
  elapsedMs: number,
): Transition | undefined {
  if (rate === null) {
    state.failures = failed ? state.failures + 1 : 0;
    return state.failures >= failureThreshold ? { to: 'open', because: 'failures' } : undefined;
  }
  recordCall(state.recent, rate.windowCalls, failed, elapsedMs > rate.slowCallMs);
  const rates = ratesOf(state.recent, rate.minimumCalls);
  if (rates === undefined) return undefined;
  if (rates.failurePercent >= rate.failureRatePercent) return { to: 'open', because: 'failure-rate' };
  if (rates.slowPercent >= rate.slowRatePercent) return { to: 'open', because: 'slow-rate' };
  return undefined;
}

function settleTrial(
  state: BreakerState,
  { rate, successThreshold }: BreakerSettings,
  result: CallResult,
  elapsedMs: number,
): Transition | undefined {
  state.trials--;
  if (result === 'ignored') return undefined;
  if (result === 'failure') return { to: 'open', because: 'failed-trial' };
  if (rate !== null && elapsedMs > rate.slowCallMs) return { to: 'open', because: 'slow-trial' };
  state.successes++;
  return state.successes >= successThreshold ? { to: 'closed', because: 'successes' } : undefined;
}

/** Enters a phase afresh, by itself or by hand; forced phases stay until a reset. */
export function enter(
  state: BreakerState,
  phase: BreakerPhase,
  settings: BreakerSettings,
  nowMs: number,
  forced = false,
): void {
  if (phase === 'closed') state.openings = 0;
  // An open breaker that is tripped again starts its time again, but that says nothing new about the target.
  else if (phase === 'open' && state.phase !== 'open') state.openings++;
  state.phase = phase;
  state.forced = forced;
  state.epoch++;
  state.failures = 0;
  clearWindow(state.recent);
  state.successes = 0;
  state.trials = 0;
  state.trialsEndMs = 0;
  state.halfOpenAtMs = phase === 'open' && !forced ? nowMs + resetTimeMs(settings, state.openings) : 0;
}

/** The reset time after the n-th opening in a row, from 1: it grows by the factor, up to the maximum. */
export function resetTimeMs(settings: BreakerSettings, openings: number): number {
  const { resetTimeoutMs, resetFactor, resetMaxMs } = settings;
  if (resetFactor === 1 || openings <= 1 || resetTimeoutMs === 0) return resetTimeoutMs;
  // The power may be Infinity, and the smaller one is still the maximum.
  return Math.min(Math.max(resetMaxMs, resetTimeoutMs), resetTimeoutMs * resetFactor ** (openings - 1));
}
