/**
 * What is known about every listed actor, one slice an actor. A slice keeps its identity until something visible in it
 * changes, so a node of the graph redraws only when its own numbers do; the topology keeps its identity until actors
 * come or go, so the layout stands still in between.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Reading } from '../../engine/engine.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import type { ActorView } from '../../kernel/view.ts';
import { RateWindow } from './rate-window.ts';

export type Flash = 'failed' | 'restarted' | 'breaker';

export interface ActorSlice {
  readonly view: ActorView;
  /** Turns a second, over the last second. */
  readonly perSecond: number;
  /** What just happened to it, for a moment. */
  readonly flash: Flash | undefined;
  /** The error of a failure within the last seconds, to be shown at the actor. */
  readonly recentError: string | undefined;
}

/** What the layout depends on. */
export interface ActorIdentity {
  readonly path: string;
  readonly name: string;
  readonly behavior: string;
  readonly parent: string | null;
}

export interface ActorState {
  readonly identities: readonly ActorIdentity[];
  readonly byPath: ReadonlyMap<string, ActorSlice>;
  readonly unlisted: number;
}

export interface ActorStore {
  readonly store: StoreApi<ActorState>;
  update(reading: Reading, events: readonly TraceEvent[], nowMs: number): void;
  /** Nothing has just happened: the run was taken to another moment. */
  calm(): void;
  clear(): void;
}

const FLASH_MS = 1_500;
const ERROR_SHOWN_MS = 6_000;
const EMPTY: ActorState = { identities: [], byPath: new Map(), unlisted: 0 };

interface Happening {
  flash: Flash | undefined;
  flashUntilMs: number;
  error: string | undefined;
  errorUntilMs: number;
}

export function createActorStore(): ActorStore {
  const store = createStore<ActorState>(() => EMPTY);
  const rates = new Map<string, RateWindow>();
  const happenings = new Map<string, Happening>();

  function note(event: TraceEvent, nowMs: number): void {
    if (event.type !== 'failed' && event.type !== 'restarted' && event.type !== 'breaker') return;
    const known = happenings.get(event.path);
    const happening = known ?? { flash: undefined, flashUntilMs: 0, error: undefined, errorUntilMs: 0 };
    happening.flash = event.type;
    happening.flashUntilMs = nowMs + FLASH_MS;
    if (event.type === 'failed') {
      happening.error = event.error;
      happening.errorUntilMs = nowMs + ERROR_SHOWN_MS;
    }
    happenings.set(event.path, happening);
  }

  function sliceOf(view: ActorView, reading: Reading, nowMs: number): ActorSlice {
    let rate = rates.get(view.path);
    if (rate === undefined) {
      rate = new RateWindow();
      rates.set(view.path, rate);
    }
    const happening = happenings.get(view.path);
    const isOver = reading.status === 'stopped';
    // Of a stopped system only the root's error stays at its actor: it is the reason.
    const isFailing = isOver ? view.parent === null : view.status === 'failed' || view.status === 'stopped';
    const isRecent = happening !== undefined && nowMs < happening.errorUntilMs;
    const lastError = happening?.error ?? view.lastError;
    return {
      // The last reading of a running system is older than the failure that ended it.
      view: isOver && lastError !== undefined ? { ...view, lastError } : view,
      // While paused the clock stands still and the rate stays; a stopped system has none.
      perSecond: isOver ? 0 : Math.round(rate.push(reading.atMs, view.processed)),
      flash: happening !== undefined && nowMs < happening.flashUntilMs ? happening.flash : undefined,
      recentError: isRecent ? happening.error : isFailing ? lastError : undefined,
    };
  }

  return {
    store,
    update(reading, events, nowMs) {
      for (const event of events) note(event, nowMs);
      const before = store.getState();
      const byPath = new Map<string, ActorSlice>();
      let changed = before.byPath.size !== reading.actors.length;
      for (const view of reading.actors) {
        const old = before.byPath.get(view.path);
        const slice = sliceOf(view, reading, nowMs);
        const same = old !== undefined && sameSlice(old, slice);
        byPath.set(view.path, same ? old : slice);
        if (!same) changed = true;
      }
      const identities = sameIdentities(before.identities, reading.actors)
        ? before.identities
        : reading.actors.map(({ path, name, behavior, parent }) => ({ path, name, behavior, parent }));
      if (identities !== before.identities) {
        for (const known of [rates, happenings]) {
          for (const path of known.keys()) if (!byPath.has(path)) known.delete(path);
        }
      }
      if (changed || identities !== before.identities || before.unlisted !== reading.unlistedActors) {
        store.setState({ identities, byPath, unlisted: reading.unlistedActors });
      }
    },
    calm: () => happenings.clear(),
    clear() {
      rates.clear();
      happenings.clear();
      store.setState(EMPTY);
    },
  };
}

function sameSlice(a: ActorSlice, b: ActorSlice): boolean {
  if (a.perSecond !== b.perSecond || a.flash !== b.flash || a.recentError !== b.recentError) return false;
  return sameView(a.view, b.view);
}

function sameView(a: ActorView, b: ActorView): boolean {
  return (
    a.processed === b.processed &&
    a.mailboxDepth === b.mailboxDepth &&
    a.status === b.status &&
    a.failures === b.failures &&
    a.restarts === b.restarts &&
    a.deadLetters === b.deadLetters &&
    a.rejected === b.rejected &&
    a.slowMs === b.slowMs &&
    a.slowFactor === b.slowFactor &&
    a.breaker === b.breaker &&
    a.lastError === b.lastError &&
    a.worker === b.worker &&
    a.generation === b.generation &&
    a.id === b.id &&
    a.mailboxCapacity === b.mailboxCapacity
  );
}

function sameIdentities(before: readonly ActorIdentity[], views: readonly ActorView[]): boolean {
  if (before.length !== views.length) return false;
  for (let index = 0; index < views.length; index++) {
    const old = before[index];
    const view = views[index];
    if (old?.path !== view?.path || old?.behavior !== view?.behavior) return false;
  }
  return true;
}
