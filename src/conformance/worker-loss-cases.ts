/** A whole worker is lost: who goes on where, what becomes of mail and asks, and that the root's own worker can be lost too. */
import type { Plan } from '../kernel/testdata/puppet.ts';
import { type Case, type Driver, equal, events, holds } from './case.ts';
import { isRunning, notes, puppetCase, puppetState, restartsOf } from './puppets.ts';

const SUP = '/root/sup';
const A = '/root/sup/a';
const B = '/root/sup/b';

/** The supervisor beside the root, both children on worker 1. */
const apart = (supervisor = 'OneForOne', a: Partial<Plan> = {}): readonly Plan[] => [
  {
    name: 'sup',
    behavior: supervisor,
    at: 0,
    children: [
      { name: 'a', at: 1, ...a },
      { name: 'b', at: 1 },
    ],
  },
];

const runs = (driver: Driver, path: string): Promise<void> =>
  driver.until(`${path} runs`, () => isRunning(driver, path));

const kill = (driver: Driver, worker: number): Promise<void> => driver.inject({ kind: 'kill-worker', worker });

const restarted = (driver: Driver, path: string, times = 1): Promise<void> =>
  driver.until(
    `${path} has been restarted`,
    async () => (await isRunning(driver, path)) && (await restartsOf(driver, path)) === times,
  );

const workerOf = async (driver: Driver, path: string): Promise<number> => (await driver.actor(path))?.worker ?? -1;

const heard = async (driver: Driver): Promise<readonly string[]> => (await puppetState(driver, SUP)).heard;

export const WORKER_LOSS_CASES: readonly Case[] = [
  puppetCase(
    'W-restart',
    'who lived on a lost worker is restarted by its supervisor on another one, with the same ref and no state',
    apart(),
    async (driver) => {
      await runs(driver, A);
      await runs(driver, B);
      await driver.send(A, { kind: 'Work', n: 1 });
      await driver.until('work is done', async () => (await puppetState(driver, A)).done.length === 1);
      equal(await workerOf(driver, A), 1, 'where it lives');
      await kill(driver, 1);
      await restarted(driver, A);
      await restarted(driver, B);
      equal([await workerOf(driver, A), await workerOf(driver, B)], [0, 0], 'where they live now');
      equal((await puppetState(driver, A)).done, [], 'its state');
      // The supervisor's refs still lead to them.
      await driver.send(SUP, { kind: 'Feed', name: 'a', count: 3 });
      await driver.until('work is done again', async () => (await puppetState(driver, A)).done.length === 3);
      const [failure] = await events(driver, 'failed', A);
      equal([failure?.kind, failure?.during], ['WorkerLost', 'worker loss'], 'what its supervisor heard');
      equal(
        (await events(driver, 'worker-lost')).map(({ lost, actors }) => [lost, actors]),
        [[1, 2]],
        'lost',
      );
      equal(
        (await events(driver, 'worker-joined')).map(({ joined }) => joined),
        [1],
        'joined',
      );
      // The new worker in its place can be used.
      await driver.send(SUP, { kind: 'Spawn', plan: { name: 'c', at: 1 } });
      await runs(driver, `${SUP}/c`);
      equal(await workerOf(driver, `${SUP}/c`), 1, 'where a new one lives');
    },
  ),
  puppetCase(
    'W-strategy',
    'the strategy of the supervisor decides, also about children elsewhere',
    [
      {
        name: 'sup',
        behavior: 'OneForAll',
        at: 0,
        children: [
          { name: 'a', at: 1 },
          { name: 'b', at: 0 },
        ],
      },
    ],
    async (driver) => {
      await runs(driver, A);
      await runs(driver, B);
      await kill(driver, 1);
      await restarted(driver, A);
      await restarted(driver, B);
    },
  ),
  puppetCase(
    'W-orphans',
    'whoever lives below a lost actor is stopped with it, and started again by it',
    [
      {
        name: 'sup',
        behavior: 'OneForOne',
        at: 0,
        children: [
          { name: 'a', at: 1, children: [{ name: 'leaf', at: 0 }] },
          { name: 'b', at: 0 },
        ],
      },
    ],
    async (driver) => {
      await runs(driver, `${A}/leaf`);
      await runs(driver, B);
      await kill(driver, 1);
      await restarted(driver, A);
      await runs(driver, `${A}/leaf`);
      equal(await restartsOf(driver, `${A}/leaf`), 0, 'restarts of the leaf, which is a new one');
      equal(await restartsOf(driver, B), 0, 'restarts of who has nothing to do with it');
      equal(
        (await events(driver, 'stopped', `${A}/leaf`)).map(({ reason }) => reason),
        ['killed'],
        'its end',
      );
    },
  ),
  puppetCase(
    'W-root',
    'the worker of the root can be lost: the root starts again, with everybody below it new',
    apart(),
    async (driver) => {
      await runs(driver, A);
      await kill(driver, 0);
      await driver.until('the root has been restarted', async () => (await restartsOf(driver, '/root')) === 1);
      await runs(driver, A);
      await runs(driver, B);
      equal(await workerOf(driver, A), 1, 'where it lives');
      await driver.send(A, { kind: 'Work', n: 7 });
      await driver.until('work is done', async () => (await puppetState(driver, A)).done.length === 1);
      await driver.until('the log is new', async () => (await notes(driver)).includes('preStart sup/a 1'));
    },
  ),
  puppetCase('W-asks', 'asks to a lost actor fail, each once, and name the worker', apart(), async (driver) => {
    await runs(driver, A);
    // It never answers that.
    for (let count = 0; count < 5; count++) await driver.send(SUP, { kind: 'Ask', name: 'a', n: 0, timeoutMs: 60_000 });
    await driver.until('it has them', async () => ((await driver.actor(A))?.processed ?? 0) >= 6);
    await kill(driver, 1);
    await driver.until('all have failed', async () => (await heard(driver)).length === 5);
    equal(await heard(driver), Array(5).fill('0 → worker-lost'), 'how');
    await restarted(driver, A);
    await driver.send(SUP, { kind: 'Ask', name: 'a', n: 4, timeoutMs: 60_000 });
    await driver.until('an answer', async () => (await heard(driver)).at(-1) === '4 → 8');
  }),
  puppetCase(
    'W-mail',
    'messages that waited on a lost worker are counted as dead letters, or come to whoever takes their receiver in',
    apart(),
    async (driver) => {
      await runs(driver, A);
      await driver.inject({ kind: 'pause', path: A });
      await driver.send(SUP, { kind: 'Feed', name: 'a', count: 20 });
      await driver.until('they wait', async () => (await driver.actor(A))?.mailboxDepth === 20);
      await kill(driver, 1);
      await driver.inject({ kind: 'resume', path: A });
      await restarted(driver, A);
      await driver.quiet();
      const done = (await puppetState(driver, A)).done.length;
      const dead = (await events(driver, 'dead-letter', A)).reduce((sum, { count }) => sum + count, 0);
      equal(done + dead, 20, 'messages');
      equal((await driver.actor(A))?.deadLetters, dead, 'dead letters of the actor');
    },
  ),
  puppetCase(
    'W-watch',
    'who watches an actor that is gone hears of it, and goes on watching one that was taken in',
    [
      {
        name: 'sup',
        behavior: 'OneForOne',
        at: 0,
        children: [
          { name: 'a', at: 1 },
          { name: 'b', at: 1, restart: 'temporary' },
        ],
      },
    ],
    async (driver) => {
      await runs(driver, A);
      await runs(driver, B);
      await driver.send(SUP, { kind: 'Watch', name: 'a' });
      await driver.send(SUP, { kind: 'Watch', name: 'b' });
      await driver.quiet();
      await kill(driver, 1);
      await restarted(driver, A);
      await driver.until('the end of b is heard', async () =>
        (await heard(driver)).some((line) => line.startsWith('b ')),
      );
      await driver.send(SUP, { kind: 'StopChild', name: 'a' });
      await driver.until('the end of a is heard', async () => (await heard(driver)).includes('a terminated: shutdown'));
    },
  ),
  puppetCase('W-again', 'one worker after another can be lost, again and again', apart(), async (driver) => {
    await runs(driver, A);
    for (let round = 0; round < 6; round++) {
      await kill(driver, round % 2);
      await runs(driver, A);
      await runs(driver, B);
      const before = (await puppetState(driver, A)).done.length;
      await driver.send(A, { kind: 'Work', n: round });
      await driver.until('work is done', async () => (await puppetState(driver, A)).done.length === before + 1);
    }
    holds((await events(driver, 'worker-joined')).length === 6, 'six new workers');
  }),
];
