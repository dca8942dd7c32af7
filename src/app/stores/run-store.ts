/**
 * The life of the running engine: start, restart with other choices, pause, faults, and what went wrong.
 *
 *        open(run)                    engine.start()
 *   none ─────────▶ starting ─────────────────────────▶ ready
 *                      ▲  └── rejected ─▶ failed          │
 *                      └──── restart, other mode ─────────┘
 *
 * A link that cannot be read leaves `none` with `linkError` set. At most one engine runs at a time, live or simulated: the
 * old one has given its workers back before the next one starts. A start that was overtaken by a later one is dropped.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Engine } from '../../engine/engine.ts';
import { checkSettings, LIVE_SETTINGS, type LiveSettings } from '../../engine/live-settings.ts';
import type { Recording } from '../../engine/recording.ts';
import type { RunPlan, Simulation } from '../../engine/simulation.ts';
import { describe } from '../../kernel/check.ts';
import { type ErrorReport, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { Fault } from '../../kernel/fault.ts';
import { RUN_LIMITS } from '../../kernel/intervention.ts';
import { LIMITS } from '../../kernel/limits.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import { findScenario } from '../../scenarios/catalog.ts';

/** A dragged slider changes what it is of this often, so that it does not flood the trace. */
const SLIDE_INTERVAL_MS = 100;
/** In a simulated run every change is a step of its own, so only the value on which a gesture comes to rest counts. */
const GESTURE_REST_MS = 200;

export type RunMode = Engine['mode'];

export interface EngineOptions {
  readonly scenario: Scenario;
  readonly parameters: Readonly<Record<string, number>>;
  readonly workers: number;
  /** Live runs: the figures of their structure, where they are not the defaults. */
  readonly settings?: Partial<LiveSettings>;
  /** Live runs: records it from its start. */
  readonly record?: boolean;
}

/** Branches, and where in them to begin. */
export type RunPosition = Omit<RunPlan, 'seed'>;

export interface SimulatedOptions extends EngineOptions {
  readonly seed: number;
  readonly plan?: RunPosition;
  /** A live run to be replayed. */
  readonly recording?: Recording;
}

export interface Engines {
  /** Undefined where the page may not share memory between threads. */
  readonly live: ((options: EngineOptions) => Engine) | undefined;
  readonly simulated: (options: SimulatedOptions) => Simulation;
}

export type RunPhase = 'none' | 'starting' | 'ready' | 'failed';

export interface RunState {
  readonly phase: RunPhase;
  readonly mode: RunMode;
  readonly scenario: Scenario | undefined;
  /** Every parameter with its present value. */
  readonly parameters: Readonly<Record<string, number>>;
  /** The values with which the run began. */
  readonly startParameters: Readonly<Record<string, number>>;
  readonly workers: number;
  /** True where a person chose the number of workers; a link carries it only then. */
  readonly workersChosen: boolean;
  /** Of simulated runs; kept while a live one runs. */
  readonly seed: number;
  /** Of live runs; kept while a simulated one runs, and as long as the page. */
  readonly settings: LiveSettings;
  readonly engine: Engine | undefined;
  /** The same engine, where it is a simulated one. */
  readonly simulation: Simulation | undefined;
  /** The recording of a live run that is replayed; undefined for every other run. */
  readonly replayed: Recording | undefined;
  /** Why the engine did not start. */
  readonly startError: ErrorReport | undefined;
  /** Why the link that was followed could not be read. */
  readonly linkError: ErrorReport | undefined;
  /** The latest control call that was refused, until it is dismissed. */
  readonly controlError: ErrorReport | undefined;
}

/** What to run; parameters that are left out have their defaults, everything else is as it is now. */
export interface RunChoice {
  readonly scenario: Scenario;
  readonly parameters: Readonly<Record<string, number>>;
  readonly workers: number | undefined;
  /** A live run that is not possible here becomes a simulated one. */
  readonly mode?: RunMode;
  readonly seed?: number;
  /** Of a simulated run; without it the run begins at its first step. */
  readonly plan?: RunPosition;
  /** Of a live run. */
  readonly record?: boolean;
  /** A live run to be replayed: parameters, workers and seed are its own. */
  readonly recording?: Recording;
}

export interface RunStore {
  readonly store: StoreApi<RunState>;
  /** Whether live runs are possible here. */
  readonly canRunLive: boolean;
  /** Resolves when the system runs; rejects with a PlayhouseError where it did not start. */
  open(choice: RunChoice): Promise<void>;
  restart(): Promise<void>;
  setWorkers(workers: number): Promise<void>;
  /** Starts the same scenario in the other mode. Rejects with `not-isolated` where that is not possible. */
  setMode(mode: RunMode): Promise<void>;
  /** A new seed is a new run. Rejects with `invalid-configuration`. */
  setSeed(seed: number): Promise<void>;
  /** Figures of the structure of live runs; a live run starts anew with them. Rejects with `invalid-configuration`. */
  setSettings(settings: Partial<LiveSettings>): Promise<void>;
  /** Starts the scenario anew as a live run that is recorded. Rejects with `not-isolated` where that is not possible. */
  record(): Promise<void>;
  /**
   * What is recorded of the present run, or what is replayed; ends a recording that is going on. Throws `not-available` where
   * there is none.
   */
  takeRecording(): Recording;
  /** Replays a recording in the simulator: that of the present run without another one. */
  replay(recording?: Recording): Promise<void>;
  refuseLink(error: ErrorReport): Promise<void>;
  setParameter(name: string, value: number): Promise<void>;
  /** A fault of a slider: of all that are given for one key in a moment, the last one counts. */
  slide(key: string, fault: Fault): Promise<void>;
  /** What the parameters are at the position of a simulated run that is shown now. */
  showParameters(parameters: Readonly<Record<string, number>>): void;
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
  /** The engine of a simulated run, or a typed rejection where there is none. */
  simulation(): Simulation;
}

/** @param beforeStart is called when a new engine exists and nothing of it was read yet. */
export function createRunStore(engines: Engines, beforeStart: () => void): RunStore {
  const canRunLive = engines.live !== undefined;
  const store = createStore<RunState>(() => ({
    phase: 'none',
    mode: canRunLive ? 'live' : 'simulated',
    scenario: undefined,
    parameters: {},
    startParameters: {},
    workers: machineWorkers(),
    workersChosen: false,
    seed: RUN_LIMITS.seedDefault,
    settings: LIVE_SETTINGS,
    engine: undefined,
    simulation: undefined,
    replayed: undefined,
    startError: undefined,
    linkError: undefined,
    controlError: undefined,
  }));
  let serial = 0;
  let under: Promise<void> = Promise.resolve();
  /** What sliders want, on its way, by what it is of; a slider moves faster than calls return, and only its last value counts. */
  const waiting = new Map<string, Fault>();
  let flushing: Promise<void> | undefined;
  let movedMs = 0;

  function openEngine(options: SimulatedOptions, mode: RunMode): Pick<RunState, 'engine' | 'simulation'> {
    if (mode === 'live' && engines.live !== undefined) {
      const { scenario, parameters, workers, record } = options;
      const { settings } = store.getState();
      const recorded = record === true ? { record } : {};
      return { engine: engines.live({ scenario, parameters, workers, settings, ...recorded }), simulation: undefined };
    }
    const { record: _, ...simulated } = options;
    const simulation = engines.simulated(simulated);
    return { engine: simulation, simulation };
  }

  async function start(choice: RunChoice): Promise<void> {
    const mine = ++serial;
    const before = store.getState();
    const { scenario, plan, recording, seed = recording?.seed ?? before.seed } = choice;
    const mode = canRunLive && recording === undefined ? (choice.mode ?? before.mode) : 'simulated';
    const parameters = { ...defaultsOf(scenario), ...(recording?.parameters ?? choice.parameters) };
    const workersChosen = choice.workers !== undefined;
    const workers = recording?.workers ?? choice.workers ?? machineWorkers();
    waiting.clear();
    store.setState({
      phase: 'starting',
      mode,
      scenario,
      parameters,
      startParameters: parameters,
      workers,
      workersChosen,
      seed,
      engine: undefined,
      simulation: undefined,
      replayed: recording,
      startError: undefined,
      linkError: undefined,
      controlError: undefined,
    });
    if (before.engine !== undefined) await before.engine.stop();
    if (mine !== serial) return;
    let engine: Engine | undefined;
    try {
      const options = {
        ...{ scenario, parameters, workers, seed },
        ...(plan === undefined ? {} : { plan }),
        ...(recording === undefined ? {} : { recording }),
        ...(choice.record === true ? { record: true } : {}),
      };
      const opened = openEngine(options, mode);
      engine = opened.engine;
      beforeStart();
      store.setState(opened);
      await engine?.start();
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

  /** A simulated run that is still on its way to the step of a link does not keep the next one waiting. */
  function overtake(): void {
    const { phase, simulation } = store.getState();
    if (phase !== 'starting' || simulation === undefined) return;
    serial++;
    void simulation.stop();
  }

  function engineOf(): Engine {
    const { engine, phase } = store.getState();
    if (engine === undefined || phase === 'none') throw new PlayhouseError('not-started', 'No scenario is running.');
    return engine;
  }

  function simulationOf(): Simulation {
    const { simulation } = store.getState();
    if (engineOf() === simulation) return simulation;
    throw new PlayhouseError('not-available', 'Only a simulated run can do that; this one is live.', 'mode');
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
      if (store.getState().mode === 'simulated') await rest();
      const next = waiting.entries().next().value;
      if (next === undefined) return;
      const [key, fault] = next;
      waiting.delete(key);
      try {
        await engineOf().inject(fault);
      } catch (thrown) {
        // Of a stopped system: kept for the restart.
        if (asPlayhouseError(thrown).code !== 'not-started') throw thrown;
      }
      if (waiting.size > 0) await delay(SLIDE_INTERVAL_MS);
    }
  }

  /** Resolves when nothing was moved for a moment. */
  async function rest(): Promise<void> {
    for (let restMs = GESTURE_REST_MS; restMs > 0 && waiting.size > 0; ) {
      await delay(restMs);
      restMs = movedMs + GESTURE_REST_MS - performance.now();
    }
  }

  function slide(key: string, fault: Fault): Promise<void> {
    waiting.set(key, fault);
    movedMs = performance.now();
    flushing ??= control(flush).finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  function takeRecording(): Recording {
    const { engine, replayed } = store.getState();
    const recording = replayed ?? engine?.recording?.take();
    if (recording !== undefined) return recording;
    throw new PlayhouseError(
      'not-available',
      'This run is not recorded: a live run is recorded from its start.',
      'mode',
    );
  }

  function choiceNow(): RunChoice | undefined {
    const { scenario, parameters, workers, workersChosen } = store.getState();
    return scenario && { scenario, parameters, workers: workersChosen ? workers : undefined };
  }

  /** The same once more, but for some changes; nothing where nothing was chosen so far. */
  function startAgain(changes: Partial<RunChoice>, isNeeded = () => true): Promise<void> {
    const choice = choiceNow();
    if (choice === undefined) return Promise.resolve();
    if (isNeeded()) overtake();
    return enqueue(() => (isNeeded() ? start({ ...(choiceNow() ?? choice), ...changes }) : Promise.resolve()));
  }

  /** A live run that is recorded is recorded anew when it starts anew. */
  function recordingNow(): Partial<RunChoice> {
    return store.getState().engine?.recording === undefined ? {} : { record: true };
  }

  return {
    store,
    canRunLive,
    open(choice) {
      overtake();
      return enqueue(() => start(choice));
    },
    restart() {
      // The same once more: what is recorded is recorded anew, what is replayed is replayed from its start.
      const { replayed } = store.getState();
      if (replayed !== undefined) return startAgain({ recording: replayed });
      return startAgain(recordingNow());
    },
    async record() {
      if (!canRunLive) throw notIsolated();
      await startAgain({ mode: 'live', record: true });
    },
    takeRecording,
    async replay(given) {
      const recording = given ?? takeRecording();
      const scenario = findScenario(recording.scenario);
      if (scenario === undefined) {
        const text = `There is no scenario "${recording.scenario}".`;
        throw new PlayhouseError('link-unknown-scenario', text, 'scenario');
      }
      overtake();
      const { workersChosen } = store.getState();
      const choice = { scenario, parameters: {}, workers: workersChosen ? recording.workers : undefined, recording };
      await enqueue(() => start(choice));
    },
    setWorkers: (workers) => startAgain({ workers, ...recordingNow() }),
    async setMode(mode) {
      if (mode === 'live' && !canRunLive) throw notIsolated();
      await startAgain({ mode }, () => mode !== store.getState().mode);
    },
    async setSeed(seed) {
      if (!Number.isInteger(seed) || seed < 0 || seed > RUN_LIMITS.seedMax) {
        const message = `The seed must be a whole number from 0 to ${RUN_LIMITS.seedMax}, not ${describe(seed)}.`;
        throw new PlayhouseError('invalid-configuration', message, 'seed');
      }
      if (store.getState().mode === 'simulated') await startAgain({ seed });
      else store.setState({ seed });
    },
    async setSettings(given) {
      const settings = checkSettings({ ...store.getState().settings, ...given });
      store.setState({ settings });
      if (store.getState().mode === 'live') await startAgain(recordingNow());
    },
    refuseLink(error) {
      overtake();
      return enqueue(async () => {
        serial++;
        const { engine } = store.getState();
        const none = { engine: undefined, simulation: undefined, startError: undefined };
        store.setState({ phase: 'none', linkError: error, ...none });
        if (engine !== undefined) await engine.stop();
      });
    },
    setParameter(name, value) {
      store.setState((state) => ({ parameters: { ...state.parameters, [name]: value } }));
      return slide(`parameter ${name}`, { kind: 'set-parameter', name, value });
    },
    slide,
    showParameters(parameters) {
      // What a person is about to change is not overwritten with what it was before.
      if (flushing !== undefined) return;
      const before = store.getState().parameters;
      if (Object.entries(parameters).some(([name, value]) => before[name] !== value)) store.setState({ parameters });
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
    simulation: simulationOf,
  };
}

function notIsolated(): PlayhouseError {
  return new PlayhouseError('not-isolated', 'A live run needs memory that threads share; this page may not.', 'mode');
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
