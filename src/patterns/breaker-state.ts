/**
 * The circuit breaker's state machine, as plain data and pure decisions.
 *
 *   closed ──failureThreshold failures in a row──▶ open ──resetTimeoutMs──▶ half-open ──successThreshold successes──▶ closed
 *                                                   ▲                          │
 *                                                   └────────── one failure ───┘
 *
 * Half-open admits as many trial calls as successes are needed, and refuses the rest. Every phase has a number of its own
 * (`epoch`), and outcomes of calls that were admitted in an earlier one change nothing. (Nygard, Release It!, 2007.)
 */
import type { BreakerPhase } from '../kernel/view.ts';

export interface BreakerSettings {
  /** Consecutive failures that open the breaker; default 5. */
  readonly failureThreshold: number;
  /** How long it stays open before it lets trial calls through, in ms; default 30,000. */
  readonly resetTimeoutMs: number;
  /** Trial calls that must succeed to close it again; default 3. */
  readonly successThreshold: number;
}

export const BREAKER_DEFAULTS: BreakerSettings = { failureThreshold: 5, resetTimeoutMs: 30_000, successThreshold: 3 };

export interface BreakerState {
  phase: BreakerPhase;
  /** Counts phases. */
  epoch: number;
  /** Consecutive failures while closed. */
  failures: number;
  /** Successful trials while half-open. */
  successes: number;
  /** Trials admitted while half-open. */
  trials: number;
  /** When an open breaker becomes half-open; 0 unless open. */
  halfOpenAtMs: number;
}

export type Admission =
  | { readonly admitted: true; readonly epoch: number }
  | { readonly admitted: false; readonly remainingMs: number };

export function closedBreaker(): BreakerState {
  return { phase: 'closed', epoch: 1, failures: 0, successes: 0, trials: 0, halfOpenAtMs: 0 };
}

/** Whether a call may go through now. An open breaker whose time has come must be moved on with `resetDue` first. */
export function admit(state: BreakerState, settings: BreakerSettings, nowMs: number): Admission {
  switch (state.phase) {
    case 'closed':
      return { admitted: true, epoch: state.epoch };
    case 'open':
      return { admitted: false, remainingMs: Math.max(0, state.halfOpenAtMs - nowMs) };
    case 'half-open':
      if (state.trials >= settings.successThreshold) return { admitted: false, remainingMs: 0 };
      state.trials++;
      return { admitted: true, epoch: state.epoch };
  }
}

/** True when an open breaker has waited long enough at `nowMs`. */
export function resetDue(state: BreakerState, nowMs: number): boolean {
  return state.phase === 'open' && nowMs >= state.halfOpenAtMs;
}

/** The phase that the outcome of a call leads to; the present one if nothing changes. */
export function settle(
  state: BreakerState,
  settings: BreakerSettings,
  epoch: number,
  succeeded: boolean,
): BreakerPhase {
  if (epoch !== state.epoch) return state.phase;
  switch (state.phase) {
    case 'closed':
      state.failures = succeeded ? 0 : state.failures + 1;
      return state.failures >= settings.failureThreshold ? 'open' : 'closed';
    case 'half-open':
      if (!succeeded) return 'open';
      state.successes++;
      return state.successes >= settings.successThreshold ? 'closed' : 'half-open';
    case 'open':
      return 'open';
  }
}

/** Enters a phase afresh. */
export function enter(state: BreakerState, phase: BreakerPhase, settings: BreakerSettings, nowMs: number): void {
  state.phase = phase;
  state.epoch++;
  state.failures = 0;
  state.successes = 0;
  state.trials = 0;
  state.halfOpenAtMs = phase === 'open' ? nowMs + settings.resetTimeoutMs : 0;
}
