/**
 * Keeps the address bar and the page in step: choices go into the fragment a moment after they are made, and a new
 * fragment (a link followed, back and forward) is opened without a reload.
 */
import type { Playground } from './playground.ts';

const WRITE_DELAY_MS = 250;

export interface AddressBar {
  /** Writes now what would be written in a moment. */
  flush(): void;
  disconnect(): void;
}

export function connectAddressBar(playground: Playground): AddressBar {
  const { run, view } = playground;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function write(): void {
    // A link that could not be read stays in the address bar, so that it can be corrected there.
    if (run.store.getState().scenario === undefined || run.store.getState().linkError !== undefined) return;
    const fragment = `#${playground.fragment()}`;
    if (window.location.hash !== fragment) window.history.replaceState(null, '', fragment);
  }

  function schedule(): void {
    clearTimeout(timer);
    timer = setTimeout(write, WRITE_DELAY_MS);
  }

  function onHashChange(): void {
    clearTimeout(timer);
    playground.follow(window.location.hash).catch(() => {
      // Shown on the page by the stores.
    });
  }

  const stops = [run.store.subscribe(schedule), view.store.subscribe(schedule)];
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
