/** A scenario's own faults in a simulated run: refused as in a live one, and seen before they come. */
import { describe, expect, it } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import type { PlannedFault } from '../../kernel/scenario.ts';
import { t } from '../../kernel/schema.ts';
import { readSimulation } from './reading.ts';
import type { Simulator } from './simulator.ts';
import { photograph } from './testdata/photograph.ts';
import { scenarioOf, start } from './testdata/small-actors.ts';

const Listener = actor('Listener', {
  protocol: { Number: { n: t.int32 } },
  state: () => ({ heard: [] as number[] }),
  on: { Number: (state, { n }) => void state.heard.push(n) },
});
/** Says something every 10 ms, which takes 2 ms to be heard. */
const Speaker = actor('Speaker', {
  protocol: { Speak: {} },
  state: () => ({ n: 0 }),
  signals: {
    preStart(_, ctx) {
      ctx.spawn(Listener, { name: 'listener', placement: 1 });
      ctx.startPeriodicTimer('speak', { kind: 'Speak' }, 10);
    },
  },
  on: {
    Speak(state, _, ctx) {
      state.n++;
      ctx.tell(ctx.child('listener') as never, { kind: 'Number', n: state.n } as never);
    },
  },
});
const PATH = '/root/listener';

function running(...faults: readonly PlannedFault[]): Simulator {
  return start(scenarioOf(Speaker, [Listener], { simulation: { latencyMs: 2 }, faults }), { workers: 2 });
}

const DRIVING = { isPlaying: false, speed: 1, stopped: undefined, progress: undefined };
const isPlannedNext = (simulator: Simulator): boolean => readSimulation(simulator, DRIVING).plannedFaultNext;

/** At each position: whether a planned fault was said to be next, and whether it was. */
function said(simulator: Simulator, steps: number): readonly (readonly [said: boolean, was: boolean])[] {
  return Array.from({ length: steps }, () => {
    const isSaid = isPlannedNext(simulator);
    simulator.forward();
    const { current } = readSimulation(simulator, DRIVING);
    return [isSaid, current?.kind === 'fault'] as const;
  });
}

describe('a planned fault', () => {
  const pause = (atMs: number): PlannedFault => ({ atMs, fault: { kind: 'pause', path: PATH } });
  const resume = (atMs: number): PlannedFault => ({ atMs, fault: { kind: 'resume', path: PATH } });

  it.each<[when: string, faults: readonly PlannedFault[]]>([
    ['at the very start', [pause(0)]],
    ['between two steps, and two at one time', [pause(15), resume(15)]],
    ['at the time of something else', [pause(20), resume(22)]],
    // What arrives at 22 ms moves nobody, because the listener is paused.
    ['after an arrival that moves nobody', [pause(15), resume(23)]],
    ['when nobody is there to have it', [{ atMs: 15, fault: { kind: 'pause', path: '/root/nobody' } }]],
  ])('%s is said to be next when it is, and only then', (_, faults) => {
    const answers = said(running(...faults), 40);
    expect(answers.filter(([, was]) => was)).toHaveLength(faults.length);
    for (const [isSaid, was] of answers) expect(isSaid).toBe(was);
  });

  it('is not next where a person has done something first; asking changes nothing', () => {
    const simulator = running(pause(15));
    while (!isPlannedNext(simulator)) simulator.forward();
    const there = photograph(simulator);
    expect(isPlannedNext(simulator)).toBe(true);
    expect(photograph(simulator)).toEqual(there);
    const { step } = simulator;
    simulator.inject({ kind: 'pause', path: '/root' });
    expect(isPlannedNext(simulator)).toBe(true);
    simulator.seek(step);
    expect(isPlannedNext(simulator)).toBe(false);
  });

  it('that makes no sense is refused before anything starts', () => {
    const refused = (field: string) => expect.objectContaining({ code: 'invalid-configuration', field });
    expect(() => running({ ...pause(0), atMs: -1 })).toThrow(refused('faults.atMs'));
    expect(() => running({ atMs: 0, fault: { kind: 'flood', path: PATH, count: 0 } })).toThrow(refused('count'));
  });
});

describe('a parameter of a simulated run', () => {
  it('is refused outside its bounds, as in a live one', () => {
    const rate = { label: '', unit: '', default: 2, min: 1, max: 3, step: 1, hint: '' };
    const scenario = scenarioOf(Listener, [], { parameters: { rate } });
    expect(start(scenario, { parameters: { rate: 3 } }).system.parameters.get('rate')).toBe(3);
    const refused = expect.objectContaining({ code: 'invalid-configuration', field: 'rate' });
    expect(() => start(scenario, { parameters: { rate: 4 } })).toThrow(refused);
  });
});
