/**
 * `window.playhouse`: the page as a script sees it, for teaching, notebooks and tests. Every number is the one on
 * screen; nothing here can do what a person at the page cannot. What it hands out are copies.
 */
import type { LiveSettings } from '../engine/live-settings.ts';
import type { RecordingReading } from '../engine/recording.ts';
import type {
  BranchView,
  CauseLink,
  Choice,
  Condition,
  Inspection,
  ReplayReading,
  Simulation,
  StopReport,
} from '../engine/simulation.ts';
import { describe } from '../kernel/check.ts';
import { type ErrorCode, PlayhouseError } from '../kernel/errors.ts';
import type { Fault } from '../kernel/fault.ts';
import { TIME_UNITS_PER_MS } from '../kernel/measuring.ts';
import type { TraceEvent } from '../kernel/trace.ts';
import type { ActorView } from '../kernel/view.ts';
import { CATALOG } from '../scenarios/catalog.ts';
import type { AddressBar } from './address-bar.ts';
import type { Playground } from './playground.ts';
import {
  checkBranch,
  checkCarriedFault,
  checkCarriedMessage,
  checkCondition,
  checkCount,
  checkPlain,
  checkSequence,
  checkSettingsGiven,
  checkStep,
  checkText,
} from './script-arguments.ts';
import { type LatencySummary, summarize } from './stores/latency-window.ts';
import { asPlayhouseError } from './stores/run-store.ts';
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
    readonly p999: number | null;
    readonly max: number | null;
    readonly count: number;
  };
  /**
   * How long messages waited in their mailboxes in the last second of engine time, and how long their turns took, in ms:
   * of messages that were measured, each counted for as many as it stands for. `measured` is how many were since the start.
   */
  readonly queueMs: TimePercentiles;
  readonly serviceMs: TimePercentiles;
  readonly measured: number;
  /** What each thread's time went into, its steals, its rings and its sampling. */
  readonly workers: readonly WorkerSummary[];
}

/** Null where nothing was measured. */
export interface TimePercentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
  /** Messages that this is about. */
  readonly count: number;
}

/** The times of one actor's messages since it was started, or why there are none. */
export type ActorTimesReport =
  | {
      readonly kind: 'measured';
      readonly queueMs: TimePercentiles;
      readonly serviceMs: TimePercentiles;
      readonly samples: number;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'no-slot'; readonly actorsMax: number };

export interface PlayhousePage {
  readonly version: string;
  /** Whether the page may share memory between threads, which a live engine needs. */
  readonly isolated: boolean;
  /**
   * Loaded, nothing pending, a reading taken after that, and the frame that shows it painted. Never rejects, and always
   * resolves: a way that takes longer than twenty seconds (to a step billions away, until something that never happens) is
   * not waited for, no more than a run that plays.
   */
  idle(): Promise<void>;
  /** As if the link (an address or its fragment) had been followed; rejects with a `link-…` error. */
  open(link: string): Promise<void>;
  /** The share link of what is on screen. */
  link(): string;
  scenarios(): readonly { readonly id: string; readonly title: string }[];
  mode(): 'live' | 'simulated';
  /**
   * Starts the same scenario, with the same parameters, in the other mode; resolves when it runs. A simulated run begins
   * paused, before its first step. Rejects with `not-isolated` for a live run that is not possible here.
   */
  setMode(mode: 'live' | 'simulated'): Promise<void>;
  /**
   * Starts the scenario anew as a live run that is recorded from its start, up to a stated bound. Rejects with `not-isolated`
   * where no live run is possible.
   */
  record(): Promise<void>;
  /** How far the recording of the present live run has come; undefined where none is made. */
  recording(): RecordingReading | undefined;
  /**
   * Replays what is recorded of the present live run in the simulator, from its start; the recording ends with that. Rejects
   * with `not-available` where nothing is recorded. How far the replay is, and whether it still is the recorded run, is said
   * by `replayed`; where it went another way, and how, by `stopped`.
   */
  replay(): Promise<void>;
  /** Of a replay: turns taken again, of how many, and whether the present branch still follows the recording. */
  replayed(): ReplayReading | undefined;
  /** Simulated runs: why the run stands still; undefined while it plays, and after a person's own step or seek. */
  stopped(): StopReport | undefined;
  /** Goes on after a pause. */
  play(): Promise<void>;
  pause(): Promise<void>;
  /** Simulated runs: takes so many steps (1 without), back where negative, and pauses. Live runs reject: `not-available`. */
  step(count?: number): Promise<void>;
  /** Simulated runs: goes to a step of the present branch and pauses. Live runs reject: `not-available`. */
  seek(step: number): Promise<void>;
  /**
   * Simulated runs: the step that is shown and its virtual time. Live runs: the sequence of the latest trace event that
   * reached the page, and the engine's clock.
   */
  position(): { readonly step: number; readonly timeMs: number };
  /** Simulated runs: runs until the condition holds, or something else stops it. Resolves when it stands still. */
  runUntil(condition: Condition): Promise<void>;
  /** Simulated runs: everything that could be the next step; the one that the schedule would take comes first. */
  choices(): Promise<readonly Choice[]>;
  /** Simulated runs: takes one of the choices as the next step; in the past that makes or follows another branch. */
  choose(key: string): Promise<void>;
  /** Simulated runs: all branches, the trunk first. Empty in live runs. */
  branches(): readonly BranchView[];
  /** Simulated runs: goes to another branch, at its end or at a step of it. */
  switchBranch(branch: number, step?: number): Promise<void>;
  /** Simulated runs: what led to a step, from its first cause to the step itself. */
  why(step: number): Promise<readonly CauseLink[]>;
  /** Simulated runs: a hash over every step and event up to here; equal runs have equal ones. Empty in live runs. */
  hash(): string;
  /** Simulated runs: everything about one actor at this position; rejects with `actor-not-found`. */
  inspect(path: string): Promise<Inspection>;
  /** The seed of simulated runs; kept while a live one runs. */
  seed(): number;
  /** A new seed; a simulated run starts anew with it. Rejects with `invalid-configuration`. */
  setSeed(seed: number): Promise<void>;
  /** All listed actors, read at this moment. */
  actors(): readonly ActorView[];
  /** Queue and service times of an actor's messages; rejects with `actor-not-found`. */
  times(path: string): Promise<ActorTimesReport>;
  /** A copy of an actor's state; rejects with `actor-not-found`. */
  state(path: string): Promise<unknown>;
  /** Tells an actor a message; rejects with `actor-not-found` or `invalid-message`. */
  send(path: string, message: { readonly kind: string }): Promise<void>;
  /** Rejects with `actor-not-found`, `not-a-breaker`, `unknown-parameter` or `invalid-configuration`. */
  inject(fault: Fault): Promise<void>;
  /** The header's numbers as of the latest reading, at most 100 ms old while the tab is visible. */
  metrics(): Metrics;
  /** Events with from ≤ sequence < to, as far back as the engine keeps them. Throws `invalid-configuration`. */
  trace(from?: number, to?: number): readonly TraceEvent[];
  /** Present number of workers. */
  workers(): number;
  /**
   * The figures of the structure of live runs (queues, batches, spin cycles, stealing …), as the panel of the workers shows
   * them. What a browser lets nobody set is not among them.
   */
  settings(): LiveSettings;
  /** Changes some of them; a live run starts anew with them. Rejects with `invalid-configuration`, naming the setting. */
  setSettings(settings: Partial<LiveSettings>): Promise<void>;
  /** Present value of every parameter. */
  parameters(): Readonly<Record<string, number>>;
}

declare global {
  interface Window {
    playhouse: PlayhousePage;
  }
}

const IDLE_PATIENCE_MS = 20_000;

/** The scripting face of a playground. */
export function createPlayhousePage(playground: Playground, addressBar: AddressBar): PlayhousePage {
  const { run, summary, events, loop, simulation, transport } = playground;
  const isOpen = (): boolean => run.store.getState().engine !== undefined;
  const isSimulated = (): boolean => run.store.getState().simulation !== undefined;
  const branches = (): readonly BranchView[] => run.store.getState().simulation?.simulation().branches ?? [];
  const simulated = async <T>(call: (engine: Simulation) => Promise<T>): Promise<T> => {
    try {
      return await call(run.simulation());
    } catch (thrown) {
      throw asPlayhouseError(thrown);
    }
  };
  return {
    version: VERSION,
    isolated: window.crossOriginIsolated,
    async idle() {
      const patience = waitFor(IDLE_PATIENCE_MS);
      // A link followed just before is opened by an event that may still be on its way: look again after the frame.
      do {
        await Promise.race([run.idle().catch(() => {}), patience.over]);
        await loop.settled();
        await simulation.settled();
      } while (run.store.getState().phase === 'starting' && !patience.isOver());
      patience.cancel();
      // What the frame showed may have asked for more.
      await loop.settled();
      await simulation.settled();
      addressBar.flush();
    },
    open: (link) =>
      typeof link === 'string'
        ? playground.follow(link)
        : refused('link-invalid', `A link is text, not ${describe(link)}.`, 'link'),
    link: () => playground.link(),
    scenarios: () => CATALOG.map(({ id, title }) => ({ id, title })),
    mode: () => run.store.getState().mode,
    setMode(mode: unknown) {
      if (mode === 'live' || mode === 'simulated') return run.setMode(mode);
      return refused('not-available', `There are the modes "live" and "simulated", not ${describe(mode)}.`, 'mode');
    },
    record: () => run.record(),
    recording: () => run.store.getState().engine?.recording?.read(),
    replay: () => run.replay(),
    replayed: () => run.store.getState().simulation?.simulation().replay,
    stopped: () => run.store.getState().simulation?.simulation().stopped,
    // Where nothing runs there is nothing to pause, and that is no mistake.
    play: () => (isSimulated() ? transport.play() : isOpen() ? run.resume() : Promise.resolve()),
    pause: () => (isSimulated() ? transport.pause() : isOpen() ? run.pause() : Promise.resolve()),
    step: async (count = 1) => transport.step(checkCount(count)),
    seek: async (step) => transport.seek(checkStep(step)),
    position() {
      const now = run.store.getState().simulation?.simulation();
      if (now !== undefined) return { step: now.step, timeMs: now.atMs };
      if (!isOpen()) return { step: 0, timeMs: 0 };
      return { step: events.store.getState().lastSequence, timeMs: summary.store.getState().atMs };
    },
    runUntil: async (condition) => transport.runUntil(checkCondition(condition)),
    choices: () => simulated((engine) => engine.choices()),
    choose: async (key) => transport.choose(checkText(key, 'choice')),
    branches,
    switchBranch: (branch, step) =>
      simulated(async () => {
        checkBranch(branch, branches().length);
        await transport.switchBranch(branch, step === undefined ? undefined : checkStep(step));
      }),
    why: (step) => simulated(async (engine) => engine.why(checkStep(step, 1))),
    hash: () => run.store.getState().simulation?.simulation().hash ?? '',
    inspect: (path) => withShortPath(path, () => simulated(async (engine) => engine.inspect(checkText(path, 'path')))),
    seed: () => run.store.getState().seed,
    setSeed: (seed) => run.setSeed(seed),
    actors: () => playground.read()?.actors.map((actor) => ({ ...actor })) ?? [],
    times: (path) =>
      withShortPath(path, async () => {
        const times = await run.engine().times(checkText(path, 'path'));
        if (times.kind !== 'measured') return times;
        const [queueMs, serviceMs] = [times.queueCounts, times.serviceCounts].map((counts) =>
          percentilesOf(summarize(counts, TIME_UNITS_PER_MS)),
        ) as [TimePercentiles, TimePercentiles];
        return { kind: 'measured', queueMs, serviceMs, samples: times.samples };
      }),
    state: (path) => withShortPath(path, async () => run.engine().state(checkText(path, 'path'))),
    send: (path, message) =>
      withShortPath(path, async () => {
        const engine = run.engine();
        await engine.send(checkText(path, 'path'), isSimulated() ? checkCarriedMessage(message) : message);
        if (isSimulated()) loop.refresh();
      }),
    inject: (fault) =>
      withShortPath((fault as { readonly path?: unknown } | null)?.path, async () => {
        await run.inject(isSimulated() ? checkCarriedFault(fault) : checkPlain(fault));
        if (isSimulated()) loop.refresh();
      }),
    metrics() {
      const { processed, processedPerSecond, deadLetters, rejected, latency, measured, workers, ...requests } =
        summary.store.getState();
      return {
        processed,
        perSecond: processedPerSecond,
        answeredPerSecond: requests.answeredPerSecond,
        failedPerSecond: requests.failedPerSecond,
        requestsFailed: requests.requestsFailed,
        deadLetters,
        rejected,
        latencyMs: percentilesOf(latency),
        queueMs: percentilesOf(requests.queueTime),
        serviceMs: percentilesOf(requests.serviceTime),
        measured,
        workers: workers.map((worker) => ({ ...worker, steals: { ...worker.steals } })),
      };
    },
    trace(from, to) {
      const [first, end] = [checkSequence(from, 'from'), checkSequence(to, 'to')];
      return run.store.getState().engine?.trace(first, end).map(copyOf) ?? [];
    },
    workers: () => run.store.getState().workers,
    settings: () => ({ ...run.store.getState().settings }),
    setSettings: async (settings) => run.setSettings(checkSettingsGiven(settings)),
    parameters: () => ({ ...run.store.getState().parameters }),
  };
}

function percentilesOf({ count, ...times }: LatencySummary): TimePercentiles {
  const { p50 = null, p95 = null, p99 = null, p999 = null, max = null } = times;
  return { p50, p95, p99, p999, max, count };
}

interface Wait {
  readonly over: Promise<void>;
  readonly isOver: () => boolean;
  readonly cancel: () => void;
}

function waitFor(ms: number): Wait {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      isOver = true;
      resolve();
    }, ms);
  });
  return { over, isOver: () => isOver, cancel: () => clearTimeout(timer) };
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
