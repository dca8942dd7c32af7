/** Routers: R1, R2 and R4, and what the list implies about them. */
import { router } from '../patterns/routing/router.ts';
import { type Case, type Driver, equal, events, holds } from './case.ts';
import { BATCH_CASES } from './router-batch-cases.ts';
import {
  ask,
  echoState,
  hubState,
  jobsOf,
  RoutedProtocol,
  routerCase,
  sendJobs,
  THREE,
  untilHeard,
  untilJobs,
  untilRoutees,
} from './router-behaviors.ts';
import { BLOCKING_CASES } from './router-blocking-cases.ts';
import { DISPATCH_CASES } from './router-dispatch-cases.ts';
import { POOL_CASES } from './router-pool-cases.ts';
import { WORK_CASES } from './router-work-cases.ts';

const protocol = RoutedProtocol;
const ABC = ['a', 'b', 'c'];

const RoundRobin = router('RoundRobin', { protocol });
const LeastLoaded = router('LeastLoaded', { protocol, strategy: 'least-loaded' });
const Random = router('Random', { protocol, strategy: 'random' });
const Hashing = router('Hashing', { protocol, strategy: 'consistent-hash', key: 'key' });
const Broadcast = router('Broadcast', { protocol, strategy: 'broadcast' });
const Scatter = router('Scatter', { protocol, strategy: 'scatter-gather', withinMs: 150 });
const Chopping = router('Chopping', { protocol, strategy: 'tail-chopping', intervalMs: 10 });
const ChoppingSlowly = router('ChoppingSlowly', { protocol, strategy: 'tail-chopping', intervalMs: 3_000 });

/** Who got each key, of the messages numbered so. */
async function owners(driver: Driver, names: readonly string[], round: number): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const { jobs, keys } = await echoState(driver, name);
    for (const [index, key] of keys.entries()) if (jobs[index] === round) found[key] = name;
  }
  return found;
}

const KEYS = Array.from({ length: 60 }, (_, index) => `customer-${index}`);

async function sendKeys(driver: Driver, n: number): Promise<void> {
  for (const key of KEYS) await driver.send('/root/router', { kind: 'Job', n, key });
}

const ROUTER_ONLY_CASES: readonly Case[] = [
  routerCase('R1', 'round robin goes A B C A, and removing one skips nobody', RoundRobin, THREE, async (driver) => {
    await sendJobs(driver, 1, 4);
    await untilJobs(driver, ABC, 4);
    equal(await jobsOf(driver, ABC), [[1, 4], [2], [3]], 'the first four');
    // It is B's turn. A leaves, so B's turn stays.
    await driver.send('/root', { kind: 'Remove', name: 'a' });
    await untilRoutees(driver, 2);
    await sendJobs(driver, 5, 7);
    await untilJobs(driver, ABC, 7);
    equal(
      await jobsOf(driver, ABC),
      [
        [1, 4],
        [2, 5, 7],
        [3, 6],
      ],
      'after A has left',
    );
    // It is C's turn, and it leaves: B is next. A comes back, and is last of the round.
    await driver.send('/root', { kind: 'Remove', name: 'c' });
    await untilRoutees(driver, 1);
    await driver.send('/root', { kind: 'Add', name: 'a' });
    await driver.send('/root', { kind: 'Add', name: 'a' });
    await untilRoutees(driver, 2);
    await sendJobs(driver, 8, 10);
    await untilJobs(driver, ABC, 10);
    equal(
      await jobsOf(driver, ABC),
      [
        [1, 4, 9],
        [2, 5, 7, 8, 10],
        [3, 6],
      ],
      'after C has left and A is back',
    );
  }),
  routerCase(
    'routee-gone',
    'a routee that stops is removed, one that restarts stays',
    RoundRobin,
    THREE,
    async (driver) => {
      await driver.send('/root/b', { kind: 'Quit' });
      await untilRoutees(driver, 2);
      await driver.inject({ kind: 'crash', path: '/root/c' });
      await driver.until('c is back', async () => (await driver.actor('/root/c'))?.restarts === 1);
      await sendJobs(driver, 1, 4);
      await untilJobs(driver, ['a', 'c'], 4);
      equal(
        await jobsOf(driver, ['a', 'c']),
        [
          [1, 3],
          [2, 4],
        ],
        'jobs',
      );
    },
  ),
  routerCase('routed-ask', 'the answer to a routed ask comes from the routee', RoundRobin, THREE, async (driver) => {
    for (let n = 1; n <= 3; n++) {
      await ask(driver, n);
      await untilHeard(driver, n);
    }
    equal((await hubState(driver)).heard, ['1 → 2 by a', '2 → 4 by b', '3 → 6 by c'], 'answers');
    equal((await driver.actor('/root/router'))?.deadLetters, 0, 'late answers at the router');
  }),
  routerCase('R2', 'least loaded picks the idle ones', LeastLoaded, THREE, async (driver) => {
    await driver.inject({ kind: 'slow', path: '/root/a', delayMs: 20_000 });
    for (let n = 1; n <= 9; n++) await driver.send('/root/a', { kind: 'Job', n, key: '' });
    await driver.until('a is busy', async () => ((await driver.actor('/root/a'))?.mailboxDepth ?? 0) >= 7);
    await sendJobs(driver, 11, 14);
    await untilJobs(driver, ['b', 'c'], 4);
    const [b = [], c = []] = await jobsOf(driver, ['b', 'c']);
    holds(b.length > 0 && c.length > 0, `${b.length} and ${c.length} jobs of the idle ones`);
  }),
  routerCase('R2-random', 'random routing reaches everybody and loses nothing', Random, THREE, async (driver) => {
    await sendJobs(driver, 1, 60);
    await untilJobs(driver, ABC, 60);
    const jobs = await jobsOf(driver, ABC);
    // Somebody is left out once in 10 billion.
    for (const [index, name] of ABC.entries()) holds((jobs[index]?.length ?? 0) > 0, `${name} got nothing`);
    equal(
      jobs.flat().sort((x, y) => x - y),
      Array.from({ length: 60 }, (_, index) => index + 1),
      'jobs',
    );
  }),
  routerCase('R2-hash', 'consistent hashing keeps keys when a routee joins', Hashing, THREE, async (driver) => {
    await sendKeys(driver, 1);
    await sendKeys(driver, 2);
    await untilJobs(driver, ABC, 120);
    const before = await owners(driver, ABC, 1);
    equal(Object.keys(before).length, KEYS.length, 'keys');
    equal(await owners(driver, ABC, 2), before, 'the same key, the same routee');
    await driver.send('/root', { kind: 'Start', name: 'd', at: 1 });
    await untilRoutees(driver, 4);
    await sendKeys(driver, 3);
    await untilJobs(driver, [...ABC, 'd'], 180);
    const after = await owners(driver, [...ABC, 'd'], 3);
    const moved = KEYS.filter((key) => after[key] !== before[key]);
    for (const key of moved) equal(after[key], 'd', `new owner of ${key}`);
    holds(moved.length > 0 && moved.length < 30, `${moved.length} of 60 keys moved; about 15 should`);
  }),
  routerCase('R2-broadcast', 'broadcast reaches all', Broadcast, THREE, async (driver) => {
    await sendJobs(driver, 1, 3);
    await untilJobs(driver, ABC, 9);
    equal(
      await jobsOf(driver, ABC),
      [
        [1, 2, 3],
        [1, 2, 3],
        [1, 2, 3],
      ],
      'jobs',
    );
  }),
  routerCase('R2-scatter', 'scatter-gather with no routees fails promptly', Scatter, [], async (driver) => {
    await ask(driver, 1);
    await untilHeard(driver, 1);
    const { heard, took } = await hubState(driver);
    equal(heard, ['1 → no-routees'], 'outcome');
    holds((took[0] as number) < 5_000, `took ${took[0]} ms`);
  }),
  routerCase(
    'scatter-first',
    'scatter-gather gives the first success, whoever else refuses or is silent',
    Scatter,
    [
      { name: 'a', mode: 'silent', at: 0 },
      { name: 'b', mode: 'refuses', at: 1 },
      { name: 'c', at: 0 },
    ],
    async (driver) => {
      await ask(driver, 1);
      await untilHeard(driver, 1);
      await driver.until('all were asked', async () => (await echoState(driver, 'a')).asks.length === 1);
      equal((await hubState(driver)).heard, ['1 → 2 by c'], 'outcome');
      await driver.send('/root', { kind: 'Remove', name: 'c' });
      await driver.send('/root', { kind: 'Remove', name: 'a' });
      await untilRoutees(driver, 1);
      await ask(driver, 2);
      await untilHeard(driver, 2);
      equal((await hubState(driver)).heard[1], '2 → request-rejected', 'when all refuse');
      await driver.send('/root', { kind: 'Remove', name: 'b' });
      await driver.send('/root', { kind: 'Add', name: 'a' });
      await untilRoutees(driver, 1);
      await ask(driver, 3);
      await driver.until('a is asked again', async () => (await echoState(driver, 'a')).asks.length === 2);
      await untilHeard(driver, 3);
      equal((await hubState(driver)).heard[2], '3 → ask-timeout', 'when nobody answers in time');
    },
  ),
  routerCase(
    'tail-chopping',
    'tail chopping asks another one when the first does not answer',
    Chopping,
    [
      { name: 'a', mode: 'silent', at: 0 },
      { name: 'b', mode: 'silent', at: 1 },
      { name: 'c', at: 1 },
    ],
    async (driver) => {
      for (let n = 1; n <= 4; n++) {
        await ask(driver, n);
        await untilHeard(driver, n);
      }
      equal((await hubState(driver)).heard, ['1 → 2 by c', '2 → 4 by c', '3 → 6 by c', '4 → 8 by c'], 'outcomes');
      for (const name of ABC) {
        const { asks } = await echoState(driver, name);
        equal(asks.length, new Set(asks).size, `nobody is asked the same twice: ${name}`);
      }
    },
  ),
  routerCase('tail-chopping-one', 'tail chopping asks only one that answers', ChoppingSlowly, THREE, async (driver) => {
    for (let n = 1; n <= 6; n++) {
      await ask(driver, n);
      await untilHeard(driver, n);
    }
    const asked: number[] = [];
    for (const name of ABC) asked.push(...(await echoState(driver, name)).asks);
    equal(asked.sort(), [1, 2, 3, 4, 5, 6], 'questions');
  }),
  routerCase(
    'tail-chopping-refused',
    'tail chopping does not wait for one that has refused',
    ChoppingSlowly,
    [
      { name: 'a', mode: 'refuses', at: 0 },
      { name: 'b', mode: 'refuses', at: 1 },
    ],
    async (driver) => {
      await ask(driver, 1);
      await untilHeard(driver, 1);
      const { heard, took } = await hubState(driver);
      equal(heard, ['1 → request-rejected'], 'outcome');
      holds((took[0] as number) < 3_000, `took ${took[0]} ms`);
      equal([(await echoState(driver, 'a')).asks, (await echoState(driver, 'b')).asks], [[1], [1]], 'questions');
    },
  ),
  routerCase(
    'R4',
    'without routees messages are dead letters, and asks fail with no-routees',
    RoundRobin,
    [{ name: 'a', at: 0 }],
    async (driver) => {
      await driver.send('/root/a', { kind: 'Quit' });
      await untilRoutees(driver, 0);
      await sendJobs(driver, 1, 3);
      await ask(driver, 4);
      await untilHeard(driver, 1);
      equal((await hubState(driver)).heard, ['4 → no-routees'], 'outcome');
      equal((await driver.actor('/root/router'))?.deadLetters, 4, 'dead letters');
      await driver.until('they are in the trace', async () => {
        const letters = await events(driver, 'dead-letter', '/root/router');
        return letters.reduce((sum, { count }) => sum + count, 0) === 4;
      });
      await driver.send('/root', { kind: 'Start', name: 'b', at: 1 });
      await untilRoutees(driver, 1);
      await sendJobs(driver, 5, 5);
      await untilJobs(driver, ['b'], 1);
    },
  ),
];

export const ROUTER_CASES: readonly Case[] = [
  ...ROUTER_ONLY_CASES,
  ...POOL_CASES,
  ...WORK_CASES,
  ...BATCH_CASES,
  ...DISPATCH_CASES,
  ...BLOCKING_CASES,
];
