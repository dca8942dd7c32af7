/** What may have been done: stores and steps behind guards that refuse after an attempt of which nobody knows the outcome. */
import { describe, expect, it } from 'vitest';
import type { AnyBehavior, AskOutcome, Behavior, RefOf } from '../../kernel/behavior.ts';
import { actor } from '../../kernel/definition.ts';
import { injectFault } from '../../kernel/inject.ts';
import type { Ref } from '../../kernel/ref.ts';
import { type MessageOf, t } from '../../kernel/schema.ts';
import { TestSystem } from '../../kernel/testdata/test-system.ts';
import { circuitBreaker } from '../guards/circuit-breaker.ts';
import { retry } from '../guards/retry.ts';
import { blockingPool } from '../routing/blocking-pool.ts';
import { eventSourced } from './event-sourced.ts';
import { inMemoryPersistence, PersistenceProtocol, type PersistenceRef } from './persistence.ts';
import { saga } from './saga.ts';
import { sagaRequest } from './saga-options.ts';

const Store = inMemoryPersistence('Store');

describe('a store behind a breaker behind a retry', () => {
  const Breaker = circuitBreaker('Breaker', {
    protocol: PersistenceProtocol,
    failureThreshold: 1,
    callTimeoutMs: 50,
    resetTimeoutMs: 500,
  });
  const Retry = retry('Retry', { protocol: PersistenceProtocol, attempts: 3, callTimeoutMs: 100, minMs: 10 });
  const Sum = eventSourced('Sum', {
    protocol: { Add: { n: t.int32, replyTo: t.ref({ Total: { n: t.int32 } }) } },
    events: { Added: { n: t.int32 } },
    state: () => ({ n: 0 }),
    commands: { Add: (_, { n }) => ({ kind: 'Added', n }) },
    apply: {
      Added(state, { n }) {
        state.n += n;
      },
    },
    stored: { Add: (state, { replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Total', n: state.n }) },
    storeTimeoutMs: 5_000,
    recoveryRetryMs: 600,
  });
  const Root = actor('Root', {
    protocol: { Add: { n: t.int32 }, LoseAnswer: {} },
    state: () => ({
      store: null as RefOf<typeof Store> | null,
      sum: null as RefOf<typeof Sum> | null,
      heard: [] as string[],
    }),
    signals: {
      preStart(state, ctx) {
        state.store = ctx.spawn(Store, { name: 'store' });
        const breaker = ctx.spawn(Breaker, { args: { target: state.store as unknown as PersistenceRef } });
        const guarded = ctx.spawn(Retry, { args: { target: breaker as unknown as PersistenceRef } });
        state.sum = ctx.spawn(Sum, { name: 'sum', args: { store: guarded } });
      },
    },
    on: {
      Add(state, { n }, ctx) {
        if (state.sum === null) return;
        ctx.ask(state.sum, { kind: 'Add', n }, { reply: 'Heard', timeoutMs: 20_000, context: n });
      },
      LoseAnswer(state, _, ctx) {
        const order = { kind: 'FailNext', operation: 'Append', how: 'lose-answer', count: 1 } as const;
        if (state.store !== null) ctx.tell(state.store, order);
      },
    },
    replies: {
      Heard(state, outcome: AskOutcome<{ readonly kind: 'Total'; readonly n: number }, number>) {
        state.heard.push(`${outcome.context} → ${outcome.ok ? outcome.reply.n : outcome.error.code}`);
      },
    },
  });

  it('never has an event that its actor has refused', () => {
    const system = new TestSystem([Root, Sum, Store, Breaker, Retry], { workers: 2 });
    system.start('Root');
    system.tell('/root', { kind: 'LoseAnswer' });
    for (const n of [1, 10, 100]) {
      const message = { kind: 'Add', n };
      system.tell('/root', message);
      system.advance(10_000);
    }
    // The answer of the first append was lost and the breaker refused the second: only the log knew.
    expect(system.state<{ readonly heard: readonly string[] }>('/root').heard).toEqual([
      '1 → 1',
      '10 → 11',
      '100 → 111',
    ]);
    const { logs } = system.state<{ readonly logs: ReadonlyMap<string, { readonly events: readonly unknown[] }> }>(
      '/root/store',
    );
    expect([...logs.values()].map(({ events }) => events.length)).toEqual([3]);
  });
});

describe('a saga', () => {
  const ok = t.ref({ Ok: {} });
  const desk = { Book: { trip: t.string, replyTo: ok }, Cancel: { trip: t.string, replyTo: ok } } as const;
  type Desk = Ref<MessageOf<typeof desk>>;

  /** Books at once and answers far too late. */
  const Hotel = actor('Hotel', {
    protocol: desk,
    internal: { Late: { to: ok } },
    state: () => ({}),
    on: {
      Book(_, { trip, replyTo }, ctx) {
        if (ctx.child(trip) === undefined) ctx.spawn(Room, { name: trip });
        ctx.startTimer('late', { kind: 'Late', to: replyTo }, 10_000);
      },
      Late: (_, { to }, ctx) => ctx.tell(to, { kind: 'Ok' }),
      Cancel(_, { trip, replyTo }, ctx) {
        const room = ctx.child(trip);
        if (room !== undefined) ctx.stop(room);
        ctx.tell(replyTo, { kind: 'Ok' });
      },
    },
  });
  /** A booking is an actor, so that it is seen from outside. */
  const Room = actor('Room', { protocol: {}, state: () => ({}), on: {} });

  const Trip = saga('Trip', {
    input: { instead: t.any },
    data: ({ instead }) => ({ instead: instead as object }),
    stepTimeoutMs: 5_000,
    steps: [
      {
        name: 'hotel',
        request: (data, { hotel }: { readonly hotel: Desk }, run) =>
          sagaRequest(hotel, { kind: 'Book', trip: run, ...data.instead }),
        undo: (_, { hotel }, run) => sagaRequest(hotel, { kind: 'Cancel', trip: run }),
      },
    ],
  });

  /** @param instead fields of the booking that are not what they should be */
  function started(
    spawnDesk: (ctx: Parameters<typeof spawn>[0]) => Desk,
    others: readonly AnyBehavior[],
    instead: object = {},
  ) {
    const Root = actor('Root', {
      protocol: { Go: {} },
      state: () => ({ trip: null as RefOf<typeof Trip> | null, end: '' }),
      signals: {
        preStart(state, ctx) {
          const store = ctx.spawn(Store, { name: 'store' });
          state.trip = ctx.spawn(Trip, { name: 'trip', args: { store, hotel: spawnDesk(ctx) } });
        },
      },
      on: {
        Go(state, _, ctx) {
          if (state.trip === null) return;
          ctx.ask(state.trip, { kind: 'Start', run: 'r', input: { instead } }, { reply: 'Ended', timeoutMs: 60_000 });
        },
      },
      replies: {
        Ended(state, outcome: AskOutcome) {
          state.end = outcome.ok ? outcome.reply.kind : outcome.error.code;
        },
      },
    });
    const system = new TestSystem([Root, Trip, Store, Hotel, Room, ...others], { workers: 2 });
    system.start('Root');
    system.tell('/root', { kind: 'Go' });
    return system;
  }
  const spawn = (
    ctx: { spawn: (behavior: Behavior<typeof desk, never>, options: object) => Desk },
    one: unknown,
    options: object,
  ) => ctx.spawn(one as Behavior<typeof desk, never>, options);

  const rooms = (system: TestSystem) => system.cells().filter(({ path }) => path.endsWith('/r')).length;
  const endOf = (system: TestSystem) => system.state<{ readonly end: string }>('/root').end;

  it('undoes a step whose retries are exhausted', () => {
    const Retry = retry('Retry', {
      protocol: desk,
      attempts: 2,
      callTimeoutMs: 50,
      minMs: 10,
      retriedErrors: ['ask-timeout'],
    });
    const system = started(
      (ctx) => spawn(ctx, Retry, { args: { target: spawn(ctx, Hotel, { name: 'hotel' }) } }),
      [Retry],
    );
    expect(rooms(system)).toBe(1);
    system.advance(30_000);
    expect([endOf(system), rooms(system)]).toEqual(['Aborted', 0]);
  });

  it('undoes a step that a blocking pool had under way when it restarted', () => {
    const Desks = blockingPool('Desks', { behavior: Hotel, size: 1, supervision: { keepChildren: true } });
    const system = started((ctx) => spawn(ctx, Desks, { name: 'desks' }), [Desks]);
    system.advance(20);
    expect(rooms(system)).toBe(1);
    const { kernel, cell } = system.find('/root/desks');
    injectFault(kernel, cell, { kind: 'crash', path: '/root/desks' });
    system.advance(30_000);
    expect([endOf(system), rooms(system)]).toEqual(['Aborted', 0]);
  });

  it('does not undo a step of which nobody was asked, because the request does not fit', () => {
    const system = started((ctx) => spawn(ctx, Hotel, { name: 'hotel' }), [], { trip: 5 });
    system.advance(1_000);
    const { journal } = system.state<{ readonly journal: { readonly sequence: number } }>('/root/trip');
    // Two events: that it began, and that its step failed. Nothing was undone.
    expect([endOf(system), journal.sequence]).toEqual(['Aborted', 2]);
  });
});
