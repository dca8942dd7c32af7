/**
 * How many calls a target can bear at a time, learnt from their latency: plain data and pure decisions.
 *
 * AIMD, as in TCP (Chiu, Jain, Analysis of the Increase and Decrease Algorithms, 1989; Jacobson, Congestion Avoidance and
 * Control, 1988; Netflix's concurrency-limits, AIMDLimit): a window of calls whose mean latency is near the minimum adds one
 * to the limit, if the limit was used at all; a slow window or a sign of overload (a time-out) multiplies it by `backoff`.
 *
 *   measuring ──windowCalls near the minimum──▶ limit + 1
 *       │  ▲ ────slow window, time-out────────▶ limit × backoff, new epoch
 *       │  └──────────────────────────────────────────────────┐
 *       └──probeAfterMs──▶ probing: at minLimit, new epoch ──windowCalls──▶ the minimum is known again, new epoch
 *
 * The minimum would be wrong for ever if the target became slower for good, and creep upwards if it were forgotten bit by
 * bit under load. So now and then a probe measures it anew with few calls under way, as Envoy's adaptive concurrency filter
 * does (its minRTT window).
 *
 * Outcomes of calls that were admitted in an earlier epoch change nothing: like TCP, it reacts once a round trip, not once
 * for each of many calls that met the same queue.
 *
 * Invariant: minLimit ≤ limit ≤ maxLimit.
 */

export interface AdaptiveLimitSettings {
  /** Calls under way at the start; default 20. */
  readonly initialLimit: number;
  /** Never fewer than this, and as many while it probes; default 3. */
  readonly minLimit: number;
  /** Never more than this; default 1,000. */
  readonly maxLimit: number;
  /** A mean latency of so many times the minimum is still near it; default 2. */
  readonly tolerance: number;
  /** What is left of the limit after a sign of overload: a share from 0.1 to 0.99, default 0.9. */
  readonly backoff: number;
  /** Answered calls in a window; default 10. */
  readonly windowCalls: number;
  /** The minimum is measured anew so long after it was last, in ms; default 60,000. */
  readonly probeAfterMs: number;
}

export const ADAPTIVE_LIMIT_DEFAULTS: AdaptiveLimitSettings = {
  initialLimit: 20,
  minLimit: 3,
  maxLimit: 1_000,
  tolerance: 2,
  backoff: 0.9,
  windowCalls: 10,
  probeAfterMs: 60_000,
};

export interface AdaptiveLimit {
  /** The limit while it does not probe; not always whole. */
  limit: number;
  probing: boolean;
  /** The latency without a queue, in ms; −1 while it is not known. */
  minimumMs: number;
  /** Counts cuts and probes; calls carry it. */
  epoch: number;
  /** The window: answered calls, the sum of their latencies, the least of them, and the most calls that were under way. */
  answered: number;
  sumMs: number;
  leastMs: number;
  peak: number;
  /** When the next probe begins; −1 until the first call. */
  probeAtMs: number;
}

/** A latency below this is measured too coarsely to be compared; it stands for a minimum that is smaller. */
const MEASURABLE_MS = 1;

export function startLimit({ initialLimit }: AdaptiveLimitSettings): AdaptiveLimit {
  return {
    limit: initialLimit,
    probing: false,
    minimumMs: -1,
    epoch: 1,
    answered: 0,
    sumMs: 0,
    leastMs: -1,
    peak: 0,
    probeAtMs: -1,
  };
}

/** Calls that may be under way now. */
export function presentLimit(state: AdaptiveLimit, { minLimit }: AdaptiveLimitSettings): number {
  return state.probing ? minLimit : Math.floor(state.limit);
}

/**
 * Whether one more call may go ahead at `nowMs`.
 *
 * @param underWay calls, without this one
 * @returns the epoch, which its outcome must carry; undefined when it is refused
 */
export function admitCall(
  state: AdaptiveLimit,
  settings: AdaptiveLimitSettings,
  underWay: number,
  nowMs: number,
): number | undefined {
  if (state.probeAtMs < 0) state.probeAtMs = nowMs + settings.probeAfterMs;
  else if (!state.probing && nowMs >= state.probeAtMs) {
    state.probing = true;
    newEpoch(state);
  }
  if (underWay >= presentLimit(state, settings)) return undefined;
  state.peak = Math.max(state.peak, underWay + 1);
  return state.epoch;
}

/** A call of that epoch was answered after `elapsedMs`. */
export function callAnswered(
  state: AdaptiveLimit,
  settings: AdaptiveLimitSettings,
  epoch: number,
  elapsedMs: number,
  nowMs: number,
): void {
  if (epoch !== state.epoch) return;
  state.answered++;
  state.sumMs += elapsedMs;
  state.leastMs = state.leastMs < 0 ? elapsedMs : Math.min(state.leastMs, elapsedMs);
  if (!state.probing) state.minimumMs = state.minimumMs < 0 ? elapsedMs : Math.min(state.minimumMs, elapsedMs);
  if (state.answered < settings.windowCalls) return;
  if (state.probing) {
    state.probing = false;
    state.minimumMs = state.leastMs;
    state.probeAtMs = nowMs + settings.probeAfterMs;
    newEpoch(state);
    return;
  }
  const meanMs = state.sumMs / state.answered;
  if (meanMs > settings.tolerance * Math.max(state.minimumMs, MEASURABLE_MS)) return cut(state, settings);
  // A limit that was not nearly reached says nothing about whether more would be borne.
  if (state.peak * 2 >= state.limit) state.limit = Math.min(settings.maxLimit, state.limit + 1);
  newWindow(state);
}

/** A call of that epoch ended in a way that says the target has too much to do. */
export function callOverloaded(state: AdaptiveLimit, settings: AdaptiveLimitSettings, epoch: number): void {
  if (epoch === state.epoch) cut(state, settings);
}

function cut(state: AdaptiveLimit, { minLimit, backoff }: AdaptiveLimitSettings): void {
  state.limit = Math.max(minLimit, state.limit * backoff);
  newEpoch(state);
}

function newEpoch(state: AdaptiveLimit): void {
  state.epoch++;
  newWindow(state);
}

function newWindow(state: AdaptiveLimit): void {
  state.answered = 0;
  state.sumMs = 0;
  state.leastMs = -1;
  state.peak = 0;
}
