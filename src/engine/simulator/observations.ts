/** What is counted in a simulated system beside what the kernel counts: flows, latencies, errors, and the latest events. */
import { bucketOf, HISTOGRAM_BUCKETS } from '../../base/histogram.ts';
import type { Ref } from '../../kernel/ref.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import { type EventsSnapshot, LatestEvents } from './latest-events.ts';
import { timeBucket } from './turn-times.ts';

export interface Flow {
  readonly from: Ref;
  readonly to: Ref;
  readonly count: number;
}

export interface ObservationsSnapshot {
  readonly flows: readonly (readonly [number, Flow])[];
  readonly latencyCounts: Float64Array;
  readonly latencyMaxMs: number;
  readonly queueCounts: Float64Array;
  readonly serviceCounts: Float64Array;
  readonly turns: number;
  readonly answered: number;
  readonly failed: number;
  readonly restarts: number;
  readonly lastErrors: readonly (readonly [string, string])[];
  readonly sequence: number;
  readonly events: EventsSnapshot;
}

/** Pairs of actors whose messages are counted. */
const FLOWS_MAX = 10_000;
/** More rows than any table has: two row numbers make one key. */
const ROWS_MAX = 2 ** 21;
/** Actors whose latest error is remembered. */
const ERRORS_MAX = 1_000;

export class Observations {
  /** Milliseconds as microseconds in buckets, as in live runs. */
  latencyCounts: Float64Array = new Float64Array(HISTOGRAM_BUCKETS);
  latencyMaxMs = 0;
  /** Queue and service times of all messages so far, in buckets of tenths of a microsecond. */
  queueCounts: Float64Array = new Float64Array(HISTOGRAM_BUCKETS);
  serviceCounts: Float64Array = new Float64Array(HISTOGRAM_BUCKETS);
  turns = 0;
  answered = 0;
  failed = 0;
  restarts = 0;
  readonly lastErrors = new Map<string, string>();
  /** Sequence of the latest event. */
  sequence = 0;
  private readonly flows = new Map<number, { from: Ref; to: Ref; count: number }>();
  private readonly events = new LatestEvents();
  /** Time went back to this sequence since `takeTrueUpTo`. */
  private trueUpTo = Number.POSITIVE_INFINITY;
  /** The copy of `latencyCounts` in the latest snapshot, while it still holds. */
  private savedCounts: Float64Array | undefined;
  private savedTimes: { readonly queue: Float64Array; readonly service: Float64Array } | undefined;

  recordFlow(from: Ref, to: Ref, weight: number): void {
    const key = from.id * ROWS_MAX + to.id;
    const flow = this.flows.get(key);
    if (flow !== undefined && flow.from.generation === from.generation && flow.to.generation === to.generation) {
      flow.count += weight;
    } else if (flow !== undefined || this.flows.size < FLOWS_MAX) {
      this.flows.set(key, { from, to, count: weight });
    }
  }

  recordRequest(latencyMs: number, answered: boolean): void {
    if (!answered) {
      this.failed++;
      return;
    }
    this.answered++;
    const bucket = bucketOf(Math.round(latencyMs * 1_000));
    this.latencyCounts[bucket] = (this.latencyCounts[bucket] as number) + 1;
    this.latencyMaxMs = Math.max(this.latencyMaxMs, latencyMs);
    this.savedCounts = undefined;
  }

  /** A message was handled. */
  recordTurn(queueMs: number, serviceMs: number): void {
    const [queue, service] = [timeBucket(queueMs), timeBucket(serviceMs)];
    this.queueCounts[queue] = (this.queueCounts[queue] as number) + 1;
    this.serviceCounts[service] = (this.serviceCounts[service] as number) + 1;
    this.turns++;
    this.savedTimes = undefined;
  }

  add(event: TraceEvent): void {
    this.events.add(event);
    if (event.type === 'restarted') this.restarts++;
    if (event.type !== 'failed') return;
    this.lastErrors.delete(event.path);
    this.lastErrors.set(event.path, event.error);
    if (this.lastErrors.size > ERRORS_MAX) this.lastErrors.delete(this.lastErrors.keys().next().value as string);
  }

  /** Of the latest events those with from ≤ sequence < to. */
  slice(from = 0, to = Number.POSITIVE_INFINITY): readonly TraceEvent[] {
    return this.events.slice(from, to);
  }

  /** For a look elsewhere in time, from which the run comes back: what was read before is as true as it was. */
  setTruthAside(): () => void {
    const { trueUpTo } = this;
    return () => {
      this.trueUpTo = trueUpTo;
    };
  }

  /** Up to which sequence what was read before is still true; from now on that is everything there is now. */
  takeTrueUpTo(): number {
    const { trueUpTo } = this;
    this.trueUpTo = Number.POSITIVE_INFINITY;
    return trueUpTo;
  }

  listFlows(): readonly Flow[] {
    return [...this.flows.values()];
  }

  save(): ObservationsSnapshot {
    this.savedCounts ??= this.latencyCounts.slice();
    this.savedTimes ??= { queue: this.queueCounts.slice(), service: this.serviceCounts.slice() };
    return {
      flows: [...this.flows].map(([key, flow]) => [key, { ...flow }]),
      latencyCounts: this.savedCounts,
      latencyMaxMs: this.latencyMaxMs,
      queueCounts: this.savedTimes.queue,
      serviceCounts: this.savedTimes.service,
      turns: this.turns,
      answered: this.answered,
      failed: this.failed,
      restarts: this.restarts,
      lastErrors: [...this.lastErrors],
      sequence: this.sequence,
      events: this.events.save(),
    };
  }

  restore(saved: ObservationsSnapshot): void {
    this.flows.clear();
    for (const [key, flow] of saved.flows) this.flows.set(key, { ...flow });
    this.latencyCounts = saved.latencyCounts.slice();
    this.savedCounts = saved.latencyCounts;
    this.latencyMaxMs = saved.latencyMaxMs;
    this.queueCounts = saved.queueCounts.slice();
    this.serviceCounts = saved.serviceCounts.slice();
    this.savedTimes = { queue: saved.queueCounts, service: saved.serviceCounts };
    this.turns = saved.turns;
    this.answered = saved.answered;
    this.failed = saved.failed;
    this.restarts = saved.restarts;
    this.lastErrors.clear();
    for (const [path, error] of saved.lastErrors) this.lastErrors.set(path, error);
    this.sequence = saved.sequence;
    this.trueUpTo = Math.min(this.trueUpTo, saved.sequence);
    this.events.restore(saved.events);
  }
}
