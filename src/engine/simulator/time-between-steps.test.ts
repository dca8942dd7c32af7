/** Time passes between steps, and what arrives meanwhile; where a person then acts, or goes on, is the same in every replay. */
import { describe, expect, it } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import { choicesOf } from './choices.ts';
import { Simulator, type SimulatorOptions } from './simulator.ts';
import { photograph } from './testdata/photograph.ts';
import { playTo, scenarioOf } from './testdata/small-actors.ts';

/** Busy from 1.5 to 11.5 ms. */
const Busy = actor('Busy', {
  protocol: { Work: {} },
  state: () => ({ done: 0 }),
  signals: { preStart: (_, ctx) => ctx.startTimer('work', { kind: 'Work' }, 1) },
  on: {
    Work(state, _, ctx) {
      state.done++;
      if (state.done === 1) ctx.busy(10);
    },
  },
});
/** Starts it, and sends it something at 2 ms. */
const Pair = actor('Pair', {
  protocol: { Go: {}, End: {} },
  state: () => ({}),
  signals: {
    preStart(_, ctx) {
      ctx.spawn(Busy, { name: 'busy', placement: 1 });
      ctx.startTimer('go', { kind: 'Go' }, 2);
    },
  },
  on: {
    Go: (_, __, ctx) => ctx.tell(ctx.child('busy') as never, { kind: 'Work' } as never),
    End: (_, __, ctx) => {
      const busy = ctx.child('busy');
      if (busy === undefined) return;
      ctx.stop(busy);
      ctx.tell(busy as never, { kind: 'Work' } as never);
    },
  },
});

const scenario = scenarioOf(Pair, [Busy], {
  simulation: { latencyMs: 0.5 },
  parameters: { knob: { label: '', unit: '', default: 0, min: 0, max: 9, step: 1, hint: '' } },
});
const options: SimulatorOptions = { scenario, parameters: {}, workers: 2, seed: 1, actorRows: 4_096 };
const turn = { kind: 'set-parameter', name: 'knob', value: 3 } as const;

function again(simulator: Simulator): Simulator {
  const plan = simulator.plan();
  const other = new Simulator({ ...options, plan });
  other.seek(plan.step);
  return other;
}

describe('time that passes without a step', () => {
  it('takes messages to where nobody can handle them yet, and the run goes on as if nobody had looked', () => {
    const simulator = new Simulator(options);
    playTo(simulator, 5);
    expect(simulator.system.isWaiting).toBe(true);
    expect(simulator.system.network.size).toBe(0);
    expect(simulator.clockMs).toBe(5);
    simulator.seek(simulator.step + 1);
    expect(photograph(simulator)).toEqual(photograph(again(simulator)));
    expect(simulator.clockMs).toBe(11.5);
  });

  it('is part of what a person does then', () => {
    const simulator = new Simulator(options);
    playTo(simulator, 5);
    simulator.inject(turn);
    expect(simulator.system.stepMs).toBe(5);
    expect(photograph(simulator)).toEqual(photograph(again(simulator)));
  });

  it('is not part of the position: whoever goes there again finds it as it was', () => {
    const simulator = new Simulator(options);
    playTo(simulator, 5);
    simulator.seek(simulator.step);
    expect(simulator.clockMs).toBe(2);
    expect(simulator.system.network.size).toBe(1);
    expect(photograph(simulator)).toEqual(photograph(again(simulator)));
    simulator.inject(turn);
    expect(simulator.system.stepMs).toBe(2);
    expect(photograph(simulator)).toEqual(photograph(again(simulator)));
  });

  it('counts at the end of a run too, where the last letter dies on its arrival', () => {
    const simulator = new Simulator(options);
    playTo(simulator, 20);
    simulator.send('/root', { kind: 'End' });
    simulator.seek(1_000);
    expect(simulator.isOver).toBe(true);
    expect(simulator.system.observations.slice().at(-1)?.type).toBe('dead-letter');
    simulator.inject(turn);
    expect(photograph(simulator)).toEqual(photograph(again(simulator)));
  });

  it('does not choose for anybody: what is listed while it passes can be chosen', () => {
    const simulator = new Simulator(options);
    playTo(simulator, 5);
    const [first] = choicesOf(simulator);
    expect(first?.atMs).toBe(11.5);
    expect(simulator.clockMs).toBe(5);
    simulator.choose(first?.key ?? '');
    expect(simulator.branches.list).toHaveLength(1);
    expect(photograph(simulator)).toEqual(photograph(again(simulator)));
  });

  it('in slices of any length makes the same run', () => {
    const straight = new Simulator(options);
    straight.run(1_000, 1_000, 30);
    for (const sliceMs of [0.1, 0.7, 3, 11]) {
      const simulator = new Simulator(options);
      for (let atMs = 0; atMs < 30; atMs += sliceMs) playTo(simulator, Math.min(30, atMs + sliceMs));
      playTo(simulator, 30);
      expect(photograph(simulator)).toEqual(photograph(straight));
    }
  });
});
