/**
 * Conformance cases: what an actor system must do, written once and run on every engine. A case is a scenario of its own
 * and a script against a driver; the driver is the only thing that differs. Cases are named after what they pin down.
 *
 * Scripts must not depend on how fast things happen: they wait for conditions (`until`), or for quiet (`quiet`). Where the
 * exact time matters, the case is for virtual clocks only.
 */
import type { AnyBehavior } from '../kernel/behavior.ts';
import type { Fault } from '../kernel/fault.ts';
import type { PlannedFault, Scenario } from '../kernel/scenario.ts';
import type { TraceEvent } from '../kernel/trace.ts';
import type { ActorView } from '../kernel/view.ts';

/** An engine with one case's scenario started on it. */
export interface Driver {
  /** Virtual time passes only in `until`, `wait` and `quiet`. */
  readonly clock: 'virtual' | 'wall';
  /** As from outside; resolves when it is in the mailbox, not when it has been handled. */
  send(path: string, message: { readonly kind: string; readonly [field: string]: unknown }): Promise<void>;
  inject(fault: Fault): Promise<void>;
  /** A copy of an actor's state. */
  state<T>(path: string): Promise<T>;
  actors(): Promise<readonly ActorView[]>;
  actor(path: string): Promise<ActorView | undefined>;
  /** Everything that happened so far, in the order of each worker. */
  trace(): Promise<readonly TraceEvent[]>;
  /** Load requests so far: how many were answered, failed, and answered only after more than so many ms. */
  load(overMs: number): Promise<{ readonly answered: number; readonly failed: number; readonly over: number }>;
  /** Lets time pass until it holds; rejects, saying what did not happen, when it does not within `withinMs` (20 s). */
  until(what: string, holds: () => Promise<boolean> | boolean, withinMs?: number): Promise<void>;
  /** Lets time pass. */
  wait(ms: number): Promise<void>;
  /** Until every mailbox is empty and nothing moves any more, without letting virtual time pass. */
  quiet(): Promise<void>;
}

export interface Case {
  /** The number in the list of cases, or a word where it is ours: `S1`, `stream-gap`. Unique. */
  readonly id: string;
  readonly title: string;
  readonly behaviors: readonly AnyBehavior[];
  /** One of `behaviors`; its actor is `/root`. */
  readonly root: AnyBehavior;
  readonly args?: unknown;
  /** Default 2. */
  readonly workers?: number;
  readonly parameters?: Readonly<Record<string, number>>;
  /** What the scenario does to itself. */
  readonly faults?: readonly PlannedFault[];
  /** Cases about exact times run on virtual clocks only. */
  readonly virtualOnly?: boolean;
  readonly run: (driver: Driver) => Promise<void>;
}

export function scenarioOf({ id, title, behaviors, root, args, parameters = {}, faults = [] }: Case): Scenario {
  return {
    id,
    title,
    summary: '',
    experiments: [],
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [
        name,
        { label: name, unit: '', default: value, min: -1e9, max: 1e9, step: 1, hint: '' },
      ]),
    ),
    behaviors,
    faults,
    root: { behavior: root, name: 'root', args },
  };
}

/** Throws, with both values, when they differ. Plain data only. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [show(actual), show(expected)];
  if (found !== wanted) throw new Error(`${what}: expected ${wanted}, found ${found}`);
}

export function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** Keys in order, so that equal data shows equal. */
function show(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) => {
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? 'undefined'
  );
}

/** Events of one type about one actor (or all actors), oldest first. */
export async function events<T extends TraceEvent['type']>(
  driver: Driver,
  type: T,
  path?: string,
): Promise<readonly Extract<TraceEvent, { readonly type: T }>[]> {
  const all = await driver.trace();
  return all.filter(
    (event): event is Extract<TraceEvent, { readonly type: T }> =>
      event.type === type && (path === undefined || ('path' in event && event.path === path)),
  );
}
