/** A worker's latency histogram in shared memory: bucket counts, then the maximum. One writer, any reader. */
import { bucketOf, HISTOGRAM_BUCKETS, HISTOGRAM_MAX_VALUE } from '../../../base/histogram.ts';

export class LatencyRecorder {
  private readonly counts: Uint32Array;

  constructor(buffer: SharedArrayBuffer) {
    this.counts = new Uint32Array(buffer);
  }

  record(latencyMs: number): void {
    const micros = Math.min(HISTOGRAM_MAX_VALUE, Math.max(0, Math.round(latencyMs * 1_000)));
    const bucket = bucketOf(micros);
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    if (micros > (this.counts[HISTOGRAM_BUCKETS] as number)) this.counts[HISTOGRAM_BUCKETS] = micros;
  }

  /** Adds this worker's counts to `into` and returns its maximum in µs. */
  addTo(into: Float64Array): number {
    for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
      into[bucket] = (into[bucket] as number) + (this.counts[bucket] as number);
    }
    return this.counts[HISTOGRAM_BUCKETS] as number;
  }
}
