/** The headline numbers of a run: status, clock, rates over the last second, and totals since the start. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Reading, SystemStatus, WorkerReading } from '../../engine/engine.ts';
import { type LatencySummary, LatencyWindow, NO_LATENCY } from './latency-window.ts';
import { RateWindow } from './rate-window.ts';

export interface WorkerSummary {
  readonly worker: number;
  readonly actors: number;
  readonly processed: number;
  /** Turns a second. */
  readonly perSecond: number;
  /** Messages to and from other workers through shared memory, since the start. */
  readonly sent: number;
  readonly received: number;
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
  /** Requests that ended in an error, a time-out or a refusal, a second. */
  readonly failedPerSecond: number;
  /** The same, since the start. */
  readonly requestsFailed: number;
  /** Turns a second, all workers. */
  readonly processedPerSecond: number;
  readonly processed: number;
  /** Of all actors, since the start. */
  readonly restarts: number;
  readonly deadLetters: number;
  readonly rejected: number;
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
  failedPerSecond: 0,
  requestsFailed: 0,
  processedPerSecond: 0,
  processed: 0,
  restarts: 0,
  deadLetters: 0,
  rejected: 0,
  workers: [],
};

export function createSummaryStore(): SummaryStore {
  const store = createStore<SummaryState>(() => EMPTY);
  const latency = new LatencyWindow();
  let answered = new RateWindow();
  let failed = new RateWindow();
  let turns: RateWindow[] = [];
  let parked: RateWindow[] = [];

  function summarizeWorker(reading: WorkerReading, atMs: number, index: number): WorkerSummary {
    turns[index] ??= new RateWindow();
    parked[index] ??= new RateWindow();
    return {
      worker: reading.worker,
      actors: reading.actors,
      processed: reading.processed,
      sent: reading.sent,
      received: reading.received,
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
      const isOver = reading.status === 'stopped';
      const workers = reading.workers.map((worker, index) => {
        const summary = summarizeWorker(worker, atMs, index);
        return isOver ? { ...summary, perSecond: 0, awake: 0 } : summary;
      });
      const summary: SummaryState = {
        status: reading.status,
        stopCause: reading.stopCause,
        atMs,
        latency: isOver ? NO_LATENCY : latency.push(atMs, reading.latencyCounts),
        answeredPerSecond: isOver ? 0 : answered.push(atMs, requests),
        failedPerSecond: isOver ? 0 : failed.push(atMs, reading.requestsFailed),
        requestsFailed: reading.requestsFailed,
        processedPerSecond: workers.reduce((sum, worker) => sum + worker.perSecond, 0),
        processed: workers.reduce((sum, worker) => sum + worker.processed, 0),
        restarts: reading.restarts,
        deadLetters: reading.deadLetters,
        rejected: reading.rejected,
        workers,
      };
      store.setState(summary);
      return summary;
    },
    clear() {
      latency.clear();
      answered = new RateWindow();
      failed = new RateWindow();
      turns = [];
      parked = [];
      store.setState(EMPTY);
    },
  };
}
