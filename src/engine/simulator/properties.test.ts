/** Promises: kept, broken at the very step that breaks them, and the same wherever one comes from. */
import { describe, expect, it } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import type { Property } from '../../kernel/property.ts';
import type { Simulator } from './simulator.ts';
import { stepsOf } from './steps.ts';
import { photograph } from './testdata/photograph.ts';
import { playTo, scenarioOf, start } from './testdata/small-actors.ts';

/** Counts up every ms. */
const Counter = actor('Counter', {
  protocol: { Up: {} },
  state: () => ({ n: 0 }),
  signals: { preStart: (_, ctx) => ctx.startPeriodicTimer('up', { kind: 'Up' }, 1) },
  on: { Up: (state) => void state.n++ },
});

const n = (world: Parameters<Property['holds']>[0]): number => world.state<{ n: number }>('/root')?.n ?? 0;

function running(...properties: readonly Property[]): Simulator {
  return start(scenarioOf(Counter, [], { properties }));
}

/** The step in which the counter comes to a number: a start, then a timer and its message each. */
const stepOf = (count: number): number => 1 + 2 * count;
const views = (simulator: Simulator) => simulator.system.properties.views().map(({ status, step }) => [status, step]);

describe('a promise', () => {
  it('always, never: is broken by the step after which it does not hold', () => {
    const simulator = running(
      { name: 'stays small', type: 'always', holds: (world) => n(world) < 10 },
      { name: 'is never 20', type: 'never', holds: (world) => n(world) === 20 },
      { name: 'is never 999', type: 'never', holds: (world) => n(world) === 999 },
    );
    playTo(simulator, 50);
    expect(views(simulator)).toEqual([
      ['violated', stepOf(10)],
      ['violated', stepOf(20)],
      ['holds', 0],
    ]);
    const violated = simulator.system.observations.slice().filter(({ type }) => type === 'violated');
    expect(violated).toMatchObject([
      { step: stepOf(10), atMs: 10, property: 'stays small' },
      { step: stepOf(20), atMs: 20, property: 'is never 20' },
    ]);
    expect(stepsOf(simulator, stepOf(10), stepOf(10) + 1)[0]?.marks).toEqual(['violated']);
  });

  it('eventually: has so much time, each time that it is due', () => {
    const divisible = (by: number) => (world: Parameters<Property['holds']>[0]) => n(world) % by === 0;
    const simulator = running(
      { name: 'soon', type: 'eventually', holds: (world) => n(world) >= 5, withinMs: 6 },
      { name: 'not soon enough', type: 'eventually', holds: (world) => n(world) >= 5, withinMs: 4.5 },
      { name: 'in time', type: 'eventually', when: divisible(7), holds: (world) => n(world) % 7 === 3, withinMs: 3 },
      {
        name: 'too late',
        type: 'eventually',
        when: (world) => n(world) === 14,
        holds: (world) => n(world) === 18,
        withinMs: 3.5,
      },
    );
    playTo(simulator, 3.25);
    expect(views(simulator)[0]).toEqual(['pending', 0]);
    playTo(simulator, 40);
    expect(views(simulator)).toEqual([
      ['holds', 0],
      // The first step after the time is up: the timer at 5 ms.
      ['violated', stepOf(5) - 1],
      ['holds', 0],
      ['violated', stepOf(18) - 1],
    ]);
  });

  it('is looked at after steps of those whom it watches only', () => {
    const asked: number[] = [];
    const Child = actor('Child', { protocol: {}, state: () => ({}), on: {} });
    const simulator = start(
      scenarioOf(Counter, [Child], {
        properties: [
          {
            name: 'watches nobody who is there',
            type: 'always',
            watches: ['/root/child'],
            holds: (world) => {
              asked.push(world.nowMs);
              return false;
            },
          },
        ],
      }),
    );
    playTo(simulator, 20);
    expect(asked).toEqual([]);
    expect(views(simulator)).toEqual([['holds', 0]]);
  });

  it('that cannot be looked at is broken, and the run goes on', () => {
    const simulator = running({
      name: 'fails itself',
      type: 'always',
      holds: (world) => {
        if (n(world) === 3) throw new Error('a mistake');
        return true;
      },
    });
    playTo(simulator, 10);
    expect(views(simulator)).toEqual([['violated', stepOf(3)]]);
    expect(simulator.system.observations.slice().at(-1)).toMatchObject({
      detail: expect.stringContaining('a mistake'),
    });
    expect(simulator.system.nowMs).toBe(10);
  });

  it('is the same after the way back, and holds again before it was broken', () => {
    const simulator = running(
      { name: 'small', type: 'always', holds: (world) => n(world) < 700 },
      {
        name: 'in time',
        type: 'eventually',
        when: (world) => n(world) === 690,
        holds: (world) => n(world) > 720,
        withinMs: 20,
      },
    );
    simulator.seek(2_500);
    const there = photograph(simulator);
    expect(views(simulator)).toEqual([
      ['violated', stepOf(700)],
      ['violated', stepOf(711) - 1],
    ]);
    simulator.seek(stepOf(700));
    expect(views(simulator)).toEqual([
      ['violated', stepOf(700)],
      ['pending', 0],
    ]);
    simulator.seek(stepOf(700) - 1);
    expect(views(simulator)[0]).toEqual(['holds', 0]);
    simulator.seek(2_500);
    expect(photograph(simulator)).toEqual(there);
  });
});
