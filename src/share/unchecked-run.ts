/**
 * A run before anything of it was checked: readers of links and files bring the values as they found them, with the names
 * that their fields have there.
 */
import type { BranchPlan } from '../kernel/intervention.ts';
import type { SharedView } from './shared-run.ts';

/** Undefined is what was left out. */
export interface UncheckedRun {
  readonly scenario: unknown;
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly workers: unknown;
  /** Undefined for a live run. */
  readonly simulation: UncheckedSimulation | undefined;
  readonly view: { readonly [K in keyof Required<SharedView>]: unknown };
}

export interface UncheckedSimulation {
  readonly seed: unknown;
  /** A list of objects like `BranchPlan`. */
  readonly branches: unknown;
  readonly branch: unknown;
  readonly step: unknown;
}

/** What the fields are called where the run was read from, for errors. */
export interface FieldNames {
  readonly scenario: string;
  readonly workers: string;
  readonly seed: string;
  readonly branches: string;
  readonly branch: string;
  readonly step: string;
  readonly view: { readonly [K in keyof Required<SharedView>]: string };
  parameter(name: string): string;
  /** The branch itself without a member. */
  ofBranch(branch: number, member?: keyof BranchPlan): string;
  /** The intervention itself without a member. */
  ofIntervention(branch: number, index: number, member?: string): string;
}
