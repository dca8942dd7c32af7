/** Parameters as they were at a position of a run with branches. */
import { expect, test } from 'vitest';
import type { BranchPlan, Intervention } from '../../kernel/intervention.ts';
import { parametersAt } from './plan-parameters.ts';

const set = (step: number, value: number): Intervention => ({
  type: 'fault',
  step,
  atMs: step,
  fault: { kind: 'set-parameter', name: 'rate', value },
});

const trunk: BranchPlan = { name: 'trunk', parent: -1, forkStep: 1, interventions: [set(10, 1), set(20, 2)] };
const branch: BranchPlan = { name: 'other', parent: 0, forkStep: 15, interventions: [set(15, 7), set(30, 8)] };
const leaf: BranchPlan = { name: 'leaf', parent: 1, forkStep: 25, interventions: [] };
const branches = [trunk, branch, leaf];

test.each([
  [0, 9, 0],
  [0, 10, 1],
  [0, 19, 1],
  [0, 25, 2],
  [1, 12, 1],
  [1, 14, 1],
  [1, 15, 7],
  [1, 40, 8],
  [2, 24, 7],
  [2, 40, 7],
])('branch %i, step %i: %i', (at, step, rate) => {
  const plan = { seed: 1, branches, branch: at, step };
  expect(parametersAt({ rate: 0, other: 5 }, plan)).toEqual({ rate, other: 5 });
});
