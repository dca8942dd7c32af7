/**
 * The page without React: all stores, the frame loop that fills them, and what a person or a script can do. Everything
 * on screen and everything behind `window.playhouse` goes through here.
 */
import type { Reading } from '../engine/engine.ts';
import type { ErrorReport } from '../kernel/errors.ts';
import { errorFrom } from '../kernel/errors.ts';
import { CATALOG, findScenario } from '../scenarios/catalog.ts';
import { decodeRun, encodeRun } from '../share/link.ts';
import { DEFAULT_VIEW, type SharedRun } from '../share/shared-run.ts';
import { createFrameLoop, type FrameLoop } from './frame-loop.ts';
import { type ActorStore, createActorStore } from './stores/actor-store.ts';
import { createEventStore, type EventStore } from './stores/event-store.ts';
import { createFlowStore, type FlowStore } from './stores/flow-store.ts';
import { createRunStore, defaultsOf, type OpenEngine, type RunStore } from './stores/run-store.ts';
import { createSeriesStore, type SeriesStore } from './stores/series-store.ts';
import { createSummaryStore, type SummaryStore } from './stores/summary-store.ts';
import { createViewStore, type ViewStore } from './stores/view-store.ts';

export interface Playground {
  readonly run: RunStore;
  readonly view: ViewStore;
  readonly actors: ActorStore;
  readonly flows: FlowStore;
  readonly events: EventStore;
  readonly series: SeriesStore;
  readonly summary: SummaryStore;
  readonly loop: FrameLoop;
  /**
   * The present reading. Of a stopped system it is the last one in which the root actor still ran, marked as stopped: what
   * is left of a system while it comes down says nothing about how it was.
   */
  read(): Reading | undefined;
  /** Follows a link or fragment. Shows what is wrong with it and rejects where it cannot be followed. */
  follow(link: string): Promise<void>;
  /** Starts a scenario of the catalogue with its defaults. */
  openScenario(id: string): Promise<void>;
  /** The fragment, without `#`, of what is on screen. */
  fragment(): string;
  /** The address of this page with that fragment. */
  link(): string;
}

export function createPlayground(openEngine: OpenEngine): Playground {
  const view = createViewStore();
  const actors = createActorStore();
  const flows = createFlowStore();
  const events = createEventStore();
  const series = createSeriesStore();
  const summary = createSummaryStore();
  let whole: Reading | undefined;
  const run = createRunStore(openEngine, () => {
    whole = undefined;
    for (const store of [actors, flows, events, series, summary]) store.clear();
  });

  function read(): Reading | undefined {
    const reading = run.store.getState().engine?.read();
    if (reading === undefined) return undefined;
    if (reading.status === 'stopped') return whole === undefined ? reading : asStopped(whole, reading);
    const root = reading.actors.find((actor) => actor.parent === null);
    if (root?.status === 'running') whole = reading;
    return reading;
  }

  const loop = createFrameLoop((nowMs) => {
    const { engine } = run.store.getState();
    const reading = read();
    if (engine === undefined || reading === undefined) return;
    const fresh = events.update(engine, reading);
    actors.update(reading, fresh, nowMs);
    flows.update(reading);
    const latest = summary.update(reading);
    // What a stopped system does is not a measurement.
    if (reading.status === 'stopped') return;
    series.push(reading, latest);
  });

  async function openRun(shared: SharedRun): Promise<void> {
    const scenario = findScenario(shared.scenario);
    if (scenario === undefined) return;
    view.apply(shared.view);
    await run.open({ scenario, parameters: shared.parameters, workers: shared.workers });
  }

  async function refuse(error: ErrorReport): Promise<never> {
    await run.refuseLink(error);
    throw errorFrom(error);
  }

  function fragment(): string {
    const { scenario, parameters, workers, workersChosen } = run.store.getState();
    const chosen = scenario ?? CATALOG[0];
    if (chosen === undefined) return '';
    const defaults = defaultsOf(chosen);
    const changed = Object.fromEntries(Object.entries(parameters).filter(([name, value]) => value !== defaults[name]));
    const shared: SharedRun = { version: 1, scenario: chosen.id, parameters: changed, view: view.shared() };
    return encodeRun(workersChosen ? { ...shared, workers } : shared);
  }

  return {
    run,
    view,
    actors,
    flows,
    events,
    series,
    summary,
    loop,
    read,
    follow(link) {
      const text = fragmentOf(link);
      // No fragment at all is not a broken link: it is the front door.
      if (text === '') return this.openScenario(CATALOG[0]?.id ?? '');
      const decoded = decodeRun(text);
      return decoded.ok ? openRun(decoded.value) : refuse(decoded.error);
    },
    openScenario(id) {
      return openRun({ version: 1, scenario: id, parameters: {}, view: DEFAULT_VIEW });
    },
    fragment,
    link: () => `${window.location.href.split('#')[0]}#${fragment()}`,
  };
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
