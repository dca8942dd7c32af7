/**
 * What is known about a simulated run beside what every run has: where it is, what could happen next, what happened on all
 * branches, and a close look at one actor. Whatever needs a call to the simulator is asked for only while something on
 * screen shows it, and again only when the run has moved.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  CauseLink,
  Choice,
  Condition,
  Inspection,
  Simulation,
  SimulationReading,
  StepDetail,
  StepRecord,
  StopReport,
  Timeline,
} from '../../engine/simulation.ts';
import type { ErrorReport } from '../../kernel/errors.ts';
import { createLatestFetch, type LatestFetch } from './latest-fetch.ts';
import { asPlayhouseError } from './run-store.ts';

/** While it plays, whatever needs a call is asked for this often; every call takes time from the simulator. */
const PLAYING_INTERVAL_MS = 250;
/** Parts of the timeline: more than a wide screen can tell apart from each other are not worth a count. */
const TIMELINE_PARTS = 240;

/** Steps with from ≤ step < to. */
export interface StepRange {
  readonly from: number;
  readonly to: number;
}

/** What was fetched, or why it could not be; `of` is what it is of: a path, a step. */
export interface Answer<T, K = undefined> {
  readonly of: K;
  readonly value: T | undefined;
  readonly error: ErrorReport | undefined;
}

export interface SimulationState {
  /** Undefined in live runs, and until the first reading. */
  readonly reading: SimulationReading | undefined;
  readonly breakpoints: readonly Condition[];
  /** What the run is being run until. */
  readonly until: Condition | undefined;
  /** The report that a person has read. */
  readonly dismissed: StopReport | undefined;
  /** Of a position, as `positionKey` has it. */
  readonly choices: Answer<readonly Choice[], string> | undefined;
  readonly timeline: Answer<Timeline> | undefined;
  readonly steps: Answer<readonly StepRecord[], StepRange> | undefined;
  readonly inspection: Answer<Inspection, string> | undefined;
  readonly detail: Answer<StepDetail, number> | undefined;
  /** The step that somebody asks "why?" about. */
  readonly questioned: number | undefined;
  readonly why: Answer<readonly CauseLink[], number> | undefined;
}

/** What is fetched for whoever shows it. */
export interface Feeds {
  readonly choices: true;
  readonly timeline: true;
  readonly steps: StepRange;
  /** Path of the actor. */
  readonly inspection: string;
  /** Of the present step. */
  readonly detail: true;
}

export type FeedName = keyof Feeds;

export interface SimulationStore {
  readonly store: StoreApi<SimulationState>;
  /** Takes a reading; undefined in live runs. `nowMs` is the page's clock. */
  update(simulation: Simulation | undefined, nowMs: number): void;
  /** Keeps something fetched until the returned function is called. Of two that want the same, the later one chooses. */
  watch<F extends FeedName>(feed: F, what: Feeds[F]): () => void;
  /** Asks what led to a step; undefined closes the answer. */
  ask(step: number | undefined): void;
  setBreakpoints(breakpoints: readonly Condition[]): void;
  setUntil(until: Condition | undefined): void;
  dismiss(): void;
  /** A new engine: what was known is of another run. Breakpoints stay. */
  clear(): void;
  /** Resolves when nothing is being fetched. */
  settled(): Promise<void>;
}

const NOTHING = {
  reading: undefined,
  until: undefined,
  dismissed: undefined,
  choices: undefined,
  timeline: undefined,
  steps: undefined,
  inspection: undefined,
  detail: undefined,
  questioned: undefined,
  why: undefined,
} as const satisfies Partial<SimulationState>;

/** What an answer will be of, and how it is asked for. */
type Question<A> = A extends Answer<infer T, infer K> ? { readonly of: K; readonly call: () => Promise<T> } : never;

interface Watch {
  readonly feed: FeedName;
  readonly what: unknown;
}

export function createSimulationStore(): SimulationStore {
  const store = createStore<SimulationState>(() => ({ ...NOTHING, breakpoints: [] }));
  const watches: Watch[] = [];
  let engine: Simulation | undefined;
  let lastFetchMs = Number.NEGATIVE_INFINITY;

  const latest = <F extends FeedName>(feed: F): Feeds[F] | undefined =>
    watches.findLast((watch) => watch.feed === feed)?.what as Feeds[F] | undefined;

  /** Fetches for one part of the state; `read` says what of, and how. */
  function fetchInto<N extends 'choices' | 'timeline' | 'steps' | 'inspection' | 'detail' | 'why'>(
    name: N,
    read: (simulation: Simulation) => Question<NonNullable<SimulationState[N]>> | undefined,
  ): LatestFetch {
    return createLatestFetch(
      async () => {
        const asked = engine && read(engine);
        if (asked === undefined) return undefined;
        const { of, call } = asked;
        try {
          return { of, value: await call(), error: undefined };
        } catch (thrown) {
          return { of, value: undefined, error: asPlayhouseError(thrown).report() };
        }
      },
      (answer) => {
        if (answer !== undefined) store.setState({ [name]: answer } as unknown as Pick<SimulationState, N>);
      },
    );
  }

  const fetches: Readonly<Record<FeedName, LatestFetch>> = {
    choices: fetchInto('choices', (simulation) => ({
      of: positionKey(simulation.simulation()),
      call: () => simulation.choices(),
    })),
    timeline: fetchInto('timeline', (simulation) => ({
      of: undefined,
      call: () => simulation.timeline(TIMELINE_PARTS),
    })),
    steps: fetchInto('steps', (simulation) => {
      const range = latest('steps');
      return range && { of: range, call: () => simulation.steps(range.from, range.to) };
    }),
    inspection: fetchInto('inspection', (simulation) => {
      const path = latest('inspection');
      return path === undefined ? undefined : { of: path, call: () => simulation.inspect(path) };
    }),
    detail: fetchInto('detail', (simulation) => {
      const { step } = simulation.simulation();
      return step === 0 ? undefined : { of: step, call: () => simulation.stepDetail(step) };
    }),
  };
  const whyFetch = fetchInto('why', (simulation) => {
    const { questioned } = store.getState();
    return questioned === undefined ? undefined : { of: questioned, call: () => simulation.why(questioned) };
  });

  /** Another question: what is known, or under way, answers an earlier one. */
  function question(step: number | undefined): void {
    whyFetch.forget();
    store.setState({ questioned: step, why: undefined });
  }

  function wantAll(): void {
    const { reading, questioned } = store.getState();
    if (reading === undefined) return;
    const position = positionKey(reading);
    for (const feed of Object.keys(fetches) as FeedName[]) {
      const what = latest(feed);
      // What could come next changes faster than anybody reads while the run plays.
      const isUseless = reading.isPlaying && (feed === 'choices' || feed === 'detail');
      if (what !== undefined && !isUseless) fetches[feed].want(`${position} ${JSON.stringify(what)}`);
    }
    if (questioned !== undefined) whyFetch.want(`${reading.branch} ${questioned}`);
  }

  return {
    store,
    update(simulation, nowMs) {
      engine = simulation;
      if (simulation === undefined) {
        if (store.getState().reading !== undefined) store.setState({ reading: undefined });
        return;
      }
      const reading = simulation.simulation();
      const before = store.getState().reading;
      if (before !== reading) store.setState({ reading });
      // Once it goes on, a report like the one that was read is news again.
      if (reading.stopped === undefined && store.getState().dismissed !== undefined)
        store.setState({ dismissed: undefined });
      // The answer is of the branch on which it was asked.
      if (before !== undefined && before.branch !== reading.branch) question(undefined);
      // Whoever hears that a promise is broken wants to know how it came to that.
      const { stopped } = reading;
      if (stopped?.because === 'violation' && before?.stopped?.step !== stopped.step) question(stopped.step);
      if (reading.isPlaying && nowMs - lastFetchMs < PLAYING_INTERVAL_MS) return;
      lastFetchMs = nowMs;
      wantAll();
    },
    watch(feed, what) {
      const watch: Watch = { feed, what };
      watches.push(watch);
      wantAll();
      return () => {
        watches.splice(watches.indexOf(watch), 1);
      };
    },
    ask(step) {
      question(step);
      wantAll();
    },
    setBreakpoints: (breakpoints) => store.setState({ breakpoints }),
    setUntil: (until) => store.setState({ until }),
    dismiss: () => store.setState((state) => ({ dismissed: state.reading?.stopped })),
    clear() {
      engine = undefined;
      lastFetchMs = Number.NEGATIVE_INFINITY;
      for (const fetch of [...Object.values(fetches), whyFetch]) fetch.forget();
      store.setState(NOTHING);
    },
    async settled() {
      for (const fetch of [...Object.values(fetches), whyFetch]) await fetch.settled();
    },
  };
}

/** Changes whenever the run has moved, or there is more of it. */
export function positionKey({ branch, step, head, branches }: SimulationReading): string {
  return `${branch}/${step}/${head}/${branches.length}`;
}

/**
 * What could happen next at the very position that is shown; undefined while that is being asked for, and while it plays.
 * Choices of an earlier position may still be on screen for a moment, but nobody means to take one of those here.
 */
export function presentChoices({ reading, choices }: SimulationState): readonly Choice[] | undefined {
  if (reading === undefined || reading.isPlaying || choices?.of !== positionKey(reading)) return undefined;
  return choices.value;
}

/** Whether a report is still to be read. */
export function shownStop({ reading, dismissed }: SimulationState): StopReport | undefined {
  const stopped = reading?.stopped;
  if (stopped === undefined || dismissed === undefined) return stopped;
  return stopped.step === dismissed.step && stopped.text === dismissed.text ? undefined : stopped;
}
