/** Speeds, and where branches end. */
import { expect, test } from 'vitest';
import type { RunPlan, SimulationReading } from '../../engine/simulation.ts';
import { endOf, nextSpeed, speedText } from './transport.ts';

test('one speed up and down, and no further than there is', () => {
  expect(nextSpeed(1, 1)).toBe(2);
  expect(nextSpeed(1, -1)).toBe(0.5);
  expect(nextSpeed(3, -1)).toBe(2);
  expect(nextSpeed(0.001, -1)).toBe(0.001);
  expect(nextSpeed(Number.POSITIVE_INFINITY, 1)).toBe(Number.POSITIVE_INFINITY);
  expect([0.001, 100, Number.POSITIVE_INFINITY].map(speedText)).toEqual(['0.001×', '100×', 'max']);
});

test('a branch of a link ends at the last thing done on it, until somebody has gone further', () => {
  const interventions = [{ type: 'choice', step: 101, choice: 't3' }] as const;
  const plan: RunPlan = {
    seed: 1,
    branches: [
      { name: 'trunk', parent: -1, forkStep: 1, interventions: [] },
      { name: 'branch 1', parent: 0, forkStep: 101, interventions },
    ],
    branch: 0,
    step: 200,
  };
  const at = (head: number) => ({
    plan: () => plan,
    simulation: () => ({ branches: [{ head: 200 }, { head }] }) as unknown as SimulationReading,
  });
  expect(endOf(at(100), 1)).toBe(101);
  expect(endOf(at(180), 1)).toBeUndefined();
  expect(endOf(at(100), 0)).toBeUndefined();
  expect(endOf(at(100), 7)).toBeUndefined();
});
