/**
 * Percentiles over the last second: differences between two cumulative histograms, never an average of percentiles.
 * Keeps a second of copies, because the engine overwrites its counts with every reading. A clock that goes back, as in a
 * simulated run, takes the window with it. In the first second of a run all counts began at 0, whoever looks since when.
 */
import { bucketValue, HISTOGRAM_BUCKETS, quantile } from '../../base/histogram.ts';
import { PLACES, RecentTimes, WINDOW_MS } from './recent-times.ts';

/** Latencies are counted in microseconds. */
const US_PER_MS = 1_000;

/** Times in ms; undefined where nothing was counted within the window. */
export interface LatencySummary {
  readonly count: number;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
  readonly p999: number | undefined;
  readonly max: number | undefined;
}

export const NO_LATENCY: LatencySummary = {
  count: 0,
  p50: undefined,
  p95: undefined,
  p99: undefined,
  p999: undefined,
  max: undefined,
};

export class LatencyWindow {
  readonly #times = new RecentTimes();
  readonly #copies: readonly Float64Array[] = Array.from({ length: PLACES }, () => new Float64Array(HISTOGRAM_BUCKETS));
  readonly #difference = new Float64Array(HISTOGRAM_BUCKETS);
  readonly #unitsPerMs: number;
  #summary = NO_LATENCY;

  /** @param unitsPerMs of the values that are counted */
  constructor(unitsPerMs = US_PER_MS) {
    this.#unitsPerMs = unitsPerMs;
  }

  clear(): void {
    this.#times.clear();
    this.#summary = NO_LATENCY;
  }

  push(atMs: number, counts: Float64Array): LatencySummary {
    const times = this.#times;
    if (!times.isEmpty && atMs === times.latestMs) return this.#summary;
    times.rewind(atMs);
    times.thin(atMs);
    this.#copies[times.add(atMs)]?.set(counts);
    const before = this.#before(atMs);
    for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
      const change = Math.max(0, (counts[bucket] ?? 0) - (before?.[bucket] ?? 0));
      this.#difference[bucket] = change;
    }
    this.#summary = summarize(this.#difference, this.#unitsPerMs);
    return this.#summary;
  }

  /** The copy to subtract; undefined where all counts began at 0. */
  #before(atMs: number): Float64Array | undefined {
    const base = atMs <= WINDOW_MS ? undefined : this.#times.base();
    return base && this.#copies[base.place];
  }
}

/** Percentiles of counts by bucket. @param unitsPerMs of the values that were counted */
export function summarize(counts: Float64Array, unitsPerMs: number): LatencySummary {
  let count = 0;
  for (const one of counts) count += one;
  if (count === 0) return NO_LATENCY;
  const at = (q: number): number | undefined => {
    const value = quantile(counts, q);
    return value === undefined ? undefined : value / unitsPerMs;
  };
  return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99), p999: at(0.999), max: highest(counts, unitsPerMs) };
}

function highest(counts: Float64Array, unitsPerMs: number): number | undefined {
  for (let bucket = HISTOGRAM_BUCKETS - 1; bucket >= 0; bucket--) {
    if ((counts[bucket] ?? 0) > 0) return bucketValue(bucket) / unitsPerMs;
  }
  return undefined;
}
