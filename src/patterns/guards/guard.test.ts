/** Guards: what their options refuse, what does not compile before them, and that a bulkhead and a retry lose nobody. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AskOutcome } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import type { Ref } from '../../kernel/ref.ts';
import { type MessageOf, t } from '../../kernel/schema.ts';
import { TestSystem } from '../../kernel/testdata/test-system.ts';
import { bulkhead } from './bulkhead.ts';
import { BreakerEvents, circuitBreaker } from './circuit-breaker.ts';
import { concurrencyLimit } from './concurrency-limit.ts';
import { rateLimiter } from './rate-limiter.ts';
import { retry } from './retry.ts';
import { timeout } from './timeout.ts';

const protocol = { Echo: { n: t.int32, replyTo: t.ref({ Echoed: { n: t.int32 } }) } } as const;
type EchoRef = Ref<MessageOf<typeof protocol>>;

const Breaker = circuitBreaker('Breaker', { protocol });
const Limiter = rateLimiter('Limiter', { protocol, perSecond: 10 });
const Listener = actor('Listener', {
  protocol: BreakerEvents,
  state: () => ({}),
  on: { BreakerChanged: () => undefined },
});

/** Never called: compiling it is the test. */
function mistakes(ctx: Context, target: EchoRef, other: Ref<{ readonly kind: 'Other' }>): void {
  const breaker = ctx.spawn(Breaker, { args: { target } });
  ctx.ask(breaker, { kind: 'Echo', n: 1 }, { reply: 'Echoed', timeoutMs: 1 });
  ctx.tell(breaker, { kind: 'Trip' });
  ctx.tell(breaker, { kind: 'Subscribe', listener: ctx.spawn(Listener) });
  // @ts-expect-error a guard is a target like any other, and this one has no Trip
  ctx.tell(ctx.spawn(Limiter, { args: { target: breaker } }), { kind: 'Trip' });
  // @ts-expect-error unknown kind
  ctx.ask(breaker, { kind: 'Shout', n: 1 }, { reply: 'Echoed', timeoutMs: 1 });
  // @ts-expect-error missing field
  ctx.ask(breaker, { kind: 'Echo' }, { reply: 'Echoed', timeoutMs: 1 });
  // @ts-expect-error the kind of its own timer is nobody else's business
  ctx.tell(breaker, { kind: 'ResetTimeout' });
  // @ts-expect-error a target that does not accept the protocol
  ctx.spawn(Breaker, { args: { target: other } });
  // @ts-expect-error a listener that does not accept the events
  ctx.tell(breaker, { kind: 'Subscribe', listener: target });
  // @ts-expect-error a kind without a replyTo cannot be guarded
  retry('Retry', { protocol: { Tell: { n: t.int32 } } });
  // @ts-expect-error not the code of an error
  retry('Retry', { protocol, retriedErrors: ['no-such-code'] });
  // @ts-expect-error a limiter needs a rate
  rateLimiter('Limiter', { protocol });
}

function fieldRefused(make: () => unknown): string | undefined {
  try {
    make();
    return 'nothing was refused';
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError) || thrown.code !== 'invalid-configuration') throw thrown;
    return thrown.field;
  }
}

describe('definitions of guards', () => {
  it('mistakes do not compile', () => expect(mistakes).toBeTypeOf('function'));

  const name = 'Guard';
  const refused: readonly [string, () => unknown][] = [
    ['failureThreshold', () => circuitBreaker(name, { protocol, failureThreshold: 0 })],
    ['failureThreshold', () => circuitBreaker(name, { protocol, failureThreshold: 3, rate: {} })],
    ['successThreshold', () => circuitBreaker(name, { protocol, successThreshold: 1.5 })],
    ['halfOpenCalls', () => circuitBreaker(name, { protocol, halfOpenCalls: 0 })],
    ['resetTimeoutMs', () => circuitBreaker(name, { protocol, resetTimeoutMs: -1 })],
    ['resetFactor', () => circuitBreaker(name, { protocol, resetFactor: 0.5 })],
    ['resetMaxMs', () => circuitBreaker(name, { protocol, resetMaxMs: Number.NaN })],
    ['callTimeoutMs', () => circuitBreaker(name, { protocol, callTimeoutMs: 0 })],
    ['rate.windowCalls', () => circuitBreaker(name, { protocol, rate: { windowCalls: 10_001 } })],
    ['rate.minimumCalls', () => circuitBreaker(name, { protocol, rate: { windowCalls: 5, minimumCalls: 6 } })],
    ['rate.failureRatePercent', () => circuitBreaker(name, { protocol, rate: { failureRatePercent: 0 } })],
    ['rate.slowCallMs', () => circuitBreaker(name, { protocol, rate: { slowCallMs: -1 } })],
    ['rate.slowRatePercent', () => circuitBreaker(name, { protocol, rate: { slowRatePercent: 101 } })],
    ['calls', () => bulkhead(name, { protocol, calls: 0 })],
    ['queue', () => bulkhead(name, { protocol, queue: 65_537 })],
    ['maxWaitMs', () => bulkhead(name, { protocol, maxWaitMs: -1 })],
    ['callTimeoutMs', () => bulkhead(name, { protocol, callTimeoutMs: 0 })],
    ['perSecond', () => rateLimiter(name, { protocol, perSecond: 0 })],
    ['burst', () => rateLimiter(name, { protocol, perSecond: 1, burst: 0 })],
    ['queue', () => rateLimiter(name, { protocol, perSecond: 1, queue: -1 })],
    ['attempts', () => retry(name, { protocol, attempts: 0 })],
    ['minMs', () => retry(name, { protocol, minMs: -1 })],
    ['maxMs', () => retry(name, { protocol, minMs: 100, maxMs: 50 })],
    ['factor', () => retry(name, { protocol, factor: 0 })],
    ['jitter', () => retry(name, { protocol, jitter: 2 })],
    ['budget.share', () => retry(name, { protocol, budget: { share: -1 } })],
    ['budget.perSecond', () => retry(name, { protocol, budget: { perSecond: -1 } })],
    ['budget.reserve', () => retry(name, { protocol, budget: { reserve: 0 } })],
    ['callTimeoutMs', () => retry(name, { protocol, callTimeoutMs: 0 })],
    ['waitingCalls', () => retry(name, { protocol, waitingCalls: -1 })],
    ['timeoutMs', () => timeout(name, { protocol, timeoutMs: 0 })],
    ['minLimit', () => concurrencyLimit(name, { protocol, minLimit: 0 })],
    ['maxLimit', () => concurrencyLimit(name, { protocol, minLimit: 5, maxLimit: 4 })],
    ['initialLimit', () => concurrencyLimit(name, { protocol, initialLimit: 2 })],
    ['tolerance', () => concurrencyLimit(name, { protocol, tolerance: 0.5 })],
    ['backoff', () => concurrencyLimit(name, { protocol, backoff: 1 })],
    ['windowCalls', () => concurrencyLimit(name, { protocol, windowCalls: 0 })],
    ['probeAfterMs', () => concurrencyLimit(name, { protocol, probeAfterMs: 0 })],
    ['callTimeoutMs', () => concurrencyLimit(name, { protocol, callTimeoutMs: 0 })],
    ['protocol.Tell.replyTo', () => timeout(name, { protocol: { Tell: {} } as never })],
    ['protocol.Reset', () => circuitBreaker(name, { protocol: { Reset: { replyTo: t.ref({}) } } })],
    ['internal.Turn', () => rateLimiter(name, { protocol: { Turn: { replyTo: t.ref({}) } }, perSecond: 1 })],
  ];
  for (const [field, make] of refused) {
    it(`a wrong setting is refused, naming ${field}: ${String(make).replace(/^\(\) => /, '')}`, () => {
      expect(fieldRefused(make)).toBe(field);
    });
  }

  it('a setting that is a function is kept within its bounds when it is asked', () => {
    const make = () => timeout(name, { protocol, timeoutMs: () => Number.NaN });
    expect(fieldRefused(make)).toBe('nothing was refused');
  });
});

// ── Whatever the target does, every call ends exactly once ──────────────────────────────────────────────────────────

/** Echoes n: at once, or after some ms, or not at all; fails or crashes for some. */
const Erratic = actor('Erratic', {
  protocol,
  internal: { Late: { n: t.int32, replyTo: t.ref({ Echoed: { n: t.int32 } }) } },
  state: () => ({}),
  on: {
    Echo(_, { n, replyTo }, ctx) {
      const choice = ctx.random();
      if (choice < 0.3) ctx.tell(replyTo, { kind: 'Echoed', n });
      else if (choice < 0.6) ctx.startTimer(`late-${n}`, { kind: 'Late', n, replyTo }, ctx.random() * 300);
      else if (choice < 0.8) ctx.fail(replyTo, { code: 'request-rejected', message: 'no' });
      else if (choice < 0.9) throw new Error('crash');
    },
    Late: (_, { n, replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Echoed', n }),
  },
});

const CHAIN = [
  timeout('Innermost', { protocol, timeoutMs: 250 }),
  retry('Retrying', { protocol, callTimeoutMs: 200, waitingCalls: 5 }),
  circuitBreaker('Breaking', { protocol, rate: { windowCalls: 10, minimumCalls: 5 }, resetTimeoutMs: 100 }),
  concurrencyLimit('Limiting', { protocol, initialLimit: 6, windowCalls: 3, probeAfterMs: 500 }),
  bulkhead('Bulk', { protocol, calls: 4, queue: 6, maxWaitMs: 150 }),
  rateLimiter('Rating', { protocol, perSecond: 100, burst: 5, queue: 5 }),
] as const;

const Client = actor('Client', {
  protocol: { Call: { count: t.int32 } },
  supervision: { intensity: 1_000 },
  state: () => ({ first: null as EchoRef | null, sent: 0, ended: [] as number[] }),
  signals: {
    preStart(state, ctx) {
      let target: EchoRef = ctx.spawn(Erratic, { name: 'target', placement: 1 });
      for (const [index, guard] of CHAIN.entries())
        target = ctx.spawn(guard, { placement: index % 2, args: { target } });
      state.first = target;
    },
  },
  on: {
    Call(state, { count }, ctx) {
      for (let index = 0; index < count && state.first !== null; index++) {
        const n = state.sent++;
        ctx.ask(state.first, { kind: 'Echo', n }, { reply: 'Ended', timeoutMs: 1_000_000, context: n });
      }
    },
  },
  replies: {
    Ended: (state, outcome: AskOutcome<{ kind: 'Echoed'; n: number }, number>) => {
      if (outcome.ok && outcome.reply.n !== outcome.context) throw new Error('somebody else’s answer');
      state.ended.push(outcome.context);
    },
  },
});

describe('a chain of all guards before an erratic target', () => {
  it('ends every call exactly once, with its own answer, and keeps nothing (seed 51)', () => {
    const load = fc.array(fc.record({ count: fc.nat(8), waitMs: fc.nat(60) }), {
      minLength: 1,
      maxLength: 40,
      size: 'max',
    });
    fc.assert(
      fc.property(load, (steps) => {
        const system = new TestSystem([Client, Erratic, ...CHAIN], { workers: 2 });
        system.start('Client');
        for (const { count, waitMs } of steps) {
          system.tell('/root', { kind: 'Call', count } as { readonly kind: string });
          system.advance(waitMs);
        }
        // Longer than all waits and time-outs of the chain together.
        system.advance(30_000);
        const { sent, ended } = system.state<{ sent: number; ended: number[] }>('/root');
        expect(ended.toSorted((a, b) => a - b)).toEqual(Array.from({ length: sent }, (_, n) => n));
        for (const { path, state, asks } of system.cells()) {
          const { underWay = 0, waiting = [] } = state as { underWay?: number; waiting?: readonly unknown[] };
          expect([path, underWay, waiting.length, asks?.size ?? 0]).toEqual([path, 0, 0, 0]);
        }
      }),
      { seed: 51, numRuns: 60 },
    );
  });
});
