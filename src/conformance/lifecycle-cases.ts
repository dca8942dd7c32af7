/** Lifecycle L1 to L5, watch W1, timers T1 to T4, and what starts and stops by itself. */
import { actor, t } from '../index.ts';
import type { Plan } from '../kernel/testdata/puppet.ts';
import { type Case, equal, events, holds } from './case.ts';
import { fail, isGone, isRunning, notes, puppetCase, puppetState, restartsOf } from './puppets.ts';

/** Its state cannot be made, from the second time on. */
const BadState = actor('BadState', {
  protocol: { Boom: {} },
  supervision: { intensity: 5 },
  state: ({ bad }: { readonly bad: boolean }) => {
    if (bad) throw new Error('no state');
    return {};
  },
  on: {
    Boom: () => {
      throw new Error('boom');
    },
  },
});
const Nest = actor('Nest', {
  protocol: {},
  supervision: { intensity: 2 },
  state: () => ({}),
  signals: { preStart: (_, ctx) => void ctx.spawn(BadState, { name: 'egg', args: { bad: true }, placement: 1 }) },
  on: {},
});
const Tree = actor('Tree', {
  protocol: { Noop: {} },
  supervision: { intensity: 1 },
  state: () => ({}),
  signals: { preStart: (_, ctx) => void ctx.spawn(Nest, { name: 'nest', restart: 'temporary' }) },
  on: { Noop: () => undefined },
});

/** Becomes what it is told to, and forgets it on a restart. */
const Mood = actor('Mood', {
  protocol: { Be: { name: t.literal('happy', 'sad', 'neither') }, Ask: { n: t.int32 }, Fail: {} },
  state: () => ({ said: [] as string[] }),
  on: {
    Be: (_, { name }, ctx) => (name === 'neither' ? ctx.become() : ctx.become(name)),
    Ask: (state, { n }) => void state.said.push(`${n}?`),
    Fail: () => {
      throw new Error('mood');
    },
  },
  become: {
    happy: { Ask: (state, { n }) => void state.said.push(`${n}!`) },
    sad: { Ask: (state, { n }) => void state.said.push(`${n}…`), Be: (_, __, ctx) => ctx.become() },
  },
});
const MoodParent = actor('MoodParent', {
  protocol: {},
  state: () => ({}),
  signals: { preStart: (_, ctx) => void ctx.spawn(Mood, { name: 'mood', placement: 1 }) },
  on: {},
});

const one = (behavior: string, more: Partial<Plan> = {}): readonly Plan[] => [
  { name: 'sup', children: [{ name: 'a', behavior, at: 1, ...more }] },
];
const A = '/root/sup/a';

const starts = (driver: Parameters<Case['run']>[0], path = A): Promise<void> =>
  driver.until(`${path} runs`, () => isRunning(driver, path));

export const LIFECYCLE_CASES: readonly Case[] = [
  puppetCase(
    'L1',
    'hooks: preRestart of the old and postRestart of the new; without them postStop and preStart; a stop calls postStop only',
    [
      {
        name: 'sup',
        children: [
          { name: 'a', behavior: 'Hooked', at: 1 },
          { name: 'b', at: 1 },
        ],
      },
    ],
    async (driver) => {
      await starts(driver);
      await starts(driver, '/root/sup/b');
      for (const path of [A, '/root/sup/b']) {
        await fail(driver, path);
        await driver.until(
          'it restarts',
          async () => (await restartsOf(driver, path)) === 1 && isRunning(driver, path),
        );
        await driver.send(path, { kind: 'Quit' });
        await driver.until('it stops', () => isGone(driver, path));
      }
      await driver.quiet();
      const of = async (name: string) => (await notes(driver)).filter((note) => note.includes(` sup/${name} `));
      equal(
        await of('a'),
        ['preStart sup/a 1', 'preRestart after Oops in Throw sup/a 1', 'postRestart sup/a 2', 'postStop sup/a 2'],
        'hooks of its own',
      );
      equal(
        await of('b'),
        ['preStart sup/b 1', 'postStop sup/b 1', 'preStart sup/b 2', 'postStop sup/b 2'],
        'hooks without its own',
      );
    },
  ),
  puppetCase('L2', 'a failure in postStop is recorded and the stop completes', one('BadStop'), async (driver) => {
    await starts(driver);
    await driver.send(A, { kind: 'Quit' });
    await driver.until('a is gone', () => isGone(driver, A));
    const failed = await events(driver, 'failed', A);
    equal(
      failed.map(({ during, error }) => `${during}: ${error}`),
      ['postStop: no goodbye'],
      'failures',
    );
    equal(await restartsOf(driver, '/root/sup'), 0, 'restarts of the supervisor');
  }),
  puppetCase(
    'L3',
    'a restart keeps ref and mailbox, and does not redeliver the failing message',
    one('Puppet'),
    async (driver) => {
      await starts(driver);
      const before = await driver.actor(A);
      // Held up, so that all of them wait when it fails.
      await driver.inject({ kind: 'slow', path: A, delayMs: 60_000 });
      await fail(driver, A);
      for (let n = 1; n <= 3; n++) await driver.send(A, { kind: 'Work', n });
      await driver.inject({ kind: 'slow', path: A, delayMs: 0 });
      await driver.until('the rest is done', async () => (await puppetState(driver, A)).done.length === 3);
      const after = await driver.actor(A);
      equal((await puppetState(driver, A)).done, [1, 2, 3], 'messages after the restart');
      equal([after?.id, after?.generation, after?.restarts], [before?.id, before?.generation, 1], 'ref and restarts');
      equal((await events(driver, 'failed', A)).length, 1, 'failures');
    },
  ),
  puppetCase(
    'L4',
    'children stop on a restart unless opted out',
    [
      {
        name: 'sup',
        children: [
          { name: 'a', at: 1, children: [{ name: 'x' }] },
          { name: 'b', behavior: 'Keeping', at: 1, children: [{ name: 'x' }] },
        ],
      },
    ],
    async (driver) => {
      await starts(driver, '/root/sup/a/x');
      await starts(driver, '/root/sup/b/x');
      for (const path of [A, '/root/sup/b']) {
        await driver.send(`${path}/x`, { kind: 'Work', n: 1 });
        await fail(driver, path);
        await driver.until(
          'it restarts',
          async () => (await restartsOf(driver, path)) === 1 && isRunning(driver, path),
        );
        await starts(driver, `${path}/x`);
      }
      equal((await puppetState(driver, '/root/sup/a/x')).done, [], 'a child started anew');
      equal((await puppetState(driver, '/root/sup/b/x')).done, [1], 'a child that was kept');
      // It is still supervised.
      await fail(driver, '/root/sup/b/x');
      await driver.until('x restarts', async () => (await restartsOf(driver, '/root/sup/b/x')) === 1);
    },
  ),
  {
    id: 'L5',
    title: 'a failing initial state is a supervised failure and never leaves a zombie',
    behaviors: [Tree, Nest, BadState],
    root: Tree,
    async run(driver) {
      await driver.until('all of it is gone', async () => (await driver.actors()).length === 1);
      const failed = await events(driver, 'failed', '/root/nest/egg');
      equal(
        failed.map(({ during }) => during),
        ['state', 'state', 'state'],
        'failures of the child',
      );
      equal((await events(driver, 'escalated', '/root/nest')).length, 1, 'escalations');
      equal(
        (await events(driver, 'stopped', '/root/nest')).map(({ reason }) => reason),
        ['failed'],
        'end of the nest',
      );
    },
  },
  puppetCase(
    'W1',
    'one terminated signal per watcher; a restart does not notify; watching the dead notifies at once; a new actor of that name is another one',
    [
      {
        name: 'sup',
        children: [
          { name: 'a', at: 1 },
          { name: 'b', at: 1 },
        ],
      },
    ],
    async (driver) => {
      const heard = async () => (await puppetState(driver, '/root/sup')).heard;
      await starts(driver);
      await driver.send('/root/sup', { kind: 'Watch', name: 'a' });
      await driver.send('/root/sup', { kind: 'Watch', name: 'a' });
      await driver.send('/root/sup', { kind: 'Watch', name: 'b' });
      await driver.send('/root/sup', { kind: 'Unwatch', name: 'b' });
      await fail(driver, A);
      await driver.until('a restarts', async () => (await restartsOf(driver, A)) === 1 && isRunning(driver, A));
      await driver.send('/root/sup', { kind: 'StopChild', name: 'b' });
      await driver.until('b is gone', () => isGone(driver, '/root/sup/b'));
      equal(await heard(), [], 'after a restart, and of one not watched any more');
      await driver.send(A, { kind: 'Quit' });
      await driver.until('one signal', async () => (await heard()).length === 1);
      await driver.send('/root/sup', { kind: 'Watch', name: 'a' });
      await driver.until('a second one', async () => (await heard()).length === 2);
      await driver.send('/root/sup', { kind: 'Spawn', plan: { name: 'a', at: 1 } });
      await starts(driver);
      await driver.send(A, { kind: 'Quit' });
      await driver.until('the new one is gone', () => isGone(driver, A));
      await driver.quiet();
      equal(await heard(), ['a terminated: normal', 'a terminated: normal'], 'signals');
    },
  ),
  puppetCase(
    'T1',
    'single and periodic timers; the same key replaces, and the old tick is not delivered',
    one('Puppet'),
    async (driver) => {
      await starts(driver);
      const keys = async () => (await puppetState(driver, A)).heard.map((tick) => tick.split('@')[0]);
      await driver.send(A, { kind: 'Once', key: 'once', ms: 10 });
      await driver.send(A, { kind: 'Once', key: 'later', ms: 60_000 });
      await driver.send(A, { kind: 'Once', key: 'later', ms: 10 });
      await driver.until('both have ticked', async () => (await keys()).length === 2);
      await driver.send(A, { kind: 'Every', key: 'beat', ms: 10 });
      await driver.until('it beats', async () => (await keys()).filter((key) => key === 'beat').length >= 3);
      await driver.send(A, { kind: 'Once', key: 'beat', ms: 60_000 });
      await driver.quiet();
      const before = (await keys()).length;
      await driver.wait(60);
      equal((await keys()).length, before, 'ticks after it was replaced');
    },
  ),
  {
    ...puppetCase('T1-exact', 'timers tick at their exact times', one('Puppet'), async (driver) => {
      await driver.send(A, { kind: 'Every', key: 'beat', ms: 250 });
      await driver.send(A, { kind: 'Once', key: 'once', ms: 600 });
      await driver.wait(1_000);
      equal(
        (await puppetState(driver, A)).heard,
        ['beat@250', 'beat@500', 'once@600', 'beat@750', 'beat@1000'],
        'ticks',
      );
    }),
    virtualOnly: true,
  },
  puppetCase('T2', 'cancel drops a tick, also one that waits already', one('Puppet'), async (driver) => {
    await starts(driver);
    await driver.send(A, { kind: 'Every', key: 'beat', ms: 5 });
    await driver.until('it beats', async () => (await puppetState(driver, A)).heard.length >= 2);
    await driver.send(A, { kind: 'Cancel', key: 'beat' });
    await driver.quiet();
    const before = (await puppetState(driver, A)).heard.length;
    await driver.wait(40);
    equal((await puppetState(driver, A)).heard.length, before, 'ticks after it was cancelled');
  }),
  puppetCase('T3', 'ticks of an older incarnation are discarded', one('Puppet'), async (driver) => {
    await starts(driver);
    await driver.send(A, { kind: 'Every', key: 'beat', ms: 5 });
    await driver.send(A, { kind: 'Once', key: 'once', ms: 30 });
    await driver.until('it beats', async () => (await puppetState(driver, A)).heard.length >= 2);
    await fail(driver, A);
    await driver.until('a restarts', async () => (await restartsOf(driver, A)) === 1 && isRunning(driver, A));
    await driver.wait(60);
    equal((await puppetState(driver, A)).heard, [], 'ticks of the new incarnation');
  }),
  puppetCase('T4', 'a receive time-out is reset by messages, not by timers', one('Puppet'), async (driver) => {
    await starts(driver);
    const idle = async () => (await puppetState(driver, A)).heard.filter((what) => what.startsWith('idle')).length;
    await driver.send(A, { kind: 'Every', key: 'beat', ms: 10 });
    await driver.send(A, { kind: 'ReceiveTimeout', ms: 100 });
    for (let n = 1; n <= 5; n++) {
      await driver.wait(30);
      await driver.send(A, { kind: 'Work', n });
    }
    if (driver.clock === 'virtual') equal(await idle(), 0, 'time-outs while messages came');
    await driver.until('it is idle', async () => (await idle()) > 0);
    await driver.send(A, { kind: 'ReceiveTimeout', ms: 0 });
    await driver.wait(20);
    const before = await idle();
    await driver.wait(150);
    equal(await idle(), before, 'time-outs after it was taken back');
  }),
  {
    ...puppetCase('T4-exact', 'a receive time-out counts from the last message', one('Puppet'), async (driver) => {
      await driver.send(A, { kind: 'ReceiveTimeout', ms: 100 });
      await driver.wait(70);
      await driver.send(A, { kind: 'Work', n: 1 });
      await driver.wait(250);
      equal((await puppetState(driver, A)).heard, ['idle@170', 'idle@270'], 'time-outs');
    }),
    virtualOnly: true,
  },
  puppetCase(
    'lazy',
    'a lazy actor starts with its first message; a stop before that starts nothing',
    [
      {
        name: 'sup',
        children: [
          { name: 'a', lazy: true, at: 1 },
          { name: 'b', lazy: true, at: 1 },
        ],
      },
    ],
    async (driver) => {
      await driver.until('a sleeps', async () => (await driver.actor(A))?.status === 'dormant');
      await driver.until('b sleeps', async () => (await driver.actor('/root/sup/b'))?.status === 'dormant');
      holds(!(await notes(driver)).includes('preStart sup/a 1'), 'it has not started');
      await driver.send('/root/sup', { kind: 'Watch', name: 'a' });
      await driver.send('/root/sup', { kind: 'Feed', name: 'a', count: 3 });
      await driver.until('a has worked', async () => {
        return (await isRunning(driver, A)) && (await puppetState(driver, A)).done.length === 3;
      });
      equal((await puppetState(driver, A)).done, [1, 2, 3], 'messages');
      await driver.send('/root/sup', { kind: 'StopChild', name: 'b' });
      await driver.until('b is gone', () => isGone(driver, '/root/sup/b'));
      await driver.quiet();
      equal(
        (await notes(driver)).filter((note) => note.includes('sup/b')),
        [],
        'hooks of b',
      );
      equal(
        (await events(driver, 'activated')).map(({ path }) => path),
        [A],
        'activated',
      );
    },
  ),
  puppetCase(
    'passivation',
    'an idle actor gives up its state; its ref stays good, and the next message starts it anew',
    one('Sleepy', { children: [{ name: 'x' }] }),
    async (driver) => {
      await starts(driver, `${A}/x`);
      const before = await driver.actor(A);
      await driver.send('/root/sup', { kind: 'Watch', name: 'a' });
      await driver.send(A, { kind: 'Work', n: 1 });
      await driver.until('a sleeps', async () => (await driver.actor(A))?.status === 'dormant');
      holds(await isGone(driver, `${A}/x`), 'its children are gone');
      await driver.send('/root/sup', { kind: 'Feed', name: 'a', count: 2 });
      await driver.until('a is awake', async () => {
        return (await isRunning(driver, A)) && (await puppetState(driver, A)).done.length === 2;
      });
      const after = await driver.actor(A);
      equal([after?.id, after?.generation, after?.restarts], [before?.id, before?.generation, 0], 'ref and restarts');
      equal((await puppetState(driver, '/root/sup')).heard, [], 'what a watcher heard');
    },
  ),
  {
    id: 'become',
    title: 'a named behaviour replaces the handlers it names; a restart takes it back',
    behaviors: [MoodParent, Mood],
    root: MoodParent,
    async run(driver) {
      const path = '/root/mood';
      await driver.until('it runs', () => isRunning(driver, path));
      const messages = [
        { kind: 'Ask', n: 1 },
        { kind: 'Be', name: 'happy' },
        { kind: 'Ask', n: 2 },
        { kind: 'Be', name: 'sad' },
        { kind: 'Ask', n: 3 },
        { kind: 'Be', name: 'happy' },
        { kind: 'Ask', n: 4 },
      ];
      for (const message of messages) await driver.send(path, message);
      await driver.quiet();
      const said = async () => (await driver.state<{ readonly said: string[] }>(path)).said;
      equal(await said(), ['1?', '2!', '3…', '4?'], 'what it said');
      await driver.send(path, { kind: 'Be', name: 'sad' });
      await driver.send(path, { kind: 'Fail' });
      await driver.until('it restarts', async () => (await restartsOf(driver, path)) === 1 && isRunning(driver, path));
      await driver.send(path, { kind: 'Ask', n: 5 });
      await driver.quiet();
      equal(await said(), ['5?'], 'what the new incarnation said');
    },
  },
];
