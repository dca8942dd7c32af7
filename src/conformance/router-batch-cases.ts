/** Batching: an item is sent once and in order, in batches of a bounded size, after a bounded time. */
import { actor, type MessageOf, type Ref, t } from '../index.ts';
import { batcher, batchProtocol } from '../patterns/routing/batcher.ts';
import { type Case, type Driver, equal } from './case.ts';

const item = { n: t.int32 } as const;

const Sink = actor('Sink', {
  protocol: batchProtocol(item),
  state: () => ({ batches: [] as number[][], atMs: [] as number[] }),
  on: {
    Batch(state, { items }, ctx) {
      state.batches.push(items.map(({ n }) => n));
      state.atMs.push(ctx.now());
    },
  },
});

const Quick = batcher('Quick', { item });
const Patient = batcher('Patient', { item, delayMs: 60_000 });

function packer(target: typeof Quick) {
  return actor('Packer', {
    protocol: { Feed: { count: t.int32 }, FeedAndStop: { count: t.int32 } },
    supervision: { intensity: 100 },
    state: () => ({ batcher: null as Ref<MessageOf<typeof target.protocol>> | null, last: 0 }),
    signals: {
      preStart(state, ctx) {
        const sink = ctx.spawn(Sink, { name: 'sink' });
        state.batcher = ctx.spawn(target, { name: 'batcher', args: { target: sink }, placement: 1 });
      },
    },
    on: {
      Feed(state, { count }, ctx) {
        if (state.batcher === null) return;
        for (let step = 0; step < count; step++) ctx.tell(state.batcher, { kind: 'Add', item: { n: ++state.last } });
      },
      FeedAndStop(state, { count }, ctx) {
        if (state.batcher === null) return;
        for (let step = 0; step < count; step++) ctx.tell(state.batcher, { kind: 'Add', item: { n: ++state.last } });
        ctx.stop(state.batcher);
      },
    },
  });
}

interface SinkState {
  readonly batches: readonly (readonly number[])[];
  readonly atMs: readonly number[];
}

function batchCase(
  id: string,
  title: string,
  target: typeof Quick,
  run: (driver: Driver) => Promise<void>,
  options: Partial<Case> = {},
): Case {
  const root = packer(target);
  return { id, title, behaviors: [root, target, Sink], root, run, ...options };
}

const sink = (driver: Driver): Promise<SinkState> => driver.state<SinkState>('/root/sink');
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

async function untilBatched(driver: Driver, count: number): Promise<void> {
  await driver.until(`${count} items`, async () => (await sink(driver)).batches.flat().length >= count);
  equal((await sink(driver)).batches.flat(), upTo(count), 'items, in order, once each');
}

export const BATCH_CASES: readonly Case[] = [
  batchCase('batch-size', 'a full batch goes at once, the rest when it is flushed', Patient, async (driver) => {
    await driver.send('/root', { kind: 'Feed', count: 250 });
    await untilBatched(driver, 200);
    await driver.send('/root/batcher', { kind: 'Flush' });
    await untilBatched(driver, 250);
    const sizes = (await sink(driver)).batches.map(({ length }) => length);
    equal(sizes, [100, 100, 50], 'sizes');
    await driver.send('/root/batcher', { kind: 'Configure', size: 10, delayMs: 60_000 });
    await driver.send('/root', { kind: 'Feed', count: 20 });
    await untilBatched(driver, 270);
  }),
  batchCase('batch-delay', 'what does not fill a batch goes 10 ms after the first item', Quick, async (driver) => {
    await driver.send('/root', { kind: 'Feed', count: 3 });
    await untilBatched(driver, 3);
    await driver.send('/root', { kind: 'Feed', count: 1 });
    await untilBatched(driver, 4);
  }),
  batchCase(
    'batch-delay-exact',
    'items that follow the first do not put off the end of their batch',
    Quick,
    async (driver) => {
      await driver.send('/root', { kind: 'Feed', count: 1 });
      await driver.wait(6);
      await driver.send('/root', { kind: 'Feed', count: 1 });
      await driver.wait(6);
      await driver.send('/root', { kind: 'Feed', count: 1 });
      await driver.wait(20);
      equal(await sink(driver), { batches: [[1, 2], [3]], atMs: [10, 22] }, 'batches');
    },
    { virtualOnly: true },
  ),
  batchCase('batch-stop', 'a batcher that is stopped or crashes sends what it has', Patient, async (driver) => {
    await driver.send('/root', { kind: 'Feed', count: 3 });
    await driver.until('3 held', async () => {
      const { items } = await driver.state<{ readonly items: readonly unknown[] }>('/root/batcher');
      return items.length === 3;
    });
    await driver.inject({ kind: 'crash', path: '/root/batcher' });
    await untilBatched(driver, 3);
    await driver.until('it is back', async () => (await driver.actor('/root/batcher'))?.status === 'running');
    await driver.send('/root', { kind: 'FeedAndStop', count: 105 });
    await untilBatched(driver, 108);
    equal(
      (await sink(driver)).batches.map(({ length }) => length),
      [3, 100, 5],
      'sizes',
    );
  }),
];
