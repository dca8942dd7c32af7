/** The page's end of the trace: drains every worker's event ring, numbers the events, and keeps the latest ones. */
import type { TraceEvent, TraceEventBody } from '../../kernel/trace.ts';
import { EventReader } from './event-log.ts';

/** The `worker` of events that the page itself made: faults, pause and resume. */
const PAGE = -1;
/** Actors whose latest error is remembered. */
const ERRORS_MAX = 1_000;

export class TraceCollector {
  /** Error of the latest failure, by path. */
  readonly lastErrors = new Map<string, string>();
  /** Restarts seen so far. */
  restarts = 0;
  /** Why the root actor went down, once it has. */
  stopCause: string | undefined;
  private readonly readers: EventReader[];
  private readonly max: number;
  private events: TraceEvent[] = [];
  private nextSequence = 1;

  constructor(buffers: readonly SharedArrayBuffer[], max: number) {
    this.readers = buffers.map((buffer) => new EventReader(buffer));
    this.max = max;
  }

  drain(): void {
    const fresh: { readonly atMs: number; readonly worker: number; readonly body: TraceEventBody }[] = [];
    for (const [worker, reader] of this.readers.entries()) {
      reader.drain(({ atMs, body }) => fresh.push({ atMs, worker, body }));
    }
    // Workers write side by side; within one look the order of time is the best there is.
    fresh.sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, worker, body } of fresh) this.append(atMs, worker, body);
  }

  /** Another worker writes in the place of a lost one, into another ring. What the lost one had written is taken in before. */
  replace(worker: number, buffer: SharedArrayBuffer): void {
    this.drain();
    this.readers[worker] = new EventReader(buffer);
  }

  /** Adds an event of the page's own. */
  add(atMs: number, body: TraceEventBody): void {
    this.drain();
    this.append(atMs, PAGE, body);
  }

  /** Events with from ≤ sequence < to. */
  slice(from = 0, to = Number.POSITIVE_INFINITY): readonly TraceEvent[] {
    const first = this.events[0]?.sequence ?? this.nextSequence;
    return this.events.slice(Math.max(0, from - first), Math.max(0, to - first));
  }

  private append(atMs: number, worker: number, body: TraceEventBody): void {
    this.events.push({ sequence: this.nextSequence++, atMs, node: 0, worker, ...body });
    // Trimmed by a quarter at a time: a shift for every event would cost as much as the list is long.
    if (this.events.length > this.max * 1.25) this.events = this.events.slice(-this.max);
    if (body.type === 'restarted') this.restarts++;
    if (body.type === 'failed') {
      this.lastErrors.delete(body.path);
      this.lastErrors.set(body.path, body.error);
      if (this.lastErrors.size > ERRORS_MAX) this.lastErrors.delete(this.lastErrors.keys().next().value as string);
    }
    if (body.type === 'system' && body.status === 'stopped') this.stopCause ??= body.cause;
  }
}
