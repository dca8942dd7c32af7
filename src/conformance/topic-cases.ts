/** Publish and subscribe P1 and P2; with the cases of streams, receptionist, heartbeats and shutdown. */
import { type AskOutcome, actor, type RefOf, t } from '../index.ts';
import { eventBus } from '../patterns/talking/event-bus.ts';
import { type Case, type Driver, equal, events } from './case.ts';
import { HEARTBEAT_CASES } from './topic-heartbeat-cases.ts';
import { RECEPTIONIST_CASES } from './topic-receptionist-cases.ts';
import { SHUTDOWN_CASES } from './topic-shutdown-cases.ts';
import { STREAM_CASES } from './topic-stream-cases.ts';

const News = eventBus('News', { event: { n: t.uint32 }, capacity: 5 });

const ListenerProtocol = { Join: { pattern: t.string }, Leave: { pattern: t.optional(t.string) }, Quit: {} } as const;

const Listener = actor('NewsListener', {
  protocol: { ...ListenerProtocol, ...News.published },
  state: ({ bus }: { readonly bus: RefOf<typeof News> }) => ({
    bus,
    heard: [] as string[],
    joined: [] as string[],
    refused: [] as string[],
  }),
  on: {
    Join(state, { pattern }, ctx) {
      const request = { kind: 'Subscribe', pattern, listener: ctx.self } as const;
      ctx.ask(state.bus, request, { reply: 'Joined', timeoutMs: 10_000 });
    },
    Leave: (state, { pattern }, ctx) =>
      ctx.tell(state.bus, {
        kind: 'Unsubscribe',
        listener: ctx.self,
        ...(pattern === undefined ? {} : { pattern }),
      }),
    Quit: (_state, _message, ctx) => ctx.stop(),
    Published: (state, { topic, n }) => void state.heard.push(`${topic} ${n}`),
  },
  replies: {
    Joined(state, outcome: AskOutcome<{ readonly kind: 'Subscribed'; readonly pattern: string }>) {
      if (outcome.ok) state.joined.push(outcome.reply.pattern);
      else state.refused.push(`${outcome.error.code} ${outcome.error.field ?? ''}`);
    },
  },
});

/** Publishes, and counts who would hear. */
const Desk = actor('NewsDesk', {
  protocol: { Say: { topic: t.string, from: t.uint32, to: t.uint32 }, Count: { topic: t.string } },
  state: () => ({ bus: null as RefOf<typeof News> | null, counts: [] as (number | string)[] }),
  signals: {
    preStart(state, ctx) {
      const bus = ctx.spawn(News, { name: 'bus', placement: 1 });
      state.bus = bus;
      for (const [index, name] of ['a', 'b'].entries()) {
        ctx.spawn(Listener, { name, args: { bus }, placement: index });
      }
    },
  },
  on: {
    Say({ bus }, { topic, from, to }, ctx) {
      if (bus === null) return;
      for (let n = from; n <= to; n++) ctx.tell(bus, { kind: 'Publish', topic, n });
    },
    Count({ bus }, { topic }, ctx) {
      if (bus !== null) ctx.ask(bus, { kind: 'CountListeners', topic }, { reply: 'Counted', timeoutMs: 10_000 });
    },
  },
  replies: {
    Counted(state, outcome: AskOutcome<{ readonly kind: 'Listeners'; readonly count: number }>) {
      state.counts.push(outcome.ok ? outcome.reply.count : `${outcome.error.code} ${outcome.error.field ?? ''}`);
    },
  },
});

interface Heard {
  readonly heard: readonly string[];
  readonly joined: readonly string[];
  readonly refused: readonly string[];
}

const listener = (driver: Driver, name: string) => driver.state<Heard>(`/root/${name}`);

async function join(driver: Driver, name: string, ...patterns: readonly string[]): Promise<void> {
  const before = await listener(driver, name);
  for (const pattern of patterns) await driver.send(`/root/${name}`, { kind: 'Join', pattern });
  await driver.until(`${name} has joined`, async () => {
    const { joined, refused } = await listener(driver, name);
    return joined.length + refused.length === before.joined.length + before.refused.length + patterns.length;
  });
}

async function say(driver: Driver, topic: string, from: number, to = from): Promise<void> {
  await driver.send('/root', { kind: 'Say', topic, from, to });
}

async function heard(driver: Driver, name: string, expected: readonly string[]): Promise<void> {
  await driver.until(
    `${name} hears ${expected.length}`,
    async () => (await listener(driver, name)).heard.length >= expected.length,
  );
  await driver.quiet();
  equal((await listener(driver, name)).heard, expected, `what ${name} heard`);
}

async function count(driver: Driver, topic: string): Promise<number | string | undefined> {
  const counts = async () => (await driver.state<{ readonly counts: readonly (number | string)[] }>('/root')).counts;
  const before = (await counts()).length;
  await driver.send('/root', { kind: 'Count', topic });
  await driver.until('counted', async () => (await counts()).length > before);
  return (await counts())[before];
}

const base = { behaviors: [Desk, News, Listener], root: Desk } as const;

const BUS_CASES: readonly Case[] = [
  {
    ...base,
    id: 'P1',
    title: 'no delivery after unsubscribe, a dead subscriber is removed and not counted, topics are isolated',
    async run(driver) {
      await join(driver, 'a', 'sport');
      await join(driver, 'b', 'sport', 'weather');
      await say(driver, 'sport', 1);
      await say(driver, 'weather', 2);
      await heard(driver, 'a', ['sport 1']);
      await heard(driver, 'b', ['sport 1', 'weather 2']);
      equal([await count(driver, 'sport'), await count(driver, 'weather')], [2, 1], 'listeners');
      await driver.send('/root/b', { kind: 'Leave', pattern: 'sport' });
      await driver.until('b has left', async () => (await count(driver, 'sport')) === 1);
      await say(driver, 'sport', 3);
      await say(driver, 'weather', 4);
      await heard(driver, 'a', ['sport 1', 'sport 3']);
      await heard(driver, 'b', ['sport 1', 'weather 2', 'weather 4']);
      await driver.send('/root/a', { kind: 'Quit' });
      await driver.until('a is forgotten', async () => (await count(driver, 'sport')) === 0);
      await say(driver, 'sport', 5);
      await driver.quiet();
      const bus = await driver.state<{ readonly subscriptions: number; readonly delivered: number }>('/root/bus');
      equal([bus.subscriptions, bus.delivered], [1, 5], 'subscriptions and deliveries');
      const dead = (await events(driver, 'dead-letter')).filter(({ kind }) => kind === 'Published');
      equal(dead.length, 0, 'messages to one that is gone');
    },
  },
  {
    ...base,
    id: 'P2',
    title: 'wildcards as in NATS: * is exactly one token, > one or more trailing tokens',
    async run(driver) {
      await join(driver, 'a', 'shop.*.sold', 'stock.>');
      await join(driver, 'b', '*.*', '>');
      for (const [index, topic] of [
        'shop',
        'shop.eu.sold',
        'shop.sold',
        'shop.eu.de.sold',
        'stock',
        'stock.low',
      ].entries()) {
        await say(driver, topic, index);
      }
      await say(driver, 'stock.low.eu', 6);
      await heard(driver, 'a', ['shop.eu.sold 1', 'stock.low 5', 'stock.low.eu 6']);
      // Both of its patterns fit `shop.sold` and `stock.low`: it hears them once.
      await heard(driver, 'b', [
        ...['shop 0', 'shop.eu.sold 1', 'shop.sold 2', 'shop.eu.de.sold 3', 'stock 4'],
        ...['stock.low 5', 'stock.low.eu 6'],
      ]);
      await driver.send('/root/b', { kind: 'Leave', pattern: '>' });
      await driver.until('b has left', async () => (await count(driver, 'shop')) === 0);
      equal([await count(driver, 'shop.eu'), await count(driver, 'stock.low')], [1, 2], 'listeners');
    },
  },
  {
    ...base,
    id: 'pub-sub-order',
    title: 'messages of one publisher arrive in their order, none lost, none twice',
    async run(driver) {
      await join(driver, 'a', 'count.up', 'count.*', 'count.>');
      await join(driver, 'b', 'count.up');
      await say(driver, 'count.up', 1, 500);
      const all = Array.from({ length: 500 }, (_, index) => `count.up ${index + 1}`);
      await heard(driver, 'a', all);
      await heard(driver, 'b', all);
    },
  },
  {
    ...base,
    id: 'pub-sub-refusals',
    title: 'invalid patterns and topics, and one subscription too many, are refused; the bus goes on',
    async run(driver) {
      await join(driver, 'a', 'a..b', 'a.>.b', 'a b', '');
      equal((await listener(driver, 'a')).refused, Array(4).fill('invalid-message pattern'), 'refusals');
      equal(await count(driver, 'a.*'), 'invalid-message topic', 'count of an invalid topic');
      await join(driver, 'b', 'a', 'b', 'c', 'd', 'e', 'e', 'f');
      equal((await listener(driver, 'b')).refused, ['request-rejected '], 'refusals of a full bus');
      equal((await listener(driver, 'b')).joined, ['a', 'b', 'c', 'd', 'e', 'e'], 'the same again is nothing new');
      await say(driver, 'a.*', 1);
      await say(driver, 'a', 2);
      await heard(driver, 'b', ['a 2']);
      const bus = await driver.state<{ readonly lastRefusal: { readonly field?: string } }>('/root/bus');
      equal(bus.lastRefusal.field, 'topic', 'field of the latest refusal');
      equal((await driver.actor('/root/bus'))?.rejected, 7, 'rejected');
    },
  },
  {
    ...base,
    id: 'pub-sub-survives',
    title: 'subscriptions survive a failure of the bus and a restart of their listener',
    async run(driver) {
      await join(driver, 'a', 'x');
      await driver.inject({ kind: 'crash', path: '/root/bus' });
      await driver.inject({ kind: 'crash', path: '/root/a' });
      await driver.until('a restarts', async () => (await driver.actor('/root/a'))?.restarts === 1);
      await driver.until('the bus goes on', async () => (await driver.actor('/root/bus'))?.status === 'running');
      await say(driver, 'x', 1);
      await heard(driver, 'a', ['x 1']);
    },
  },
];

export const TOPIC_CASES: readonly Case[] = [
  ...BUS_CASES,
  ...STREAM_CASES,
  ...RECEPTIONIST_CASES,
  ...HEARTBEAT_CASES,
  ...SHUTDOWN_CASES,
];
