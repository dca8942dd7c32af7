/** Conditions from a page or a script: what makes no sense is refused, with the field. */
import { describe, expect, test } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import type { Condition } from '../simulation.ts';
import { checkFor } from './conditions.ts';
import { Simulator } from './simulator.ts';
import { parentOf, scenarioOf, start } from './testdata/small-actors.ts';

function refusedField(condition: unknown): string | undefined {
  try {
    checkFor(condition as Condition);
  } catch (thrown) {
    if (thrown instanceof PlayhouseError) return `${thrown.code} ${thrown.field}`;
    throw thrown;
  }
  return undefined;
}

describe('a condition that makes no sense', () => {
  test.each([
    [undefined, 'until'],
    [{ until: 'never' }, 'until'],
    [{ until: 'message', kind: '' }, 'kind'],
    [{ until: 'message', kind: 'Due', path: 7 }, 'path'],
    [{ until: 'actor' }, 'path'],
    [{ until: 'failure', path: '' }, 'path'],
    [{ until: 'breaker', to: 'ajar' }, 'to'],
    [{ until: 'state', path: '/shop', value: 1 }, 'field'],
    [{ until: 'time', atMs: '5' }, 'atMs'],
    [{ until: 'time', atMs: -1 }, 'atMs'],
  ])('is refused: %j', (condition, field) => {
    expect(refusedField(condition)).toBe(`invalid-configuration ${field}`);
  });
});

test.each<[Condition, RegExp]>([
  [{ until: 'message', kind: 'Charge', path: '/shop/payments/breaker' }, /breaker handled Charge/],
  [{ until: 'actor', path: '/shop/gateway' }, /\/shop\/gateway/],
  [{ until: 'state', path: '/shop/load', field: 'sent', value: 10 }, /\/shop\/load\.sent = 10/],
  [{ until: 'state', path: '/shop/payments/service', field: 'pending[0].order', value: 1 }, /pending\[0\]\.order = 1/],
  [{ until: 'breaker', to: 'open' }, /from closed to open/],
])('a run stops where it holds: %j', (condition, text) => {
  const simulator = new Simulator({ scenario: checkout, parameters: { failureRate: 50 }, workers: 2, seed: 1 });
  const check = checkFor(condition);
  let why: string | undefined;
  simulator.run(100_000, 100_000, Number.POSITIVE_INFINITY, () => {
    why = check(simulator.system);
    return why !== undefined;
  });
  expect(why).toMatch(text);
  expect(simulator.step).toBeLessThan(100_000);
});

test('a step of an actor is any step about it: a turn, a timer of its own, something that is done to it', () => {
  const Clock = actor('Clock', {
    protocol: { Go: {} },
    state: () => ({}),
    signals: { preStart: (_, ctx) => ctx.startTimer('go', { kind: 'Go' }, 1) },
    on: { Go: () => undefined },
  });
  const simulator = start(scenarioOf(parentOf([Clock, 0]), [Clock]));
  const check = checkFor({ until: 'actor', path: '/root/clock' });
  const kinds: string[] = [];
  const note = (): void => {
    if (check(simulator.system) !== undefined) kinds.push(simulator.system.recorder?.stepKind ?? '');
  };
  while (simulator.forward() === 'taken') note();
  simulator.inject({ kind: 'crash', path: '/root/clock' });
  note();
  expect(kinds).toEqual(['signal', 'timer', 'message', 'fault']);
});
