/**
 * The latest trace events, polled from the engine by sequence. Two bounded lists: everything, for the log, and the rare
 * kinds that are marked on the time axis, so that a flood of dead letters cannot push a restart off the plots.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Engine, Reading } from '../../engine/engine.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import { type LogRow, withEvents } from './event-log.ts';

export const EVENTS_KEPT = 500;
export const MARKERS_KEPT = 400;

export interface EventState {
  /** Oldest first, floods coalesced. */
  readonly rows: readonly LogRow[];
  /** Oldest first. */
  readonly markers: readonly TraceEvent[];
  /** Events that the engine could not keep for the page. */
  readonly lost: number;
  readonly lastSequence: number;
}

export interface EventStore {
  readonly store: StoreApi<EventState>;
  /** Fetches what is new and returns it. */
  update(engine: Engine, reading: Reading): readonly TraceEvent[];
  clear(): void;
}

const EMPTY: EventState = { rows: [], markers: [], lost: 0, lastSequence: 0 };
const NOTHING: readonly TraceEvent[] = [];

export function createEventStore(): EventStore {
  const store = createStore<EventState>(() => EMPTY);
  let markerRows: readonly LogRow[] = [];
  let hasStopped = false;

  /** Two may say that the system stopped: the worker of the root actor, which knows why, and the engine after it. */
  function isNews(event: TraceEvent): boolean {
    if (event.type !== 'system' || event.status !== 'stopped') return true;
    const isFirst = !hasStopped;
    hasStopped = true;
    return isFirst;
  }

  return {
    store,
    update(engine, reading) {
      const before = store.getState();
      const fresh = engine.trace(before.lastSequence + 1);
      const lost = reading.workers.reduce((sum, worker) => sum + worker.lostEvents, 0);
      const last = fresh.at(-1);
      if (last === undefined) {
        if (lost !== before.lost) store.setState({ lost });
        return NOTHING;
      }
      const news = fresh.filter(isNews);
      const marked = news.filter(isMarker);
      if (marked.length > 0) markerRows = withEvents(markerRows, marked, MARKERS_KEPT);
      store.setState({
        rows: withEvents(before.rows, news, EVENTS_KEPT),
        markers: marked.length === 0 ? before.markers : markerRows.map(({ event }) => event),
        lost,
        lastSequence: last.sequence,
      });
      return fresh;
    },
    clear() {
      markerRows = [];
      hasStopped = false;
      store.setState(EMPTY);
    },
  };
}

/** These come by the hundred; everything else is an event worth a mark. */
const COMMON: readonly TraceEvent['type'][] = ['spawned', 'activated', 'passivated', 'dead-letter', 'overflow'];

export function isMarker(event: TraceEvent): boolean {
  return !COMMON.includes(event.type);
}
