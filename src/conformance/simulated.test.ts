/** Every case of the list, on the simulator: exact virtual times, and three schedules each. */
import { describe, expect, test } from 'vitest';
import { CASES } from './cases.ts';
import { startSimulated } from './simulated-driver.ts';

const SEEDS = [1, 2, 3];

describe('the simulator', () => {
  test.each(CASES.flatMap((one) => SEEDS.map((seed) => ({ id: one.id, title: one.title, one, seed }))))(
    '$id: $title (seed $seed)',
    async ({ one, seed }) => {
      const driver = startSimulated(one, seed);
      await one.run(driver);
      expect(driver.simulator.system.reports()).toEqual([]);
    },
  );
});
