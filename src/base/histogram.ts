/**
 * Log-linear histogram arithmetic: which bucket a value falls into, and percentiles over bucket counts.
 *
 * Values are non-negative integers (Playhouse records microseconds). Below 2^(bits+1) every value has a bucket of its
 * own; above, each power of two is split into 2^bits equal buckets, so a bucket is never wider than 1/2^bits of its
 * lower edge: with 7 bits, 0.8 %. This file owns no memory: counts live wherever the caller keeps them, and several
 * threads' counts are merged by adding arrays. Percentiles are never averaged.
 */
const SUB_BUCKET_BITS = 7;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;
const LINEAR_LIMIT = SUB_BUCKETS * 2;

/** Largest value that has a bucket; larger ones are counted in the last bucket. About 71 minutes in microseconds. */
export const HISTOGRAM_MAX_VALUE = 2 ** 32 - 1;

/** How many buckets cover 0 … HISTOGRAM_MAX_VALUE. */
export const HISTOGRAM_BUCKETS = LINEAR_LIMIT + (32 - (SUB_BUCKET_BITS + 1)) * SUB_BUCKETS;

export function bucketOf(value: number): number {
  if (!(value > 0)) return 0;
  const clamped = value > HISTOGRAM_MAX_VALUE ? HISTOGRAM_MAX_VALUE : Math.floor(value);
  if (clamped < LINEAR_LIMIT) return clamped;
  const exponent = 31 - Math.clz32(clamped);
  const shift = exponent - SUB_BUCKET_BITS;
  return LINEAR_LIMIT + (shift - 1) * SUB_BUCKETS + ((clamped >>> shift) - SUB_BUCKETS);
}

/** The smallest value of a bucket. */
export function bucketFloor(bucket: number): number {
  if (bucket < LINEAR_LIMIT) return bucket;
  const octave = Math.floor((bucket - LINEAR_LIMIT) / SUB_BUCKETS);
  const sub = (bucket - LINEAR_LIMIT) % SUB_BUCKETS;
  return (SUB_BUCKETS + sub) * 2 ** (octave + 1);
}

/** The value that stands for a bucket: its middle, so that the error is at most half its width. */
export function bucketValue(bucket: number): number {
  if (bucket < LINEAR_LIMIT) return bucket;
  const octave = Math.floor((bucket - LINEAR_LIMIT) / SUB_BUCKETS);
  return bucketFloor(bucket) + 2 ** octave;
}

/**
 * The value at a quantile of 0 … 1 over bucket counts. `undefined` where nothing was counted: an empty interval has no
 * percentile, and drawing a zero for it would be a lie.
 */
export function quantile(counts: ArrayLike<number>, q: number): number | undefined {
  let total = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) total += counts[bucket] ?? 0;
  if (total === 0) return undefined;
  const rank = Math.min(total, Math.max(1, Math.ceil(q * total)));
  let seen = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    seen += counts[bucket] ?? 0;
    if (seen >= rank) return bucketValue(bucket);
  }
  return undefined;
}
