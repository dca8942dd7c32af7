/**
 * Message flow between actors: which pairs have exchanged messages in this run, and how many a second they do now.
 * A pair that was seen once stays, so that the graph does not come and go with the load.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Reading } from '../../engine/engine.ts';
import { RateWindow } from './rate-window.ts';

export interface FlowIdentity {
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

export interface FlowState {
  readonly flows: readonly FlowIdentity[];
  /** Messages a second by key, over the last second; estimates where `sampledEvery` is more than 1. */
  readonly perSecond: ReadonlyMap<string, number>;
  readonly sampledEvery: number;
}

export interface FlowStore {
  readonly store: StoreApi<FlowState>;
  update(reading: Reading): void;
  clear(): void;
}

/** Pairs that are remembered; what comes later is not drawn. */
const FLOWS_MAX = 4_000;
const EMPTY: FlowState = { flows: [], perSecond: new Map(), sampledEvery: 1 };

export function flowKey(from: string, to: string): string {
  return `${from}>${to}`;
}

export function createFlowStore(): FlowStore {
  const store = createStore<FlowState>(() => EMPTY);
  const rates = new Map<string, RateWindow>();

  return {
    store,
    update(reading) {
      const before = store.getState();
      let { flows } = before;
      const perSecond = new Map<string, number>();
      const added: FlowIdentity[] = [];
      for (const { from, to, count } of reading.flows) {
        if (count === 0) continue;
        const key = flowKey(from, to);
        let rate = rates.get(key);
        if (rate === undefined) {
          if (rates.size >= FLOWS_MAX) continue;
          rate = new RateWindow();
          rates.set(key, rate);
          added.push({ key, from, to });
        }
        perSecond.set(key, reading.status === 'stopped' ? 0 : rate.push(reading.atMs, count));
      }
      if (added.length > 0) flows = [...flows, ...added].sort((a, b) => (a.key < b.key ? -1 : 1));
      store.setState({ flows, perSecond, sampledEvery: reading.sampledEvery });
    },
    clear() {
      rates.clear();
      store.setState(EMPTY);
    },
  };
}
