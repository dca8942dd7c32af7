/**
 * Arrival processes: when requests are due, as plain data and pure arithmetic.
 *
 * All of them count in gaps. A gap is over when as much of the rate has flowed by as the gap is wide: 1 where arrivals are
 * evenly spaced, exponentially distributed with mean 1 where they come at random. So the rate may change at any moment,
 * within a gap too, and what is left of the gap passes at the new rate; for random arrivals that is exact, because what is
 * left of an exponential gap is exponential again.
 *
 * Invariants: due times never decrease; each counts from the one before and never from the time at which somebody looked, so
 * nothing drifts; equal profiles, states and random numbers give equal due times, in every browser.
 */
import { unreachable } from '../../base/assert.ts';
import { gapsOf, type LoadProfile } from './load-profile.ts';

/** Where an arrival process is: plain data. */
export interface ArrivalState {
  /** Up to here all is accounted for: when the last request was due, or the time that has passed since. */
  atMs: number;
  /** What is left of the present gap, in mean gaps. */
  gapLeft: number;
  /** Requests of the present burst that are due at `atMs`, beside those taken. */
  burstLeft: number;
  /** When the profile began; ramps count from here. */
  beganMs: number;
}

/** A number in [0, 1). */
type Random = () => number;

/** The beginning of an arrival process: of evenly spaced requests (or bursts) the first is due at once, where there is a rate. */
export function startArrivals(profile: LoadProfile, nowMs: number, random: Random): ArrivalState {
  const gapLeft = gapsOf(profile) === 'exponential' ? exponential(random) : 0;
  return { atMs: nowMs, gapLeft, burstLeft: 0, beganMs: nowMs };
}

/** When the next request is due; Infinity where none ever is at the present rate. */
export function nextArrivalMs(profile: LoadProfile, state: ArrivalState): number {
  const { atMs, gapLeft, burstLeft } = state;
  if (burstLeft > 0) return atMs;
  const { nowPerMs, laterPerMs, rampMs } = flowOf(profile, state);
  if (rampMs === 0) return laterPerMs > 0 ? atMs + gapLeft / laterPerMs : Number.POSITIVE_INFINITY;
  // A rate that changes evenly from r to s within T: x ms of it are r·x + (s − r)·x²/2T gaps.
  const perMsPerMs = (laterPerMs - nowPerMs) / rampMs;
  const gapsInRamp = ((nowPerMs + laterPerMs) / 2) * rampMs;
  if (gapsInRamp === 0 && laterPerMs === 0) return Number.POSITIVE_INFINITY;
  if (gapLeft === 0) return atMs;
  if (gapLeft <= gapsInRamp) {
    // That equation solved for x, in the form that does not cancel out when the ramp is nearly flat.
    const root = Math.sqrt(Math.max(0, nowPerMs ** 2 + 2 * perMsPerMs * gapLeft));
    return atMs + Math.min(rampMs, (2 * gapLeft) / (nowPerMs + root));
  }
  return laterPerMs > 0 ? atMs + rampMs + (gapLeft - gapsInRamp) / laterPerMs : Number.POSITIVE_INFINITY;
}

/** Takes the next request: moves on to when it is due, and draws the gap after it. Only where one is due at all. */
export function takeArrival(profile: LoadProfile, state: ArrivalState, random: Random): void {
  if (state.burstLeft > 0) {
    state.burstLeft--;
    return;
  }
  state.atMs = nextArrivalMs(profile, state);
  state.gapLeft = gapsOf(profile) === 'exponential' ? exponential(random) : 1;
  state.burstLeft = profile.shape === 'bursts' ? profile.burst - 1 : 0;
}

/** Lets the time until `nowMs` pass at the present rate. For when nothing is due by then, and the profile changes. */
export function passTime(profile: LoadProfile, state: ArrivalState, nowMs: number): void {
  const passedMs = nowMs - state.atMs;
  if (passedMs <= 0) return;
  const { nowPerMs, laterPerMs, rampMs } = flowOf(profile, state);
  const inRampMs = Math.min(passedMs, rampMs);
  const atEndPerMs = rampMs === 0 ? laterPerMs : nowPerMs + ((laterPerMs - nowPerMs) * inRampMs) / rampMs;
  const gaps = ((nowPerMs + atEndPerMs) / 2) * inRampMs + laterPerMs * (passedMs - inRampMs);
  state.gapLeft = Math.max(0, state.gapLeft - gaps);
  state.atMs = nowMs;
}

/** Gaps a millisecond: now, and when the ramp is over in `rampMs`. */
function flowOf(
  profile: LoadProfile,
  { atMs, beganMs }: ArrivalState,
): { readonly nowPerMs: number; readonly laterPerMs: number; readonly rampMs: number } {
  switch (profile.shape) {
    case 'constant':
    case 'poisson':
      return steady(profile.perSecond / 1_000);
    case 'bursts':
      return steady(profile.perSecond / profile.burst / 1_000);
    case 'ramp': {
      const { fromPerSecond, toPerSecond, overMs } = profile;
      const rampMs = Math.max(0, beganMs + overMs - atMs);
      const share = 1 - rampMs / overMs;
      return {
        nowPerMs: (fromPerSecond + (toPerSecond - fromPerSecond) * share) / 1_000,
        laterPerMs: toPerSecond / 1_000,
        rampMs,
      };
    }
    default:
      return unreachable(profile, 'profile');
  }
}

function steady(perMs: number): ReturnType<typeof flowOf> {
  return { nowPerMs: perMs, laterPerMs: perMs, rampMs: 0 };
}

/** Terms of the series below: the last one no longer shows in a double. */
const LOG_TERMS = 12;

/**
 * Exponentially distributed with mean 1, by inversion: −ln(1 − u). The logarithm is added up here from exact operations:
 * that of the language may differ in its last digit between browsers, and then the same seed would be another run there.
 */
export function exponential(random: Random): number {
  // 1 − u is in (0, 1]; brought to m·2⁻ⁿ with m in (½, 1], of which the part over √½ is doubled back around 1.
  let mantissa = 1 - random();
  let halvings = 0;
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    halvings++;
  }
  // ln m = 2 (s + s³/3 + s⁵/5 + …) with s = (m − 1)/(m + 1), at most 0.172 from 0.
  const s = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  for (let term = LOG_TERMS; term >= 0; term--) sum = sum * s * s + 1 / (2 * term + 1);
  // Where u is 0 this is −0.
  return Math.max(0, halvings * Math.LN2 - 2 * s * sum);
}
