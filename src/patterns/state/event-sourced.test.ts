/** Event sourcing: what options are refused, what does not compile, and a property against a dumb model. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unreachable } from '../../base/assert.ts';
import { copyOf } from '../../base/copy.ts';
import type { AskOutcome, Behavior, RefOf } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { injectFault } from '../../kernel/inject.ts';
import { type Protocol, t } from '../../kernel/schema.ts';
import { TestSystem } from '../../kernel/testdata/test-system.ts';
import { eventSourced } from './event-sourced.ts';
import type { EventSourcedOptions } from './event-sourced-options.ts';
import { inMemoryPersistence, type PersistenceRef } from './persistence.ts';

const Done = { Done: { count: t.uint32 } } as const;

const protocol = { Add: { n: t.uint32, also: t.optional(t.uint32), replyTo: t.ref(Done) } } as const;
const events = { Added: { n: t.uint32 } } as const;

/** A list of numbers; an `Add` with `also` is two events that are stored together. */
const List = eventSourced('List', {
  protocol,
  events,
  state: () => ({ items: [] as number[] }),
  commands: {
    Add: (_, { n, also }) =>
      also === undefined
        ? { kind: 'Added', n }
        : [
            { kind: 'Added', n },
            { kind: 'Added', n: also },
          ],
  },
  apply: { Added: (state, { n }) => void state.items.push(n) },
  stored: { Add: (state, { replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Done', count: state.items.length }) },
  snapshotEvery: 5,
  storeTimeoutMs: 50,
  recoveryRetryMs: 10,
  recoveryAttempts: 100,
});

const Store = inMemoryPersistence('Store');

interface ClientState {
  readonly storeOn: number;
  list: RefOf<typeof List> | null;
  readonly acknowledged: number[];
  readonly refused: number[];
  /** The list crashed: they may be there or not. */
  readonly unknown: number[];
}

/** Starts the store and the list, and writes down what became of each number. */
const Client = actor('Client', {
  protocol: { Send: { n: t.uint32, also: t.optional(t.uint32) } },
  supervision: { intensity: 1_000, periodMs: 1 },
  state: ({ storeOn }: { readonly storeOn: number }): ClientState => ({
    storeOn,
    list: null,
    acknowledged: [],
    refused: [],
    unknown: [],
  }),
  signals: {
    preStart(state, ctx) {
      const store = ctx.spawn(Store, { name: 'store', placement: state.storeOn });
      state.list = ctx.spawn(List, { name: 'list', args: { store } });
    },
  },
  on: {
    Send(state, { n, also }, ctx) {
      if (state.list === null) return;
      const context = also === undefined ? [n] : [n, also];
      const message = { kind: 'Add', n, ...(also === undefined ? {} : { also }) } as const;
      ctx.ask(state.list, message, { reply: 'Settled', timeoutMs: 60_000, context });
    },
  },
  replies: {
    Settled(state, outcome: AskOutcome<{ readonly kind: 'Done' }, readonly number[]>) {
      if (outcome.ok) state.acknowledged.push(...outcome.context);
      else if (outcome.error.code === 'handler-failed') state.unknown.push(...outcome.context);
      else state.refused.push(...outcome.context);
    },
  },
});

interface ListView {
  readonly state: { readonly items: readonly number[] };
  readonly journal: { readonly phase: string; readonly sequence: number };
}

type Action =
  | { readonly do: 'send'; readonly pair: boolean }
  | { readonly do: 'crash' }
  | { readonly do: 'run'; readonly turns: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'fail'; readonly operation: string; readonly how: string; readonly count: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), pair: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('run' as const), turns: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 60 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      operation: fc.constantFrom('Append', 'Read', 'SaveSnapshot', 'LoadSnapshot'),
      how: fc.constantFrom('refuse', 'ignore', 'lose-answer'),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

/** Takes so many turns and carries so many messages between workers: a crash can come between any two of them. */
function step(system: TestSystem, turns: number): void {
  for (let turn = 0; turn < turns; turn++) {
    for (const kernel of system.kernels) kernel.run(1, 1);
    system.deliverOne();
  }
}

function crash(system: TestSystem): void {
  const { kernel, cell } = system.find('/root/list');
  injectFault(kernel, cell, { kind: 'crash', path: '/root/list' });
}

function perform(system: TestSystem, one: Action, next: () => number): void {
  switch (one.do) {
    case 'send': {
      const n = next();
      return system.post('/root', { kind: 'Send', n, ...(one.pair ? { also: next() } : {}) } as never);
    }
    case 'crash':
      return crash(system);
    case 'run':
      return step(system, one.turns);
    case 'wait':
      return system.advance(one.ms);
    case 'fail': {
      const { operation, how, count } = one;
      return system.post('/root/store', { kind: 'FailNext', operation, how, count } as never);
    }
    default:
      return unreachable(one, 'action');
  }
}

describe('an event-sourced actor', () => {
  it('has every acknowledged event once and in order, whatever crashes and fails (seed 7)', () => {
    const seen = { acknowledged: 0, refused: 0, unknown: 0, restarts: 0 };
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1 }),
        fc.array(action, { minLength: 5, maxLength: 60, size: 'max' }),
        (storeOn, actions) => {
          const system = new TestSystem([Client, List, Store], { workers: 2 });
          system.start('Client', { storeOn });
          let last = 0;
          for (const one of actions) perform(system, one, () => ++last);
          // Everything is settled, and then all memory of it is lost.
          system.settle();
          system.advance(50_000);
          crash(system);
          system.settle();
          system.advance(50_000);
          const { acknowledged, refused, unknown } = system.state<ClientState>('/root');
          const { state, journal } = system.state<ListView>('/root/list');
          const { items } = state;
          expect(journal).toMatchObject({ phase: 'ready', sequence: items.length });
          // Numbers were sent in ascending order; those that are there are there once.
          expect(items).toEqual([...new Set(items)].sort((a, b) => a - b));
          expect(acknowledged.filter((n) => !items.includes(n))).toEqual([]);
          expect(refused.filter((n) => items.includes(n))).toEqual([]);
          const sent = Array.from({ length: last }, (_, index) => index + 1);
          expect([...acknowledged, ...refused, ...unknown].sort((a, b) => a - b)).toEqual(sent);
          seen.acknowledged += acknowledged.length;
          seen.refused += refused.length;
          seen.unknown += unknown.length;
          seen.restarts += system.find('/root/list').cell.incarnation - 1;
        },
      ),
      { seed: 7, numRuns: 1_000 },
    );
    // The property means something only if all of it happened.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
  });
});

describe('options', () => {
  type Options = EventSourcedOptions<typeof protocol, typeof events, object, unknown, Protocol, string>;
  const minimal = {
    protocol,
    events,
    state: () => ({}),
    commands: { Add: () => undefined },
    apply: { Added: () => undefined },
  };
  const refused: readonly [string, object, string][] = [
    ['a negative snapshot interval', { snapshotEvery: -1 }, 'snapshotEvery'],
    ['half an event', { snapshotEvery: 0.5 }, 'snapshotEvery'],
    ['no time for the store', { storeTimeoutMs: 0 }, 'storeTimeoutMs'],
    ['no attempt', { recoveryAttempts: 0 }, 'recoveryAttempts'],
    ['a negative pause', { recoveryRetryMs: -1 }, 'recoveryRetryMs'],
    ['a missing command', { commands: {} }, 'commands.Add'],
    ['a missing event', { apply: {} }, 'apply.Added'],
    ['an unknown event', { apply: { ...minimal.apply, Removed: () => undefined } }, 'apply.Removed'],
    ['an answer to an unknown command', { stored: { Remove: () => undefined } }, 'stored.Remove'],
    ['no stash', { mailbox: { stash: 0 } }, 'mailbox.stash'],
  ];
  for (const [what, options, field] of refused) {
    it(`${what} is refused, naming ${field}`, () => {
      const make = () => eventSourced('E', { ...minimal, ...options } as unknown as Options);
      expect(make).toThrowError(expect.objectContaining({ code: 'invalid-configuration', field }));
    });
  }
});

/** Never called: compiling it is the test. */
function mistakes(ctx: Context, list: RefOf<typeof List>, store: PersistenceRef): void {
  ctx.spawn(List, { args: { store } });
  // @ts-expect-error no store
  ctx.spawn(List, { args: {} });
  ctx.ask(list, { kind: 'Add', n: 1 }, { reply: 'Known', timeoutMs: 1 });
  // @ts-expect-error missing field
  ctx.ask(list, { kind: 'Add' }, { reply: 'Known', timeoutMs: 1 });
  // @ts-expect-error events are not for others to send
  ctx.tell(list, { kind: 'Added', n: 1 });
  const base = { protocol, events, state: () => ({ sum: 0 }) };
  const add = (state: { sum: number }, { n }: { readonly n: number }): void => {
    state.sum += n;
  };
  eventSourced('A', {
    ...base,
    commands: {
      // @ts-expect-error not an event
      Add: () => ({ kind: 'Removed', n: 1 }),
    },
    apply: { Added: add },
  });
  eventSourced('B', {
    ...base,
    commands: {
      // @ts-expect-error an event without its field
      Add: () => ({ kind: 'Added' }),
    },
    apply: { Added: add },
  });
  // @ts-expect-error no handler for Add
  eventSourced('C', { ...base, commands: {}, apply: { Added: add } });
  // @ts-expect-error nothing folds Added
  eventSourced('D', { ...base, commands: { Add: () => undefined }, apply: {} });
  eventSourced('E', {
    ...base,
    commands: {
      Add(state) {
        // @ts-expect-error commands change nothing
        state.sum = 1;
      },
    },
    apply: { Added: add },
  });
  eventSourced('F', {
    ...base,
    // @ts-expect-error what it becomes is its own business
    commands: { Add: (_state, _command, ctx) => ctx.become() },
    apply: { Added: add },
  });
  const withArgs: Behavior<typeof protocol, { readonly start: number; readonly store: PersistenceRef }> = eventSourced(
    'G',
    {
      protocol,
      events,
      state: ({ start }: { readonly start: number }) => ({ sum: start }),
      commands: { Add: (_, { n }) => [{ kind: 'Added', n }] },
      apply: { Added: add },
    },
  );
  // @ts-expect-error wrong argument
  ctx.spawn(withArgs, { args: { store, start: 'one' } });
}

it('mistakes do not compile', () => expect(mistakes).toBeTypeOf('function'));

describe('a copy', () => {
  it('is equal and shares nothing (seed 3)', () => {
    const value = fc.anything({ withMap: true, withSet: true, withTypedArray: true, withNullPrototype: false });
    fc.assert(
      fc.property(value, (original) => {
        const copied = copyOf(original);
        expect(copied).toEqual(original);
        if (typeof original === 'object' && original !== null) expect(copied).not.toBe(original);
      }),
      { seed: 3 },
    );
  });
});
