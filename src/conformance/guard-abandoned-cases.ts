/** Circuit breaker, C6: trials that are abandoned, because the caller or the target has died. */
import { actor } from '../kernel/definition.ts';
import type { Ref } from '../kernel/ref.ts';
import { type MessageOf, t } from '../kernel/schema.ts';
import { circuitBreaker } from '../patterns/guards/circuit-breaker.ts';
import { type Case, equal } from './case.ts';
import { breakerCase, phases, RESET_MS, untilPhase, untilTransitions } from './guard-breaker-case.ts';
import { call, heard, reached, Target, TargetProtocol } from './guard-cast.ts';

/** Callers that die: each asks the breaker once and stops, before any answer can come. */
const Mortal = actor('Mortal', {
  protocol: { Ask: { how: t.literal('answer', 'hold'), n: t.int32 } },
  state: ({ breaker }: { readonly breaker: Ref<MessageOf<typeof TargetProtocol>> }) => ({ breaker }),
  on: {
    Ask({ breaker }, { how, n }, ctx) {
      ctx.ask(breaker, { kind: 'Do', how, n }, { reply: 'Nothing', timeoutMs: 10_000 });
      ctx.stop();
    },
  },
  replies: { Nothing: () => undefined },
});

const MortalBreaker = circuitBreaker('Breaker', {
  protocol: TargetProtocol,
  failureThreshold: 1,
  resetTimeoutMs: RESET_MS,
  callTimeoutMs: 100,
  halfOpenCalls: 2,
  successThreshold: 2,
});

const MortalRoot = actor('MortalRoot', {
  protocol: { Send: { how: t.literal('answer', 'hold'), n: t.int32 }, Fail: {} },
  state: () => ({ breaker: null as Ref<MessageOf<typeof TargetProtocol>> | null, spawned: 0 }),
  signals: {
    preStart(state, ctx) {
      const target = ctx.spawn(Target, { name: 'target', placement: 1 });
      state.breaker = ctx.spawn(MortalBreaker, { name: 'breaker', args: { target } });
    },
  },
  on: {
    Send(state, { how, n }, ctx) {
      if (state.breaker === null) return;
      const mortal = ctx.spawn(Mortal, { placement: state.spawned++ % 2, args: { breaker: state.breaker } });
      ctx.tell(mortal, { kind: 'Ask', how, n });
    },
    Fail(state, _, ctx) {
      if (state.breaker !== null) {
        ctx.ask(state.breaker, { kind: 'Do', how: 'fail', n: 0 }, { reply: 'Nothing', timeoutMs: 1_000 });
      }
    },
  },
  replies: { Nothing: () => undefined },
});

const C6_CALLER_DIES: Case = {
  id: 'C6',
  title: 'trials whose callers die never wedge the breaker: they count when they end, and their places are free again',
  behaviors: [MortalRoot, Mortal, MortalBreaker, Target],
  root: MortalRoot,
  async run(driver) {
    await driver.send('/root', { kind: 'Fail' });
    await untilPhase(driver, 'half-open');
    // Two trials of callers that are gone at once; the target never answers them, so they fail, and it opens again.
    await driver.send('/root', { kind: 'Send', how: 'hold', n: 1 });
    await driver.send('/root', { kind: 'Send', how: 'hold', n: 2 });
    await reached(driver, 3);
    await untilTransitions(driver, 4);
    await untilPhase(driver, 'half-open');
    // Two more, which succeed: it closes, though nobody is left to hear of it.
    await driver.send('/root', { kind: 'Send', how: 'answer', n: 3 });
    await driver.send('/root', { kind: 'Send', how: 'answer', n: 4 });
    await untilPhase(driver, 'closed');
    equal(
      await phases(driver),
      ['closed → open', 'open → half-open', 'half-open → open', 'open → half-open', 'half-open → closed'],
      'transitions',
    );
  },
};

export const ABANDONED_CASES: readonly Case[] = [
  C6_CALLER_DIES,
  breakerCase({
    id: 'C6-target',
    title: 'a target that crashes or dies during trials never wedges the breaker',
    options: { failureThreshold: 1, resetTimeoutMs: RESET_MS, successThreshold: 1, callTimeoutMs: 100 },
    async run(driver) {
      await call(driver, 'crash', 1);
      await untilPhase(driver, 'half-open');
      await call(driver, 'crash', 2);
      await untilTransitions(driver, 3);
      await untilPhase(driver, 'half-open');
      // It takes the call and stops: nobody will answer, and the time-out ends the trial.
      await call(driver, 'quit', 3);
      await untilTransitions(driver, 5);
      await untilPhase(driver, 'half-open');
      // Now it is gone, which is known at once.
      await call(driver, 'answer', 4);
      await untilTransitions(driver, 7);
      equal(
        await heard(driver, 4),
        ['handler-failed 1', 'handler-failed 2', 'ask-timeout 3', 'target-stopped 4'],
        'outcomes',
      );
    },
  }),
];
