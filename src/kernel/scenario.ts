/** A scenario is one lesson: the behaviors, where it starts, and the parameters a person may turn while it runs. */
import type { AnyBehavior } from './behavior.ts';

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
  readonly root: { readonly behavior: AnyBehavior; readonly name: string; readonly args?: unknown };
}
