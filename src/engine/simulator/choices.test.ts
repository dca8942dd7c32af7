/** Everything that could be the next step is listed, and what is chosen happens. */
import { describe, expect, it } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import { t } from '../../kernel/schema.ts';
import { choicesOf } from './choices.ts';
import { readSimulation } from './reading.ts';
import type { Simulator } from './simulator.ts';
import { scenarioOf, start, stateOf } from './testdata/small-actors.ts';

const Listener = actor('Listener', {
  protocol: { Number: { n: t.int32 } },
  state: () => ({ heard: [] as number[] }),
  on: { Number: (state, { n }) => void state.heard.push(n) },
});
/** At 8 ms it sends something that takes 5 ms, at 10 ms three of its timers are due. */
const Clock = actor('Clock', {
  protocol: { Send: {}, First: {}, Second: {}, Third: {} },
  state: () => ({ ticks: [] as string[] }),
  signals: {
    preStart(_, ctx) {
      ctx.spawn(Listener, { name: 'listener', placement: 1 });
      ctx.startTimer('send', { kind: 'Send' }, 8);
      for (const kind of ['First', 'Second', 'Third'] as const) ctx.startTimer(kind, { kind }, 10);
    },
  },
  on: {
    Send: (_, __, ctx) => ctx.tell(ctx.child('listener') as never, { kind: 'Number', n: 7 } as never),
    First: (state) => void state.ticks.push('First'),
    Second: (state) => void state.ticks.push('Second'),
    Third: (state) => void state.ticks.push('Third'),
  },
});
const LISTENER = '/root/listener';
const DRIVING = { isPlaying: false, speed: 1, stopped: undefined, progress: undefined };
const reading = (simulator: Simulator) => readSimulation(simulator, DRIVING);

/** Right after the first of the three timers has come due. */
function atTheCrossroads(seed = 1): Simulator {
  const simulator = start(scenarioOf(Clock, [Listener], { simulation: { latencyMs: 5 } }), { workers: 2, seed });
  while (reading(simulator).current?.label !== 'First') simulator.forward();
  return simulator;
}

/** The key of what is of that kind and name. */
function keyOf(simulator: Simulator, kind: string, label: string): string {
  const found = choicesOf(simulator).find((choice) => choice.kind === kind && choice.label === label);
  if (found === undefined) throw new Error(`no ${kind} ${label}`);
  return found.key;
}

describe('choices', () => {
  it('are the turns that are ready, the timers that are due and what is on its way', () => {
    const simulator = atTheCrossroads();
    const choices = choicesOf(simulator);
    const all = choices.map(({ kind, path, label, isSignal, worker, message }) => {
      return [kind, path, label, isSignal, worker, message];
    });
    expect(all).toHaveLength(4);
    expect(all).toEqual(
      expect.arrayContaining([
        ['turn', '/root', 'First', false, 0, { kind: 'First' }],
        ['timer', '/root', 'Second', true, 0, null],
        ['timer', '/root', 'Third', true, 0, null],
        ['arrival', LISTENER, 'Number', false, 1, { kind: 'Number', n: 7 }],
      ]),
    );
    expect(new Set(choices.map(({ key }) => key)).size).toBe(4);
    expect(choices.map(({ atMs }) => atMs)).toEqual([10, 10, 10, 10]);
  });

  it('begin with what the schedule takes', () => {
    const taken = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
      const simulator = atTheCrossroads(seed);
      const choices = choicesOf(simulator);
      expect(choices.map(({ isScheduled }) => isScheduled)).toEqual([true, false, false, false]);
      simulator.forward();
      const { current } = reading(simulator);
      expect([current?.path, current?.label]).toEqual([choices[0]?.path, choices[0]?.label]);
      return current?.label;
    });
    // Of the timers only the one that was set first is the schedule's to take, and nothing arrives before its time.
    expect(new Set(taken)).toEqual(new Set(['First', 'Second']));
  });

  it('are all there is to choose from: an arrival is handled at once, a timer comes due, a turn is taken', () => {
    const arrival = atTheCrossroads();
    expect(reading(arrival).inFlight.map(({ to, arrivesMs }) => [to, arrivesMs])).toEqual([[LISTENER, 13]]);
    arrival.choose(keyOf(arrival, 'arrival', 'Number'));
    const { current, inFlight } = reading(arrival);
    expect(current).toMatchObject({
      kind: 'message',
      path: LISTENER,
      label: 'Number',
      atMs: 10,
      sentMs: 8,
      isDeviation: true,
    });
    expect([inFlight, stateOf(arrival, LISTENER)]).toEqual([[], { heard: [7] }]);

    const timer = atTheCrossroads();
    timer.choose(keyOf(timer, 'timer', 'Third'));
    expect(reading(timer).current).toMatchObject({ kind: 'timer', label: 'Third', atMs: 10, isDeviation: true });

    const turn = atTheCrossroads();
    turn.choose(keyOf(turn, 'turn', 'First'));
    expect(stateOf(turn, '/root')).toEqual({ ticks: ['First'] });

    for (const simulator of [arrival, timer, turn]) {
      simulator.seek(100);
      expect(stateOf(simulator, LISTENER)).toEqual({ heard: [7] });
      expect(stateOf<{ ticks: string[] }>(simulator, '/root').ticks.toSorted()).toEqual(['First', 'Second', 'Third']);
    }
    expect(stateOf<{ ticks: string[] }>(timer, '/root').ticks.at(0)).toBe('First');
    expect(stateOf<{ ticks: string[] }>(timer, '/root').ticks.at(1)).toBe('Third');
  });

  it('that are none are refused, and asking changes nothing', () => {
    const simulator = atTheCrossroads();
    const { hash } = reading(simulator);
    expect(() => simulator.choose('m0.999')).toThrow(
      expect.objectContaining({ code: 'invalid-configuration', field: 'choice' }),
    );
    expect(reading(simulator).hash).toBe(hash);
  });
});
