/** Messages from outside may be any plain data, also what JSON has no word for. */
import { expect, test } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import { t } from '../../kernel/schema.ts';
import { detailOf } from './steps.ts';
import { scenarioOf, start, stateOf } from './testdata/small-actors.ts';

const Keeper = actor('Keeper', {
  protocol: { Keep: { value: t.any } },
  state: () => ({ kept: new Map<unknown, unknown>() }),
  on: { Keep: (state, { value }) => void state.kept.set(1n, value) },
});
const keep = (value: unknown): AnyMessage => ({ kind: 'Keep', value }) as AnyMessage;

test('with bigints and maps they are kept, compared and told apart', () => {
  const simulator = start(scenarioOf(Keeper));
  simulator.seek(10);
  const { step } = simulator;
  const sent = [1n, 2n, new Map([[1n, 'x']]), new Map([[1n, 'y']]), 1n];
  const branches = sent.map((value) => {
    simulator.seek(step);
    simulator.send('/root', keep(value));
    const branch = simulator.branches.current;
    simulator.seek(step + 2);
    expect(stateOf(simulator, '/root')).toEqual({ kept: new Map([[1n, value]]) });
    expect(detailOf(simulator, step + 2)?.changes).toEqual([
      { field: 'kept.1n', change: 'added', before: undefined, after: value },
    ]);
    return branch;
  });
  // What has been done already is the same branch.
  expect(branches).toEqual([0, 1, 2, 3, 0]);
});
