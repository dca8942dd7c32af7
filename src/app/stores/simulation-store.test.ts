/** What is fetched of a simulated run, when, and for whom. */
import { beforeEach, expect, test } from 'vitest';
import type { Choice, Inspection, Simulation, SimulationReading, StopReport } from '../../engine/simulation.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import { createSimulationStore, positionKey, presentChoices, shownStop } from './simulation-store.ts';

let calls: string[];
let now: Partial<SimulationReading>;

beforeEach(() => {
  calls = [];
  now = { step: 1, head: 1, branch: 0, branches: [], isPlaying: false, stopped: undefined };
});

const engine = {
  simulation: () => now as SimulationReading,
  async choices() {
    calls.push(`choices at ${now.step}`);
    return [{ key: `t${now.step}` }] as unknown as readonly Choice[];
  },
  async inspect(path: string) {
    calls.push(`inspect ${path} at ${now.step}`);
    if (path === '/gone') throw new PlayhouseError('actor-not-found', 'There is no actor /gone.');
    return { path } as Inspection;
  },
  async why(step: number) {
    calls.push(`why ${step}`);
    return [];
  },
} as Partial<Simulation> as Simulation;

function move(change: Partial<SimulationReading>): void {
  now = { ...now, ...change };
}

test('nothing is asked for that nobody shows', async () => {
  const simulation = createSimulationStore();
  simulation.update(engine, 0);
  move({ step: 2, head: 2 });
  simulation.update(engine, 100);
  await simulation.settled();
  expect(calls).toEqual([]);
  expect(simulation.store.getState().reading?.step).toBe(2);
});

test('what is shown is asked for once a position, and no longer once it is closed', async () => {
  const simulation = createSimulationStore();
  simulation.update(engine, 0);
  const close = simulation.watch('choices', true);
  for (let time = 1; time < 5; time++) simulation.update(engine, time * 100);
  await simulation.settled();
  expect(calls).toEqual(['choices at 1']);
  expect(simulation.store.getState().choices?.value).toEqual([{ key: 't1' }]);
  move({ step: 2, head: 2 });
  simulation.update(engine, 600);
  await simulation.settled();
  close();
  move({ step: 3, head: 3 });
  simulation.update(engine, 700);
  await simulation.settled();
  expect(calls).toEqual(['choices at 1', 'choices at 2']);
});

test('while it plays, actors are looked at now and then, and choices not at all', async () => {
  const simulation = createSimulationStore();
  simulation.watch('choices', true);
  simulation.watch('inspection', '/a');
  move({ isPlaying: true });
  for (let time = 0; time <= 1_000; time += 50) {
    move({ step: time, head: time });
    simulation.update(engine, time);
    await simulation.settled();
  }
  expect(calls).toEqual([0, 250, 500, 750, 1_000].map((step) => `inspect /a at ${step}`));
});

test('an actor that is not there is an answer too', async () => {
  const simulation = createSimulationStore();
  simulation.update(engine, 0);
  simulation.watch('inspection', '/gone');
  await simulation.settled();
  const { inspection } = simulation.store.getState();
  expect(inspection).toMatchObject({ of: '/gone', value: undefined, error: { code: 'actor-not-found' } });
});

test('"why?" is answered once, stays while the run moves, and goes with its branch', async () => {
  const simulation = createSimulationStore();
  simulation.update(engine, 0);
  simulation.ask(7);
  await simulation.settled();
  move({ step: 3 });
  simulation.update(engine, 100);
  await simulation.settled();
  expect(calls).toEqual(['why 7']);
  expect(simulation.store.getState().why?.of).toBe(7);
  move({ branch: 1 });
  simulation.update(engine, 200);
  expect(simulation.store.getState()).toMatchObject({ questioned: undefined, why: undefined });
});

test('a violation while another "why?" is being answered gets its own answer', async () => {
  const simulation = createSimulationStore();
  simulation.update(engine, 0);
  const stopped: StopReport = { because: 'violation', text: 'No order is charged twice.', step: 9 };
  // Asked about this very step, and a step back before the answer was there.
  simulation.ask(9);
  move({ step: 9, head: 9, stopped });
  simulation.update(engine, 100);
  expect(simulation.store.getState()).toMatchObject({ questioned: 9, why: undefined });
  await simulation.settled();
  expect(simulation.store.getState().why).toMatchObject({ of: 9, value: [] });
  // The same step once more, after the answer: it is asked for again instead of being waited for for ever.
  move({ step: 8, stopped: undefined });
  simulation.update(engine, 200);
  move({ step: 9, stopped });
  simulation.update(engine, 300);
  await simulation.settled();
  expect(simulation.store.getState().why).toMatchObject({ of: 9, value: [] });
});

test('a question of another branch is not answered on this one', async () => {
  const simulation = createSimulationStore();
  simulation.update(engine, 0);
  simulation.ask(7);
  move({ branch: 1 });
  simulation.update(engine, 100);
  await simulation.settled();
  expect(simulation.store.getState()).toMatchObject({ questioned: undefined, why: undefined });
});

test('choices are those of the present position, or none', async () => {
  const simulation = createSimulationStore();
  const present = () => presentChoices(simulation.store.getState());
  simulation.update(engine, 0);
  simulation.watch('choices', true);
  await simulation.settled();
  expect(present()).toEqual([{ key: 't1' }]);
  move({ step: 2, head: 2 });
  simulation.update(engine, 100);
  // Still on screen, but not to be taken.
  expect(simulation.store.getState().choices?.value).toEqual([{ key: 't1' }]);
  expect(present()).toBeUndefined();
  await simulation.settled();
  expect(simulation.store.getState().choices?.of).toBe(positionKey(now as SimulationReading));
  expect(present()).toEqual([{ key: 't2' }]);
  move({ isPlaying: true });
  simulation.update(engine, 200);
  expect(present()).toBeUndefined();
});

test('a report that was read is gone until the run has gone on', () => {
  const simulation = createSimulationStore();
  const stopped: StopReport = { because: 'until', text: 'It fails.', step: 9 };
  move({ stopped });
  simulation.update(engine, 0);
  expect(shownStop(simulation.store.getState())).toBe(stopped);
  simulation.dismiss();
  move({ stopped: { ...stopped } });
  simulation.update(engine, 100);
  expect(shownStop(simulation.store.getState())).toBeUndefined();
  move({ stopped: undefined });
  simulation.update(engine, 200);
  move({ stopped });
  simulation.update(engine, 300);
  expect(shownStop(simulation.store.getState())).toBe(stopped);
});

test('of a run that is gone nothing stays but the breakpoints', () => {
  const simulation = createSimulationStore();
  simulation.update(engine, 0);
  simulation.setBreakpoints([{ until: 'failure' }]);
  simulation.clear();
  simulation.update(undefined, 100);
  expect(simulation.store.getState()).toMatchObject({ reading: undefined, breakpoints: [{ until: 'failure' }] });
});
