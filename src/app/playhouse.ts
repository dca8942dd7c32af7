/**
 * `window.playhouse`: the page as a script sees it, for teaching, notebooks and tests. Every number is the one on
 * screen; nothing here can do what a person at the page cannot. What it hands out are copies.
 */
import { describe } from '../kernel/check.ts';
import { type ErrorCode, PlayhouseError } from '../kernel/errors.ts';
import type { Fault } from '../kernel/fault.ts';
import type { TraceEvent } from '../kernel/trace.ts';
import type { ActorView } from '../kernel/view.ts';
import { CATALOG } from '../scenarios/catalog.ts';
import type { AddressBar } from './address-bar.ts';
import type { Playground } from './playground.ts';
import { NO_LATENCY } from './stores/latency-window.ts';
import type { WorkerSummary } from './stores/summary-store.ts';
import { VERSION } from './version.ts';

export interface Metrics {
  /** Turns taken since the start, all workers. */
  readonly processed: number;
  /** Turns a second over the last second of engine time. */
  readonly perSecond: number;
  /** Load requests answered a second, over the last second of engine time. */
  readonly answeredPerSecond: number;
  /** Load requests that ended in an error, a time-out or a refusal, a second, over the last second of engine time. */
  readonly failedPerSecond: number;
  /** Load requests that ended so since the start. */
  readonly requestsFailed: number;
  readonly deadLetters: number;
  readonly rejected: number;
  /**
   * End-to-end latency of the requests answered in the last second of engine time, in ms, from a histogram whose buckets
   * are at most 0.8 % wide. Null where nothing was answered; `count` is how many were.
   */
  readonly latencyMs: {
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
    readonly max: number | null;
    readonly count: number;
  };
  readonly workers: readonly WorkerSummary[];
}

export interface PlayhousePage {
  readonly version: string;
  /** Whether the page may share memory between threads, which a live engine needs. */
  readonly isolated: boolean;
  /** Loaded, nothing pending, a reading taken after that, and the frame that shows it painted. Never rejects. */
  idle(): Promise<void>;
  /** As if the link (an address or its fragment) had been followed; rejects with a `link-…` error. */
  open(link: string): Promise<void>;
  /** The share link of what is on screen. */
  link(): string;
  scenarios(): readonly { readonly id: string; readonly title: string }[];
  mode(): 'live' | 'simulated';
  /** Resolves for `live`; rejects for `simulated`, which this version does not have. */
  setMode(mode: 'live' | 'simulated'): Promise<void>;
  /** Goes on after a pause. */
  play(): Promise<void>;
  pause(): Promise<void>;
  /** Simulated runs only: rejects in this version. */
  step(count?: number): Promise<void>;
  /** Simulated runs only: rejects in this version. */
  seek(step: number): Promise<void>;
  /** Sequence of the latest trace event that reached the page, and the engine's clock. */
  position(): { readonly step: number; readonly timeMs: number };
  /** All listed actors, read at this moment. */
  actors(): readonly ActorView[];
  /** A copy of an actor's state; rejects with `actor-not-found`. */
  state(path: string): Promise<unknown>;
  /** Tells an actor a message; rejects with `actor-not-found` or `invalid-message`. */
  send(path: string, message: { readonly kind: string }): Promise<void>;
  /** Rejects with `actor-not-found`, `not-a-breaker`, `unknown-parameter` or `invalid-configuration`. */
  inject(fault: Fault): Promise<void>;
  /** The header's numbers as of the latest reading, at most 100 ms old while the tab is visible. */
  metrics(): Metrics;
  /** Events with from ≤ sequence < to, as far back as the engine keeps them. */
  trace(from?: number, to?: number): readonly TraceEvent[];
  /** Present number of workers. */
  workers(): number;
  /** Present value of every parameter. */
  parameters(): Readonly<Record<string, number>>;
}

declare global {
  interface Window {
    playhouse: PlayhousePage;
  }
}

/** The scripting face of a playground. */
export function createPlayhousePage(playground: Playground, addressBar: AddressBar): PlayhousePage {
  const { run, summary, events, loop } = playground;
  const isOpen = (): boolean => run.store.getState().engine !== undefined;
  return {
    version: VERSION,
    isolated: window.crossOriginIsolated,
    async idle() {
      // A link followed just before is opened by an event that may still be on its way: look again after the frame.
      do {
        await run.idle().catch(() => {});
        await loop.settled();
      } while (run.store.getState().phase === 'starting');
      addressBar.flush();
    },
    open: (link) =>
      typeof link === 'string'
        ? playground.follow(link)
        : refused('link-invalid', `A link is text, not ${describe(link)}.`, 'link'),
    link: () => playground.link(),
    scenarios: () => CATALOG.map(({ id, title }) => ({ id, title })),
    mode: () => run.store.getState().engine?.mode ?? 'live',
    setMode(mode: unknown) {
      if (mode === 'live') return Promise.resolve();
      if (mode === 'simulated') return notSimulated('setMode("simulated")');
      return refused('not-available', `There are the modes "live" and "simulated", not ${describe(mode)}.`, 'mode');
    },
    // Where nothing runs there is nothing to pause, and that is no mistake.
    play: () => (isOpen() ? run.resume() : Promise.resolve()),
    pause: () => (isOpen() ? run.pause() : Promise.resolve()),
    step: () => notSimulated('step'),
    seek: () => notSimulated('seek'),
    position: () => ({ step: events.store.getState().lastSequence, timeMs: summary.store.getState().atMs }),
    actors: () => playground.read()?.actors.map((actor) => ({ ...actor })) ?? [],
    state: (path) => withShortPath(path, async () => run.engine().state(path)),
    send: (path, message) => withShortPath(path, async () => run.engine().send(path, message)),
    inject: (fault) =>
      withShortPath((fault as { readonly path?: unknown } | null)?.path, async () => run.inject(fault)),
    metrics() {
      const { processed, processedPerSecond, deadLetters, rejected, latency, workers, ...requests } =
        summary.store.getState();
      const { p50 = null, p95 = null, p99 = null, max = null, count } = latency;
      return {
        processed,
        perSecond: processedPerSecond,
        answeredPerSecond: requests.answeredPerSecond,
        failedPerSecond: requests.failedPerSecond,
        requestsFailed: requests.requestsFailed,
        deadLetters,
        rejected,
        latencyMs: { p50, p95, p99, max, count },
        workers: workers.map((worker) => ({ ...worker })),
      };
    },
    trace: (from, to) => run.store.getState().engine?.trace(from, to).map(copyOf) ?? [],
    workers: () => run.store.getState().workers,
    parameters: () => ({ ...run.store.getState().parameters }),
  };
}

/** Where no system can run, the page can still be asked what it is and why; everything else rejects with that reason. */
export function createIdlePage(code: ErrorCode, message: string): PlayhousePage {
  const refuse = (): Promise<never> => Promise.reject(new PlayhouseError(code, message));
  const { count } = NO_LATENCY;
  return {
    version: VERSION,
    isolated: false,
    idle: () => Promise.resolve(),
    open: refuse,
    link: () => window.location.href,
    scenarios: () => CATALOG.map(({ id, title }) => ({ id, title })),
    mode: () => 'live',
    setMode: refuse,
    play: refuse,
    pause: refuse,
    step: refuse,
    seek: refuse,
    position: () => ({ step: 0, timeMs: 0 }),
    actors: () => [],
    state: refuse,
    send: refuse,
    inject: refuse,
    metrics: () => ({
      processed: 0,
      perSecond: 0,
      answeredPerSecond: 0,
      failedPerSecond: 0,
      requestsFailed: 0,
      deadLetters: 0,
      rejected: 0,
      latencyMs: { p50: null, p95: null, p99: null, max: null, count },
      workers: [],
    }),
    trace: () => [],
    workers: () => 0,
    parameters: () => ({}),
  };
}

function notSimulated(what: string): Promise<never> {
  const message = `${what} needs the simulator, which is not part of this version.`;
  return refused('not-available', message, 'mode');
}

function refused(code: ErrorCode, message: string, field: string): Promise<never> {
  return Promise.reject(new PlayhouseError(code, message, field));
}

function copyOf(event: TraceEvent): TraceEvent {
  return event.type === 'fault' ? { ...event, fault: { ...event.fault } } : { ...event };
}

const SHOWN_LENGTH_MAX = 100;

function shortened(text: string): string {
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`;
}

/** Errors repeat the path they were given; of a very long one the beginning says enough. */
async function withShortPath<T>(path: unknown, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError) || typeof path !== 'string' || path.length <= SHOWN_LENGTH_MAX)
      throw thrown;
    throw new PlayhouseError(thrown.code, thrown.message.replaceAll(path, shortened(path)), thrown.field);
  }
}
