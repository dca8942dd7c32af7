/** The receptionist: registering, finding, subscribing, and forgetting the dead, across two workers. */
import { type AskOutcome, actor, type RefOf, t } from '../index.ts';
import { type Listing, listingProtocol, receptionist, serviceKey } from '../patterns/talking/receptionist.ts';
import { type Case, type Driver, equal } from './case.ts';

const ServiceProtocol = { Work: { n: t.uint32 } } as const;
const Workers = serviceKey('workers', ServiceProtocol);
const Others = serviceKey('others', ServiceProtocol);

const Reception = receptionist('Reception', { keys: 2, servicesPerKey: 3 });
type Reception = RefOf<typeof Reception>;

/** Registers itself, and works. */
const Service = actor('ReceptionService', {
  protocol: { ...ServiceProtocol, Register: {}, RegisterElsewhere: {}, Deregister: {}, Quit: {} },
  state: ({ reception }: { readonly reception: Reception }) => ({
    reception,
    work: [] as number[],
    answers: [] as string[],
  }),
  on: {
    Work: (state, { n }) => void state.work.push(n),
    Register({ reception }, _message, ctx) {
      ctx.ask(reception, Workers.register(ctx.self), { reply: 'Registered', timeoutMs: 10_000 });
    },
    RegisterElsewhere({ reception }, _message, ctx) {
      ctx.ask(reception, Others.register(ctx.self), { reply: 'Registered', timeoutMs: 10_000 });
    },
    Deregister: ({ reception }, _message, ctx) => ctx.tell(reception, Workers.deregister(ctx.self)),
    Quit: (_state, _message, ctx) => ctx.stop(),
  },
  replies: {
    Registered(state, outcome: AskOutcome) {
      state.answers.push(outcome.ok ? 'registered' : outcome.error.code);
    },
  },
});

const Client = actor('ReceptionClient', {
  protocol: { ...listingProtocol, Subscribe: {}, Unsubscribe: {}, Find: { n: t.uint32 }, Quit: {} },
  state: ({ reception }: { readonly reception: Reception }) => ({
    reception,
    heard: [] as number[],
    found: [] as number[],
    subscribed: 0,
  }),
  on: {
    Subscribe({ reception }, _message, ctx) {
      ctx.ask(reception, Workers.subscribe(ctx.self), { reply: 'Subscribed', timeoutMs: 10_000 });
    },
    Unsubscribe: ({ reception }, _message, ctx) => ctx.tell(reception, Workers.unsubscribe(ctx.self)),
    Listing: (state, listing) => void state.heard.push(Workers.services(listing)?.length ?? -1),
    Find({ reception }, { n }, ctx) {
      ctx.ask(reception, Workers.find(), { reply: 'Found', timeoutMs: 10_000, context: n });
    },
    Quit: (_state, _message, ctx) => ctx.stop(),
  },
  replies: {
    Subscribed: (state) => void state.subscribed++,
    Found(state, outcome: AskOutcome<Listing, number>, ctx) {
      const services = outcome.ok ? Workers.services(outcome.reply) : undefined;
      state.found.push(services?.length ?? -1);
      for (const service of services ?? []) ctx.tell(service, { kind: 'Work', n: outcome.context });
    },
  },
});

const Hall = actor('ReceptionHall', {
  protocol: {},
  state: () => ({}),
  signals: {
    preStart(_state, ctx) {
      const reception = ctx.spawn(Reception, { name: 'reception', placement: 0 });
      const args = { reception };
      for (let index = 1; index <= 4; index++) ctx.spawn(Service, { name: `s${index}`, args, placement: index % 2 });
      ctx.spawn(Client, { name: 'client', args, placement: 1 });
    },
  },
  on: {},
});

interface ClientState {
  readonly heard: readonly number[];
  readonly found: readonly number[];
  readonly subscribed: number;
}

const client = (driver: Driver) => driver.state<ClientState>('/root/client');
const service = (driver: Driver, name: string) =>
  driver.state<{ readonly work: readonly number[]; readonly answers: readonly string[] }>(`/root/${name}`);

async function register(driver: Driver, name: string, kind = 'Register'): Promise<string | undefined> {
  const before = (await service(driver, name)).answers.length;
  await driver.send(`/root/${name}`, { kind });
  await driver.until(`${name} is answered`, async () => (await service(driver, name)).answers.length > before);
  return (await service(driver, name)).answers[before];
}

async function heard(driver: Driver, expected: readonly number[]): Promise<void> {
  await driver.until(`listings ${expected}`, async () => (await client(driver)).heard.length >= expected.length);
  await driver.quiet();
  equal((await client(driver)).heard, expected, 'sizes of listings');
}

async function find(driver: Driver, n: number): Promise<number | undefined> {
  const before = (await client(driver)).found.length;
  await driver.send('/root/client', { kind: 'Find', n });
  await driver.until('found', async () => (await client(driver)).found.length > before);
  return (await client(driver)).found[before];
}

/** A key that nobody uses takes up no room. */
const nothingIsKept = (driver: Driver) =>
  driver.until('nothing is kept', async () => {
    const { entries } = await driver.state<{ readonly entries: Map<string, unknown> }>('/root/reception');
    return entries.size === 0;
  });

const base = { behaviors: [Hall, Reception, Service, Client], root: Hall } as const;

export const RECEPTIONIST_CASES: readonly Case[] = [
  {
    ...base,
    id: 'receptionist-find',
    title: 'who is registered is found, once, and can be told; who deregisters or dies is not',
    async run(driver) {
      equal(await find(driver, 1), 0, 'before anybody registered');
      for (const name of ['s1', 's2', 's3', 's2']) equal(await register(driver, name), 'registered', name);
      equal(await find(driver, 2), 3, 'registered');
      await driver.send('/root/s1', { kind: 'Deregister' });
      await driver.send('/root/s3', { kind: 'Quit' });
      await driver.until('two are gone', async () => (await find(driver, 3)) === 1);
      await driver.inject({ kind: 'crash', path: '/root/reception' });
      await driver.until('one is left', async () => (await find(driver, 4)) === 1);
      await driver.until('work', async () => (await service(driver, 's2')).work.includes(4));
      const { work } = await service(driver, 's1');
      equal(work.includes(4), false, 'work for one that has deregistered');
    },
  },
  {
    ...base,
    id: 'receptionist-subscribe',
    title: 'a subscriber gets the listing at once and on every change, until it unsubscribes',
    async run(driver) {
      await register(driver, 's1');
      await driver.send('/root/client', { kind: 'Subscribe' });
      await heard(driver, [1]);
      await register(driver, 's2');
      await heard(driver, [1, 2]);
      await register(driver, 's2');
      await register(driver, 's2', 'RegisterElsewhere');
      await driver.send('/root/s2', { kind: 'Quit' });
      await heard(driver, [1, 2, 1]);
      await driver.send('/root/s1', { kind: 'Deregister' });
      await heard(driver, [1, 2, 1, 0]);
      await driver.send('/root/client', { kind: 'Unsubscribe' });
      await nothingIsKept(driver);
      await register(driver, 's3');
      await driver.send('/root/s3', { kind: 'Deregister' });
      await nothingIsKept(driver);
      equal((await client(driver)).heard, [1, 2, 1, 0], 'after unsubscribing');
    },
  },
  {
    ...base,
    id: 'receptionist-bounds',
    title: 'what does not fit is refused with an error, and a dead subscriber is forgotten',
    async run(driver) {
      for (const name of ['s1', 's2', 's3']) await register(driver, name);
      equal(await register(driver, 's4'), 'request-rejected', 'one too many');
      equal((await driver.actor('/root/reception'))?.rejected, 1, 'rejected');
      await driver.send('/root/client', { kind: 'Subscribe' });
      await driver.until('subscribed', async () => (await client(driver)).subscribed === 1);
      await driver.send('/root/client', { kind: 'Quit' });
      await driver.until('forgotten', async () => {
        type Entries = Map<string, { readonly listeners: readonly unknown[] }>;
        const { entries } = await driver.state<{ readonly entries: Entries }>('/root/reception');
        return entries.get('workers')?.listeners.length === 0;
      });
    },
  },
];
