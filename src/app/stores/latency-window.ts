/**
 * Percentiles over the last second: differences between two cumulative histograms, never an average of percentiles.
 * Keeps a second of copies, because the engine overwrites its counts with every reading. A clock that goes back, as in a
 * simulated run, takes the window with it. In the first second of a run all counts began at 0, whoever looks since when.
 */
import { bucketValue, HISTOGRAM_BUCKETS, quantile } from '../../base/histogram.ts';
import { PLACES, RecentTimes, WINDOW_MS } from './recent-times.ts';

const US_PER_MS = 1_000;

/** Latencies in ms; undefined where nothing was answered within the window. */
export interface LatencySummary {
  readonly count: number;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
  readonly max: number | undefined;
}

export const NO_LATENCY: LatencySummary = { count: 0, p50: undefined, p95: undefined, p99: undefined, max: undefined };

export class LatencyWindow {
  readonly #times = new RecentTimes();
  readonly #copies: readonly Float64Array[] = Array.from({ length: PLACES }, () => new Float64Array(HISTOGRAM_BUCKETS));
  readonly #difference = new Float64Array(HISTOGRAM_BUCKETS);
  #summary = NO_LATENCY;

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
    let count = 0;
    for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
      const change = Math.max(0, (counts[bucket] ?? 0) - (before?.[bucket] ?? 0));
      this.#difference[bucket] = change;
      count += change;
    }
    this.#summary = count === 0 ? NO_LATENCY : this.#summarize(count);
    return this.#summary;
  }

  /** The copy to subtract; undefined where all counts began at 0. */
  #before(atMs: number): Float64Array | undefined {
    const base = atMs <= WINDOW_MS ? undefined : this.#times.base();
    return base && this.#copies[base.place];
  }

  #summarize(count: number): LatencySummary {
    const at = (q: number): number | undefined => {
      const value = quantile(this.#difference, q);
      return value === undefined ? undefined : value / US_PER_MS;
    };
    return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: this.#highest() };
  }

  #highest(): number | undefined {
    for (let bucket = HISTOGRAM_BUCKETS - 1; bucket >= 0; bucket--) {
      if ((this.#difference[bucket] ?? 0) > 0) return bucketValue(bucket) / US_PER_MS;
    }
    return undefined;
  }
}
