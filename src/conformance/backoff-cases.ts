/** Backoff B1 to B3, and S18: a supervisor that goes on while a child waits. */
import { type Case, equal, events, holds } from './case.ts';
import { fail, isRunning, puppetCase, puppetState, restartsOf } from './puppets.ts';

const pair = (behavior: string) => [
  {
    name: 'sup',
    behavior,
    children: [
      { name: 'a', at: 1 },
      { name: 'b', at: 1 },
    ],
  },
];

export const BACKOFF_CASES: readonly Case[] = [
  {
    ...puppetCase(
      'B1',
      'the delay doubles with each failure in a row, up to the longest',
      pair('Exact'),
      async (driver) => {
        for (let failures = 1; failures <= 5; failures++) {
          await fail(driver, '/root/sup/a');
          await driver.until('a restarts', async () => {
            return (await restartsOf(driver, '/root/sup/a')) === failures && isRunning(driver, '/root/sup/a');
          });
        }
        const delays = (await events(driver, 'backoff', '/root/sup')).map(({ delayMs }) => delayMs);
        equal(delays, [1_000, 2_000, 4_000, 7_000, 7_000], 'delays in ms');
        const failed = (await events(driver, 'failed', '/root/sup/a')).map(({ atMs }) => atMs);
        const restarted = (await events(driver, 'restarted', '/root/sup/a')).map(({ atMs }) => atMs);
        equal(
          restarted.map((atMs, index) => atMs - (failed[index] ?? 0)),
          delays,
          'time from failure to restart',
        );
      },
    ),
    virtualOnly: true,
  },
  puppetCase(
    'B2',
    'messages during backoff are stashed up to a capacity, in order, the rest become dead letters',
    pair('Patient'),
    async (driver) => {
      await driver.until('a runs', () => isRunning(driver, '/root/sup/a'));
      await fail(driver, '/root/sup/a');
      await driver.until('a backs off', async () => (await driver.actor('/root/sup/a'))?.status === 'backing-off');
      for (let n = 1; n <= 5; n++) await driver.send('/root/sup/a', { kind: 'Work', n });
      await driver.until('a has done its work', async () => {
        return (await isRunning(driver, '/root/sup/a')) && (await puppetState(driver, '/root/sup/a')).done.length === 3;
      });
      equal((await puppetState(driver, '/root/sup/a')).done, [1, 2, 3], 'messages that were kept');
      equal((await driver.actor('/root/sup/a'))?.deadLetters, 2, 'dead letters');
    },
  ),
  {
    ...puppetCase(
      'B3',
      'the backoff starts again after a quiet time of (min + max) / 2',
      pair('Exact'),
      async (driver) => {
        const failOnce = async (times: number): Promise<void> => {
          await fail(driver, '/root/sup/a');
          await driver.until('a restarts', async () => {
            return (await restartsOf(driver, '/root/sup/a')) === times && isRunning(driver, '/root/sup/a');
          });
        };
        await failOnce(1);
        await failOnce(2);
        // (1,000 + 7,000) / 2, counted from the restart: one less is not enough.
        await driver.wait(3_999);
        await failOnce(3);
        await driver.wait(4_000);
        await failOnce(4);
        const delays = (await events(driver, 'backoff', '/root/sup')).map(({ delayMs }) => delayMs);
        equal(delays, [1_000, 2_000, 4_000, 1_000], 'delays in ms');
      },
    ),
    virtualOnly: true,
  },
  puppetCase(
    'S18',
    "a supervisor keeps serving its other children during one child's backoff",
    pair('Patient'),
    async (driver) => {
      await driver.until('both run', async () => {
        return (await isRunning(driver, '/root/sup/a')) && (await isRunning(driver, '/root/sup/b'));
      });
      // Several in a row, so that a waits long enough to look.
      for (let times = 1; times <= 2; times++) {
        await fail(driver, '/root/sup/a');
        await driver.until('a restarts', async () => {
          return (await restartsOf(driver, '/root/sup/a')) === times && isRunning(driver, '/root/sup/a');
        });
      }
      await fail(driver, '/root/sup/a');
      await driver.until('a backs off', async () => (await driver.actor('/root/sup/a'))?.status === 'backing-off');
      await driver.send('/root/sup', { kind: 'Work', n: 1 });
      await driver.send('/root/sup', { kind: 'Spawn', plan: { name: 'c', at: 1 } });
      await driver.send('/root/sup/b', { kind: 'Work', n: 2 });
      await driver.quiet();
      await driver.until('c runs', () => isRunning(driver, '/root/sup/c'));
      equal((await driver.actor('/root/sup/a'))?.status, 'backing-off', 'a still waits');
      equal((await puppetState(driver, '/root/sup')).done, [1], 'work of the supervisor');
      equal((await puppetState(driver, '/root/sup/b')).done, [2], 'work of the other child');
      await driver.until('a restarts', async () => (await restartsOf(driver, '/root/sup/a')) === 3);
    },
  ),
  puppetCase(
    'backoff-group',
    'one_for_all with a backoff: all wait together, and none runs before the others are halted',
    pair('AllPatient'),
    async (driver) => {
      await driver.until('both run', async () => {
        return (await isRunning(driver, '/root/sup/a')) && (await isRunning(driver, '/root/sup/b'));
      });
      await fail(driver, '/root/sup/a');
      await driver.until('both back off', async () => {
        const statuses = (await driver.actors())
          .filter(({ parent }) => parent === '/root/sup')
          .map(({ status }) => status);
        return statuses.length === 2 && statuses.every((status) => status === 'backing-off');
      });
      await driver.until('both run again', async () => {
        return (await isRunning(driver, '/root/sup/a')) && (await isRunning(driver, '/root/sup/b'));
      });
      holds((await restartsOf(driver, '/root/sup/b')) === 1, 'b was restarted with it');
    },
  ),
];
