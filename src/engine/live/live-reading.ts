/** What the page reads of a live run once a frame: the workers' tables as they are now, joined with the names of the actors. */
import { HISTOGRAM_BUCKETS } from '../../base/histogram.ts';
import type { FlowReading, Reading, RingReading, SystemStatus, WorkerReading, WorkerState } from '../engine.ts';
import type { DirectoryReader } from './directory-reader.ts';
import type { LiveTimes } from './live-times.ts';
import { STAT, WORKER_STATE, WORKER_WORD } from './memory/layout.ts';
import { slotCount, slotsUsed } from './memory/ring.ts';
import type { PageMemory } from './page-memory.ts';
import type { TraceCollector } from './trace-collector.ts';

export class LiveReading {
  private readonly memory: PageMemory;
  private readonly directory: DirectoryReader;
  private readonly events: TraceCollector;
  private readonly times: LiveTimes;
  /** By worker: when the first thread in that place came to life. */
  private readonly firstStartedMs: number[] = [];
  private readonly latencyCounts = new Float64Array(HISTOGRAM_BUCKETS);

  constructor(memory: PageMemory, directory: DirectoryReader, events: TraceCollector, times: LiveTimes) {
    this.memory = memory;
    this.directory = directory;
    this.events = events;
    this.times = times;
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
      times: this.times.take(),
      rings: this.rings(),
      requestsFailed: total(STAT.requestsFailed),
      restarts: events.restarts,
      deadLetters: total(STAT.deadLetters),
      rejected: total(STAT.rejected),
    };
  }

  private worker(worker: number): WorkerReading {
    const { memory } = this;
    const stat = (name: keyof typeof STAT): number => memory.stat(worker, STAT[name]);
    const sinceMs = stat('parkedSinceMs');
    const wallMs = performance.timeOrigin + performance.now();
    const parkedMs = stat('parkedMs') + (sinceMs > 0 ? Math.max(0, wallMs - sinceMs) : 0);
    const spinMs = stat('spinMs');
    const startedMs = stat('startedMs');
    if (startedMs > 0) this.firstStartedMs[worker] ??= startedMs;
    const livedMs = startedMs > 0 ? wallMs - (this.firstStartedMs[worker] ?? startedMs) : 0;
    return {
      worker,
      actors: memory.stat(worker, STAT.living),
      processed: memory.stat(worker, STAT.processed),
      sent: memory.stat(worker, STAT.sent),
      received: memory.stat(worker, STAT.received),
      // What it neither slept nor looked for work in vain.
      busyMs: Math.max(0, livedMs - parkedMs - spinMs),
      spinMs,
      parkedMs,
      state: this.state(worker),
      parked: memory.word(worker, WORKER_WORD.parked) === 1,
      spins: stat('spins'),
      parks: stat('parks'),
      wakeUps: stat('wakeUps'),
      outboxWaiting: stat('outboxWaiting'),
      steals: {
        asked: stat('stealsAsked'),
        taken: stat('stealsTaken'),
        refused: stat('stealsRefused'),
        given: stat('stealsGiven'),
        answeredLate: stat('stealsAnsweredLate'),
      },
      sampledEvery: Math.max(1, stat('sampleEvery')),
      measuredEvery: Math.max(1, stat('measuredEvery')),
      measured: stat('measured'),
      observeMs: stat('observeMs'),
      lostEvents: memory.stat(worker, STAT.lostEvents),
    };
  }

  private state(worker: number): WorkerState {
    const { memory } = this;
    if (memory.word(worker, WORKER_WORD.parked) === 1) return 'parked';
    return memory.word(worker, WORKER_WORD.state) === WORKER_STATE.spinning ? 'spinning' : 'busy';
  }

  private rings(): RingReading[] {
    const { workers, shared } = this.memory;
    return shared.rings.flatMap((ring, index) => {
      const [from, to] = [Math.floor(index / workers), index % workers];
      return from === to ? [] : [{ from, to, used: slotsUsed(ring), slots: slotCount(ring) }];
    });
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
