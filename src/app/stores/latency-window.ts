/**
 * Percentiles over the last second: differences between two cumulative histograms, never an average of percentiles.
 * Keeps a second of copies, because the engine overwrites its counts with every reading. A clock that goes back, as in a
 * simulated run, takes the window with it. In the first second of a run all counts began at 0, whoever looks since when.
 */
import { bucketValue, HISTOGRAM_BUCKETS, quantile } from '../../base/histogram.ts';

export const LATENCY_WINDOW_MS = 1_000;
const SLOTS = 14;
/** Readings closer together than this share a slot. */
const GRAIN_MS = 80;
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
  readonly #times = new Float64Array(SLOTS);
  readonly #copies: readonly Float64Array[] = Array.from({ length: SLOTS }, () => new Float64Array(HISTOGRAM_BUCKETS));
  readonly #difference = new Float64Array(HISTOGRAM_BUCKETS);
  #length = 0;
  #head = 0;
  #summary = NO_LATENCY;

  clear(): void {
    this.#length = 0;
    this.#summary = NO_LATENCY;
  }

  push(atMs: number, counts: Float64Array): LatencySummary {
    if (this.#length > 0 && atMs === this.#times[this.#slot(1)]) return this.#summary;
    while (this.#length > 0 && (this.#times[this.#slot(1)] ?? 0) > atMs) this.#drop();
    if (this.#length > 1 && atMs - (this.#times[this.#slot(2)] ?? 0) < GRAIN_MS) this.#drop();
    this.#times[this.#head] = atMs;
    this.#copies[this.#head]?.set(counts);
    this.#head = (this.#head + 1) % SLOTS;
    if (this.#length < SLOTS) this.#length++;
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

  /** The latest slot but `back - 1`. */
  #slot(back: number): number {
    return (this.#head + SLOTS - back) % SLOTS;
  }

  #drop(): void {
    this.#head = this.#slot(1);
    this.#length--;
  }

  /** The copy to subtract: the oldest within the window, or the one before this reading where readings are rare. */
  #before(atMs: number): Float64Array | undefined {
    if (atMs <= LATENCY_WINDOW_MS) return undefined;
    for (let back = this.#length - 1; back >= 1; back--) {
      const slot = (this.#head + 2 * SLOTS - 1 - back) % SLOTS;
      if (atMs - (this.#times[slot] ?? 0) <= LATENCY_WINDOW_MS * 1.05 || back === 1) return this.#copies[slot];
    }
    return undefined;
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
