/** Durable stores over a disk that outlives them: what they answer, what they survive, and what their askers hear. */
import { describe, expect, it } from 'vitest';
import type { AskOutcome, RefOf } from '../../../kernel/behavior.ts';
import { actor } from '../../../kernel/definition.ts';
import { injectFault } from '../../../kernel/inject.ts';
import { t } from '../../../kernel/schema.ts';
import { TestSystem } from '../../../kernel/testdata/test-system.ts';
import {
  type DurablePersistenceOptions,
  type DurablePersistenceState,
  durablePersistence,
} from '../../../patterns/state/durable-persistence.ts';
import { eventSourced } from '../../../patterns/state/event-sourced.ts';
import type { PersistenceRef } from '../../../patterns/state/persistence.ts';
import { StoredJournal } from './stored-journal.ts';
import { type Disk, MemoryMedium, newDisk } from './testdata/memory-medium.ts';

/** A list of numbers. */
const List = eventSourced('List', {
  protocol: { Add: { n: t.uint32, replyTo: t.ref({ Done: { count: t.uint32 } }) } },
  events: { Added: { n: t.uint32 } },
  state: () => ({ items: [] as number[] }),
  commands: { Add: (_, { n }) => ({ kind: 'Added', n }) },
  apply: { Added: (state, { n }) => void state.items.push(n) },
  stored: { Add: (state, { replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Done', count: state.items.length }) },
  snapshotEvery: 4,
  deleteEvents: true,
  storeTimeoutMs: 50,
  recoveryRetryMs: 10,
  recoveryAttempts: 100,
});

/** Starts a store and a list, on workers of their own; asks both what it is told to. */
const Root = actor('Root', {
  protocol: { Add: { n: t.uint32 }, Ask: { request: t.any }, StopStore: {} },
  supervision: { intensity: 1_000, periodMs: 1 },
  state: () => ({
    store: null as PersistenceRef | null,
    list: null as RefOf<typeof List> | null,
    acknowledged: [] as number[],
    failed: [] as (readonly [number, string])[],
    heard: [] as unknown[],
  }),
  signals: {
    preStart(state, ctx) {
      state.store = ctx.spawn(durablePersistence('Store'), { name: 'store', placement: 1 });
      state.list = ctx.spawn(List, { name: 'list', args: { store: state.store }, placement: 2 });
    },
  },
  on: {
    Add({ list }, { n }, ctx) {
      if (list !== null) ctx.ask(list, { kind: 'Add', n }, { reply: 'Added', timeoutMs: 5_000, context: n });
    },
    Ask({ store }, { request }, ctx) {
      if (store !== null) ctx.ask(store, request as never, { reply: 'Answered', timeoutMs: 5_000, context: null });
    },
    StopStore({ store }, _, ctx) {
      if (store !== null) ctx.stop(store);
    },
  },
  replies: {
    Added(state, { ok, context, ...outcome }: AskOutcome<{ readonly kind: 'Done' }, number>) {
      if (ok) state.acknowledged.push(context);
      else state.failed.push([context, (outcome as { readonly error: { readonly code: string } }).error.code]);
    },
    Answered(state, outcome: AskOutcome) {
      state.heard.push(outcome.ok ? outcome.reply : [outcome.error.code, outcome.error.field]);
    },
  },
});

interface RootState {
  readonly acknowledged: readonly number[];
  readonly failed: readonly (readonly [number, string])[];
  readonly heard: readonly unknown[];
}

/** More turns of the event loop than anything here takes to come to an end. */
const ROUNDS = 60;

/** A system of three workers, with the root on 0, the store on 1 and the list on 2. */
function systemOn(disk: Disk | undefined, options: DurablePersistenceOptions = {}) {
  let media: (MemoryMedium | undefined)[] = [];
  let journals: (StoredJournal | undefined)[] = [];
  const outside = (worker: number) => ({
    storage: (_name: string, bounds: { readonly idsMax: number; readonly eventsMax: number }) => {
      media[worker] ??= new MemoryMedium(disk as Disk);
      journals[worker] ??= new StoredJournal(media[worker], bounds);
      return journals[worker];
    },
    pipe(start: () => PromiseLike<unknown>, settle: (outcome: { readonly ok: true; readonly value: unknown }) => void) {
      void start().then((value) => settle({ ok: true, value }));
    },
  });
  const behaviors = [Root, List, durablePersistence('Store', options)];
  const system = new TestSystem(behaviors, { workers: 3, ...(disk === undefined ? {} : { outside }) });
  system.start('Root');
  const flow = async (rounds = ROUNDS): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      await new Promise((resolve) => setImmediate(resolve));
      system.settle();
      system.advance(2);
    }
  };
  return {
    system,
    flow,
    medium: () => media[1] as MemoryMedium,
    add: (n: number) => system.tell('/root', { kind: 'Add', n } as never),
    async ask(request: object): Promise<unknown> {
      system.tell('/root', { kind: 'Ask', request } as never);
      await flow(10);
      return system.state<RootState>('/root').heard.at(-1);
    },
    root: () => system.state<RootState>('/root'),
    store: () => system.state<DurablePersistenceState>('/root/store'),
    items: () => system.state<{ readonly state: { readonly items: readonly number[] } }>('/root/list').state.items,
    kill(worker: number) {
      system.killWorker(worker);
      // A worker that takes the place of another has nothing of what that one had opened.
      media = media.map((medium, index) => (index === worker ? undefined : medium));
      journals = journals.map((journal, index) => (index === worker ? undefined : journal));
      system.settle();
    },
  };
}

const append = (expected: number, ...events: unknown[]) => ({ kind: 'Append', id: 'x', expected, writer: 1, events });
const read = { kind: 'Read', id: 'x', after: 0, limit: 10 };

describe('a durable store', () => {
  it('answers as every store does', async () => {
    const { ask, store } = systemOn(newDisk());
    expect(await ask(append(0, 'x', 'y'))).toEqual({ kind: 'Appended', sequence: 2 });
    expect(await ask(append(0, 'z'))).toEqual(['request-rejected', 'expected']);
    expect(await ask({ kind: 'SaveSnapshot', id: 'x', sequence: 1, state: 's' })).toEqual({
      kind: 'SnapshotSaved',
      sequence: 1,
    });
    expect(await ask({ kind: 'DeleteUpTo', id: 'x', sequence: 1 })).toEqual({ kind: 'Deleted', count: 1 });
    expect(await ask(read)).toEqual({
      kind: 'EventsRead',
      events: [{ sequence: 2, writer: 1, event: 'y' }],
      sequence: 2,
    });
    expect(await ask({ kind: 'LoadSnapshot', id: 'x' })).toEqual({ kind: 'SnapshotLoaded', sequence: 1, state: 's' });
    expect(store()).toMatchObject({
      kept: 'in storage',
      failures: 0,
      counts: { appends: 1, snapshots: 1, refused: 1 },
    });
    expect(store().logs.size).toBe(0);
  });

  it('without storage keeps its logs in its state, and says so', async () => {
    const { ask, store, add, root, flow } = systemOn(undefined);
    expect(await ask(append(0, 'x'))).toEqual({ kind: 'Appended', sequence: 1 });
    add(1);
    await flow();
    expect(root().acknowledged).toEqual([1]);
    expect(store().kept).toBe('in memory');
    expect(store().logs.size).toBe(2);
  });

  it('fails as it is told to', async () => {
    const { ask, system } = systemOn(newDisk());
    const fail = (how: string) =>
      system.tell('/root/store', { kind: 'FailNext', operation: 'Append', how, count: 1 } as never);
    fail('refuse');
    expect(await ask(append(0, 'x'))).toEqual(['request-rejected', undefined]);
    fail('lose-answer');
    await ask(append(0, 'y'));
    fail('ignore');
    await ask(append(1, 'z'));
    expect(await ask(read)).toMatchObject({ events: [{ event: 'y' }], sequence: 1 });
  });

  it('tells its askers what its storage says, and shows it', async () => {
    const { ask, medium, store } = systemOn(newDisk());
    await ask(append(0, 'x'));
    medium().failing = 'full';
    expect(await ask(append(1, 'y'))).toEqual(['storage-full', undefined]);
    medium().failing = 'aborted';
    expect(await ask(append(1, 'y'))).toEqual(['storage-unavailable', undefined]);
    expect(store()).toMatchObject({ failures: 2, lastFailure: 'It was aborted.' });
    expect(await ask(append(1, 'y'))).toEqual({ kind: 'Appended', sequence: 2 });
  });

  it('has so many requests under way and no more, and gives each up after its time', async () => {
    const { system, medium, ask, root, flow } = systemOn(newDisk(), { requestsMax: 2, timeoutMs: 40 });
    await ask(read);
    let release = (): void => undefined;
    medium().gate = new Promise((resolve) => {
      release = resolve;
    });
    for (const event of ['a', 'b', 'c']) system.tell('/root', { kind: 'Ask', request: append(0, event) } as never);
    expect(root().heard.slice(1)).toEqual([['request-rejected', undefined]]);
    await flow();
    expect(root().heard.slice(2)).toEqual([
      ['ask-timeout', undefined],
      ['ask-timeout', undefined],
    ]);
    release();
    expect(await ask(read)).toMatchObject({ events: [{ event: 'a' }], sequence: 1 });
  });

  it('that stops tells everybody who waits', async () => {
    const { system, medium, ask, root, flow } = systemOn(newDisk());
    await ask(read);
    medium().gate = new Promise(() => undefined);
    system.tell('/root', { kind: 'Ask', request: append(0, 'x') } as never);
    system.tell('/root', { kind: 'StopStore' } as never);
    await flow(3);
    expect(root().heard.slice(1)).toEqual([['handler-failed', undefined]]);
  });

  it('that crashes goes on with what is under way', async () => {
    const { system, ask, root, flow } = systemOn(newDisk());
    await ask(read);
    system.tell('/root', { kind: 'Ask', request: append(0, 'x') } as never);
    const { kernel, cell } = system.find('/root/store');
    injectFault(kernel, cell, { kind: 'crash', path: '/root/store' });
    await flow();
    expect(root().heard.slice(1)).toEqual([{ kind: 'Appended', sequence: 1 }]);
  });

  for (const [field, value] of [
    ['requestsMax', 0],
    ['requestsMax', 10_001],
    ['timeoutMs', 0],
    ['idsMax', 0],
    ['eventsMax', 1.5],
  ] as const) {
    it(`${field} ${value} is refused`, () => {
      const make = () => durablePersistence('Store', { [field]: value });
      expect(make).toThrowError(expect.objectContaining({ code: 'invalid-configuration', field }));
    });
  }
});

describe('an event-sourced actor with a durable store', () => {
  it('is what it was, when the page is loaded again', async () => {
    const disk = newDisk();
    const before = systemOn(disk);
    for (let n = 1; n <= 10; n++) before.add(n);
    await before.flow();
    expect(before.root().acknowledged).toHaveLength(10);
    const { items, add, flow } = systemOn(disk);
    await flow();
    expect(items()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    add(11);
    await flow();
    expect(items()).toHaveLength(11);
  });

  for (const [what, worker] of [
    ['its store', 1],
    ['itself', 2],
  ] as const) {
    it(`loses nothing that was acknowledged when the worker of ${what} is lost, again and again`, async () => {
      const { add, flow, kill, root, items } = systemOn(newDisk());
      await flow(10);
      for (let n = 1; n <= 60; n++) {
        add(n);
        // At any moment of a write.
        await flow(n % 7);
        if (n % 3 === 0) kill(worker);
        if (n % 6 === 0) await flow(20);
      }
      await flow(200);
      const { acknowledged, failed } = root();
      const settled = [...acknowledged, ...failed.map(([n]) => n)].sort((a, b) => a - b);
      expect(settled).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
      expect(new Set(items()).size).toBe(items().length);
      for (const n of acknowledged) expect(items()).toContain(n);
      expect(acknowledged.length).toBeGreaterThan(10);
      add(1_000);
      await flow();
      expect(items().at(-1)).toBe(1_000);
    });
  }
});
