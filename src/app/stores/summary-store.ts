/** The headline numbers of a run: status, clock, rates over the last second, and totals since the start. */
import { type StoreApi, createStore } from 'zustand/vanilla';
import type { Reading, SystemStatus, WorkerReading } from '../../engine/engine.ts';
import { type LatencySummary, LatencyWindow, NO_LATENCY } from './latency-window.ts';
import { RateWindow } from './rate-window.ts';

export interface WorkerSummary {
  readonly worker: number;
  readonly actors: number;
  readonly processed: number;
  /** Turns a second. */
  readonly perSecond: number;
  /** Share of the last second that the thread was awake, running turns or looking for work, 0 … 1. */
  readonly awake: number;
  readonly parked: boolean;
}

export interface SummaryState {
  readonly status: SystemStatus;
  readonly stopCause: string;
  readonly atMs: number;
  readonly latency: LatencySummary;
  /** Requests answered a second. */
  readonly answeredPerSecond: number;
  /** Turns a second, all workers. */
  readonly processedPerSecond: number;
  readonly processed: number;
  readonly deadLetters: number;
  readonly rejected: number;
  readonly restarts: number;
  readonly workers: readonly WorkerSummary[];
}

export interface SummaryStore {
  readonly store: StoreApi<SummaryState>;
  update(reading: Reading): SummaryState;
  clear(): void;
}

const EMPTY: SummaryState = {
  status: 'starting',
  stopCause: '',
  atMs: 0,
  latency: NO_LATENCY,
  answeredPerSecond: 0,
  processedPerSecond: 0,
  processed: 0,
  deadLetters: 0,
  rejected: 0,
  restarts: 0,
  workers: [],
};

export function createSummaryStore(): SummaryStore {
  const store = createStore<SummaryState>(() => EMPTY);
  const latency = new LatencyWindow();
  let answered = new RateWindow();
  let turns: RateWindow[] = [];
  let parked: RateWindow[] = [];

  function summarizeWorker(reading: WorkerReading, atMs: number, index: number): WorkerSummary {
    turns[index] ??= new RateWindow();
    parked[index] ??= new RateWindow();
    return {
      worker: reading.worker,
      actors: reading.actors,
      processed: reading.processed,
      perSecond: turns[index].push(atMs, reading.processed),
      awake: Math.min(1, Math.max(0, 1 - parked[index].push(atMs, reading.parkedMs) / 1_000)),
      parked: reading.parked,
    };
  }

  return {
    store,
    update(reading) {
      const { atMs } = reading;
      let requests = 0;
      for (const count of reading.latencyCounts) requests += count;
      const workers = reading.workers.map((worker, index) => summarizeWorker(worker, atMs, index));
      const summary: SummaryState = {
        status: reading.status,
        stopCause: reading.stopCause,
        atMs,
        latency: latency.push(atMs, reading.latencyCounts),
        answeredPerSecond: answered.push(atMs, requests),
        processedPerSecond: workers.reduce((sum, worker) => sum + worker.perSecond, 0),
        processed: workers.reduce((sum, worker) => sum + worker.processed, 0),
        deadLetters: reading.deadLetters,
        rejected: reading.rejected,
        restarts: reading.actors.reduce((sum, actor) => sum + actor.restarts, 0),
        workers,
      };
      store.setState(summary);
      return summary;
    },
    clear() {
      latency.clear();
      answered = new RateWindow();
      turns = [];
      parked = [];
      store.setState(EMPTY);
    },
  };
}
