/** What happens at one time: which order is the seed's to choose, and which is always the same. */
import { describe, expect, it } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import { t } from '../../kernel/schema.ts';
import type { StepRecord } from '../simulation.ts';
import { stepsOf } from './steps.ts';
import { scenarioOf, start } from './testdata/small-actors.ts';

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
const NAMES = ['a', 'b', 'c', 'd', 'e'];

/** Nothing here asks for chance. */
const Listener = actor('Listener', {
  protocol: { Go: {}, Tick: { name: t.string } },
  state: () => ({ ticks: [] as string[] }),
  on: {
    Go(_, __, ctx) {
      for (const name of NAMES) ctx.startTimer(name, { kind: 'Tick', name }, 5);
    },
    Tick: (state, { name }) => void state.ticks.push(name),
  },
});
const Speaker = actor('Speaker', {
  protocol: { Speak: {} },
  state: ({ workers }: { readonly workers: number }) => ({ workers }),
  signals: {
    preStart({ workers }, ctx) {
      for (const [index, name] of NAMES.entries()) ctx.spawn(Listener, { name, placement: index % workers });
      ctx.startTimer('speak', { kind: 'Speak' }, 1);
    },
  },
  on: {
    Speak(_, __, ctx) {
      for (const name of NAMES) ctx.tell(ctx.child(name) as never, { kind: 'Go' } as never);
    },
  },
});

function stepsWith(seed: number, workers: number): readonly StepRecord[] {
  const scenario = scenarioOf(Speaker, [Listener], { root: { behavior: Speaker, name: 'root', args: { workers } } });
  const simulator = start(scenario, { seed, workers });
  simulator.seek(200);
  return stepsOf(simulator, 1, 200);
}

/** Who was told, in the order of their turns. */
function turns(seed: number, workers: number): string {
  const heard = stepsWith(seed, workers).filter(({ label, kind }) => kind === 'message' && label === 'Go');
  expect(new Set(heard.map(({ atMs }) => atMs))).toEqual(new Set([1]));
  return heard.map(({ path }) => path.slice('/root/'.length)).join('');
}

describe.each([1, 5])('of %i workers', (workers) => {
  it('actors who are told at one time have their turns in an order that the seed chooses', () => {
    const orders = SEEDS.map((seed) => turns(seed, workers));
    for (const order of orders) expect([...order].sort()).toEqual(NAMES);
    expect(new Set(orders).size).toBeGreaterThan(10);
    expect(new Set(orders.map((order) => order[0])).size).toBe(NAMES.length);
    expect(SEEDS.map((seed) => turns(seed, workers))).toEqual(orders);
  });

  it('timers of one worker that are due at one time come in the order in which they were set, as in a live run', () => {
    for (const seed of SEEDS) {
      const due = stepsWith(seed, workers).filter(({ kind, atMs }) => kind === 'timer' && atMs === 6);
      expect(due).toHaveLength(NAMES.length ** 2);
      // Each of a listener's timers was set in the same step as its others.
      for (let worker = 0; worker < workers; worker++) {
        const causes = due.filter((step) => step.worker === worker).map(({ cause }) => cause);
        expect(causes).toEqual(causes.toSorted((a, b) => a - b));
      }
    }
  });
});
