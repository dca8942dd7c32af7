/**
 * A token bucket, as plain data and pure arithmetic: tokens flow in at a steady rate up to a capacity, and each call takes
 * one. Over any span of time at most capacity + rate × span calls go through. (The "leaky bucket as a meter": Turner, New
 * Directions in Communications, 1986; RFC 2697.)
 *
 * On credit, tokens may be taken before they are there: the count goes below nought, and the wait that comes back is when
 * the debt is paid. So calls that must wait each have their own moment, in order, and no rounding of timers adds up.
 *
 * Invariant: −credit ≤ tokens ≤ capacity. It knows no clock: time is always an argument, and never runs backwards here.
 */

export interface BucketSettings {
  /** Tokens that flow in a second; 0 or more. */
  readonly perSecond: number;
  /** Tokens that it holds at most: the calls that may go through at once after a pause. */
  readonly burst: number;
}

export interface TokenBucket {
  tokens: number;
  /** When the tokens were last counted. */
  atMs: number;
}

export interface Taking {
  readonly taken: boolean;
  /**
   * Ms until the token that was taken is there, 0 at once; or, when none was taken, until one could be. Infinity when
   * that is never.
   */
  readonly waitMs: number;
}

/** A hair less than a whole token is one: sums of fractions fall short of it. */
const NEARLY = 1e-9;

export function fullBucket(burst: number, nowMs: number): TokenBucket {
  return { tokens: burst, atMs: nowMs };
}

/** Brings the count up to `nowMs`. */
export function refill(bucket: TokenBucket, { perSecond, burst }: BucketSettings, nowMs: number): void {
  const passedMs = Math.max(0, nowMs - bucket.atMs);
  bucket.tokens = Math.min(burst, bucket.tokens + (passedMs * perSecond) / 1_000);
  bucket.atMs = Math.max(bucket.atMs, nowMs);
}

/** Puts in tokens beside those that flow in. */
export function deposit(bucket: TokenBucket, { burst }: BucketSettings, tokens: number): void {
  bucket.tokens = Math.min(burst, bucket.tokens + tokens);
}

/** Takes a token at `nowMs`, on up to `credit` tokens of credit. */
export function take(bucket: TokenBucket, settings: BucketSettings, nowMs: number, credit = 0): Taking {
  refill(bucket, settings, nowMs);
  const left = bucket.tokens - 1;
  const taken = left >= -credit - NEARLY;
  const missing = taken ? -left : -credit - left;
  if (taken) bucket.tokens = left;
  return { taken, waitMs: missing <= NEARLY ? 0 : (missing / settings.perSecond) * 1_000 };
}
