/** How components reach the playground: one context for the object, and thin hooks over its vanilla stores. */
import { createContext, useContext, useEffect } from 'react';
import { type StoreApi, useStore } from 'zustand';
import { assert } from '../base/assert.ts';
import type { Playground } from './playground.ts';
import type { ActorSlice, ActorState } from './stores/actor-store.ts';
import type { EventState } from './stores/event-store.ts';
import type { RunState } from './stores/run-store.ts';
import type { FeedName, Feeds, SimulationState } from './stores/simulation-store.ts';
import type { SummaryState } from './stores/summary-store.ts';
import type { ViewState } from './stores/view-store.ts';

export const PlaygroundContext = createContext<Playground | undefined>(undefined);

export function usePlayground(): Playground {
  const playground = useContext(PlaygroundContext);
  assert(playground !== undefined, 'a component outside of PlaygroundContext');
  return playground;
}

/** A part of one store; the component renders again when that part changes. */
function usePart<S, T>(store: StoreApi<S>, select: (state: S) => T): T {
  return useStore(store, select);
}

export function useRun<T>(select: (state: RunState) => T): T {
  return usePart(usePlayground().run.store, select);
}

export function useView<T>(select: (state: ViewState) => T): T {
  return usePart(usePlayground().view.store, select);
}

export function useSummary<T>(select: (state: SummaryState) => T): T {
  return usePart(usePlayground().summary.store, select);
}

export function useActors<T>(select: (state: ActorState) => T): T {
  return usePart(usePlayground().actors.store, select);
}

export function useActor(path: string | undefined): ActorSlice | undefined {
  return useActors((state) => (path === undefined ? undefined : state.byPath.get(path)));
}

export function useEvents<T>(select: (state: EventState) => T): T {
  return usePart(usePlayground().events.store, select);
}

export function useSimulation<T>(select: (state: SimulationState) => T): T {
  return usePart(usePlayground().simulation.store, select);
}

export function useIsSimulated(): boolean {
  return useRun((state) => state.mode === 'simulated');
}

/** Keeps something of a simulated run fetched while the component is on screen; undefined for nothing. */
export function useFeed<F extends FeedName>(feed: F, what: Feeds[F] | undefined): void {
  const { simulation } = usePlayground();
  const text = JSON.stringify(what);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is wanted is plain data, compared by what it says.
  useEffect(() => (what === undefined ? undefined : simulation.watch(feed, what)), [simulation, feed, text]);
}
