/** Guards that limit how much goes through: bulkhead, rate limiter, adaptive concurrency limit. */
import { bulkhead } from '../patterns/guards/bulkhead.ts';
import { concurrencyLimit } from '../patterns/guards/concurrency-limit.ts';
import type { Guard } from '../patterns/guards/guard.ts';
import { rateLimiter } from '../patterns/guards/rate-limiter.ts';
import { type Case, equal, holds } from './case.ts';
import {
  answers,
  type ClientState,
  call,
  client,
  errors,
  heard,
  reached,
  Target,
  TargetProtocol,
  type TargetState,
} from './guard-cast.ts';

/** A case with a client, one guard and a target. */
function guardCase(one: Omit<Case, 'behaviors' | 'root'> & { readonly guard: Guard<typeof TargetProtocol> }): Case {
  const { guard, ...rest } = one;
  const root = client([guard]);
  return { ...rest, behaviors: [root, guard, Target], root };
}

const protocol = TargetProtocol;

export const FLOW_CASES: readonly Case[] = [
  guardCase({
    id: 'bulkhead',
    title: 'so many calls are under way, so many more wait in order, the rest are refused; each end lets one go ahead',
    guard: bulkhead('Bulkhead', { protocol, calls: 2, queue: 3 }),
    async run(driver) {
      await call(driver, 'hold', 1, 7);
      equal(await heard(driver, 2), errors('bulkhead-full', 6, 7), 'refused');
      equal(await reached(driver, 2), [1, 2], 'under way');
      for (const count of [3, 4, 5]) {
        await driver.send('/root/target', { kind: 'Release', count: 1 });
        await reached(driver, count);
        equal((await driver.state<TargetState>('/root/target')).held.length, 2, 'under way at the target');
      }
      await driver.send('/root/target', { kind: 'Release', count: 2 });
      equal((await heard(driver, 7)).slice(2), answers(1, 5), 'answered, in order');
      const { underWay, waiting } = await driver.state<{ underWay: number; waiting: [] }>('/root/bulkhead');
      equal([underWay, waiting.length], [0, 0], 'left');
      equal((await driver.actor('/root/bulkhead'))?.rejected, 2, 'rejected');
    },
  }),
  guardCase({
    id: 'bulkhead-leak',
    title: 'calls that fail, crash the target or are never answered give their place back',
    guard: bulkhead('Bulkhead', { protocol, calls: 1, queue: 10, callTimeoutMs: 100 }),
    async run(driver) {
      await call(driver, 'fail', 1);
      await call(driver, 'crash', 2);
      await call(driver, 'hold', 3);
      await call(driver, 'answer', 4);
      equal(await heard(driver, 4), ['request-rejected 1', 'handler-failed 2', 'ask-timeout 3', '4'], 'outcomes');
    },
  }),
  guardCase({
    id: 'bulkhead-patience',
    title: 'a call that has waited too long is refused, and the one behind it is not before its own time',
    guard: bulkhead('Bulkhead', { protocol, calls: 1, queue: 10, maxWaitMs: 800 }),
    async run(driver) {
      // Under way until 1,200; two wait until 800; the last one comes at 600, and would wait until 1,400.
      await call(driver, 'late', 1_200);
      await call(driver, 'answer', 2, 2);
      await driver.wait(600);
      await call(driver, 'answer', 4);
      equal(await heard(driver, 4), [...errors('bulkhead-full', 2, 3), '1200', '4'], 'outcomes');
      equal(await reached(driver, 2), [1_200, 4], 'calls at the target');
    },
  }),
  guardCase({
    id: 'bulkhead-stop',
    title: 'a bulkhead that is restarted answers the calls that it kept waiting',
    guard: bulkhead('Bulkhead', { protocol, calls: 1 }),
    async run(driver) {
      await call(driver, 'hold', 1, 3);
      await reached(driver, 1);
      await driver.inject({ kind: 'crash', path: '/root/bulkhead' });
      equal(await heard(driver, 2), errors('target-stopped', 2, 3), 'waiting calls');
      await call(driver, 'answer', 4);
      equal((await heard(driver, 3)).at(-1), '4', 'after the restart');
    },
  }),
  guardCase({
    id: 'rate-limiter',
    title: 'the burst passes at once, the rest are refused and told when to come back',
    guard: rateLimiter('Limiter', { protocol, perSecond: 0.01, burst: 3 }),
    async run(driver) {
      await call(driver, 'answer', 1, 5);
      const outcomes = await heard(driver, 5);
      equal([...outcomes].sort(), [...answers(1, 3), ...errors('rate-limited', 4, 5)], 'outcomes');
      const { texts } = await driver.state<ClientState>('/root');
      const backMs = Number(/try again in (\d+) ms\.$/.exec(texts.find((text) => text !== '') ?? '')?.[1]);
      holds(backMs > 50_000 && backMs <= 100_000, `when to come back: ${backMs} ms`);
      equal((await driver.actor('/root/limiter'))?.rejected, 2, 'rejected');
    },
  }),
  guardCase({
    id: 'rate-limiter-queue',
    title: 'with a queue, calls that are too early wait for their turn, in order; beyond its bound they are refused',
    guard: rateLimiter('Limiter', { protocol, perSecond: 20, burst: 1, queue: 3 }),
    async run(driver) {
      await call(driver, 'answer', 1, 6);
      const outcomes = await heard(driver, 6);
      equal(
        outcomes.filter((outcome) => !outcome.includes(' ')),
        answers(1, 4),
        'passed, in order',
      );
      equal(
        outcomes.filter((outcome) => outcome.includes(' ')),
        errors('rate-limited', 5, 6),
        'refused',
      );
      const { heardAtMs } = await driver.state<TargetState>('/root/target');
      const spanMs = (heardAtMs[3] ?? 0) - (heardAtMs[0] ?? 0);
      // Clocks of two workers may be read a few ms apart.
      holds(spanMs >= 130, `three turns of 50 ms took ${spanMs} ms`);
    },
  }),
  guardCase({
    id: 'rate-limiter-exact',
    title: 'a queue of calls goes at exactly the rate, and a new call is let in as soon as there is room',
    virtualOnly: true,
    guard: rateLimiter('Limiter', { protocol, perSecond: 10, burst: 2, queue: 2 }),
    async run(driver) {
      await call(driver, 'answer', 1, 5);
      const { texts } = await driver.state<ClientState>('/root');
      const refused = texts.filter((text) => text !== '');
      equal(refused, ['/root/limiter lets no more through; try again in 100 ms.'], 'text of the one that is refused');
      await driver.wait(99);
      await call(driver, 'answer', 6);
      await driver.wait(1);
      await call(driver, 'answer', 7);
      await heard(driver, 7);
      const { heard: passed, heardAtMs } = await driver.state<TargetState>('/root/target');
      equal(passed, [1, 2, 3, 4, 7], 'passed');
      equal(heardAtMs, [0, 0, 100, 200, 300], 'at');
    },
  }),
  guardCase({
    id: 'rate-limiter-parameter',
    title: 'the rate may be a parameter, changed while it runs',
    virtualOnly: true,
    parameters: { rate: 1 },
    guard: rateLimiter('Limiter', { protocol, perSecond: (ctx) => ctx.parameter('rate') }),
    async run(driver) {
      const passedInASecond = async (): Promise<number> => {
        const before = (await driver.state<TargetState>('/root/target')).heard.length;
        for (let tick = 0; tick < 100; tick++) {
          await call(driver, 'answer', tick);
          await driver.wait(10);
        }
        return (await driver.state<TargetState>('/root/target')).heard.length - before;
      };
      equal(await passedInASecond(), 1, 'at 1 a second');
      await driver.inject({ kind: 'set-parameter', name: 'rate', value: 20 });
      equal(await passedInASecond(), 20, 'at 20 a second');
    },
  }),
  guardCase({
    id: 'concurrency-limit',
    title: 'calls beyond the limit are refused; a time-out shrinks it, once for all calls of that time',
    guard: concurrencyLimit('Limit', { protocol, initialLimit: 10, callTimeoutMs: 50 }),
    async run(driver) {
      await call(driver, 'hold', 1, 12);
      equal(await heard(driver, 2), errors('concurrency-limited', 11, 12), 'refused');
      await driver.until('the limit shrinks', async () => {
        return (await driver.state<{ limit: number }>('/root/limit')).limit < 10;
      });
      equal((await heard(driver, 12)).slice(2), errors('ask-timeout', 1, 10), 'timed out');
      const { limit, underWay } = await driver.state<{ limit: number; underWay: number }>('/root/limit');
      equal([limit, underWay], [9, 0], 'limit and calls under way');
    },
  }),
  guardCase({
    id: 'concurrency-limit-grows',
    title: 'the limit grows while it is used and latency is near its minimum, and shrinks when latency rises',
    virtualOnly: true,
    guard: concurrencyLimit('Limit', { protocol, initialLimit: 4, windowCalls: 4 }),
    async run(driver) {
      const limit = async (): Promise<number> => (await driver.state<{ limit: number }>('/root/limit')).limit;
      for (let round = 0; round < 10; round++) {
        await call(driver, 'late', 20, 4);
        await driver.wait(50);
      }
      const grown = await limit();
      // With 4 calls under way it grows until half of it is enough for them.
      equal(grown, 9, 'grown');
      for (let round = 0; round < 10; round++) {
        await call(driver, 'late', 60, 4);
        await driver.wait(100);
      }
      equal(await limit(), 3, 'shrunk');
    },
  }),
];
