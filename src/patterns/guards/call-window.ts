/**
 * The sliding window of a circuit breaker in rate mode: the outcomes of the last N calls, as plain data, with running
 * counts so that a rate costs nothing to know.
 *
 * Invariant: `failed` and `slow` are what counting `outcomes` anew would give; `outcomes` never holds more than N.
 * The window, the minimum below which a rate is unknown, and slow calls that count beside failed ones are those of
 * resilience4j's count-based sliding window (https://resilience4j.readme.io/docs/circuitbreaker).
 */

export interface RateSettings {
  /** Calls that count, the latest ones; 1 … 10,000, default 100. */
  readonly windowCalls: number;
  /** Below so many calls in the window the rates are unknown; 1 … windowCalls, default windowCalls. */
  readonly minimumCalls: number;
  /** Share of failed calls, in percent, that opens the breaker when it is reached; above 0 … 100, default 50. */
  readonly failureRatePercent: number;
  /** A call that takes longer than this is slow, whether it succeeds or not, in ms; default 60,000. */
  readonly slowCallMs: number;
  /** Share of slow calls, in percent, that opens the breaker when it is reached; above 0 … 100, default 100. */
  readonly slowRatePercent: number;
}

export const RATE_DEFAULTS: RateSettings = {
  windowCalls: 100,
  minimumCalls: 100,
  failureRatePercent: 50,
  slowCallMs: 60_000,
  slowRatePercent: 100,
};

/** The largest window. */
export const WINDOW_CALLS_MAX = 10_000;

export interface CallWindow {
  /** One number a call: 1 for failed, plus 2 for slow. Once it is full, the next call replaces the oldest one. */
  readonly outcomes: number[];
  /** Where the oldest one is, once it is full. */
  oldest: number;
  failed: number;
  slow: number;
}

const FAILED = 1;
const SLOW = 2;

export function emptyWindow(): CallWindow {
  return { outcomes: [], oldest: 0, failed: 0, slow: 0 };
}

export function clearWindow(recent: CallWindow): void {
  recent.outcomes.length = 0;
  recent.oldest = 0;
  recent.failed = 0;
  recent.slow = 0;
}

/** Notes one call, and forgets the oldest one when the window is full. */
export function recordCall(recent: CallWindow, windowCalls: number, failed: boolean, slow: boolean): void {
  const { outcomes } = recent;
  const outcome = (failed ? FAILED : 0) + (slow ? SLOW : 0);
  if (outcomes.length < windowCalls) {
    outcomes.push(outcome);
  } else {
    const forgotten = outcomes[recent.oldest] as number;
    if ((forgotten & FAILED) !== 0) recent.failed--;
    if ((forgotten & SLOW) !== 0) recent.slow--;
    outcomes[recent.oldest] = outcome;
    recent.oldest = (recent.oldest + 1) % windowCalls;
  }
  if (failed) recent.failed++;
  if (slow) recent.slow++;
}

/** Percentages; undefined while there are too few calls to know. */
export interface Rates {
  readonly failurePercent: number;
  readonly slowPercent: number;
}

export function ratesOf(recent: CallWindow, minimumCalls: number): Rates | undefined {
  const calls = recent.outcomes.length;
  if (calls < minimumCalls) return undefined;
  return { failurePercent: (recent.failed / calls) * 100, slowPercent: (recent.slow / calls) * 100 };
}
