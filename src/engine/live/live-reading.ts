/** What the page reads of a live run once a frame: the workers' tables as they are now, joined with the names of the actors. */
import { HISTOGRAM_BUCKETS } from '../../base/histogram.ts';
import type { FlowReading, Reading, SystemStatus, WorkerReading } from '../engine.ts';
import type { DirectoryReader } from './directory-reader.ts';
import { STAT, WORKER_WORD } from './memory/layout.ts';
import type { PageMemory } from './page-memory.ts';
import type { TraceCollector } from './trace-collector.ts';

export class LiveReading {
  private readonly memory: PageMemory;
  private readonly directory: DirectoryReader;
  private readonly events: TraceCollector;
  private readonly latencyCounts = new Float64Array(HISTOGRAM_BUCKETS);

  constructor(memory: PageMemory, directory: DirectoryReader, events: TraceCollector) {
    this.memory = memory;
    this.directory = directory;
    this.events = events;
  }

  take(status: SystemStatus, stopCause: string): Reading {
    const { memory, directory, events } = this;
    const workers = Array.from({ length: memory.workers }, (_, worker) => this.worker(worker));
    this.latencyCounts.fill(0);
    const maxima = memory.latencies.map((recorder) => recorder.addTo(this.latencyCounts));
    const actors = directory.views(events.lastErrors);
    const living = workers.reduce((sum, worker) => sum + worker.actors, 0);
    const total = (stat: number): number => workers.reduce((sum, { worker }) => sum + memory.stat(worker, stat), 0);
    return {
      atMs: memory.clock.now(),
      status,
      stopCause,
      workers,
      actors,
      unlistedActors: Math.max(0, living - actors.length),
      flows: this.flows(),
      sampledEvery: Math.max(1, ...workers.map(({ worker }) => memory.stat(worker, STAT.sampleEvery))),
      latencyCounts: this.latencyCounts,
      latencyMaxMs: Math.max(0, ...maxima) / 1_000,
      requestsFailed: total(STAT.requestsFailed),
      restarts: events.restarts,
      deadLetters: total(STAT.deadLetters),
      rejected: total(STAT.rejected),
    };
  }

  private worker(worker: number): WorkerReading {
    const { memory } = this;
    const sinceMs = memory.stat(worker, STAT.parkedSinceMs);
    const wallMs = performance.timeOrigin + performance.now();
    return {
      worker,
      actors: memory.stat(worker, STAT.living),
      processed: memory.stat(worker, STAT.processed),
      sent: memory.stat(worker, STAT.sent),
      received: memory.stat(worker, STAT.received),
      parkedMs: memory.stat(worker, STAT.parkedMs) + (sinceMs > 0 ? Math.max(0, wallMs - sinceMs) : 0),
      parked: memory.word(worker, WORKER_WORD.parked) === 1,
      lostEvents: memory.stat(worker, STAT.lostEvents),
    };
  }

  private flows(): FlowReading[] {
    const merged = new Map<string, FlowReading>();
    for (const table of this.memory.flows) {
      table.forEach((fromActor, toActor, count) => {
        const from = this.directory.pathOf(fromActor);
        const to = this.directory.pathOf(toActor);
        if (from === undefined || to === undefined) return;
        const key = `${from} ${to}`;
        merged.set(key, { from, to, count: count + (merged.get(key)?.count ?? 0) });
      });
    }
    return [...merged.values()];
  }
}
