/** Taking back a hang, whether or not it has begun. */
import { expect, test } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import { Simulator } from './simulator.ts';
import { parentOf, playTo, scenarioOf, start } from './testdata/small-actors.ts';

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

test('a hang that is taken back ends nobody else’s turn', () => {
  const Busy = actor('Busy', {
    protocol: { Work: {} },
    state: () => ({}),
    on: { Work: (_state, _message, ctx) => ctx.busy(100) },
  });
  const Idle = actor('Idle', { protocol: { Nothing: {} }, state: () => ({}), on: { Nothing: () => undefined } });
  const simulator = start(scenarioOf(parentOf([Busy, 0], [Idle, 0]), [Busy, Idle]));
  playTo(simulator, 1);
  simulator.send('/root/busy', { kind: 'Work' });
  playTo(simulator, 1);
  expect(simulator.system.hosts[0]?.freeAtMs).toBe(100);
  // Nothing happens, and yet time passes.
  simulator.clockMs = 2;
  simulator.inject({ kind: 'hang', path: '/root/idle', forMs: 0 });
  expect(simulator.system.hosts[0]?.freeAtMs).toBe(100);
  simulator.inject({ kind: 'hang', path: '/root/busy', forMs: 0 });
  expect(simulator.system.hosts[0]?.freeAtMs).toBe(2);
});
