/**
 * The life of the running engine: start, restart with other choices, pause, faults, and what went wrong.
 *
 *        open(run)                    engine.start()
 *   none ─────────▶ starting ─────────────────────────▶ ready
 *                      ▲  └── rejected ─▶ failed          │
 *                      └────────── restart ───────────────┘
 *
 * A link that cannot be read leaves `none` with `linkError` set. At most one engine runs at a time: the old one has
 * given its workers back before the next one starts. A start that was overtaken by a later one is dropped.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Engine } from '../../engine/engine.ts';
import { type ErrorReport, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { Fault } from '../../kernel/fault.ts';
import { LIMITS } from '../../kernel/limits.ts';
import type { Scenario } from '../../kernel/scenario.ts';

/** A dragged slider sets its parameter this often, so that it does not flood the trace. */
const PARAMETER_INTERVAL_MS = 100;

export interface EngineOptions {
  readonly scenario: Scenario;
  readonly parameters: Readonly<Record<string, number>>;
  readonly workers: number;
}

export type OpenEngine = (options: EngineOptions) => Engine;

export type RunPhase = 'none' | 'starting' | 'ready' | 'failed';

export interface RunState {
  readonly phase: RunPhase;
  readonly scenario: Scenario | undefined;
  /** Every parameter with its present value. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly workers: number;
  /** True where a person chose the number of workers; a link carries it only then. */
  readonly workersChosen: boolean;
  readonly engine: Engine | undefined;
  /** Why the engine did not start. */
  readonly startError: ErrorReport | undefined;
  /** Why the link that was followed could not be read. */
  readonly linkError: ErrorReport | undefined;
  /** The latest control call that was refused, until it is dismissed. */
  readonly controlError: ErrorReport | undefined;
}

/** What to run; parameters that are left out have their defaults. */
export interface RunChoice {
  readonly scenario: Scenario;
  readonly parameters: Readonly<Record<string, number>>;
  readonly workers: number | undefined;
}

export interface RunStore {
  readonly store: StoreApi<RunState>;
  /** Resolves when the system runs; rejects with a PlayhouseError where it did not start. */
  open(choice: RunChoice): Promise<void>;
  restart(): Promise<void>;
  setWorkers(workers: number): Promise<void>;
  refuseLink(error: ErrorReport): Promise<void>;
  setParameter(name: string, value: number): Promise<void>;
  inject(fault: Fault): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Shows on the page why something that a person did there was refused; scripts get a rejection instead. */
  showRefusal(thrown: unknown): void;
  dismissRefusal(): void;
  /** Resolves when no start and no control call is under way. */
  idle(): Promise<void>;
  /** The engine, or a typed rejection where there is none. */
  engine(): Engine;
}

/** @param beforeStart is called when a new engine exists and nothing of it was read yet. */
export function createRunStore(open: OpenEngine, beforeStart: () => void): RunStore {
  const store = createStore<RunState>(() => ({
    phase: 'none',
    scenario: undefined,
    parameters: {},
    workers: machineWorkers(),
    workersChosen: false,
    engine: undefined,
    startError: undefined,
    linkError: undefined,
    controlError: undefined,
  }));
  let serial = 0;
  let under: Promise<void> = Promise.resolve();
  /** Parameter values on their way, by name; a slider moves faster than calls return, and only its last value counts. */
  const waiting = new Map<string, number>();
  let flushing: Promise<void> | undefined;

  async function start(choice: RunChoice): Promise<void> {
    const mine = ++serial;
    const previous = store.getState().engine;
    const { scenario } = choice;
    const parameters = { ...defaultsOf(scenario), ...choice.parameters };
    const workersChosen = choice.workers !== undefined;
    const workers = choice.workers ?? machineWorkers();
    waiting.clear();
    store.setState({
      phase: 'starting',
      scenario,
      parameters,
      workers,
      workersChosen,
      engine: undefined,
      startError: undefined,
      linkError: undefined,
      controlError: undefined,
    });
    if (previous !== undefined) await previous.stop();
    if (mine !== serial) return;
    let engine: Engine | undefined;
    try {
      engine = open({ scenario, parameters, workers });
      beforeStart();
      store.setState({ engine });
      await engine.start();
      if (mine === serial) store.setState({ phase: 'ready' });
    } catch (thrown) {
      if (mine !== serial) return;
      const error = asPlayhouseError(thrown);
      store.setState({ phase: 'failed', startError: error.report() });
      if (engine !== undefined) await engine.stop();
      throw error;
    }
  }

  /** One start at a time, so that two quick restarts cannot leave two engines behind. */
  function enqueue(task: () => Promise<void>): Promise<void> {
    const next = under.then(task, task);
    under = next.catch(() => {});
    return next;
  }

  function engineOf(): Engine {
    const { engine, phase } = store.getState();
    if (engine === undefined || phase === 'none') throw new PlayhouseError('not-started', 'No scenario is running.');
    return engine;
  }

  async function control(call: (engine: Engine) => Promise<void>): Promise<void> {
    try {
      await call(engineOf());
    } catch (thrown) {
      throw asPlayhouseError(thrown);
    }
  }

  async function flush(): Promise<void> {
    for (;;) {
      const next = waiting.entries().next().value;
      if (next === undefined) return;
      const [name, value] = next;
      waiting.delete(name);
      try {
        await engineOf().inject({ kind: 'set-parameter', name, value });
      } catch (thrown) {
        // Of a stopped system: kept for the restart.
        if (asPlayhouseError(thrown).code !== 'not-started') throw thrown;
      }
      if (waiting.size > 0) await delay(PARAMETER_INTERVAL_MS);
    }
  }

  function choiceNow(): RunChoice | undefined {
    const { scenario, parameters, workers, workersChosen } = store.getState();
    return scenario && { scenario, parameters, workers: workersChosen ? workers : undefined };
  }

  return {
    store,
    open: (choice) => enqueue(() => start(choice)),
    restart() {
      const choice = choiceNow();
      return choice === undefined ? Promise.resolve() : enqueue(() => start(choice));
    },
    setWorkers(workers) {
      const choice = choiceNow();
      return choice === undefined ? Promise.resolve() : enqueue(() => start({ ...choice, workers }));
    },
    refuseLink(error) {
      return enqueue(async () => {
        serial++;
        const { engine } = store.getState();
        store.setState({ phase: 'none', engine: undefined, linkError: error, startError: undefined });
        if (engine !== undefined) await engine.stop();
      });
    },
    setParameter(name, value) {
      store.setState((state) => ({ parameters: { ...state.parameters, [name]: value } }));
      waiting.set(name, value);
      flushing ??= control(flush).finally(() => {
        flushing = undefined;
      });
      return flushing;
    },
    async inject(fault) {
      await control((engine) => engine.inject(fault));
      if (fault.kind === 'set-parameter') {
        store.setState((state) => ({ parameters: { ...state.parameters, [fault.name]: fault.value } }));
      }
    },
    pause: () => control((engine) => engine.pause()),
    resume: () => control((engine) => engine.resume()),
    showRefusal: (thrown) => store.setState({ controlError: asPlayhouseError(thrown).report() }),
    dismissRefusal() {
      if (store.getState().controlError !== undefined) store.setState({ controlError: undefined });
    },
    async idle() {
      await under;
      await flushing?.catch(() => {});
      const { engine, phase } = store.getState();
      if (engine !== undefined && phase === 'ready') await engine.idle();
    },
    engine: engineOf,
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The hardware threads that the browser admits to, within what Playhouse uses. */
export function machineWorkers(): number {
  return Math.min(LIMITS.workersMax, Math.max(1, navigator.hardwareConcurrency || 1));
}

export function defaultsOf(scenario: Scenario): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(scenario.parameters).map(([name, { default: value }]) => [name, value]));
}

/** Errors of the engine arrive as PlayhouseError; anything else is a worker that failed in its own way. */
export function asPlayhouseError(thrown: unknown): PlayhouseError {
  if (thrown instanceof PlayhouseError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const report = reportOf('worker-lost', message);
  return new PlayhouseError(report.code, report.message);
}
