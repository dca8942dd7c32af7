/** A scenario is one lesson: the behaviors, where it starts, and the parameters a person may turn while it runs. */
import type { AnyBehavior } from './behavior.ts';
import type { Fault } from './fault.ts';
import type { Property } from './property.ts';

/** A number that a person may change while the scenario runs; actors read it with `ctx.parameter(name)`. */
export interface ParameterDefinition {
  readonly label: string;
  /** Shown after the value: `req/s`, `ms`, `%`. */
  readonly unit: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** One sentence: what happens when it is turned. */
  readonly hint: string;
}

/** What a simulated run takes from nature: how long things take there. All optional; live runs take their own time. */
export interface SimulationSettings {
  /** Time on the way between actors of different workers, in ms; default 0.05. */
  readonly latencyMs?: number;
  /** Up to so much more, at random, in ms; default 0. Order per sender is kept. */
  readonly jitterMs?: number;
  /** Service time of every turn, in ms, beside what `ctx.busy` says; default 0. */
  readonly turnMs?: number;
}

/**
 * A fault that a scenario does to itself, at a time after the start, in both kinds of runs. What only a simulated run can do
 * is left out in a live one, as is what finds its actor gone.
 */
export interface PlannedFault {
  readonly atMs: number;
  readonly fault: Fault;
}

/** One lesson: who takes part, where it starts, and what may be turned while it runs. */
export interface Scenario {
  /** Kebab-case; what links carry. */
  readonly id: string;
  readonly title: string;
  /** What it shows, in one or two sentences. */
  readonly summary: string;
  /** Things to try, in the order that teaches most. */
  readonly experiments: readonly string[];
  readonly parameters: Readonly<Record<string, ParameterDefinition>>;
  /** Every behavior that may be spawned: workers look them up by name. */
  readonly behaviors: readonly AnyBehavior[];
  readonly simulation?: SimulationSettings;
  readonly faults?: readonly PlannedFault[];
  readonly properties?: readonly Property[];
  readonly root: { readonly behavior: AnyBehavior; readonly name: string; readonly args?: unknown };
}
