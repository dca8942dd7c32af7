/** What authors cannot write with routers, pools and queues; and which settings are refused, naming the field. */
import { describe, expect, it } from 'vitest';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import type { Ref } from '../../kernel/ref.ts';
import { type MessageOf, t } from '../../kernel/schema.ts';
import { batcher, batchProtocol } from './batcher.ts';
import { blockingPool } from './blocking-pool.ts';
import { dispatcher } from './dispatcher.ts';
import { pool } from './pool.ts';
import { router } from './router.ts';
import { pullingWorker, workProtocol, workQueue } from './work-pulling.ts';

const protocol = {
  Greet: { name: t.string, times: t.uint32 },
  Ask: { name: t.string, replyTo: t.ref({ Answer: { text: t.string } }) },
} as const;
const asks = { Ask: protocol.Ask } as const;

const Greeter = actor('Greeter', {
  protocol,
  state: ({ greeting }: { readonly greeting: string }) => ({ greeting }),
  on: { Greet: () => undefined, Ask: () => undefined },
});
const Answerer = actor('Answerer', { protocol: asks, state: () => ({}), on: { Ask: () => undefined } });
const Other = actor('Other', { protocol: { Bye: {} }, state: () => ({}), on: { Bye: () => undefined } });

const Router = router('Router', { protocol });
const Hashing = router('Hashing', { protocol, strategy: 'consistent-hash', key: 'name' });
const HashingByFunction = router('HashingByFunction', {
  protocol,
  strategy: 'consistent-hash',
  key: (message) => (message.kind === 'Greet' ? message.times : message.name),
});
const Greeters = pool('Greeters', { behavior: Greeter, size: 2, strategy: 'least-loaded', resize: { upper: 4 } });
const Dispatcher = dispatcher('Dispatcher', { protocol });
const Calls = blockingPool('Calls', { behavior: Answerer });
const job = { url: t.string } as const;
const Jobs = workQueue('Jobs', { job });
const Worker = pullingWorker('Worker', {
  job,
  state: ({ depth }: { readonly depth: number }) => ({ depth, done: 0 }),
  perform(state, { url }) {
    state.done += url.length + state.depth;
  },
});
const Lines = batcher('Lines', { item: { line: t.string } });
const Printer = actor('Printer', {
  protocol: batchProtocol({ line: t.string }),
  state: () => ({ lines: [] as string[] }),
  on: { Batch: (state, { items }) => void state.lines.push(...items.map(({ line }) => line)) },
});

/** Never called: compiling it is the test. */
function mistakes(
  ctx: Context,
  greeter: Ref<MessageOf<typeof protocol>>,
  other: Ref<MessageOf<typeof Other.protocol>>,
) {
  const routed = ctx.spawn(Router, { args: { routees: [greeter] } });
  ctx.spawn(Router);
  ctx.spawn(HashingByFunction);
  ctx.tell(routed, { kind: 'Greet', name: 'you', times: 2 });
  ctx.tell(routed, { kind: 'AddRoutee', routee: greeter });
  ctx.ask(routed, { kind: 'Ask', name: 'you' }, { reply: 'Heard', timeoutMs: 10 });
  ctx.ask(routed, { kind: 'GetRoutees' }, { reply: 'Heard', timeoutMs: 10 });
  // @ts-expect-error a routee that does not accept the protocol
  ctx.spawn(Router, { args: { routees: [other] } });
  // @ts-expect-error as above
  ctx.tell(routed, { kind: 'AddRoutee', routee: other });
  // @ts-expect-error missing field
  ctx.tell(routed, { kind: 'Greet', name: 'you' });
  // @ts-expect-error unknown kind
  ctx.tell(routed, { kind: 'Bye' });
  // @ts-expect-error a kind without `replyTo` cannot be asked
  ctx.ask(routed, { kind: 'Greet', name: 'you', times: 1 }, { reply: 'Heard', timeoutMs: 10 });

  const pooled = ctx.spawn(Greeters, { args: { greeting: 'Hello' } });
  ctx.tell(pooled, { kind: 'Resize', size: 3 });
  // @ts-expect-error the arguments of a pool are those of its routees
  ctx.spawn(Greeters, { args: { greeting: 3 } });
  // @ts-expect-error only a pool is resized
  ctx.tell(routed, { kind: 'Resize', size: 3 });

  const dispatched = ctx.spawn(Dispatcher);
  ctx.tell(dispatched, { kind: 'WorkerStatus', worker: greeter, depth: 1, processingMs: 2, utilisation: 0.5 });
  // @ts-expect-error a worker that does not accept the protocol
  ctx.tell(dispatched, { kind: 'WorkerStatus', worker: other, depth: 1, processingMs: 2, utilisation: 0.5 });

  ctx.ask(ctx.spawn(Calls), { kind: 'Ask', name: 'you' }, { reply: 'Heard', timeoutMs: 10 });
  // @ts-expect-error not a call of the pool
  ctx.tell(ctx.spawn(Calls), { kind: 'Greet', name: 'you', times: 1 });

  const queue = ctx.spawn(Jobs);
  ctx.ask(queue, { kind: 'Submit', job: { url: '/' } }, { reply: 'Heard', timeoutMs: 10 });
  ctx.spawn(Worker, { args: { queue, depth: 1 } });
  // @ts-expect-error a job of another shape
  ctx.ask(queue, { kind: 'Submit', job: { path: '/' } }, { reply: 'Heard', timeoutMs: 10 });
  // @ts-expect-error a worker needs its queue
  ctx.spawn(Worker, { args: { depth: 1 } });
  // @ts-expect-error that is no queue of such jobs
  ctx.spawn(Worker, { args: { queue: other, depth: 1 } });

  const lines = ctx.spawn(Lines, { args: { target: ctx.spawn(Printer) } });
  ctx.tell(lines, { kind: 'Add', item: { line: 'x' } });
  // @ts-expect-error an item of another shape
  ctx.tell(lines, { kind: 'Add', item: { line: 7 } });
  // @ts-expect-error a target that takes no batches
  ctx.spawn(Lines, { args: { target: other } });
}

// @ts-expect-error not a field of every kind
const byTimes = () => router('R', { protocol, strategy: 'consistent-hash', key: 'times' });
// @ts-expect-error consistent hashing needs a key
const withoutKey = () => router('R', { protocol, strategy: 'consistent-hash' });
// @ts-expect-error no such strategy
const byMood = () => router('R', { protocol, strategy: 'mood' });

const minimal = { job };

describe('routers, pools and queues', () => {
  it('mistakes do not compile', () => expect([mistakes, Hashing, workProtocol(job)]).toHaveLength(3));

  const refused: readonly [string, () => unknown, string][] = [
    ['an unknown strategy', byMood, 'strategy'],
    ['a key that not every kind has', byTimes, 'key'],
    ['consistent hashing without a key', withoutKey, 'key'],
    [
      'a key that is no text or number',
      () => router('R', { protocol: asks, strategy: 'consistent-hash', key: 'replyTo' as 'name' }),
      'key',
    ],
    [
      'no virtual nodes',
      () => router('R', { protocol, strategy: 'consistent-hash', key: 'name', virtualNodes: 0 }),
      'virtualNodes',
    ],
    ['no time to answer', () => router('R', { protocol, strategy: 'scatter-gather', withinMs: 0 }), 'withinMs'],
    ['no interval', () => router('R', { protocol, strategy: 'tail-chopping', intervalMs: Number.NaN }), 'intervalMs'],
    ['no questions', () => router('R', { protocol, strategy: 'scatter-gather', asksMax: 0 }), 'asksMax'],
    ['a kind of its own', () => router('R', { protocol: { AddRoutee: {} } }), 'protocol.AddRoutee'],
    ['a kind of its own', () => dispatcher('D', { protocol: { WorkerStatus: {} } }), 'protocol.WorkerStatus'],
    ['a pool of nobody', () => pool('P', { behavior: Greeter, size: 0 }), 'size'],
    ['a pool of too many', () => pool('P', { behavior: Greeter, size: 257 }), 'size'],
    ['a pool nowhere', () => pool('P', { behavior: Greeter, placement: [] }), 'placement'],
    ['a worker that cannot be', () => pool('P', { behavior: Greeter, placement: [0, -1] }), 'placement[1]'],
    ['a lower bound of 0', () => pool('P', { behavior: Greeter, resize: { lower: 0 } }), 'resize.lower'],
    ['no capacity', () => workQueue('Q', { ...minimal, capacity: 0 }), 'capacity'],
    ['no attempt', () => workQueue('Q', { ...minimal, attemptsMax: 0 }), 'attemptsMax'],
    ['no lease', () => workQueue('Q', { ...minimal, leaseMs: 0 }), 'leaseMs'],
    [
      'no wait',
      () => pullingWorker('W', { job, state: () => ({}), perform: () => undefined, remindMs: 0 }),
      'remindMs',
    ],
    ['empty batches', () => batcher('B', { item: job, size: 0 }), 'size'],
    ['a negative delay', () => batcher('B', { item: job, delayMs: -1 }), 'delayMs'],
    ['no time for staleness', () => dispatcher('D', { protocol, staleMs: 0 }), 'staleMs'],
    ['no calls', () => blockingPool('C', { behavior: Answerer, size: 0 }), 'size'],
    ['half a place', () => blockingPool('C', { behavior: Answerer, queue: 0.5 }), 'queue'],
    ['no time for calls', () => blockingPool('C', { behavior: Answerer, callTimeoutMs: 0 }), 'callTimeoutMs'],
    ['calls that nobody can ask', () => blockingPool('C', { behavior: Greeter }), 'protocol.Greet'],
  ];
  for (const [what, make, field] of refused) {
    it(`${what} is refused, naming ${field}`, () => {
      expect(make).toThrowError(expect.objectContaining({ code: 'invalid-configuration', field }));
    });
  }
});
