/** The life of a run, against an engine that only takes notes. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { Engine, Reading } from '../../engine/engine.ts';
import type { Simulation } from '../../engine/simulation.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import type { Fault } from '../../kernel/fault.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import { CATALOG } from '../../scenarios/catalog.ts';
import { createRunStore, type EngineOptions, type Engines, type SimulatedOptions } from './run-store.ts';

const scenario = CATALOG[0] as Scenario;
let notes: string[];
let refuseStart: PlayhouseError | undefined;
let hasStopped: boolean;

beforeEach(() => {
  notes = [];
  refuseStart = undefined;
  hasStopped = false;
  vi.stubGlobal('navigator', { hardwareConcurrency: 4 });
});

function noting(name: string, workers: number): Engine {
  notes.push(`open ${name}`);
  return {
    mode: 'live',
    workers,
    async start() {
      await Promise.resolve();
      if (refuseStart !== undefined) throw refuseStart;
      notes.push(`started ${name}`);
    },
    async stop() {
      await Promise.resolve();
      notes.push(`stopped ${name}`);
    },
    pause: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    read: () => ({}) as Reading,
    trace: () => [],
    times: () => Promise.resolve({ kind: 'none' }),
    observe: () => undefined,
    messages: () => ({ messages: [], lost: 0 }),
    state: () => Promise.resolve({}),
    send: () => Promise.resolve(),
    async inject(fault: Fault) {
      await Promise.resolve();
      if (hasStopped) throw new PlayhouseError('not-started', 'The system has stopped.');
      if (fault.kind === 'set-parameter') notes.push(`${fault.name}=${fault.value}`);
    },
    idle: () => Promise.resolve(),
  };
}

const live = ({ workers, parameters }: EngineOptions): Engine => noting(`${workers}w@${parameters['rate']}`, workers);

function simulated({ workers, parameters, seed, plan }: SimulatedOptions): Simulation {
  const from = plan === undefined ? '' : ` from ${plan.branch}:${plan.step}`;
  const engine = noting(`simulated ${workers}w@${parameters['rate']} seed ${seed}${from}`, workers);
  return { ...engine, mode: 'simulated' } as Partial<Simulation> as Simulation;
}

function open(engines: Engines = { live, simulated }) {
  const run = createRunStore(engines, () => {});
  const choice = { scenario, parameters: { rate: 100 }, workers: undefined };
  return { run, choice };
}

test('the old engine gives its workers back before the next one opens', async () => {
  const { run, choice } = open();
  await Promise.all([run.open(choice), run.setWorkers(2).catch(() => {}), run.open({ ...choice, workers: 3 })]);
  await run.idle();
  expect(notes).toEqual(['open 4w@100', 'started 4w@100', 'stopped 4w@100', 'open 3w@100', 'started 3w@100']);
  expect(run.store.getState()).toMatchObject({ phase: 'ready', workers: 3, workersChosen: true });
});

test('a restart keeps parameters and the chosen number of workers', async () => {
  const { run, choice } = open();
  await run.open({ ...choice, workers: 2 });
  await run.setParameter('rate', 700);
  await run.restart();
  expect(notes.at(-1)).toBe('started 2w@700');
});

test('of a dragged slider only the first and the last value matter', async () => {
  const { run, choice } = open();
  await run.open(choice);
  await Promise.all([1, 2, 3, 4, 5].map((value) => run.setParameter('rate', value * 100)));
  expect(notes.filter((note) => note.startsWith('rate'))).toEqual(['rate=100', 'rate=500']);
  expect(run.store.getState().parameters['rate']).toBe(500);
});

test('a parameter of a stopped system waits for the restart', async () => {
  const { run, choice } = open();
  await run.open(choice);
  hasStopped = true;
  await run.setParameter('rate', 300);
  await run.restart();
  expect(notes.at(-1)).toBe('started 4w@300');
});

test('a start that fails says why, and can be tried again', async () => {
  const { run, choice } = open();
  refuseStart = new PlayhouseError('worker-lost', 'Worker 1 did not start.');
  await expect(run.open(choice)).rejects.toMatchObject({ code: 'worker-lost' });
  expect(run.store.getState()).toMatchObject({ phase: 'failed', startError: { code: 'worker-lost' } });
  refuseStart = undefined;
  await run.restart();
  expect(run.store.getState()).toMatchObject({ phase: 'ready', startError: undefined });
});

test('a refused link stops what runs, and nothing can be done to it any more', async () => {
  const { run, choice } = open();
  await run.open(choice);
  await run.refuseLink({ code: 'link-invalid', message: 'No.' });
  expect(notes.at(-1)).toBe('stopped 4w@100');
  await expect(run.pause()).rejects.toMatchObject({ code: 'not-started' });
});

test('the other mode starts the same choices, after the first engine has gone', async () => {
  const { run, choice } = open();
  await run.open({ ...choice, workers: 2 });
  await run.setParameter('rate', 700);
  await run.setSeed(5);
  await run.setMode('simulated');
  expect(notes.slice(-3)).toEqual([
    'stopped 2w@100',
    'open simulated 2w@700 seed 5',
    'started simulated 2w@700 seed 5',
  ]);
  expect(run.store.getState()).toMatchObject({ mode: 'simulated', workers: 2, startParameters: { rate: 700 } });
  expect(run.simulation()).toBe(run.engine());
  // Where it already is, nothing is started again.
  const before = notes.length;
  await run.setMode('simulated');
  expect(notes).toHaveLength(before);
  await Promise.all([run.setMode('live'), run.setMode('simulated')]);
  expect(notes.slice(before)).toEqual([
    'stopped simulated 2w@700 seed 5',
    'open 2w@700',
    'started 2w@700',
    'stopped 2w@700',
    'open simulated 2w@700 seed 5',
    'started simulated 2w@700 seed 5',
  ]);
});

test('a restart and a new seed are fresh runs: what was done to the one before is gone', async () => {
  const { run, choice } = open();
  const plan = { branches: [], branch: 0, step: 30 };
  await run.open({ ...choice, mode: 'simulated', seed: 9, plan });
  expect(notes.at(-1)).toBe('started simulated 4w@100 seed 9 from 0:30');
  await run.restart();
  expect(notes.at(-1)).toBe('started simulated 4w@100 seed 9');
  await run.setSeed(10);
  expect(notes.at(-1)).toBe('started simulated 4w@100 seed 10');
  for (const seed of [-1, 1.5, 2 ** 32, Number.NaN]) {
    await expect(run.setSeed(seed)).rejects.toMatchObject({ code: 'invalid-configuration', field: 'seed' });
  }
});

test('a run on a long way to its step does not keep the next one waiting', async () => {
  let stop: (() => void) | undefined;
  const far = (options: SimulatedOptions): Simulation => {
    const engine = simulated(options);
    if (options.plan === undefined) return engine;
    const start = (): Promise<void> =>
      new Promise((_, reject) => {
        stop = () => reject(new PlayhouseError('not-started', 'Stopped.'));
      });
    const stopped = async (): Promise<void> => {
      stop?.();
      await engine.stop();
    };
    return { ...engine, start, stop: stopped };
  };
  const { run, choice } = open({ live, simulated: far });
  const opening = run.open({ ...choice, mode: 'simulated', plan: { branches: [], branch: 0, step: 2_000_000_000 } });
  await vi.waitFor(() => expect(run.store.getState()).toMatchObject({ phase: 'starting', simulation: {} }));
  await run.setMode('live');
  await opening;
  await run.idle();
  expect(notes.at(-1)).toBe('started 4w@100');
  expect(run.store.getState()).toMatchObject({ phase: 'ready', mode: 'live', startError: undefined });
});

test('without shared memory every run is simulated, and says why where a live one is asked for', async () => {
  const { run, choice } = open({ live: undefined, simulated });
  expect(run.store.getState().mode).toBe('simulated');
  await run.open({ ...choice, mode: 'live' });
  expect(notes.at(-1)).toBe('started simulated 4w@100 seed 1');
  await expect(run.setMode('live')).rejects.toMatchObject({ code: 'not-isolated' });
});

test('what only a simulated run can do is refused by a live one', async () => {
  const { run, choice } = open();
  expect(() => run.simulation()).toThrow(expect.objectContaining({ code: 'not-started' }));
  await run.open(choice);
  expect(() => run.simulation()).toThrow(expect.objectContaining({ code: 'not-available' }));
});

test('in a simulated run a gesture is one step: the value on which it comes to rest', async () => {
  const { run, choice } = open();
  await run.open({ ...choice, mode: 'simulated' });
  await Promise.all([1, 2, 3].map((value) => run.setParameter('rate', value * 100)));
  expect(notes.filter((note) => note.startsWith('rate'))).toEqual(['rate=300']);
});
