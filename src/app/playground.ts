/**
 * The page without React: all stores, the frame loop that fills them, and what a person or a script can do. Everything
 * on screen and everything behind `window.playhouse` goes through here.
 */
import type { Reading } from '../engine/engine.ts';
import { decodeRecording } from '../engine/recording/recording-file.ts';
import type { SimulationReading } from '../engine/simulation.ts';
import type { ErrorReport } from '../kernel/errors.ts';
import { errorFrom } from '../kernel/errors.ts';
import { CATALOG, findScenario } from '../scenarios/catalog.ts';
import { decodeFile } from '../share/file.ts';
import { decodeRun, encodeRun } from '../share/link.ts';
import { DEFAULT_VIEW, type SharedRun } from '../share/shared-run.ts';
import { createFrameLoop, type FrameLoop } from './frame-loop.ts';
import { type ActorStore, createActorStore } from './stores/actor-store.ts';
import { createEventStore, type EventStore } from './stores/event-store.ts';
import { createFlowStore, type FlowStore } from './stores/flow-store.ts';
import { createLifelineStore, type LifelineStore } from './stores/lifeline-store.ts';
import { parametersAt } from './stores/plan-parameters.ts';
import { createRunStore, defaultsOf, type Engines, type RunMode, type RunStore } from './stores/run-store.ts';
import { createSeriesStore, type SeriesStore } from './stores/series-store.ts';
import { createSimulationStore, positionKey, type SimulationStore } from './stores/simulation-store.ts';
import { createSummaryStore, type SummaryStore } from './stores/summary-store.ts';
import { createViewStore, type ViewStore } from './stores/view-store.ts';
import { createTransport, type Transport } from './transport/transport.ts';

export interface Playground {
  readonly run: RunStore;
  readonly view: ViewStore;
  readonly actors: ActorStore;
  readonly flows: FlowStore;
  readonly events: EventStore;
  readonly series: SeriesStore;
  readonly summary: SummaryStore;
  /** Of simulated runs only. */
  readonly simulation: SimulationStore;
  readonly lifelines: LifelineStore;
  readonly transport: Transport;
  readonly loop: FrameLoop;
  /**
   * The present reading. Of a stopped system it is the last one in which the root actor still ran, marked as stopped: what
   * is left of a system while it comes down says nothing about how it was.
   */
  read(): Reading | undefined;
  /** Follows a link or fragment. Shows what is wrong with it and rejects where it cannot be followed. */
  follow(link: string): Promise<void>;
  /** Opens a run from the text of its file. Rejects where it cannot be read; what is on screen goes on then. */
  followFile(text: string): Promise<void>;
  /** Replays the recording of a file. Rejects where it cannot be read; what is on screen goes on then. */
  followRecording(file: Blob): Promise<void>;
  /** Starts a scenario of the catalogue with its defaults, in the present mode. */
  openScenario(id: string): Promise<void>;
  /** What is on screen, as a link carries it; undefined where there is no scenario. */
  shared(): SharedRun | undefined;
  /** The fragment, without `#`, of what is on screen. */
  fragment(): string;
  /** The address of this page with that fragment. */
  link(): string;
}

/** Whoever goes further at once has not seen what happened on the way, so it does not flash up. */
const NEWS_STEPS = 100;

export function createPlayground(engines: Engines): Playground {
  const view = createViewStore();
  const actors = createActorStore();
  const flows = createFlowStore();
  const events = createEventStore();
  const series = createSeriesStore();
  const summary = createSummaryStore();
  const simulation = createSimulationStore();
  const lifelines = createLifelineStore();
  let whole: Reading | undefined;
  let before: SimulationReading | undefined;
  const run = createRunStore(engines, () => {
    whole = undefined;
    before = undefined;
    for (const store of [actors, flows, events, series, summary, simulation, lifelines]) store.clear();
  });

  function read(): Reading | undefined {
    const { engine, mode } = run.store.getState();
    const reading = engine?.read();
    // A simulated run that is over stands still, whole, at the moment that is shown.
    if (reading === undefined || mode === 'simulated') return reading;
    if (reading.status === 'stopped') return whole === undefined ? reading : asStopped(whole, reading);
    const root = reading.actors.find((actor) => actor.parent === null);
    if (root?.status === 'running') whole = reading;
    return reading;
  }

  /**
   * A simulated run may have gone back, or elsewhere: what was gathered on the way there is not what happened here. Returns
   * since when events are news to whoever looks; undefined for all of them.
   */
  function followTime(nowMs: number): number | undefined {
    const engine = run.store.getState().simulation;
    simulation.update(engine, nowMs);
    const now = simulation.store.getState().reading;
    if (engine === undefined || now === undefined) return undefined;
    const last = before;
    before = now;
    if (last === undefined || positionKey(last) !== positionKey(now)) {
      run.showParameters(parametersAt(run.store.getState().startParameters, engine.plan()));
    }
    if (last === undefined) return undefined;
    const isElsewhere = last.branch !== now.branch;
    if (isElsewhere) for (const store of [events, series, summary]) store.clear();
    else if (now.step < last.step) events.clear();
    else if (now.isPlaying || now.step <= last.step + NEWS_STEPS) return undefined;
    actors.calm();
    if (now.step > last.step) series.jump();
    return now.current?.atMs ?? now.atMs;
  }

  const loop = createFrameLoop((nowMs) => {
    const { engine } = run.store.getState();
    const reading = read();
    if (engine === undefined || reading === undefined) return;
    const newsSinceMs = followTime(nowMs);
    const fresh = events.update(engine, reading);
    const news = newsSinceMs === undefined ? fresh : fresh.filter(({ atMs }) => atMs >= newsSinceMs);
    // After a jump the last second is one that nobody has watched.
    const earlier = run.store.getState().simulation?.takeEarlier();
    if (earlier !== undefined) {
      actors.update(earlier, [], nowMs);
      flows.update(earlier);
      summary.update(earlier);
    }
    actors.update(reading, news, nowMs);
    flows.update(reading);
    const latest = summary.update(reading);
    // What a stopped system does is not a measurement.
    if (reading.status === 'stopped') return;
    series.push(reading, latest);
  });
  const transport = createTransport(run, simulation, loop);
  // Breakpoints are of the page, not of the run: they hold in the next one too.
  run.store.subscribe(({ phase, simulation: engine }, { phase: phaseBefore }) => {
    if (phase !== 'ready' || phaseBefore === 'ready' || engine === undefined) return;
    const { breakpoints } = simulation.store.getState();
    if (breakpoints.length > 0) engine.setBreakpoints(breakpoints).catch(run.showRefusal);
    loop.refresh();
  });

  async function openRun(shared: SharedRun, mode?: RunMode): Promise<void> {
    const scenario = findScenario(shared.scenario);
    if (scenario === undefined) return;
    view.apply(shared.view);
    const { parameters, workers, simulation: simulated } = shared;
    const choice = { scenario, parameters, workers };
    if (simulated === undefined) await run.open(mode === undefined ? choice : { ...choice, mode });
    else {
      const { seed, branches, branch, step } = simulated;
      await run.open({ ...choice, mode: 'simulated', seed, plan: { branches, branch, step } });
    }
  }

  async function refuse(error: ErrorReport): Promise<never> {
    await run.refuseLink(error);
    throw errorFrom(error);
  }

  function shared(): SharedRun | undefined {
    const {
      scenario,
      parameters,
      startParameters,
      workers,
      workersChosen,
      simulation: engine,
      mode,
      replayed,
    } = run.store.getState();
    const chosen = scenario ?? CATALOG[0];
    if (chosen === undefined) return undefined;
    const defaults = defaultsOf(chosen);
    // What was changed on the way of a simulated run is among its interventions.
    const values = mode === 'simulated' ? startParameters : parameters;
    const changed = Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== defaults[name]));
    const live: SharedRun = { scenario: chosen.id, parameters: changed, view: view.shared() };
    // No link has room for a recording: it leads to the scenario of it, and the file has the rest.
    if (replayed !== undefined) return live;
    // The same steps need the same number of processors.
    if (engine !== undefined) return { ...live, workers, simulation: engine.plan() };
    return workersChosen ? { ...live, workers } : live;
  }

  function fragment(): string {
    const now = shared();
    return now === undefined ? '' : encodeRun(now);
  }

  return {
    run,
    view,
    actors,
    flows,
    events,
    series,
    summary,
    simulation,
    lifelines,
    transport,
    loop,
    read,
    follow(link) {
      const text = fragmentOf(link);
      // No fragment at all is not a broken link: it is the front door.
      if (text === '') return openRun(frontDoor(CATALOG[0]?.id ?? ''), 'live');
      const decoded = decodeRun(text);
      return decoded.ok ? openRun(decoded.value, 'live') : refuse(decoded.error);
    },
    async followFile(text) {
      const decoded = decodeFile(text);
      if (!decoded.ok) throw errorFrom(decoded.error);
      await openRun(decoded.value, 'live');
    },
    async followRecording(file) {
      const recording = await decodeRecording(file, findScenario);
      // What the dialog shows is of the run before.
      view.openDialog('none');
      await run.replay(recording);
    },
    openScenario: (id) => openRun(frontDoor(id)),
    shared,
    fragment,
    link: () => `${window.location.href.split('#')[0]}#${fragment()}`,
  };
}

function frontDoor(scenario: string): SharedRun {
  return { scenario, parameters: {}, view: DEFAULT_VIEW };
}

function asStopped(whole: Reading, { atMs, status, stopCause }: Reading): Reading {
  return { ...whole, atMs, status, stopCause, actors: whole.actors.map((actor) => ({ ...actor, status: 'stopped' })) };
}

/** A whole address or only its fragment, with or without `#`. */
function fragmentOf(link: string): string {
  const hash = link.indexOf('#');
  if (hash >= 0) return link.slice(hash + 1);
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(link) ? '' : link;
}
