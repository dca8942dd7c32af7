/** The headline numbers of a run: status, clock, rates over the last second, and totals since the start. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  Reading,
  RingReading,
  StealCounts,
  SystemStatus,
  WorkerReading,
  WorkerState,
} from '../../engine/engine.ts';
import { TIME_UNITS_PER_MS } from '../../kernel/measuring.ts';
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
  /** Shares of the last second that the thread took turns, looked for work in vain, and slept: 0 … 1, together 1. */
  readonly busyShare: number;
  readonly spinShare: number;
  readonly parkedShare: number;
  /** Share of the last second that the thread was awake, running turns or looking for work, 0 … 1. */
  readonly awake: number;
  readonly parked: boolean;
  readonly state: WorkerState;
  /** For how many fruitless looks it would look for work now before it sleeps. */
  readonly spins: number;
  /** Since the start. */
  readonly steals: StealCounts;
  /** The fullest of the rings that lead to it, 0 … 1, and what waits before rings that it sends to, in slots. */
  readonly ringUse: number;
  readonly parks: number;
  readonly wakeUps: number;
  readonly outboxWaiting: number;
  /** One in this many of the messages sent is sampled for flows, and of its messages one in this many is measured. */
  readonly sampledEvery: number;
  readonly measuredEvery: number;
  /** Messages measured since the start. */
  readonly measured: number;
  /** Share of the last second that went into observing, by the worker's own account, 0 … 1. */
  readonly observeShare: number;
  /** Trace events that did not fit, since the start. */
  readonly lostEvents: number;
}

export interface SummaryState {
  readonly status: SystemStatus;
  readonly stopCause: string;
  readonly atMs: number;
  readonly latency: LatencySummary;
  /** How long messages waited in mailboxes, and how long their turns took, over the last second. */
  readonly queueTime: LatencySummary;
  readonly serviceTime: LatencySummary;
  /** Messages whose times were measured, since the start. */
  readonly measured: number;
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
  queueTime: NO_LATENCY,
  serviceTime: NO_LATENCY,
  measured: 0,
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

/** Of a worker of a stopped system. */
const AT_REST = { perSecond: 0, busyShare: 0, spinShare: 0, parkedShare: 0, awake: 0, observeShare: 0, ringUse: 0 };

class WorkerWindows {
  readonly turns = new RateWindow();
  readonly busy = new RateWindow();
  readonly spin = new RateWindow();
  readonly parked = new RateWindow();
  readonly observe = new RateWindow();
}

export function createSummaryStore(): SummaryStore {
  const store = createStore<SummaryState>(() => EMPTY);
  const latency = new LatencyWindow();
  let answered = new RateWindow();
  let failed = new RateWindow();
  const queue = new LatencyWindow(TIME_UNITS_PER_MS);
  const service = new LatencyWindow(TIME_UNITS_PER_MS);
  let windows: WorkerWindows[] = [];

  function summarizeWorker(
    reading: WorkerReading,
    rings: readonly RingReading[],
    atMs: number,
    index: number,
  ): WorkerSummary {
    windows[index] ??= new WorkerWindows();
    const { turns, busy, spin, parked, observe } = windows[index];
    const [busyMs, spinMs, parkedMs] = [
      busy.push(atMs, reading.busyMs),
      spin.push(atMs, reading.spinMs),
      parked.push(atMs, reading.parkedMs),
    ];
    const wholeMs = busyMs + spinMs + parkedMs;
    const share = (ms: number): number => (wholeMs > 0 ? ms / wholeMs : 0);
    return {
      worker: reading.worker,
      actors: reading.actors,
      processed: reading.processed,
      sent: reading.sent,
      received: reading.received,
      perSecond: turns.push(atMs, reading.processed),
      busyShare: share(busyMs),
      spinShare: share(spinMs),
      parkedShare: share(parkedMs),
      awake: share(busyMs) + share(spinMs),
      parked: reading.parked,
      state: reading.state,
      spins: reading.spins,
      steals: reading.steals,
      ringUse: Math.max(0, ...rings.filter(({ to }) => to === reading.worker).map(({ used, slots }) => used / slots)),
      parks: reading.parks,
      wakeUps: reading.wakeUps,
      outboxWaiting: reading.outboxWaiting,
      sampledEvery: reading.sampledEvery,
      measuredEvery: reading.measuredEvery,
      measured: reading.measured,
      observeShare: share(observe.push(atMs, reading.observeMs)),
      lostEvents: reading.lostEvents,
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
        const summary = summarizeWorker(worker, reading.rings, atMs, index);
        return isOver ? { ...summary, ...AT_REST } : summary;
      });
      const summary: SummaryState = {
        status: reading.status,
        stopCause: reading.stopCause,
        atMs,
        latency: isOver ? NO_LATENCY : latency.push(atMs, reading.latencyCounts),
        queueTime: isOver ? NO_LATENCY : queue.push(atMs, reading.times.queueCounts),
        serviceTime: isOver ? NO_LATENCY : service.push(atMs, reading.times.serviceCounts),
        measured: reading.times.samples,
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
      queue.clear();
      service.clear();
      windows = [];
      store.setState(EMPTY);
    },
  };
}
