/** The store in memory: its promises and its bounds. */
import { describe, expect, it } from 'vitest';
import type { AskOutcome } from '../../kernel/behavior.ts';
import { actor } from '../../kernel/definition.ts';
import { t } from '../../kernel/schema.ts';
import { TestSystem } from '../../kernel/testdata/test-system.ts';
import { type InMemoryPersistenceOptions, inMemoryPersistence, type PersistenceRef } from './persistence.ts';

/** Asks the store what it is told to, and keeps the last outcome. */
const Asker = actor('Asker', {
  protocol: { Ask: { request: t.any } },
  state: () => ({ store: null as PersistenceRef | null, last: null as unknown }),
  signals: {
    preStart(state, ctx) {
      state.store = ctx.spawn({ name: 'Store' } as ReturnType<typeof inMemoryPersistence>, { name: 'store' });
    },
  },
  on: {
    Ask(state, { request }, ctx) {
      if (state.store !== null) ctx.ask(state.store, request as never, { reply: 'Answered', timeoutMs: 100 });
    },
  },
  replies: {
    Answered(state, outcome: AskOutcome) {
      state.last = outcome.ok ? outcome.reply : [outcome.error.code, outcome.error.field];
    },
  },
});

/** Makes requests of a new store, one after another; the answer to each, or the code and the field of its error. */
function storeWith(options: InMemoryPersistenceOptions = {}) {
  const system = new TestSystem([Asker, inMemoryPersistence('Store', options)]);
  system.start('Asker');
  return {
    ask(request: { readonly kind: string; readonly [field: string]: unknown }): unknown {
      system.tell('/root', { kind: 'Ask', request } as never);
      system.advance(200);
      return system.state<{ readonly last: unknown }>('/root').last;
    },
    fail: (operation: string, how: string, count = 1) =>
      system.tell('/root/store', { kind: 'FailNext', operation, how, count } as never),
  };
}

const append = (expected: number, ...events: unknown[]) => ({ kind: 'Append', id: 'a', expected, writer: 1, events });
const read = (after: number, limit = 100) => ({ kind: 'Read', id: 'a', after, limit });
const stored = (sequence: number, event: unknown) => ({ sequence, writer: 1, event });

describe('a store in memory', () => {
  it('numbers events from 1 and reads them in pages', () => {
    const store = storeWith();
    expect(store.ask(read(0))).toEqual({ kind: 'EventsRead', events: [], sequence: 0 });
    expect(store.ask(append(0, 'x', 'y'))).toEqual({ kind: 'Appended', sequence: 2 });
    expect(store.ask(append(2, 'z'))).toEqual({ kind: 'Appended', sequence: 3 });
    expect(store.ask(read(0, 2))).toEqual({
      kind: 'EventsRead',
      events: [stored(1, 'x'), stored(2, 'y')],
      sequence: 3,
    });
    expect(store.ask(read(2, 2))).toEqual({ kind: 'EventsRead', events: [stored(3, 'z')], sequence: 3 });
  });

  it('refuses an append that expects another end, and changes nothing', () => {
    const store = storeWith();
    store.ask(append(0, 'x'));
    expect(store.ask(append(0, 'y'))).toEqual(['request-rejected', 'expected']);
    expect(store.ask(append(2, 'y'))).toEqual(['request-rejected', 'expected']);
    expect(store.ask(read(0))).toMatchObject({ sequence: 1 });
  });

  it('never uses a number twice, also when its event has been deleted', () => {
    const store = storeWith();
    store.ask(append(0, 'x', 'y', 'z'));
    expect(store.ask({ kind: 'DeleteUpTo', id: 'a', sequence: 2 })).toEqual({ kind: 'Deleted', count: 2 });
    expect(store.ask(read(0))).toEqual({ kind: 'EventsRead', events: [stored(3, 'z')], sequence: 3 });
    expect(store.ask({ kind: 'DeleteUpTo', id: 'a', sequence: 9 })).toEqual({ kind: 'Deleted', count: 1 });
    expect(store.ask(append(3, 'w'))).toEqual({ kind: 'Appended', sequence: 4 });
  });

  it('keeps the latest snapshot, but none of events that it does not have', () => {
    const store = storeWith();
    const save = (sequence: number, state: unknown) => ({ kind: 'SaveSnapshot', id: 'a', sequence, state });
    expect(store.ask(save(1, 's'))).toEqual(['request-rejected', 'sequence']);
    store.ask(append(0, 'x', 'y'));
    store.ask(save(1, 's'));
    expect(store.ask(save(2, 't'))).toEqual({ kind: 'SnapshotSaved', sequence: 2 });
    expect(store.ask({ kind: 'LoadSnapshot', id: 'a' })).toEqual({ kind: 'SnapshotLoaded', sequence: 2, state: 't' });
    expect(store.ask({ kind: 'LoadSnapshot', id: 'b' })).toMatchObject({ sequence: 0, state: null });
  });

  it('refuses what does not fit', () => {
    const store = storeWith({ idsMax: 1, eventsMax: 2 });
    store.ask(append(0, 'x'));
    expect(store.ask(append(1, 'y', 'z'))).toEqual(['request-rejected', 'events']);
    expect(store.ask(append(1, 'y'))).toMatchObject({ sequence: 2 });
    expect(store.ask({ ...append(0, 'x'), id: 'b' })).toEqual(['request-rejected', 'id']);
  });

  it('fails as it is told to, as often as it is told to', () => {
    const store = storeWith();
    store.fail('Append', 'refuse');
    expect(store.ask(append(0, 'x'))).toEqual(['request-rejected', undefined]);
    store.fail('Append', 'ignore');
    expect(store.ask(append(0, 'x'))).toEqual(['ask-timeout', undefined]);
    store.fail('Append', 'lose-answer');
    expect(store.ask(append(0, 'x'))).toEqual(['ask-timeout', undefined]);
    store.fail('Read', 'refuse', 2);
    expect(store.ask(read(0))).toEqual(['request-rejected', undefined]);
    expect(store.ask(read(0))).toEqual(['request-rejected', undefined]);
    expect(store.ask(read(0))).toEqual({ kind: 'EventsRead', events: [stored(1, 'x')], sequence: 1 });
  });

  for (const [field, value] of [
    ['idsMax', 0],
    ['idsMax', 1.5],
    ['eventsMax', 0],
    ['eventsMax', 1_000_001],
  ] as const) {
    it(`${field} ${value} is refused`, () => {
      const make = () => inMemoryPersistence('Store', { [field]: value });
      expect(make).toThrowError(expect.objectContaining({ code: 'invalid-configuration', field }));
    });
  }
});
