/** Mailboxes M1 to M6, the stash M7, batches and deadlines. */
import { actor, type MessageOf, type Ref, t } from '../index.ts';
import { type Case, type Driver, equal, events } from './case.ts';
import { fail, isGone, isRunning, puppetCase, puppetState, restartsOf } from './puppets.ts';

const A = '/root/sup/a';
const one = (behavior: string) => [{ name: 'sup', children: [{ name: 'a', behavior, at: 1 }] }];

/** Holds an actor up, so that what is sent to it waits. */
async function hold(driver: Driver, path = A): Promise<void> {
  await driver.until(`${path} runs`, () => isRunning(driver, path));
  await driver.inject({ kind: 'slow', path, delayMs: 60_000 });
}

const release = (driver: Driver, path = A): Promise<void> => driver.inject({ kind: 'slow', path, delayMs: 0 });

async function sendWork(driver: Driver, numbers: readonly number[]): Promise<void> {
  for (const n of numbers) await driver.send(A, { kind: 'Work', n });
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

function dropping(id: string, behavior: string, kept: readonly number[]): Case {
  const what = behavior === 'DropNewest' ? 'drop-newest keeps the first 10' : 'drop-oldest keeps the last 10';
  const title = `capacity 10, the 11th meets the overflow strategy: ${what}; every drop is one dead letter`;
  return puppetCase(id, title, one(behavior), async (driver) => {
    await hold(driver);
    await sendWork(driver, range(1, 15));
    await driver.until('five dead letters', async () => (await driver.actor(A))?.deadLetters === 5);
    equal((await driver.actor(A))?.mailboxDepth, 10, 'depth');
    await release(driver);
    await driver.until('the rest is done', async () => (await puppetState(driver, A)).done.length === 10);
    equal((await puppetState(driver, A)).done, kept, 'messages that were kept');
    const letters = await events(driver, 'dead-letter', A);
    equal(
      letters.reduce((sum, { count }) => sum + count, 0),
      5,
      'dead letters in the trace',
    );
  });
}

/** A stream of numbers across workers: counts those that came in order. */
const SinkProtocol = {
  Number: { n: t.int32 },
  Last: { replyTo: t.ref({ Seen: { inOrder: t.int32, sum: t.float64 } }) },
} as const;
const Sink = actor('Sink', {
  protocol: SinkProtocol,
  mailbox: { capacity: 100, overflow: 'block' },
  state: () => ({ next: [0, 0], inOrder: 0, sum: 0 }),
  on: {
    // Even numbers are of one sender, odd ones of the other; each counts up.
    Number(state, { n }) {
      const sender = n % 2;
      if (n === (state.next[sender] as number) * 2 + sender) state.inOrder++;
      state.next[sender] = (state.next[sender] as number) + 1;
      state.sum += n;
    },
    Last: (state, { replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Seen', inOrder: state.inOrder, sum: state.sum }),
  },
});
const CHUNK = 500;
const Source = actor('Source', {
  protocol: { Go: { count: t.int32, sender: t.int32 } },
  internal: { More: {} },
  state: ({ sink }: { readonly sink: Ref<MessageOf<typeof SinkProtocol>> }) => ({ sink, count: 0, sender: 0, sent: 0 }),
  on: {
    Go(state, { count, sender }, ctx) {
      state.count = count;
      state.sender = sender;
      ctx.tell(ctx.self, { kind: 'More' });
    },
    // In chunks: a sender is suspended between its turns.
    More(state, _, ctx) {
      for (let n = 0; n < CHUNK && state.sent < state.count; n++) {
        ctx.tell(state.sink, { kind: 'Number', n: state.sent++ * 2 + state.sender });
      }
      if (state.sent < state.count) ctx.tell(ctx.self, { kind: 'More' });
    },
  },
});
const Mill = actor('Mill', {
  protocol: {},
  state: () => ({}),
  signals: {
    preStart(_, ctx) {
      const sink = ctx.spawn(Sink, { name: 'sink', placement: 1 });
      ctx.spawn(Source, { name: 'near', args: { sink }, placement: 1 });
      ctx.spawn(Source, { name: 'far', args: { sink }, placement: 0 });
    },
  },
  on: {},
});

const Batcher = actor('Batcher', {
  protocol: { Add: { n: t.int32 }, Mark: {}, Bad: {} },
  state: () => ({ batches: [] as string[] }),
  on: {
    Add: {
      upTo: 4,
      handle: (state, messages) => {
        if (messages.some(({ n }) => n < 0)) throw new Error('negative');
        state.batches.push(messages.map(({ n }) => n).join('+'));
      },
    },
    Mark: (state) => void state.batches.push('mark'),
    Bad: () => undefined,
  },
});
const BatchParent = actor('BatchParent', {
  protocol: {},
  state: () => ({}),
  signals: { preStart: (_, ctx) => void ctx.spawn(Batcher, { name: 'a', placement: 1 }) },
  on: {},
});

export const MAILBOX_CASES: readonly Case[] = [
  dropping('M1-drop-newest', 'DropNewest', range(1, 10)),
  dropping('M1-drop-oldest', 'DropOldest', range(6, 15)),
  puppetCase(
    'M1-block',
    'block: nothing is lost, the sender is suspended until there is room, and its worker goes on with others',
    [
      { name: 'sup', children: [{ name: 'a', behavior: 'Blocking', at: 1 }] },
      { name: 'other', children: [] },
    ],
    async (driver) => {
      await hold(driver);
      await driver.send('/root/sup', { kind: 'Feed', name: 'a', count: 15 });
      await driver.until('the sender is blocked', async () => (await driver.actor('/root/sup'))?.status === 'blocked');
      await driver.send('/root/sup', { kind: 'Work', n: 1 });
      await driver.send('/root/other', { kind: 'Work', n: 2 });
      await driver.until(
        'its neighbour works',
        async () => (await puppetState(driver, '/root/other')).done.length === 1,
      );
      equal((await puppetState(driver, '/root/sup')).done, [], 'work of the blocked sender');
      await release(driver);
      await driver.until('all is done', async () => (await puppetState(driver, A)).done.length === 15);
      await driver.until('the sender goes on', async () => (await puppetState(driver, '/root/sup')).done.length === 1);
      equal((await puppetState(driver, A)).done, range(1, 15), 'messages');
      equal((await driver.actor(A))?.deadLetters, 0, 'dead letters');
      equal(
        (await events(driver, 'overflow', A)).map(({ count }) => count),
        [1],
        'what the trace shows',
      );
    },
  ),
  puppetCase(
    'M1-block-signals',
    'a blocked sender still obeys its supervisor; timers and outcomes wait for it',
    [{ name: 'sup', children: [{ name: 'mid', children: [{ name: 'a', behavior: 'Blocking', at: 1 }] }] }],
    async (driver) => {
      await hold(driver, '/root/sup/mid/a');
      await driver.send('/root/sup/mid', { kind: 'Every', key: 'beat', ms: 5 });
      await driver.send('/root/sup/mid', { kind: 'Feed', name: 'a', count: 15 });
      await driver.until('it is blocked', async () => (await driver.actor('/root/sup/mid'))?.status === 'blocked');
      const ticks = (await puppetState(driver, '/root/sup/mid')).heard.length;
      await driver.wait(40);
      equal((await puppetState(driver, '/root/sup/mid')).heard.length, ticks, 'ticks while it is blocked');
      await driver.send('/root/sup', { kind: 'StopChild', name: 'mid' });
      await driver.until('it is gone', () => isGone(driver, '/root/sup/mid'));
    },
  ),
  puppetCase(
    'M1-backpressure',
    'backpressure: nothing is lost, and the sender is told when to slow down and when to go on',
    one('Pressing'),
    async (driver) => {
      await hold(driver);
      await driver.send('/root/sup', { kind: 'Feed', name: 'a', count: 15 });
      await driver.until('the sender is told', async () => (await puppetState(driver, '/root/sup')).heard.length === 1);
      await driver.send('/root/sup', { kind: 'Work', n: 1 });
      await driver.until(
        'it goes on all the same',
        async () => (await puppetState(driver, '/root/sup')).done.length === 1,
      );
      await release(driver);
      await driver.until('all is done', async () => (await puppetState(driver, A)).done.length === 15);
      await driver.until(
        'the sender is told again',
        async () => (await puppetState(driver, '/root/sup')).heard.length === 2,
      );
      equal((await puppetState(driver, '/root/sup')).heard, ['slow down', 'go on'], 'what the sender heard');
      equal((await puppetState(driver, A)).done, range(1, 15), 'messages');
    },
  ),
  puppetCase('M2', 'the sender never fails because the receiver is full', one('DropNewest'), async (driver) => {
    await hold(driver);
    await driver.send('/root/sup', { kind: 'Feed', name: 'a', count: 100 });
    await driver.until('90 dead letters', async () => (await driver.actor(A))?.deadLetters === 90);
    equal([(await driver.actor('/root/sup'))?.failures, await restartsOf(driver, '/root/sup')], [0, 0], 'the sender');
  }),
  {
    id: 'M3',
    title: 'order per sender across workers, none lost, none twice, also when the receiver blocks its senders',
    behaviors: [Mill, Sink, Source],
    root: Mill,
    async run(driver) {
      const count = driver.clock === 'virtual' ? 20_000 : 500_000;
      await driver.until(
        'all run',
        async () => (await driver.actors()).filter(({ status }) => status === 'running').length === 4,
      );
      await driver.send('/root/far', { kind: 'Go', count, sender: 0 });
      await driver.send('/root/near', { kind: 'Go', count, sender: 1 });
      await driver.until('all have come', async () => {
        return (await driver.state<{ readonly inOrder: number }>('/root/sink')).inOrder === 2 * count;
      });
      const { sum } = await driver.state<{ readonly sum: number }>('/root/sink');
      equal(sum, count * (2 * count - 1), 'checksum');
      equal((await driver.actor('/root/sink'))?.deadLetters, 0, 'dead letters');
    },
  },
  puppetCase(
    'M4',
    'priority: higher first, first in first out within one priority; the lowest are dropped first',
    [
      {
        name: 'sup',
        children: [
          { name: 'a', behavior: 'Ranked', at: 1 },
          { name: 'b', behavior: 'RankedOldest', at: 1 },
        ],
      },
    ],
    async (driver) => {
      for (const [path, kept] of [
        [A, [31, 32, 21, 22, 23, 11]],
        ['/root/sup/b', [31, 32, 21, 22, 23, 12]],
      ] as const) {
        await hold(driver, path);
        for (const n of [1, 11, 12, 31, 21, 22, 32, 23, 2]) await driver.send(path, { kind: 'Work', n });
        await driver.until('three dead letters', async () => (await driver.actor(path))?.deadLetters === 3);
        await release(driver, path);
        await driver.until('the rest is done', async () => (await puppetState(driver, path)).done.length === 6);
        equal((await puppetState(driver, path)).done, kept, `order of ${path}`);
      }
    },
  ),
  puppetCase('M5', 'system signals overtake user messages and ignore the bound', one('DropNewest'), async (driver) => {
    await hold(driver);
    await sendWork(driver, range(1, 10));
    await driver.inject({ kind: 'crash', path: A });
    await driver.until('it restarts', async () => (await restartsOf(driver, A)) === 1 && isRunning(driver, A));
    equal((await driver.actor(A))?.mailboxDepth, 10, 'messages that were overtaken');
    await release(driver);
    await driver.until('all is done', async () => (await puppetState(driver, A)).done.length === 10);
  }),
  puppetCase(
    'M6',
    'a stop overtakes queued messages; leftovers go to dead letters once each',
    one('Puppet'),
    async (driver) => {
      await hold(driver);
      await sendWork(driver, range(1, 7));
      await driver.send(A, { kind: 'Stash', n: 1 });
      await driver.send('/root/sup', { kind: 'StopChild', name: 'a' });
      await driver.until('it is gone', () => isGone(driver, A));
      const letters = await events(driver, 'dead-letter', A);
      equal(
        letters.map(({ kind, count, reason }) => `${count} ${kind} ${reason}`),
        ['7 Work stopped', '1 Stash stopped'],
        'dead letters',
      );
    },
  ),
  puppetCase(
    'M6-drain',
    'a mailbox that drains is emptied before the stop, and takes no more',
    one('Drainer'),
    async (driver) => {
      await hold(driver);
      await sendWork(driver, range(1, 5));
      await driver.send('/root/sup', { kind: 'StopChild', name: 'a' });
      await driver.until('it is stopping', async () => (await driver.actor(A))?.status === 'stopping');
      await sendWork(driver, [6]);
      await driver.until('a dead letter', async () => (await driver.actor(A))?.deadLetters === 1);
      equal((await driver.actor(A))?.mailboxDepth, 5, 'messages that wait');
      await release(driver);
      await driver.until('it is gone', () => isGone(driver, A));
      equal(
        (await events(driver, 'stopped', A)).map(({ reason }) => reason),
        ['shutdown'],
        'how it ended',
      );
      // The five that waited were handled: only the late one is a letter.
      equal(
        (await events(driver, 'dead-letter')).map(({ kind, count, reason }) => `${count} ${kind} ${reason}`),
        ['1 Work stopped'],
        'dead letters',
      );
    },
  ),
  puppetCase(
    'M7',
    'unstash replays in order, only what was stashed at the time of the call; the stash survives a restart',
    one('Puppet'),
    async (driver) => {
      await driver.until('it runs', () => isRunning(driver, A));
      await driver.send(A, { kind: 'Become', name: 'stashing' });
      await sendWork(driver, [1, 2, 3]);
      await driver.send(A, { kind: 'Become', name: '' });
      await sendWork(driver, [4]);
      await driver.send(A, { kind: 'Unstash' });
      await driver.until('all is done', async () => (await puppetState(driver, A)).done.length === 4);
      equal((await puppetState(driver, A)).done, [4, 1, 2, 3], 'order');
      // Replayed while it still stashes: put aside again, once, and not for ever.
      await driver.send(A, { kind: 'Become', name: 'stashing' });
      await sendWork(driver, [5, 6]);
      await driver.send(A, { kind: 'Unstash' });
      await driver.quiet();
      equal((await puppetState(driver, A)).done, [4, 1, 2, 3], 'while it stashes');
      await fail(driver, A);
      await driver.until('it restarts', async () => (await restartsOf(driver, A)) === 1 && isRunning(driver, A));
      await driver.until('the stash is done', async () => (await puppetState(driver, A)).done.length === 2);
      equal((await puppetState(driver, A)).done, [5, 6], 'after the restart');
    },
  ),
  puppetCase(
    'M7-errors',
    'stashing the same message twice is an error, and the stash has a bound',
    one('SmallStash'),
    async (driver) => {
      await driver.until('it runs', () => isRunning(driver, A));
      for (let n = 1; n <= 5; n++) await driver.send(A, { kind: 'Stash', n });
      await driver.quiet();
      equal((await puppetState(driver, A)).heard, ['stash-full', 'stash-full'], 'what it heard');
      // What is put aside when its handler runs again was taken out first: no error, and no loss.
      await driver.send(A, { kind: 'Unstash' });
      await driver.quiet();
      equal((await puppetState(driver, A)).heard, ['stash-full', 'stash-full'], 'what it heard after');
    },
  ),
  puppetCase(
    'deadline',
    'a message that waited longer than its deadline becomes a dead letter instead of being handled',
    one('Impatient'),
    async (driver) => {
      await hold(driver);
      await sendWork(driver, [1, 2]);
      await driver.send('/root/sup', { kind: 'Ask', name: 'a', n: 21, timeoutMs: 60_000 });
      await driver.send('/root/sup', { kind: 'Ask', name: 'a', n: 200, timeoutMs: 60_000 });
      await driver.wait(60);
      await sendWork(driver, [3]);
      await release(driver);
      await driver.until('the rest is done', async () => (await puppetState(driver, A)).done.length === 1);
      equal((await puppetState(driver, A)).done, [3], 'messages that were in time');
      const letters = await events(driver, 'dead-letter', A);
      equal(
        letters.map(({ kind, count, reason }) => `${count} ${kind} ${reason}`),
        ['2 Work expired', '1 Double expired'],
        'dead letters',
      );
      await driver.until('both asks have an outcome', async () => {
        return (await puppetState(driver, '/root/sup')).heard.length === 2;
      });
      const outcomes = [...(await puppetState(driver, '/root/sup')).heard].sort();
      equal(outcomes, ['200 → deadline-exceeded', '21 → 42'], 'asks, of which one had more time');
    },
  ),
  {
    id: 'batch',
    title: 'a handler may take up to N messages of its kind at once, in order; a failing batch fails once',
    behaviors: [BatchParent, Batcher],
    root: BatchParent,
    async run(driver) {
      const path = '/root/a';
      await hold(driver, path);
      for (let n = 1; n <= 6; n++) await driver.send(path, { kind: 'Add', n });
      await driver.send(path, { kind: 'Mark' });
      for (const n of [7, 8]) await driver.send(path, { kind: 'Add', n });
      const before = (await driver.actor(path))?.processed ?? 0;
      await release(driver, path);
      const batches = async () => (await driver.state<{ readonly batches: string[] }>(path)).batches;
      await driver.until('all is done', async () => (await batches()).length === 4);
      equal(await batches(), ['1+2+3+4', '5+6', 'mark', '7+8'], 'batches');
      await driver.until('all are counted', async () => ((await driver.actor(path))?.processed ?? 0) - before === 9);
      await driver.inject({ kind: 'slow', path, delayMs: 60_000 });
      for (const n of [1, -1, 2]) await driver.send(path, { kind: 'Add', n });
      await release(driver, path);
      await driver.until('it restarts', async () => (await restartsOf(driver, path)) === 1 && isRunning(driver, path));
      await driver.quiet();
      equal((await driver.actor(path))?.failures, 1, 'failures');
      equal(await batches(), [], 'batches of the new incarnation');
    },
  },
];
