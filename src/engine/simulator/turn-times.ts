/** Queue and service times of a simulated run: exact, in virtual time, counted in buckets as in live runs. */
import { bucketOf, HISTOGRAM_MAX_VALUE } from '../../base/histogram.ts';
import { TIME_UNITS_PER_MS } from '../../kernel/measuring.ts';
import type { LoggedStep } from './step-log.ts';

export function timeBucket(ms: number): number {
  return bucketOf(Math.min(HISTOGRAM_MAX_VALUE, Math.max(0, Math.round(ms * TIME_UNITS_PER_MS))));
}

/** Of a step with a message. The pause by a `slow` fault is part of the service, as in live runs. */
export function timesOf({
  atMs,
  arrivedMs,
  busyMs,
  slowMs,
}: Pick<LoggedStep, 'atMs' | 'arrivedMs' | 'busyMs' | 'slowMs'>): {
  readonly queueMs: number;
  readonly serviceMs: number;
} {
  const waitedMs = Math.max(0, atMs - arrivedMs);
  const pausedMs = Math.min(slowMs, waitedMs);
  return { queueMs: waitedMs - pausedMs, serviceMs: busyMs + pausedMs };
}
