/** The life of a run, against an engine that only takes notes. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { Engine, Reading } from '../../engine/engine.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import type { Fault } from '../../kernel/fault.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import { CATALOG } from '../../scenarios/catalog.ts';
import { createRunStore, type EngineOptions } from './run-store.ts';

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

function openNoting({ workers, parameters }: EngineOptions): Engine {
  const name = `${workers}w@${parameters['rate']}`;
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

function open() {
  const run = createRunStore(openNoting, () => {});
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
