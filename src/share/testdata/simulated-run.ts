/** Simulated runs for the tests of links and files. */
import type { BranchPlan, Intervention } from '../../kernel/intervention.ts';
import { DEFAULT_VIEW, type SharedRun, type SharedSimulation, TRUNK_NAME } from '../shared-run.ts';

/** The trunk, and what was done in it. */
export function trunk(...interventions: readonly Intervention[]): BranchPlan {
  return { name: TRUNK_NAME, parent: -1, forkStep: 1, interventions };
}

/** A small simulated run of the checkout, with other choices where they are given. */
export function simulated(changes: Partial<SharedSimulation> = {}): SharedRun {
  const simulation = { seed: 1, branches: [trunk()], branch: 0, step: 0, ...changes };
  return { scenario: 'checkout', parameters: {}, workers: 2, simulation, view: DEFAULT_VIEW };
}

/** So many turns and timers that came otherwise than by themselves, from a step on. */
export function deviations(count: number, from = 1): readonly Intervention[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'choice',
    step: from + index * 7,
    choice: index % 3 === 0 ? `m0.${index}` : `t${(index * 31) % 40}`,
  }));
}
