/**
 * The last samples of everything that is plotted, in columns of fixed length: ten samples a second for a minute. The
 * columns are written in place; subscribers watch `version`. NaN means "nothing was measured", which draws as a gap.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Reading } from '../../engine/engine.ts';
import type { SummaryState } from './summary-store.ts';

export const SERIES_MS = 60_000;
export const SERIES_SAMPLES = 600;
/** Readings closer together than this share a sample, however often somebody looks; closer ones early in a run. */
const GRAIN_MS = 80;
const GRAIN_SHARE = 1 / 60;
/** Actors whose mailbox depth is remembered. */
const DEPTH_ACTORS_MAX = 500;

type Column = Float64Array;

export interface SeriesState {
  readonly version: number;
  /** Samples held; position 0 is the oldest. */
  readonly length: number;
  /** Engine time of the latest reading. */
  readonly nowMs: number;
  readonly workers: number;
}

export interface SeriesStore {
  readonly store: StoreApi<SeriesState>;
  readonly timeMs: (position: number) => number;
  /** Load requests a second: answered, and ended in an error, a time-out or a refusal. */
  readonly answered: (position: number) => number;
  readonly failed: (position: number) => number;
  readonly p50: (position: number) => number;
  readonly p95: (position: number) => number;
  readonly p99: (position: number) => number;
  readonly p999: (position: number) => number;
  readonly depthTotal: (position: number) => number;
  readonly depthMax: (position: number) => number;
  /** Path of the deepest actor of that sample. */
  readonly deepest: (position: number) => string | undefined;
  readonly depthOf: (path: string, position: number) => number;
  /** Turns a second of one worker. */
  readonly throughput: (worker: number, position: number) => number;
  /** Whether the run was taken there from somewhere else: nobody measured on the way. */
  readonly isApart: (position: number) => boolean;
  /** The run was taken to another moment. */
  jump(): void;
  push(reading: Reading, summary: SummaryState): void;
  clear(): void;
}

const EMPTY: SeriesState = { version: 0, length: 0, nowMs: 0, workers: 0 };

export function createSeriesStore(): SeriesStore {
  const store = createStore<SeriesState>(() => EMPTY);
  const times = column();
  const answereds = column();
  const faileds = column();
  const p50s = column();
  const p95s = column();
  const p99s = column();
  const p999s = column();
  const totals = column();
  const maxima = column();
  const deepestPaths: (string | undefined)[] = new Array(SERIES_SAMPLES);
  const apart: boolean[] = new Array(SERIES_SAMPLES).fill(false);
  const depths = new Map<string, Column>();
  const throughputs: Column[] = [];
  let head = 0;
  let length = 0;
  let hasJumped = false;

  const slot = (position: number): number => (head - length + position + 2 * SERIES_SAMPLES) % SERIES_SAMPLES;
  const from = (values: Column | undefined, position: number): number => values?.[slot(position)] ?? Number.NaN;

  function drop(): void {
    head = (head + SERIES_SAMPLES - 1) % SERIES_SAMPLES;
    length--;
    hasJumped ||= apart[head] === true;
  }

  function pushDepths(reading: Reading, at: number): void {
    let total = 0;
    let max = Number.NaN;
    let deepest: string | undefined;
    for (const values of depths.values()) values[at] = Number.NaN;
    for (const actor of reading.actors) {
      total += actor.mailboxDepth;
      if (!(actor.mailboxDepth <= max)) {
        max = actor.mailboxDepth;
        deepest = actor.path;
      }
      let values = depths.get(actor.path);
      if (values === undefined) {
        if (depths.size >= DEPTH_ACTORS_MAX) forgetGone(depths, reading);
        if (depths.size >= DEPTH_ACTORS_MAX) continue;
        values = column();
        depths.set(actor.path, values);
      }
      values[at] = actor.mailboxDepth;
    }
    totals[at] = total;
    maxima[at] = max;
    deepestPaths[at] = deepest;
  }

  return {
    store,
    timeMs: (position) => from(times, position),
    answered: (position) => from(answereds, position),
    failed: (position) => from(faileds, position),
    p50: (position) => from(p50s, position),
    p95: (position) => from(p95s, position),
    p99: (position) => from(p99s, position),
    p999: (position) => from(p999s, position),
    depthTotal: (position) => from(totals, position),
    depthMax: (position) => from(maxima, position),
    deepest: (position) => deepestPaths[slot(position)],
    depthOf: (path, position) => from(depths.get(path), position),
    throughput: (worker, position) => from(throughputs[worker], position),
    isApart: (position) => apart[slot(position)] === true,
    jump() {
      hasJumped = true;
    },
    push(reading, { latency, answeredPerSecond, failedPerSecond, workers }) {
      // Engine time stands still while paused: nothing happened, so there is nothing to add.
      if (length > 0 && reading.atMs === times[slot(length - 1)]) return;
      // In a simulated run it may go back, and what comes after it is no longer part of what happened.
      while (length > 0 && (times[slot(length - 1)] ?? 0) > reading.atMs) drop();
      const grainMs = Math.min(GRAIN_MS, reading.atMs * GRAIN_SHARE);
      if (length > 1 && reading.atMs - (times[slot(length - 2)] ?? 0) < grainMs) drop();
      const at = head;
      times[at] = reading.atMs;
      apart[at] = hasJumped;
      hasJumped = false;
      answereds[at] = answeredPerSecond;
      faileds[at] = failedPerSecond;
      p50s[at] = latency.p50 ?? Number.NaN;
      p95s[at] = latency.p95 ?? Number.NaN;
      p99s[at] = latency.p99 ?? Number.NaN;
      p999s[at] = latency.p999 ?? Number.NaN;
      pushDepths(reading, at);
      while (throughputs.length < workers.length) throughputs.push(column());
      throughputs.forEach((values, worker) => {
        values[at] = workers[worker]?.perSecond ?? Number.NaN;
      });
      head = (head + 1) % SERIES_SAMPLES;
      if (length < SERIES_SAMPLES) length++;
      const { version } = store.getState();
      store.setState({ version: version + 1, length, nowMs: reading.atMs, workers: workers.length });
    },
    clear() {
      head = 0;
      length = 0;
      hasJumped = false;
      depths.clear();
      throughputs.length = 0;
      store.setState({ ...EMPTY, version: store.getState().version + 1 });
    },
  };
}

function column(): Column {
  return new Float64Array(SERIES_SAMPLES).fill(Number.NaN);
}

function forgetGone(depths: Map<string, Column>, reading: Reading): void {
  const listed = new Set(reading.actors.map((actor) => actor.path));
  for (const path of depths.keys()) if (!listed.has(path)) depths.delete(path);
}
