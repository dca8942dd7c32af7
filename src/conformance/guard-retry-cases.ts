/** Retries and time limits, and guards before guards. */
import { bulkhead } from '../patterns/guards/bulkhead.ts';
import { circuitBreaker } from '../patterns/guards/circuit-breaker.ts';
import type { Guard } from '../patterns/guards/guard.ts';
import { rateLimiter } from '../patterns/guards/rate-limiter.ts';
import { retry } from '../patterns/guards/retry.ts';
import { timeout } from '../patterns/guards/timeout.ts';
import { type Case, equal, events, holds } from './case.ts';
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

/** A case with a client, guards before a target, innermost first. */
function chainCase(
  one: Omit<Case, 'behaviors' | 'root'> & { readonly guards: readonly Guard<typeof TargetProtocol>[] },
) {
  const { guards, ...rest } = one;
  const root = client(guards);
  return { ...rest, behaviors: [root, ...guards, Target], root };
}

const protocol = TargetProtocol;
const quick = { minMs: 5, jitter: 0 } as const;

/** limiter → bulkhead → breaker → retry → target. */
const CHAIN = [
  retry('Retry', { protocol, attempts: 3, ...quick, callTimeoutMs: 1_500, budget: { reserve: 100 } }),
  circuitBreaker('Breaker', { protocol, failureThreshold: 2, resetTimeoutMs: 60_000, callTimeoutMs: 5_000 }),
  bulkhead('Bulkhead', { protocol, calls: 2, queue: 2 }),
  rateLimiter('Limiter', { protocol, perSecond: 0.01, burst: 12 }),
];

export const RETRY_CASES: readonly Case[] = [
  chainCase({
    id: 'retry',
    title: 'a call that fails twice succeeds at the third attempt, and its caller hears of one outcome',
    guards: [retry('Retry', { protocol, ...quick })],
    async run(driver) {
      await call(driver, 'flaky', 7);
      equal(await heard(driver, 1), ['7'], 'outcome');
      equal(await reached(driver, 3), [7, 7, 7], 'attempts');
      const { calls, retries } = await driver.state<{ calls: number; retries: number }>('/root/retry');
      equal([calls, retries], [1, 2], 'calls and retries');
    },
  }),
  chainCase({
    id: 'retry-exhausted',
    title: 'when every attempt has failed, the caller gets the last error in the text of retries-exhausted',
    guards: [retry('Retry', { protocol, ...quick })],
    async run(driver) {
      await call(driver, 'fail', 1);
      equal(await heard(driver, 1), ['retries-exhausted 1'], 'outcome');
      equal(
        (await driver.state<ClientState>('/root')).texts,
        ['/root/retry: 3 of 3 attempts failed; the last error: no 1'],
        'text',
      );
      equal(await reached(driver, 3), [1, 1, 1], 'attempts');
    },
  }),
  chainCase({
    id: 'retry-errors',
    title: 'crashes and time-outs are tried again, errors that are not named are handed on at once',
    guards: [retry('Retry', { protocol, ...quick, attempts: 2, callTimeoutMs: 80, retriedErrors: ['ask-timeout'] })],
    async run(driver) {
      await call(driver, 'hold', 1);
      await heard(driver, 1);
      await call(driver, 'fail', 2);
      await call(driver, 'crash', 3);
      equal(await heard(driver, 3), ['retries-exhausted 1', 'request-rejected 2', 'handler-failed 3'], 'outcomes');
      equal((await driver.state<{ retries: number }>('/root/retry')).retries, 1, 'retries');
    },
  }),
  chainCase({
    id: 'retry-doubt',
    title: 'a refusal after an attempt that may have been carried out is not handed on as if nothing had happened',
    guards: [
      circuitBreaker('Breaker', { protocol, failureThreshold: 1, callTimeoutMs: 60, resetTimeoutMs: 60_000 }),
      retry('Retry', { protocol, ...quick }),
    ],
    async run(driver) {
      await call(driver, 'hold', 1);
      equal(await heard(driver, 1), ['retries-exhausted 1'], 'refused by the breaker at the second attempt');
      const text = (await driver.state<ClientState>('/root')).texts[0] ?? '';
      holds(text.includes('attempt 2 was refused'), `the text says what came last: ${text}`);
      holds(text.includes('no answer to Do within 60 ms'), `and what leaves it open: ${text}`);
      // Nothing was in doubt here: the refusal is what it is.
      await call(driver, 'answer', 2);
      equal((await heard(driver, 2))[1], 'breaker-open 2', 'refused at the first attempt');
      equal(await reached(driver, 1), [1], 'calls at the target');
    },
  }),
  chainCase({
    id: 'retry-budget',
    title: 'in an outage, retries are a share of the calls: they cannot multiply it',
    guards: [retry('Retry', { protocol, ...quick, budget: { share: 0.1, perSecond: 0, reserve: 5 } })],
    async run(driver) {
      // Without a budget, 300 attempts.
      await call(driver, 'fail', 1, 100);
      await heard(driver, 100);
      const { retries } = await driver.state<{ retries: number }>('/root/retry');
      holds(retries >= 5 && retries <= 15, `${retries} retries for 100 calls`);
      equal((await reached(driver, 100 + retries)).length, 100 + retries, 'attempts at the target');
      const { texts } = await driver.state<ClientState>('/root');
      holds(
        texts.some((text) => text.includes('no retries are left after 1 of 3 attempts')),
        'a text names the budget',
      );
    },
  }),
  chainCase({
    id: 'retry-room',
    title: 'calls that wait for their next attempt have a bound, and a restart answers them',
    guards: [retry('Retry', { protocol, minMs: 5_000, waitingCalls: 2 })],
    async run(driver) {
      await call(driver, 'fail', 1, 3);
      equal(await heard(driver, 1), ['retries-exhausted 3'], 'no room for the third');
      await driver.inject({ kind: 'crash', path: '/root/retry' });
      equal((await heard(driver, 3)).slice(1).sort(), errors('target-stopped', 1, 2), 'those that waited');
    },
  }),
  chainCase({
    id: 'retry-exact',
    title: 'waits double from attempt to attempt, up to the maximum',
    virtualOnly: true,
    guards: [retry('Retry', { protocol, attempts: 5, minMs: 100, maxMs: 300, jitter: 0 })],
    async run(driver) {
      await call(driver, 'fail', 1);
      await heard(driver, 1);
      equal((await driver.state<TargetState>('/root/target')).heardAtMs, [0, 100, 300, 600, 900], 'attempts at');
    },
  }),
  chainCase({
    id: 'timeout',
    title: 'a call that is not answered in time ends with ask-timeout; the late answer goes nowhere and is counted',
    guards: [timeout('Limit', { protocol, timeoutMs: 1_000 })],
    async run(driver) {
      await call(driver, 'answer', 1);
      await call(driver, 'hold', 2);
      equal(await heard(driver, 2), ['1', 'ask-timeout 2'], 'outcomes');
      await driver.send('/root/target', { kind: 'Release', count: 1 });
      await driver.until('the late answer', async () => (await driver.actor('/root/limit'))?.deadLetters === 1);
      equal((await events(driver, 'dead-letter', '/root/limit'))[0]?.reason, 'late-reply', 'reason');
      equal((await heard(driver, 2)).length, 2, 'outcomes in the end');
      const { answered, timedOut } = await driver.state<{ answered: number; timedOut: number }>('/root/limit');
      equal([answered, timedOut], [1, 1], 'answered and timed out');
    },
  }),
  chainCase({
    id: 'timeout-parameter',
    title: 'the time limit may be a parameter, and holds for calls that come after it was changed',
    virtualOnly: true,
    parameters: { limitMs: 100 },
    guards: [timeout('Limit', { protocol, timeoutMs: (ctx) => ctx.parameter('limitMs') })],
    async run(driver) {
      await call(driver, 'hold', 1);
      await driver.inject({ kind: 'set-parameter', name: 'limitMs', value: 30 });
      await call(driver, 'hold', 2);
      await heard(driver, 2);
      const { heard: outcomes, heardAtMs } = await driver.state<ClientState>('/root');
      equal(
        [outcomes, heardAtMs],
        [
          ['ask-timeout 2', 'ask-timeout 1'],
          [30, 100],
        ],
        'outcomes and times',
      );
    },
  }),
  chainCase({
    id: 'guard-chain',
    title: 'limiter → bulkhead → breaker → retry → target: every call ends once, with the answer of whoever stopped it',
    guards: CHAIN,
    async run(driver) {
      // The retry hides what passes by itself.
      await call(driver, 'flaky', 1);
      equal(await heard(driver, 1), ['1'], 'a flaky call');
      equal(await reached(driver, 3), [1, 1, 1], 'its attempts');
      // Six calls: two under way, two wait, two find the bulkhead full; then all that went in are answered.
      await call(driver, 'hold', 2, 6);
      equal((await heard(driver, 3)).slice(1), errors('bulkhead-full', 6, 7), 'bulkhead');
      await reached(driver, 5);
      await driver.send('/root/target', { kind: 'Release', count: 2 });
      await reached(driver, 7);
      await driver.send('/root/target', { kind: 'Release', count: 2 });
      equal((await heard(driver, 7)).slice(3), answers(2, 5), 'held calls');
      // Two calls fail for good, which opens the breaker; the next one does not reach the target.
      await call(driver, 'fail', 8, 2);
      await heard(driver, 9);
      await call(driver, 'answer', 10);
      await heard(driver, 10);
      // Ten calls so far; the limiter lets twelve through.
      await call(driver, 'answer', 11, 3);
      const outcomes = (await heard(driver, 13)).slice(7);
      equal(
        [...outcomes].sort(),
        [
          'breaker-open 10',
          'breaker-open 11',
          'breaker-open 12',
          'rate-limited 13',
          ...errors('retries-exhausted', 8, 9),
        ],
        'the end',
      );
      equal((await reached(driver, 13)).length, 13, 'calls at the target: 3 + 4 + 2 × 3');
    },
  }),
  chainCase({
    id: 'guard-chain-restart',
    title: 'when the target behind a chain of guards crashes, no call is left without an outcome',
    guards: CHAIN.slice(0, 3),
    async run(driver) {
      await call(driver, 'crash', 1);
      await call(driver, 'answer', 2);
      await heard(driver, 2);
      await call(driver, 'crash', 3);
      await call(driver, 'answer', 4);
      const outcomes = await heard(driver, 4);
      // The answers come at once, the crashes after three attempts; the second crash in a row that is known opens it.
      equal(
        [...outcomes].sort(),
        ['2', '4', ...errors('retries-exhausted', 1, 1), ...errors('retries-exhausted', 3, 3)],
        'all',
      );
    },
  }),
];
