/** Routers and pools when something is wrong with those they pass messages on to. */
import { describe, expect, it } from 'vitest';
import type { AskOutcome, Behavior, RefOf } from '../../kernel/behavior.ts';

import { actor } from '../../kernel/definition.ts';
import type { ErrorCode } from '../../kernel/errors.ts';
import { injectFault } from '../../kernel/inject.ts';
import type { Ref } from '../../kernel/ref.ts';
import { type MessageOf, t } from '../../kernel/schema.ts';
import { TestSystem } from '../../kernel/testdata/test-system.ts';
import { dispatcher } from './dispatcher.ts';
import { pool } from './pool.ts';
import { type RouterArgs, type RouterControl, router } from './router.ts';
import type { RoutingStrategy } from './routes.ts';
import { pullingWorker, workQueue } from './work-pulling.ts';

const protocol = { Note: {}, Ask: { replyTo: t.ref({ Answer: {} }) } } as const;

/** Answers, or fails the ask with an error. */
const Worker = actor('Worker', {
  protocol,
  state: ({ fails = null }: { readonly fails?: ErrorCode | null }) => ({ fails, notes: 0 }),
  on: {
    Note: (state) => void state.notes++,
    Ask({ fails }, { replyTo }, ctx) {
      if (fails === null) ctx.tell(replyTo, { kind: 'Answer' });
      else ctx.fail(replyTo, { code: fails, message: `says ${fails}` });
    },
  },
});
const Stranger = actor('Stranger', { protocol: { Other: {} }, state: () => ({}), on: { Other: () => undefined } });

type Router = Behavior<typeof protocol & RouterControl<typeof protocol>, RouterArgs<typeof protocol>>;
type Routee = Ref<MessageOf<typeof protocol>>;

/** `/root/router` over a stranger, where there is one, and workers `/root/w0`, `/root/w1` … that fail so. */
function started(behavior: Router, workers: readonly (ErrorCode | null)[], hasStranger: boolean): TestSystem {
  const Root = actor('Root', {
    protocol: { Note: {}, Ask: {} },
    state: () => ({ router: null as RefOf<Router> | null, heard: [] as string[] }),
    signals: {
      preStart(state, ctx) {
        const known = workers.map((fails, index) => ctx.spawn(Worker, { name: `w${index}`, args: { fails } }));
        const strangers = hasStranger ? [ctx.spawn(Stranger) as unknown as Routee] : [];
        state.router = ctx.spawn(behavior, { name: 'router', args: { routees: [...strangers, ...known] } });
      },
    },
    on: {
      Note: (state, _, ctx) => void (state.router !== null && ctx.tell(state.router, { kind: 'Note' })),
      Ask(state, _, ctx) {
        if (state.router !== null) ctx.ask(state.router, { kind: 'Ask' }, { reply: 'Heard', timeoutMs: 9_000 });
      },
    },
    replies: {
      Heard: (state, outcome: AskOutcome) => void state.heard.push(outcome.ok ? 'ok' : outcome.error.code),
    },
  });
  const system = new TestSystem([Root, behavior, Worker, Stranger]);
  system.start('Root');
  return system;
}

function send(system: TestSystem, kind: 'Note' | 'Ask', count: number): void {
  for (let at = 0; at < count; at++) system.tell('/root', { kind });
  system.advance(6_000);
}

const heard = (system: TestSystem) => system.state<{ readonly heard: readonly string[] }>('/root').heard;
const notes = (system: TestSystem, name: string) => system.state<{ readonly notes: number }>(`/root/${name}`).notes;
const failed = (system: TestSystem) => system.events.filter(({ body }) => body.type === 'failed');
const deadLetters = (system: TestSystem) =>
  system.events.reduce((sum, { body }) => (body.type === 'dead-letter' ? sum + body.count : sum), 0);

describe('a routee of another protocol', () => {
  const of = (strategy: RoutingStrategy<typeof protocol>) => router('Router', { protocol, ...strategy });

  it('costs a broadcast its own share, and nobody else anything', () => {
    const system = started(of({ strategy: 'broadcast' }), [null, null], true);
    send(system, 'Note', 5);
    send(system, 'Ask', 1);
    expect([notes(system, 'w0'), notes(system, 'w1'), heard(system)]).toEqual([5, 5, ['ok']]);
    expect(failed(system)).toEqual([]);
  });

  it('costs round robin its turn: a dead letter, and an asker hears of it', () => {
    const system = started(of({ strategy: 'round-robin' }), [null, null], true);
    send(system, 'Note', 6);
    expect([notes(system, 'w0'), notes(system, 'w1'), deadLetters(system)]).toEqual([2, 2, 2]);
    send(system, 'Ask', 3);
    expect([...heard(system)].sort()).toEqual(['no-routees', 'ok', 'ok']);
    expect(failed(system)).toEqual([]);
  });

  it.each(['scatter-gather', 'tail-chopping'] as const)('is passed over by %s', (strategy) => {
    const system = started(of({ strategy }), [null], true);
    send(system, 'Ask', 4);
    expect(heard(system)).toEqual(['ok', 'ok', 'ok', 'ok']);
    const alone = started(of({ strategy }), [], true);
    send(alone, 'Ask', 2);
    expect(heard(alone)).toEqual(['no-routees', 'no-routees']);
    expect([...failed(system), ...failed(alone)]).toEqual([]);
  });

  it('does not take a dispatcher down', () => {
    const Dispatch = dispatcher('Dispatch', { protocol });
    const Root = actor('Root', {
      protocol: {},
      state: () => ({}),
      on: {},
      signals: {
        preStart(_, ctx) {
          const dispatch = ctx.spawn(Dispatch, { name: 'dispatch', args: {} });
          const worker = ctx.spawn(Stranger) as unknown as Routee;
          ctx.tell(dispatch, { kind: 'WorkerStatus', worker, depth: 0, processingMs: 1, utilisation: 0 });
          ctx.tell(dispatch, { kind: 'Note' });
        },
      },
    });
    const system = new TestSystem([Root, Dispatch, Stranger]);
    system.start('Root');
    system.advance(10);
    expect([failed(system), deadLetters(system)]).toEqual([[], 1]);
  });
});

describe('a race that nobody wins', () => {
  it.each(['scatter-gather', 'tail-chopping'] as const)(
    'of %s ends with the error in doubt, if there is one',
    (strategy) => {
      for (const errors of [
        ['handler-failed', 'request-rejected'],
        ['request-rejected', 'handler-failed'],
      ] as const) {
        const system = started(router('Router', { protocol, strategy }), errors, false);
        send(system, 'Ask', 4);
        expect(heard(system)).toEqual(Array.from({ length: 4 }, () => 'handler-failed'));
      }
    },
  );
});

describe('a pool whose actors stop themselves', () => {
  it('does not run empty, however regularly they do', () => {
    const Once = actor('Once', { protocol: { Job: {} }, state: () => ({}), on: { Job: (_s, _m, ctx) => ctx.stop() } });
    const Pool = pool('Pool', { behavior: Once, size: 10 });
    const Root = actor('Root', {
      protocol: {},
      state: () => ({}),
      on: {},
      signals: { preStart: (_, ctx) => void ctx.spawn(Pool, { name: 'pool', args: {} }) },
    });
    const system = new TestSystem([Root, Pool, Once]);
    system.start('Root');
    for (let job = 0; job < 40; job++) {
      system.tell('/root/pool', { kind: 'Job' });
      system.advance(900);
    }
    expect(deadLetters(system)).toBe(0);
    system.advance(1_000);
    expect(system.cells().filter(({ path }) => path.startsWith('/root/pool/')).length).toBe(10);
  });
});

describe('a pulling worker', () => {
  it('reminds its queue whatever `perform` does with the receive time-out', () => {
    const Queue = workQueue('Queue', { job: { n: t.int32 } });
    const Puller = pullingWorker('Puller', {
      job: { n: t.int32 },
      state: () => ({ done: [] as number[] }),
      perform(state, { n }, ctx) {
        ctx.setReceiveTimeout(0);
        state.done.push(n);
      },
      remindMs: 100,
    });
    const Root = actor('Root', {
      protocol: {},
      state: () => ({}),
      on: {},
      signals: {
        preStart(_, ctx) {
          const queue = ctx.spawn(Queue, { name: 'queue', args: {} });
          ctx.spawn(Puller, { name: 'puller', args: { queue } });
        },
      },
    });
    const system = new TestSystem([Root, Queue, Puller]);
    system.start('Root');
    const submit = (n: number): void => {
      const message = { kind: 'Enqueue', job: { n } };
      system.tell('/root/queue', message);
    };
    submit(1);
    // The queue forgets its workers.
    const { kernel, cell } = system.find('/root/queue');
    injectFault(kernel, cell, { kind: 'crash', path: '/root/queue' });
    system.settle();
    submit(2);
    system.advance(150);
    expect(system.state<{ readonly own: { readonly done: readonly number[] } }>('/root/puller').own.done).toEqual([
      1, 2,
    ]);
  });
});
