/** Bounded buffer: producers and consumers around one buffer, which makes both of them wait. */
import { actor, type MessageOf, type Ref, t } from '../../../src/index.ts';
import { sum } from '../shapes.mjs';
import { type ActorWorkload, begin, finish, outcome, scenarioOf } from './outcome.ts';

const PRODUCERS = 40;
const CONSUMERS = 40;
const BUFFER = 50;

const BufferProtocol = {
  Item: { n: t.int32, from: t.ref({ Produce: {} }) },
  Ready: { from: t.ref({ Item: { n: t.int32 } }), eaten: t.float64 },
} as const;
const ProducerProtocol = { Produce: {}, Begin: { first: t.int32, count: t.int32 } } as const;
const ConsumerProtocol = { Item: { n: t.int32 }, Begin: {} } as const;

type BufferRef = Ref<MessageOf<typeof BufferProtocol>>;
type Item = { readonly kind: 'Item'; readonly n: number };

const Producer = actor('Producer', {
  protocol: ProducerProtocol,
  state: ({ buffer }: { readonly buffer: BufferRef }) => ({ buffer, next: 0, end: 0 }),
  on: {
    Begin(state, { first, count }, ctx) {
      state.next = first;
      state.end = first + count;
      ctx.tell(ctx.self, { kind: 'Produce' });
    },
    Produce(state, _, ctx) {
      if (state.next < state.end) ctx.tell(state.buffer, { kind: 'Item', n: state.next++, from: ctx.self });
    },
  },
});

const Consumer = actor('Consumer', {
  protocol: ConsumerProtocol,
  state: ({ buffer }: { readonly buffer: BufferRef }) => ({ buffer }),
  on: {
    Begin: ({ buffer }, _, ctx) => ctx.tell(buffer, { kind: 'Ready', from: ctx.self, eaten: 0 }),
    Item: ({ buffer }, { n }, ctx) => ctx.tell(buffer, { kind: 'Ready', from: ctx.self, eaten: n }),
  },
});

/** Savina's manager: a producer that finds the buffer full hears that there is room when there is. */
const Buffer = actor('Buffer', {
  protocol: { Run: { size: t.int32 }, ...BufferProtocol },
  state: () => ({
    ...outcome(),
    left: 0,
    items: [] as number[],
    waitingProducers: [] as Ref<{ readonly kind: 'Produce' }>[],
    waitingConsumers: [] as Ref<Item>[],
    producers: [] as Ref<MessageOf<typeof ProducerProtocol>>[],
    consumers: [] as Ref<MessageOf<typeof ConsumerProtocol>>[],
  }),
  signals: {
    preStart(state, ctx) {
      const args = { buffer: ctx.self };
      for (let each = 0; each < PRODUCERS; each++) state.producers.push(ctx.spawn(Producer, { args }));
      for (let each = 0; each < CONSUMERS; each++) state.consumers.push(ctx.spawn(Consumer, { args }));
    },
  },
  on: {
    Run(state, { size }, ctx) {
      begin(state, ctx);
      state.left = size * PRODUCERS;
      // Those that wait since the lap before are there already.
      if (state.waitingConsumers.length === 0) for (const each of state.consumers) ctx.tell(each, { kind: 'Begin' });
      for (const [place, each] of state.producers.entries()) {
        ctx.tell(each, { kind: 'Begin', first: place * size, count: size });
      }
    },
    Item(state, { n, from }, ctx) {
      const consumer = state.waitingConsumers.shift();
      if (consumer === undefined) state.items.push(n);
      else ctx.tell(consumer, { kind: 'Item', n });
      if (state.items.length < BUFFER) ctx.tell(from, { kind: 'Produce' });
      else state.waitingProducers.push(from);
    },
    Ready(state, { from, eaten }, ctx) {
      state.checksum += eaten;
      const item = state.items.shift();
      if (item === undefined) state.waitingConsumers.push(from);
      else ctx.tell(from, { kind: 'Item', n: item });
      const producer = state.waitingProducers.shift();
      if (producer !== undefined) ctx.tell(producer, { kind: 'Produce' });
      // Nothing is under way any more when all consumers wait for the items of producers that have none.
      if (state.waitingConsumers.length === CONSUMERS && state.checksum === sum(state.left)) finish(state, ctx);
    },
  },
});

const ITEMS = 10_000;

export const BOUNDED_BUFFER: ActorWorkload = {
  shape: {
    title: `bounded buffer of ${BUFFER}: ${PRODUCERS} producers, ${CONSUMERS} consumers`,
    unit: 'M items/s',
    size: ITEMS,
    slowSize: ITEMS,
    operations: (size) => size * PRODUCERS,
    expected: (size) => sum(size * PRODUCERS),
  },
  workers: 1,
  scenario: scenarioOf('bounded-buffer', Buffer, [Producer, Consumer]),
  warmSize: ITEMS / 4,
};
