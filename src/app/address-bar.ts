/**
 * Keeps the address bar and the page in step: choices go into the fragment a moment after they are made, and a new
 * fragment (a link followed, back and forward) is opened without a reload. The position of a simulated run is written when
 * it pauses. The address of one is written at most once a second: it takes a while to put all branches into it, and
 * browsers count how often a page changes its address.
 */
import { LINK_LIMITS } from '../share/shared-run.ts';
import type { Playground } from './playground.ts';
import { isBusy } from './shell/toggle-pause.ts';
import { positionKey, type SimulationState } from './stores/simulation-store.ts';
import type { ViewState } from './stores/view-store.ts';

const WRITE_DELAY_MS = 250;
const SIMULATED_INTERVAL_MS = 1_000;

/** The part of the view that a link carries. */
const LINKED = ['graph', 'panel', 'lower', 'selected'] as const satisfies readonly (keyof ViewState)[];

export interface AddressBar {
  /** Writes now what would be written in a moment. */
  flush(): void;
  disconnect(): void;
}

export function connectAddressBar(playground: Playground): AddressBar {
  const { run, view, simulation } = playground;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let encodedMs = Number.NEGATIVE_INFINITY;
  let position = '';

  function write(): void {
    // A link that could not be read stays in the address bar, so that it can be corrected there.
    const { scenario, linkError, phase } = run.store.getState();
    if (scenario === undefined || linkError !== undefined) return;
    // On the way to the step of a link, that link is what a reload shall find.
    if (phase === 'starting') return;
    encodedMs = performance.now();
    const fragment = `#${playground.fragment()}`;
    // Too long to be read again: what the address bar says stays true of an earlier moment; the share dialog offers a file.
    if (window.location.hash === fragment || fragment.length > LINK_LIMITS.fragmentLengthMax) return;
    window.history.replaceState(null, '', fragment);
  }

  function schedule(): void {
    clearTimeout(timer);
    const restMs =
      run.store.getState().mode === 'simulated' ? encodedMs + SIMULATED_INTERVAL_MS - performance.now() : 0;
    timer = setTimeout(write, Math.max(WRITE_DELAY_MS, restMs));
  }

  function onView(now: ViewState, before: ViewState): void {
    // What is pointed at, and which menu is open, is nobody else's business.
    if (LINKED.some((part) => now[part] !== before[part])) schedule();
  }

  function onPosition({ reading }: SimulationState): void {
    if (reading === undefined || isBusy(reading)) return;
    const names = reading.branches.map(({ name }) => name).join();
    const next = `${positionKey(reading)} ${names}`;
    if (next === position) return;
    position = next;
    schedule();
  }

  function onHashChange(): void {
    clearTimeout(timer);
    playground.follow(window.location.hash).catch(() => {
      // Shown on the page by the stores.
    });
  }

  const stops = [run.store.subscribe(schedule), view.store.subscribe(onView), simulation.store.subscribe(onPosition)];
  window.addEventListener('hashchange', onHashChange);
  return {
    flush() {
      clearTimeout(timer);
      write();
    },
    disconnect() {
      clearTimeout(timer);
      for (const stop of stops) stop();
      window.removeEventListener('hashchange', onHashChange);
    },
  };
}
