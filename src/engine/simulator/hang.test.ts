/** Taking back a hang, whether or not it has begun. */
import { expect, test } from 'vitest';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import { Simulator } from './simulator.ts';

const PATH = '/shop/gateway';

test.each([0, 200])('a hang for good that is taken back %i steps later is over', (later) => {
  const simulator = new Simulator({ scenario: checkout, parameters: {}, workers: 4, seed: 1 });
  const accepted = (): number => {
    const state = simulator.system.find(PATH)?.cell.state as { readonly accepted: number } | undefined;
    return state?.accepted ?? 0;
  };
  simulator.seek(1_000);
  simulator.inject({ kind: 'hang', path: PATH });
  simulator.seek(simulator.step + later);
  simulator.inject({ kind: 'hang', path: PATH, forMs: 0 });
  const before = accepted();
  simulator.seek(simulator.step + 2_000);
  expect(accepted()).toBeGreaterThan(before + 50);
  expect(simulator.system.hosts.every(({ freeAtMs }) => freeAtMs < Number.POSITIVE_INFINITY)).toBe(true);
});
