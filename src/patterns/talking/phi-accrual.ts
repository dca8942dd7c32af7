/**
 * The φ accrual failure detector (Hayashibara, Défago, Yared, Katayama: The φ Accrual Failure Detector, SRDS 2004), with
 * the practical settings of Pekko's. Instead of yes or no it says how unlikely such a silence would be of something that
 * lives: φ = −log₁₀ P(the next sign of life comes later than this). φ = 1: one silence in ten is that long; φ = 8: one in
 * 10⁸.
 *
 * Plain data and pure functions. Invariants: φ is finite, never negative, and never falls while the silence lasts; no
 * division by zero, however regular the signs of life are.
 */
import { checkNumber, checkWhole } from '../../kernel/errors.ts';

/** How a phi accrual detector judges a silence. */
export interface PhiSettings {
  /** Suspected from this φ on; default 8. */
  readonly threshold: number;
  /** Intervals that are remembered; default 1,000. */
  readonly window: number;
  /** The least standard deviation that is believed, in ms; default 100. Without it very regular signs make it nervous. */
  readonly minDeviationMs: number;
  /** A silence of this length beyond the usual interval says nothing (a collection of garbage, a busy thread); default 3,000 ms. */
  readonly acceptablePauseMs: number;
  /** The interval that is assumed before the first one has been seen, in ms; default 1,000. */
  readonly firstEstimateMs: number;
}

/** Threshold 8, a window of 1,000 intervals, and the rest as Hayashibara et al. and Pekko have it. */
export const PHI_DEFAULTS: PhiSettings = {
  threshold: 8,
  window: 1_000,
  minDeviationMs: 100,
  acceptablePauseMs: 3_000,
  firstEstimateMs: 1_000,
};

/** What is known of one source of signs of life. */
export interface PhiHistory {
  /** The latest intervals, oldest first, in ms. */
  readonly intervals: number[];
  meanMs: number;
  deviationMs: number;
  /** When the latest sign came; null before the first. */
  lastMs: number | null;
}

const WINDOW_MAX = 10_000;
const DELAY_MS_MAX = 2 ** 31;
/** The first estimate may be wrong by a quarter (Pekko's choice). */
const FIRST_DEVIATION = 4;

/** @throws PlayhouseError `invalid-configuration`, naming the field */
export function checkPhiSettings(settings: PhiSettings, owner?: string): void {
  checkNumber('threshold', settings.threshold, 0.1, 1_000, owner);
  checkWhole('window', settings.window, 1, WINDOW_MAX, owner);
  checkNumber('minDeviationMs', settings.minDeviationMs, 0.001, DELAY_MS_MAX, owner);
  checkNumber('acceptablePauseMs', settings.acceptablePauseMs, 0, DELAY_MS_MAX, owner);
  checkNumber('firstEstimateMs', settings.firstEstimateMs, 0.001, DELAY_MS_MAX, owner);
}

/** The history of an actor that has not been heard of yet. */
export function emptyPhiHistory(): PhiHistory {
  return { intervals: [], meanMs: 0, deviationMs: 0, lastMs: null };
}

/**
 * Notes a sign of life. The first starts the history with the estimate; after a silence that was suspected, the interval
 * is not remembered: a failure is no example of what is usual.
 */
export function recordSign(history: PhiHistory, settings: PhiSettings, nowMs: number): void {
  const { intervals, lastMs } = history;
  if (lastMs === null) {
    const { firstEstimateMs } = settings;
    const deviationMs = firstEstimateMs / FIRST_DEVIATION;
    intervals.push(firstEstimateMs - deviationMs, firstEstimateMs + deviationMs);
  } else if (phi(history, settings, nowMs) < settings.threshold) {
    intervals.push(Math.max(0, nowMs - lastMs));
  }
  if (intervals.length > settings.window) intervals.splice(0, intervals.length - settings.window);
  history.lastMs = nowMs;
  const count = intervals.length;
  history.meanMs = intervals.reduce((sum, one) => sum + one, 0) / count;
  history.deviationMs = Math.sqrt(intervals.reduce((sum, one) => sum + (one - history.meanMs) ** 2, 0) / count);
}

/**
 * How suspicious the silence is at `nowMs`; 0 before the first sign. The normal distribution's tail by its logistic
 * approximation, as in Pekko: with u(y) = y·(1.5976 + 0.070566·y²) it is 1 / (1 + eᵘ), so that φ = log₁₀(1 + eᵘ), which
 * neither underflows nor rounds to nothing on the way.
 */
export function phi(history: PhiHistory, settings: PhiSettings, nowMs: number): number {
  if (history.lastMs === null) return 0;
  const silenceMs = Math.max(0, nowMs - history.lastMs);
  const expectedMs = history.meanMs + settings.acceptablePauseMs;
  const y = (silenceMs - expectedMs) / Math.max(history.deviationMs, settings.minDeviationMs);
  const u = y * (1.5976 + 0.070566 * y * y);
  const naturalLog = u > 0 ? u + Math.log1p(Math.exp(-u)) : Math.log1p(Math.exp(u));
  return Math.min(naturalLog / Math.LN10, Number.MAX_VALUE);
}
