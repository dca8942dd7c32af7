/** Pools: R3, and what the list implies about them. */
import { type AskOutcome, actor, type MessageOf, type Ref, t } from '../index.ts';
import { pool } from '../patterns/routing/pool.ts';
import { type Case, type Driver, equal, holds } from './case.ts';
import { routeeCount, untilRoutees } from './router-behaviors.ts';

const LedgerProtocol = { Did: { n: t.int32, by: t.string } } as const;

/** Writes down what was done, and outlives whoever did it. */
const Ledger = actor('Ledger', {
  protocol: LedgerProtocol,
  mailbox: { capacity: 10_000 },
  state: () => ({ done: [] as { readonly n: number; readonly by: string }[] }),
  on: { Did: (state, { n, by }) => void state.done.push({ n, by }) },
});

interface Done {
  readonly done: readonly { readonly n: number; readonly by: string }[];
}

const Hand = actor('Hand', {
  protocol: { Job: { n: t.int32 }, Quit: {} },
  mailbox: { onStop: 'drain' },
  state: ({ ledger }: { readonly ledger: Ref<MessageOf<typeof LedgerProtocol>> }) => ({ ledger }),
  on: {
    Job: ({ ledger }, { n }, ctx) => ctx.tell(ledger, { kind: 'Did', n, by: ctx.path }),
    Quit: (_state, _message, ctx) => ctx.stop(),
  },
});

const Fixed = pool('Fixed', { behavior: Hand, size: 4 });
const OnSecond = pool('OnSecond', { behavior: Hand, size: 3, placement: [1] });
const Resizing = pool('Resizing', {
  behavior: Hand,
  size: 1,
  resize: { lower: 1, upper: 3, growAbove: 3, shrinkBelow: 1, intervalMs: 20 },
});

/** `/root`: a ledger, and a pool as `/root/pool`. */
function boss(crew: typeof Fixed) {
  return actor('Boss', {
    protocol: { Feed: { first: t.int32, last: t.int32 }, Count: {} },
    state: () => ({ pool: null as Ref<MessageOf<typeof crew.protocol>> | null, counted: [] as number[] }),
    signals: {
      preStart(state, ctx) {
        const ledger = ctx.spawn(Ledger, { name: 'ledger' });
        state.pool = ctx.spawn(crew, { name: 'pool', args: { ledger } });
      },
    },
    on: {
      Feed(state, { first, last }, ctx) {
        if (state.pool === null) return;
        for (let n = first; n <= last; n++) ctx.tell(state.pool, { kind: 'Job', n });
      },
      Count(state, _, ctx) {
        if (state.pool !== null) ctx.ask(state.pool, { kind: 'GetRoutees' }, { reply: 'Counted', timeoutMs: 5_000 });
      },
    },
    replies: {
      Counted(state, outcome: AskOutcome<{ readonly kind: 'Routees'; readonly routees: readonly Ref[] }>) {
        if (outcome.ok) state.counted.push(outcome.reply.routees.length);
      },
    },
  });
}

function poolCase(
  id: string,
  title: string,
  crew: typeof Fixed,
  run: (driver: Driver) => Promise<void>,
  options: Partial<Case> = {},
): Case {
  const root = boss(crew);
  return { id, title, behaviors: [root, crew, Hand, Ledger], root, run, ...options };
}

const POOL = '/root/pool';
const hand = (number: number): string => `${POOL}/hand-${number}`;
const feed = (driver: Driver, first: number, last: number): Promise<void> =>
  driver.send('/root', { kind: 'Feed', first, last });

async function ledger(driver: Driver): Promise<Done['done']> {
  return (await driver.state<Done>('/root/ledger')).done;
}

async function untilDone(driver: Driver, count: number): Promise<void> {
  await driver.until(`${count} jobs done`, async () => (await ledger(driver)).length >= count);
  const done = (await ledger(driver)).map(({ n }) => n).sort((a, b) => a - b);
  equal(
    done,
    Array.from({ length: count }, (_, index) => index + 1),
    'jobs done, once each',
  );
}

const isGone = async (driver: Driver, path: string): Promise<boolean> => (await driver.actor(path)) === undefined;

export const POOL_CASES: readonly Case[] = [
  poolCase(
    'pool-spread',
    'a pool spreads its routees over the workers and shares out what comes',
    Fixed,
    async (driver) => {
      await untilRoutees(driver, 4, POOL);
      await feed(driver, 1, 40);
      await untilDone(driver, 40);
      const workers = new Set<number>();
      for (let number = 1; number <= 4; number++) {
        const by = hand(number);
        equal((await ledger(driver)).filter((done) => done.by === by).length, 10, `jobs of ${by}`);
        workers.add((await driver.actor(by))?.worker ?? -1);
      }
      equal([...workers].sort(), [0, 1], 'workers used');
      await driver.send('/root', { kind: 'Count' });
      await driver.until('it was counted', async () => {
        const { counted } = await driver.state<{ readonly counted: readonly number[] }>('/root');
        return counted[0] === 4;
      });
    },
  ),
  poolCase('pool-placement', 'a pool uses the workers that it is given', OnSecond, async (driver) => {
    await untilRoutees(driver, 3, POOL);
    await feed(driver, 1, 3);
    await untilDone(driver, 3);
    for (let number = 1; number <= 3; number++) equal((await driver.actor(hand(number)))?.worker, 1, 'worker');
  }),
  poolCase('pool-restart', 'a routee that fails is restarted and keeps its place', Fixed, async (driver) => {
    await untilRoutees(driver, 4, POOL);
    await driver.inject({ kind: 'crash', path: hand(2) });
    await driver.until('it is back', async () => (await driver.actor(hand(2)))?.restarts === 1);
    await feed(driver, 1, 8);
    await untilDone(driver, 8);
    equal(await routeeCount(driver, POOL), 4, 'routees');
    equal((await ledger(driver)).filter(({ by }) => by === hand(2)).length, 2, 'jobs of the one that failed');
  }),
  poolCase(
    'pool-refill',
    'a routee that stops for good is replaced after a second',
    Fixed,
    async (driver) => {
      await driver.send(hand(2), { kind: 'Quit' });
      await untilRoutees(driver, 3, POOL);
      await feed(driver, 1, 6);
      await untilDone(driver, 6);
      await driver.wait(999);
      equal(await routeeCount(driver, POOL), 3, 'routees before');
      await driver.wait(1);
      equal(await routeeCount(driver, POOL), 4, 'routees after');
      await feed(driver, 7, 14);
      await untilDone(driver, 14);
    },
    { virtualOnly: true },
  ),
  poolCase('R3', 'a pool grows under load, shrinks without it, and never below 1', Resizing, async (driver) => {
    await untilRoutees(driver, 1, POOL);
    await driver.inject({ kind: 'slow', path: hand(1), delayMs: 20_000 });
    await feed(driver, 1, 40);
    await untilRoutees(driver, 3, POOL);
    await driver.wait(60);
    equal(await routeeCount(driver, POOL), 3, 'routees at the upper bound');
    await driver.inject({ kind: 'slow', path: hand(1), delayMs: 0 });
    await untilDone(driver, 40);
    await untilRoutees(driver, 1, POOL);
    await driver.wait(60);
    equal(await routeeCount(driver, POOL), 1, 'routees after several measurements without load');
    await driver.send(POOL, { kind: 'Resize', size: 0 });
    await driver.wait(60);
    equal(await routeeCount(driver, POOL), 1, 'routees when none are asked for');
    await feed(driver, 41, 44);
    await untilDone(driver, 44);
  }),
  poolCase('pool-resize', 'a pool of fixed size can be told another one, but never 0', Fixed, async (driver) => {
    await driver.send(POOL, { kind: 'Resize', size: 0 });
    await untilRoutees(driver, 1, POOL);
    await driver.until('the others are gone', () => isGone(driver, hand(4)));
    await driver.send(POOL, { kind: 'Resize', size: 5 });
    await untilRoutees(driver, 5, POOL);
    await feed(driver, 1, 10);
    await untilDone(driver, 10);
  }),
  poolCase('pool-drain', 'a routee that a pool lets go of handles first what waits for it', Fixed, async (driver) => {
    await untilRoutees(driver, 4, POOL);
    for (let number = 1; number <= 4; number++) {
      await driver.inject({ kind: 'slow', path: hand(number), delayMs: 2 });
    }
    await feed(driver, 1, 40);
    await driver.send(POOL, { kind: 'Resize', size: 1 });
    await untilRoutees(driver, 1, POOL);
    await untilDone(driver, 40);
    await driver.until('they are gone', async () => {
      const left = (await driver.actors()).filter(({ path }) => path.startsWith(`${POOL}/`));
      return left.length === 1;
    });
    for (const one of await driver.actors()) equal(one.deadLetters, 0, `dead letters of ${one.path}`);
    holds((await ledger(driver)).length === 40, 'something was done twice');
  }),
];
