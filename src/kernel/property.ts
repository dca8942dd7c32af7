/**
 * Properties: what should be true of every run of a scenario. The simulator looks after each step, and stops at the one
 * that breaks a promise.
 */
import type { ActorView } from './view.ts';

/** What a property may look at. Reading only: a property that changes something makes runs differ. */
export interface World {
  readonly nowMs: number;
  /** The state of an actor; undefined where there is no such actor, or it has no state now. */
  state<T>(path: string): Readonly<T> | undefined;
  actor(path: string): ActorView | undefined;
  readonly deadLetters: number;
  readonly answered: number;
  readonly failed: number;
}

/** A promise of a scenario, looked at after each step of a simulated run. */
export type Property = {
  /** One sentence, as a promise: "No order is charged twice". */
  readonly name: string;
  /** Looked at only after steps of these actors; without it, after every step. */
  readonly watches?: readonly string[];
} & (
  | { readonly type: 'always' | 'never'; readonly holds: (world: World) => boolean }
  /** Each time `when` becomes true (without it: at the start), `holds` must be true at some moment within `withinMs`. */
  | {
      readonly type: 'eventually';
      readonly when?: (world: World) => boolean;
      readonly holds: (world: World) => boolean;
      readonly withinMs: number;
    }
);
