/** What a link says was done and cannot be done here is told, at the step where it should have been. */
import { describe, expect, test } from 'vitest';
import type { Intervention } from '../../kernel/intervention.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import { Simulator } from './simulator.ts';

function opened(intervention: Intervention): Simulator {
  const branches = [{ name: 'trunk', parent: -1, forkStep: 1, interventions: [intervention] }];
  const plan = { branches, branch: 0, step: 0 };
  const simulator = new Simulator({ scenario: checkout, parameters: {}, workers: 2, seed: 1, plan });
  simulator.seek(100);
  return simulator;
}

describe('an intervention that cannot be', () => {
  test.each<[string, Intervention, RegExp]>([
    ['a choice', { type: 'choice', step: 50, choice: 't999' }, /t999/],
    [
      'a fault of nobody',
      { type: 'fault', step: 50, atMs: 2, fault: { kind: 'crash', path: '/shop/nope' } },
      /fault crash.*no actor \/shop\/nope/,
    ],
    ['a worker too many', { type: 'fault', step: 50, atMs: 2, fault: { kind: 'kill-worker', worker: 9 } }, /worker 9/],
    [
      'a message that does not fit',
      { type: 'send', step: 50, atMs: 2, path: '/shop', message: { kind: 'Hello' } },
      /message from outside.*Hello/,
    ],
    [
      'a time that has not come',
      { type: 'fault', step: 50, atMs: 60_000, fault: { kind: 'crash', path: '/shop/orders' } },
      /60000 ms/,
    ],
  ])('is told: %s', (_, intervention, text) => {
    const { diverged, step } = opened(intervention);
    expect(diverged).toMatchObject({ because: 'diverged', step: 49 });
    expect(diverged?.text).toMatch(text);
    expect(step).toBe(100);
  });
});

test('an intervention that can be is not', () => {
  const simulator = new Simulator({ scenario: checkout, parameters: {}, workers: 2, seed: 1 });
  simulator.seek(49);
  simulator.inject({ kind: 'crash', path: '/shop/orders' });
  const [branch] = simulator.plan().branches;
  const [intervention] = branch?.interventions ?? [];
  expect(opened(intervention as Intervention).diverged).toBeUndefined();
});
