/** Circuit breaker, C8 to C10: rates, the person's hand, events, and what is told to listeners. */
import { actor } from '../kernel/definition.ts';
import type { Ref } from '../kernel/ref.ts';
import { type MessageOf, t } from '../kernel/schema.ts';
import { BreakerEvents, circuitBreaker } from '../patterns/guards/circuit-breaker.ts';
import { type Case, equal, events } from './case.ts';
import { BREAKER, breakerCase, phases, RESET_MS, untilPhase, untilTransitions } from './guard-breaker-case.ts';
import { type ClientState, call, client, errors, heard, reached, Target, TargetProtocol } from './guard-cast.ts';

const Listened = circuitBreaker('Breaker', { protocol: TargetProtocol, failureThreshold: 1 });

/** Hears of every transition, and stops when told to. */
const Listener = actor('Listener', {
  protocol: { ...BreakerEvents, Quit: {} },
  state: () => ({ heard: [] as string[] }),
  on: {
    BreakerChanged: (state, { from, to, cause }) => void state.heard.push(`${from} → ${to}: ${cause}`),
    Quit: (_state, _message, ctx) => ctx.stop(),
  },
});

const ListenedRoot = actor('ListenedRoot', {
  protocol: { Tell: { kind_: t.literal('Trip', 'Reset', 'Unsubscribe', 'Subscribe', 'Quit') }, Fail: {} },
  state: () => ({
    breaker: null as Ref<MessageOf<typeof Listened.protocol>> | null,
    first: null as Ref<MessageOf<typeof Listener.protocol>> | null,
  }),
  signals: {
    preStart(state, ctx) {
      const target = ctx.spawn(Target, { name: 'target', placement: 1 });
      state.breaker = ctx.spawn(Listened, { name: 'breaker', args: { target }, placement: 1 });
      state.first = ctx.spawn(Listener, { name: 'first' });
      const second = ctx.spawn(Listener, { name: 'second', placement: 1 });
      for (const listener of [state.first, second, state.first]) {
        ctx.tell(state.breaker, { kind: 'Subscribe', listener });
      }
    },
  },
  on: {
    Tell({ breaker, first }, { kind_ }, ctx) {
      if (breaker === null || first === null) return;
      if (kind_ === 'Quit') ctx.tell(first, { kind: 'Quit' });
      else if (kind_ === 'Subscribe' || kind_ === 'Unsubscribe') ctx.tell(breaker, { kind: kind_, listener: first });
      else ctx.tell(breaker, { kind: kind_ });
    },
    Fail({ breaker }, _, ctx) {
      if (breaker !== null) ctx.ask(breaker, { kind: 'Do', how: 'fail', n: 1 }, { reply: 'Nothing', timeoutMs: 1_000 });
    },
  },
  replies: { Nothing: () => undefined },
});

const C10_LISTENERS: Case = {
  id: 'C10-listeners',
  title: 'each transition is told to every listener once; nothing after unsubscribing, and the dead are forgotten',
  behaviors: [ListenedRoot, Listener, Listened, Target],
  root: ListenedRoot,
  async run(driver) {
    const has = (name: string, count: number) =>
      driver.until(`${name} heard ${count}`, async () => {
        return (await driver.state<{ heard: string[] }>(`/root/${name}`)).heard.length >= count;
      });
    await driver.send('/root', { kind: 'Fail' });
    await has('first', 1);
    await has('second', 1);
    await driver.send('/root', { kind: 'Tell', kind_: 'Unsubscribe' });
    await driver.send('/root', { kind: 'Tell', kind_: 'Reset' });
    await has('second', 2);
    await driver.send('/root', { kind: 'Tell', kind_: 'Subscribe' });
    await driver.send('/root', { kind: 'Tell', kind_: 'Trip' });
    await has('first', 2);
    await has('second', 3);
    equal(
      (await driver.state<{ heard: string[] }>('/root/first')).heard,
      ['closed → open: no 1', 'closed → open: tripped by hand'],
      'first, which was away for the reset',
    );
    equal(
      (await driver.state<{ heard: string[] }>('/root/second')).heard,
      ['closed → open: no 1', 'open → closed: reset by hand', 'closed → open: tripped by hand'],
      'second',
    );
    await driver.send('/root', { kind: 'Tell', kind_: 'Quit' });
    await driver.until('the dead listener is forgotten', async () => {
      return (await driver.state<{ listeners: unknown[] }>(BREAKER)).listeners.length === 1;
    });
  },
};

const Ignoring = circuitBreaker('Breaker', {
  protocol: TargetProtocol,
  failureThreshold: 2,
  callTimeoutMs: 100,
  ignoredErrors: ['request-rejected'],
});
const IgnoringClient = client([Ignoring]);

export const BREAKER_HAND_CASES: readonly Case[] = [
  breakerCase({
    id: 'C8',
    title: 'by rate: below the minimum of calls it is unknown; then 3 failures of 5 are 60 % and open it',
    options: { rate: { windowCalls: 10, minimumCalls: 5, failureRatePercent: 60 } },
    async run(driver) {
      await call(driver, 'fail', 1, 3);
      await call(driver, 'answer', 4);
      await heard(driver, 4);
      equal(await phases(driver), [], 'after 3 failures of 4 calls');
      await call(driver, 'answer', 5);
      await untilPhase(driver, 'open');
      equal((await events(driver, 'breaker', BREAKER))[0]?.cause, '60 % of 5 calls failed', 'cause');
    },
  }),
  breakerCase({
    id: 'C8-window',
    title: 'by rate: only the last calls count',
    options: { rate: { windowCalls: 4, minimumCalls: 4, failureRatePercent: 75 } },
    async run(driver) {
      // Two failures at a time with two successes between them: never three of four.
      for (const [round, n] of [1, 5, 9].entries()) {
        await call(driver, 'fail', n, 2);
        await call(driver, 'answer', n + 2, 2);
        await heard(driver, 4 * (round + 1));
      }
      equal(await phases(driver), [], 'transitions with half of the calls failing');
      await call(driver, 'fail', 13, 3);
      await untilPhase(driver, 'open');
      equal((await events(driver, 'breaker', BREAKER))[0]?.cause, '75 % of 4 calls failed', 'cause');
    },
  }),
  breakerCase({
    id: 'C8-slow',
    title: 'by rate: slow calls count, though they succeed; a slow trial opens it again',
    options: {
      resetTimeoutMs: RESET_MS,
      rate: { windowCalls: 4, minimumCalls: 2, slowCallMs: 20, slowRatePercent: 100 },
    },
    async run(driver) {
      await call(driver, 'late', 40, 2);
      await untilTransitions(driver, 1);
      equal(await heard(driver, 2), ['40', '41'], 'outcomes');
      await untilPhase(driver, 'half-open');
      await call(driver, 'late', 42);
      await untilTransitions(driver, 3);
      equal(
        (await events(driver, 'breaker', BREAKER))
          .map(({ cause }) => cause)
          .filter((cause) => cause !== 'reset timeout'),
        ['100 % of 2 calls took longer than 20 ms', 'a trial call took longer than 20 ms'],
        'causes',
      );
    },
  }),
  {
    id: 'C8-ignored',
    title: 'errors that are ignored count neither as a failure nor as a success',
    behaviors: [IgnoringClient, Ignoring, Target],
    root: IgnoringClient,
    async run(driver) {
      await call(driver, 'hold', 1);
      await heard(driver, 1);
      await call(driver, 'fail', 2, 10);
      await heard(driver, 11);
      equal(await phases(driver), [], 'transitions after ten ignored errors');
      await call(driver, 'hold', 12);
      await untilPhase(driver, 'open');
    },
  },
  breakerCase({
    id: 'C9',
    title: 'forced open refuses past the reset time, forced closed lets through whatever fails, until a reset',
    options: { failureThreshold: 2, resetTimeoutMs: 20 },
    async run(driver) {
      await driver.send(BREAKER, { kind: 'ForceOpen' });
      await untilPhase(driver, 'open');
      await driver.wait(60);
      await call(driver, 'answer', 1);
      equal(await heard(driver, 1), ['breaker-open 1'], 'forced open');
      equal(
        (await driver.state<ClientState>('/root')).texts,
        [`${BREAKER} is open; it stays so until it is reset.`],
        'text',
      );
      await driver.send(BREAKER, { kind: 'ForceClose' });
      await untilPhase(driver, 'closed');
      await call(driver, 'fail', 2, 5);
      equal((await heard(driver, 6)).slice(1), errors('request-rejected', 2, 6), 'forced closed');
      await driver.inject({ kind: 'trip-breaker', path: BREAKER });
      await call(driver, 'answer', 7);
      equal((await heard(driver, 7)).at(-1), '7', 'forced closed and tripped');
      await driver.send(BREAKER, { kind: 'Reset' });
      await driver.quiet();
      await call(driver, 'fail', 8, 2);
      await untilTransitions(driver, 3);
      equal((await phases(driver)).slice(0, 3), ['closed → open', 'open → closed', 'closed → open'], 'transitions');
    },
  }),
  breakerCase({
    id: 'C9-faults',
    title: 'tripped and reset by hand, from any phase; the reset time then lets trials through as usual',
    options: { resetTimeoutMs: 120, successThreshold: 1 },
    async run(driver) {
      await driver.inject({ kind: 'trip-breaker', path: BREAKER });
      await untilTransitions(driver, 1);
      await driver.inject({ kind: 'reset-breaker', path: BREAKER });
      await untilTransitions(driver, 2);
      await driver.inject({ kind: 'trip-breaker', path: BREAKER });
      await untilPhase(driver, 'half-open');
      await driver.inject({ kind: 'reset-breaker', path: BREAKER });
      await untilPhase(driver, 'closed');
      await call(driver, 'answer', 1);
      equal(await heard(driver, 1), ['1'], 'outcome');
      equal(
        (await events(driver, 'breaker', BREAKER)).map(({ cause }) => cause),
        ['tripped by hand', 'reset by hand', 'tripped by hand', 'reset timeout', 'reset by hand'],
        'causes',
      );
    },
  }),
  breakerCase({
    id: 'C9-growing',
    title:
      'the reset time grows with each opening in a row, up to its maximum, and is the first one again after a close',
    virtualOnly: true,
    options: { failureThreshold: 1, successThreshold: 1, resetTimeoutMs: 100, resetFactor: 2, resetMaxMs: 350 },
    async run(driver) {
      for (let n = 1; n <= 4; n++) {
        await call(driver, 'fail', n);
        await untilPhase(driver, 'half-open');
      }
      await call(driver, 'answer', 5);
      await call(driver, 'fail', 6);
      await untilPhase(driver, 'half-open');
      const changes = await events(driver, 'breaker', BREAKER);
      const waitsMs = changes.flatMap(({ to, atMs }, at) =>
        to === 'open' ? [(changes[at + 1]?.atMs ?? 0) - atMs] : [],
      );
      equal(waitsMs, [100, 200, 350, 350, 100], 'times open');
    },
  }),
  breakerCase({
    id: 'C10',
    title: 'each transition is exactly one trace event, whatever else happens; a restart closes it, and says so',
    options: { failureThreshold: 1, resetTimeoutMs: 120, successThreshold: 2 },
    async run(driver) {
      await call(driver, 'fail', 1);
      await call(driver, 'answer', 2, 3);
      await untilPhase(driver, 'half-open');
      await call(driver, 'answer', 5);
      await call(driver, 'answer', 6);
      await untilPhase(driver, 'closed');
      await call(driver, 'answer', 7, 5);
      await reached(driver, 8);
      await driver.inject({ kind: 'reset-breaker', path: BREAKER });
      await driver.inject({ kind: 'trip-breaker', path: BREAKER });
      await driver.inject({ kind: 'crash', path: BREAKER });
      await untilTransitions(driver, 5);
      await untilPhase(driver, 'closed');
      equal(
        await phases(driver),
        ['closed → open', 'open → half-open', 'half-open → closed', 'closed → open', 'open → closed'],
        'transitions',
      );
      equal(
        (await events(driver, 'breaker', BREAKER))[4]?.cause,
        'restarted: crashed by hand',
        'cause of the last one',
      );
    },
  }),
  C10_LISTENERS,
];
