/**
 * How a person arranged the space–time diagram: which lifelines are pinned and hidden, which folds are open, how wide a step
 * is. Kept for as long as the run is, because the diagram itself comes and goes with its panel.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface LifelineState {
  readonly pinned: readonly string[];
  readonly hidden: ReadonlySet<string>;
  /** First steps of the folds that were opened. */
  readonly opened: ReadonlySet<number>;
  /** Place in the list of widths; undefined for the usual one. */
  readonly zoom: number | undefined;
}

export interface LifelineStore {
  readonly store: StoreApi<LifelineState>;
  togglePin(path: string): void;
  hide(path: string): void;
  showAll(): void;
  openFold(step: number): void;
  /** Closes every fold that begins within these steps, both included. */
  closeFolds(first: number, last: number): void;
  setZoom(zoom: number): void;
  /** Another run. The width of a step stays: it is nothing of the run's. */
  clear(): void;
}

const NOTHING = { pinned: [], hidden: new Set<string>(), opened: new Set<number>() } as const;

export function createLifelineStore(): LifelineStore {
  const store = createStore<LifelineState>(() => ({ ...NOTHING, zoom: undefined }));
  return {
    store,
    togglePin(path) {
      store.setState(({ pinned }) => ({
        pinned: pinned.includes(path) ? pinned.filter((one) => one !== path) : [...pinned, path],
      }));
    },
    hide: (path) => store.setState(({ hidden }) => ({ hidden: new Set(hidden).add(path) })),
    showAll: () => store.setState({ hidden: NOTHING.hidden }),
    openFold: (step) => store.setState(({ opened }) => ({ opened: new Set(opened).add(step) })),
    closeFolds(first, last) {
      store.setState(({ opened }) => ({ opened: new Set([...opened].filter((step) => step < first || step > last)) }));
    },
    setZoom: (zoom) => store.setState({ zoom }),
    clear: () => store.setState(NOTHING),
  };
}
