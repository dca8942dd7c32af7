/** What is counted in a simulated system beside what the kernel counts: flows, latencies, errors, and the latest events. */
import { bucketOf, HISTOGRAM_BUCKETS } from '../../base/histogram.ts';
import type { Ref } from '../../kernel/ref.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';

export interface Flow {
  readonly from: Ref;
  readonly to: Ref;
  readonly count: number;
}

export interface ObservationsSnapshot {
  readonly flows: readonly (readonly [number, Flow])[];
  readonly latencyCounts: Float64Array;
  readonly latencyMaxMs: number;
  readonly answered: number;
  readonly failed: number;
  readonly lastErrors: readonly (readonly [string, string])[];
  readonly sequence: number;
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
  answered = 0;
  failed = 0;
  readonly lastErrors = new Map<string, string>();
  /** Sequence of the latest event. */
  sequence = 0;
  private readonly flows = new Map<number, { from: Ref; to: Ref; count: number }>();
  private events: TraceEvent[] = [];
  /** Time went back to this sequence since `takeTrueUpTo`. */
  private trueUpTo = Number.POSITIVE_INFINITY;
  /** The copy of `latencyCounts` in the latest snapshot, while it still holds. */
  private savedCounts: Float64Array | undefined;

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

  add(event: TraceEvent): void {
    this.events.push(event);
    // Trimmed by a quarter at a time: a shift for every event would cost as much as the list is long.
    if (this.events.length > SIMULATION_LIMITS.traceMax * 1.25) {
      this.events = this.events.slice(-SIMULATION_LIMITS.traceMax);
    }
    if (event.type !== 'failed') return;
    this.lastErrors.delete(event.path);
    this.lastErrors.set(event.path, event.error);
    if (this.lastErrors.size > ERRORS_MAX) this.lastErrors.delete(this.lastErrors.keys().next().value as string);
  }

  /** Events with from ≤ sequence < to. */
  slice(from = 0, to = Number.POSITIVE_INFINITY): readonly TraceEvent[] {
    const first = this.events[0]?.sequence ?? this.sequence + 1;
    return this.events.slice(Math.max(0, from - first), Math.max(0, to - first));
  }

  /** For a look elsewhere in time; the function that is returned puts them back. */
  setEventsAside(): () => void {
    const { events, trueUpTo } = this;
    this.events = [...events];
    return () => {
      this.events = events;
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
    return {
      flows: [...this.flows].map(([key, flow]) => [key, { ...flow }]),
      latencyCounts: this.savedCounts,
      latencyMaxMs: this.latencyMaxMs,
      answered: this.answered,
      failed: this.failed,
      lastErrors: [...this.lastErrors],
      sequence: this.sequence,
    };
  }

  restore(saved: ObservationsSnapshot): void {
    this.flows.clear();
    for (const [key, flow] of saved.flows) this.flows.set(key, { ...flow });
    this.latencyCounts = saved.latencyCounts.slice();
    this.savedCounts = saved.latencyCounts;
    this.latencyMaxMs = saved.latencyMaxMs;
    this.answered = saved.answered;
    this.failed = saved.failed;
    this.lastErrors.clear();
    for (const [path, error] of saved.lastErrors) this.lastErrors.set(path, error);
    this.sequence = saved.sequence;
    this.trueUpTo = Math.min(this.trueUpTo, saved.sequence);
    const last = this.events.findLastIndex((event) => event.sequence <= saved.sequence);
    this.events = this.events.slice(0, last + 1);
    // With a gap before what comes now, the older ones would be numbered wrongly.
    if (this.events.at(-1)?.sequence !== saved.sequence) this.events = [];
  }
}
