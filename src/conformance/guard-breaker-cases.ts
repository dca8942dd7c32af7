/** Circuit breaker, C1 to C5 and C7: the machine itself. */
import { type Case, equal, events, holds } from './case.ts';
import { BREAKER, breakerCase, phases, RESET_MS, untilPhase, untilTransitions } from './guard-breaker-case.ts';
import { answers, type ClientState, call, errors, heard, reached } from './guard-cast.ts';

export const BREAKER_CASES: readonly Case[] = [
  breakerCase({
    id: 'C1',
    title: 'exactly the threshold opens: 4 failures in a row do not, the fifth does',
    options: {},
    async run(driver) {
      await call(driver, 'fail', 1, 4);
      await heard(driver, 4);
      equal((await driver.actor(BREAKER))?.breaker, 'closed', 'after 4 failures');
      await call(driver, 'fail', 5);
      await untilPhase(driver, 'open');
      equal(await heard(driver, 5), errors('request-rejected', 1, 5), 'outcomes');
    },
  }),
  breakerCase({
    id: 'C2',
    title: 'a success sets the count of failures in a row back to nought',
    options: { failureThreshold: 3 },
    async run(driver) {
      for (const [round, n] of [1, 4, 7].entries()) {
        await call(driver, 'fail', n, 2);
        await call(driver, 'answer', n + 2);
        await heard(driver, 3 * (round + 1));
      }
      equal(await phases(driver), [], 'transitions after 6 failures, never 3 in a row');
      await call(driver, 'fail', 10, 3);
      await untilPhase(driver, 'open');
    },
  }),
  breakerCase({
    id: 'C3',
    title: 'open: calls are refused without reaching the target, with the time that is left, and counted as rejected',
    options: { failureThreshold: 1 },
    async run(driver) {
      await call(driver, 'fail', 1);
      await heard(driver, 1);
      await call(driver, 'answer', 2, 3);
      equal(await heard(driver, 4), ['request-rejected 1', ...errors('breaker-open', 2, 4)], 'outcomes');
      const { texts } = await driver.state<ClientState>('/root');
      for (const text of texts.slice(1)) {
        const leftMs = Number(/is open; try again in (\d+) ms\.$/.exec(text)?.[1]);
        holds(leftMs > 10_000 && leftMs <= 30_000, `the time that is left, in "${text}"`);
      }
      equal(await reached(driver, 1), [1], 'calls at the target');
      equal((await driver.actor(BREAKER))?.rejected, 3, 'rejected');
    },
  }),
  breakerCase({
    id: 'C4',
    title: 'half-open at exactly the reset time, not one tick before, with and without a call at that moment',
    virtualOnly: true,
    options: { failureThreshold: 1, successThreshold: 1 },
    async run(driver) {
      await call(driver, 'fail', 1);
      await driver.wait(29_999);
      await call(driver, 'answer', 2);
      equal(await heard(driver, 2), ['request-rejected 1', 'breaker-open 2'], 'one tick before');
      equal((await driver.state<ClientState>('/root')).texts[1], `${BREAKER} is open; try again in 1 ms.`, 'text');
      await driver.wait(1);
      equal((await driver.actor(BREAKER))?.breaker, 'half-open', 'at the reset time');
      await call(driver, 'answer', 3);
      equal((await heard(driver, 3)).at(-1), '3', 'the trial call');
      equal(
        (await events(driver, 'breaker', BREAKER)).map(({ atMs }) => atMs),
        [0, 30_000, 30_000],
        'times',
      );
    },
  }),
  breakerCase({
    id: 'C5',
    title: 'half-open lets so many trials through and refuses the rest; enough successes close it',
    options: { failureThreshold: 1, resetTimeoutMs: RESET_MS, callTimeoutMs: 5_000 },
    async run(driver) {
      await call(driver, 'fail', 1);
      await untilPhase(driver, 'half-open');
      await call(driver, 'hold', 2, 5);
      equal(await heard(driver, 3), ['request-rejected 1', ...errors('breaker-open', 5, 6)], 'refused');
      equal(await reached(driver, 4), [1, 2, 3, 4], 'trials');
      await driver.send('/root/target', { kind: 'Release', count: 2 });
      await heard(driver, 5);
      equal((await driver.actor(BREAKER))?.breaker, 'half-open', 'after two successes');
      await driver.send('/root/target', { kind: 'Release', count: 1 });
      await untilPhase(driver, 'closed');
      equal((await heard(driver, 6)).slice(3), answers(2, 4), 'trials answered');
    },
  }),
  breakerCase({
    id: 'C5-reopen',
    title: 'one failing trial opens it again and starts the time anew; trials of that round change nothing any more',
    options: { failureThreshold: 1, resetTimeoutMs: RESET_MS, callTimeoutMs: 5_000 },
    async run(driver) {
      await call(driver, 'fail', 1);
      await untilPhase(driver, 'half-open');
      await call(driver, 'hold', 2, 2);
      await reached(driver, 3);
      await call(driver, 'fail', 4);
      await untilTransitions(driver, 3);
      await driver.send('/root/target', { kind: 'Release', count: 2 });
      equal((await heard(driver, 4)).slice(1).sort(), ['2', '3', 'request-rejected 4'], 'outcomes');
      await untilTransitions(driver, 4);
      equal(
        await phases(driver),
        ['closed → open', 'open → half-open', 'half-open → open', 'open → half-open'],
        'transitions',
      );
      const { breaker } = await driver.state<{ breaker: { successes: number; trials: number } }>(BREAKER);
      equal([breaker.successes, breaker.trials], [0, 0], 'successes and trials of the new round');
    },
  }),
  breakerCase({
    id: 'C5-permits',
    title: 'fewer trials at a time than successes needed: one by one, three successes close it',
    options: { failureThreshold: 1, resetTimeoutMs: RESET_MS, halfOpenCalls: 1, callTimeoutMs: 5_000 },
    async run(driver) {
      await call(driver, 'fail', 1);
      await untilPhase(driver, 'half-open');
      for (const n of [2, 4, 6]) {
        equal((await driver.actor(BREAKER))?.breaker, 'half-open', `before trial ${n}`);
        await call(driver, 'hold', n, 2);
        await heard(driver, n);
        await driver.send('/root/target', { kind: 'Release', count: 1 });
        await heard(driver, n + 1);
      }
      await untilPhase(driver, 'closed');
      equal(
        await heard(driver, 7),
        ['request-rejected 1', ...[2, 4, 6].flatMap((n) => [`breaker-open ${n + 1}`, `${n}`])],
        'outcomes',
      );
    },
  }),
  breakerCase({
    id: 'C7',
    title: 'a call time-out counts as a failure when it fires, not before and not when the late answer comes',
    options: { failureThreshold: 2, callTimeoutMs: 150, resetTimeoutMs: 60_000 },
    async run(driver) {
      await call(driver, 'hold', 1, 2);
      await reached(driver, 2);
      equal(await phases(driver), [], 'while the calls are under way');
      await untilPhase(driver, 'open');
      equal(await heard(driver, 2), errors('ask-timeout', 1, 2), 'outcomes');
      await driver.send('/root/target', { kind: 'Release', count: 2 });
      await driver.until('the late answers', async () => (await driver.actor(BREAKER))?.deadLetters === 2);
      equal((await driver.actor(BREAKER))?.breaker, 'open', 'after the late answers');
      equal((await events(driver, 'dead-letter', BREAKER))[0]?.reason, 'late-reply', 'reason');
    },
  }),
  breakerCase({
    id: 'C7-exact',
    title: 'the time-out opens it at exactly that moment',
    virtualOnly: true,
    options: { failureThreshold: 2, callTimeoutMs: 50 },
    async run(driver) {
      await call(driver, 'hold', 1, 2);
      await driver.wait(49);
      equal(await phases(driver), [], 'one tick before');
      await driver.wait(1);
      equal(
        (await events(driver, 'breaker', BREAKER)).map(({ atMs }) => atMs),
        [50],
        'time',
      );
    },
  }),
];
