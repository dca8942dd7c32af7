/** Supervision: S1 to S17; S18 is in backoff-cases.ts, S15 (a race that needs a hand in the wires) in kernel/kernel.test.ts. */
import type { SupervisionOptions } from '../index.ts';
import { actor } from '../index.ts';
import type { Plan } from '../kernel/testdata/puppet.ts';
import { type Case, type Driver, equal, events, holds } from './case.ts';
import { fail, isGone, isRunning, notes, puppetCase, puppetState, restartsOf } from './puppets.ts';

const abc = (behavior: string, spread = true): Plan => ({
  name: 'sup',
  behavior,
  children: ['a', 'b', 'c'].map((name, index) => ({ name, at: spread ? index : 0 })),
});

const ready = (driver: Driver, ...paths: readonly string[]): Promise<void> =>
  driver.until(`${paths.join(', ')} run`, async () => {
    for (const path of paths) if (!(await isRunning(driver, path))) return false;
    return true;
  });

const restarted = (driver: Driver, path: string, times: number): Promise<void> =>
  driver.until(`${path} restarts ${times} times`, async () => {
    const found = await driver.actor(path);
    return found?.restarts === times && found.status === 'running';
  });

export const SUPERVISION_CASES: readonly Case[] = [
  puppetCase(
    'S1',
    'permanent: any exit restarts it, as a new incarnation under the same ref',
    [{ name: 'sup', behavior: 'OneForOne', children: [{ name: 'a', restart: 'permanent', at: 1 }] }],
    async (driver) => {
      const path = '/root/sup/a';
      await ready(driver, path);
      const before = await driver.actor(path);
      await driver.send(path, { kind: 'Work', n: 1 });
      await driver.send(path, { kind: 'Quit' });
      await restarted(driver, path, 1);
      await fail(driver, path);
      await restarted(driver, path, 2);
      const after = await driver.actor(path);
      equal([after?.id, after?.generation], [before?.id, before?.generation], 'the ref');
      equal((await puppetState(driver, path)).done, [], 'the state of the new incarnation');
      equal((await events(driver, 'exited', path)).length, 1, 'exits');
      equal((await events(driver, 'stopped', path)).length, 0, 'stops');
    },
  ),
  puppetCase(
    'S2',
    'transient: a normal exit stays down with its spec kept, an abnormal one restarts',
    [{ name: 'sup', behavior: 'OneForOne', children: [{ name: 'a', restart: 'transient', at: 1 }] }],
    async (driver) => {
      const path = '/root/sup/a';
      await ready(driver, path);
      await fail(driver, path);
      await restarted(driver, path, 1);
      const told = async (message: { readonly kind: string; readonly name?: string; readonly plan?: Plan }) => {
        await driver.send('/root/sup', message);
        await driver.quiet();
        return (await puppetState(driver, '/root/sup')).heard.at(-1);
      };
      await driver.send(path, { kind: 'Quit' });
      // Its supervisor hears of it a moment after everybody else.
      await driver.until('a is down', async () => (await told({ kind: 'Children' })) === 'a (stopped)');
      equal(await told({ kind: 'Spawn', plan: { name: 'a' } }), 'duplicate-name (name)', 'its name');
      await driver.send('/root/sup', { kind: 'RestartChild', name: 'a' });
      await ready(driver, path);
      equal(await told({ kind: 'RestartChild', name: 'a' }), 'already-started (name)', 'a restart of one that runs');
      await driver.send(path, { kind: 'Quit' });
      await driver.until('its spec is deleted', async () => {
        return (await told({ kind: 'DeleteChild', name: 'a' })) === 'actor-not-found (name)';
      });
      equal(await told({ kind: 'RestartChild', name: 'a' }), 'actor-not-found (name)', 'a restart without a spec');
      equal(await told({ kind: 'Children' }), '', 'children');
    },
  ),
  puppetCase(
    'S3',
    'temporary: never restarts, and its spec is removed',
    [
      { name: 'sup', behavior: 'OneForOne', children: [{ name: 'a', restart: 'temporary', at: 1 }] },
      { name: 'all', behavior: 'OneForAll', children: [{ name: 'a' }, { name: 't', restart: 'temporary', at: 1 }] },
    ],
    async (driver) => {
      await ready(driver, '/root/sup/a', '/root/all/t');
      await fail(driver, '/root/sup/a');
      await driver.until('a is gone', () => isGone(driver, '/root/sup/a'));
      await driver.quiet();
      await driver.send('/root/sup', { kind: 'Children' });
      await driver.quiet();
      equal((await puppetState(driver, '/root/sup')).heard, [''], 'children');
      equal((await events(driver, 'restarted', '/root/sup/a')).length, 0, 'restarts');
      // Also when it is a sibling that failed.
      await fail(driver, '/root/all/a');
      await restarted(driver, '/root/all/a', 1);
      holds(await isGone(driver, '/root/all/t'), 'a temporary sibling is not started again');
    },
  ),
  puppetCase('S4', 'one_for_one: siblings keep their incarnation', [abc('OneForOne')], async (driver) => {
    await ready(driver, '/root/sup/a', '/root/sup/b', '/root/sup/c');
    await driver.send('/root/sup/c', { kind: 'Work', n: 5 });
    await fail(driver, '/root/sup/b');
    await restarted(driver, '/root/sup/b', 1);
    equal([await restartsOf(driver, '/root/sup/a'), await restartsOf(driver, '/root/sup/c')], [0, 0], 'restarts');
    equal((await puppetState(driver, '/root/sup/c')).done, [5], 'state of a sibling');
  }),
  puppetCase(
    'S5',
    'intensity 2: a third crash across different children ends the supervisor',
    [abc('Twice')],
    async (driver) => {
      await ready(driver, '/root/sup/a', '/root/sup/b', '/root/sup/c');
      await fail(driver, '/root/sup/a');
      await restarted(driver, '/root/sup/a', 1);
      await fail(driver, '/root/sup/b');
      await restarted(driver, '/root/sup/b', 1);
      await fail(driver, '/root/sup/c');
      await restarted(driver, '/root/sup', 1);
      const [escalated] = await events(driver, 'escalated', '/root/sup');
      equal([escalated?.child, escalated?.cause, escalated?.intensity], ['c', 'budget', 2], 'the escalation');
      await ready(driver, '/root/sup/a', '/root/sup/b', '/root/sup/c');
      equal(await restartsOf(driver, '/root/sup/a'), 0, 'children start anew');
    },
  ),
  puppetCase('S6', 'intensity 0: the first crash is fatal', [abc('Never')], async (driver) => {
    await ready(driver, '/root/sup/a');
    await fail(driver, '/root/sup/a');
    await restarted(driver, '/root/sup', 1);
    equal((await events(driver, 'restarted', '/root/sup/a')).length, 0, 'restarts of the child');
  }),
  puppetCase(
    'S7',
    'failing restarts consume the budget and escalate',
    [{ name: 'sup', behavior: 'Twice', children: [{ name: 'broken', at: 1 }, { name: 'b' }] }],
    async (driver) => {
      await ready(driver, '/root/sup/broken');
      await fail(driver, '/root/sup/broken');
      await driver.until('escalation', async () => (await events(driver, 'escalated', '/root/sup')).length > 0);
      equal((await events(driver, 'restarted', '/root/sup/broken')).length, 2, 'restarts before it gave up');
      await ready(driver, '/root/sup', '/root/sup/broken');
    },
  ),
  puppetCase(
    'S8',
    'one_for_all: all are replaced, no old incarnation alive, one entry in the budget',
    [abc('AllTwice')],
    async (driver) => {
      const paths = ['/root/sup/a', '/root/sup/b', '/root/sup/c'];
      await ready(driver, ...paths);
      const before = (await notes(driver)).length;
      await fail(driver, '/root/sup/b');
      for (const path of paths) await restarted(driver, path, 1);
      await driver.quiet();
      const hooks = (await notes(driver)).slice(before);
      equal(
        hooks,
        [
          'postStop sup/c 1',
          'postStop sup/b 1',
          'postStop sup/a 1',
          'preStart sup/a 2',
          'preStart sup/b 2',
          'preStart sup/c 2',
        ],
        'the order of hooks',
      );
      equal(
        (await driver.trace()).flatMap((event) => (event.type === 'restarted' ? [event.counted] : [])),
        [1, 1, 1],
        'entries in the budget',
      );
      // Two are allowed; the third is one too many.
      await fail(driver, '/root/sup/a');
      for (const path of paths) await restarted(driver, path, 2);
      await fail(driver, '/root/sup/c');
      await restarted(driver, '/root/sup', 1);
    },
  ),
  puppetCase(
    'S9',
    'rest_for_one: earlier siblings untouched, later ones stopped before any restart',
    [abc('RestForOne')],
    async (driver) => {
      await ready(driver, '/root/sup/a', '/root/sup/b', '/root/sup/c');
      const before = (await notes(driver)).length;
      await fail(driver, '/root/sup/b');
      await restarted(driver, '/root/sup/b', 1);
      await restarted(driver, '/root/sup/c', 1);
      await driver.quiet();
      equal(
        (await notes(driver)).slice(before),
        ['postStop sup/c 1', 'postStop sup/b 1', 'preStart sup/b 2', 'preStart sup/c 2'],
        'the order of hooks',
      );
      equal(await restartsOf(driver, '/root/sup/a'), 0, 'restarts of the earlier sibling');
    },
  ),
  puppetCase(
    'S10',
    'rest_for_one, a restarted child fails to start: only it and later ones are retried',
    [
      {
        name: 'sup',
        behavior: 'RestForOne',
        children: [{ name: 'a' }, { name: 'b', at: 1 }, { name: 'broken' }, { name: 'd', at: 1 }],
      },
    ],
    async (driver) => {
      await ready(driver, '/root/sup/b', '/root/sup/d');
      await fail(driver, '/root/sup/b');
      await restarted(driver, '/root/sup/broken', 3);
      await restarted(driver, '/root/sup/d', 1);
      equal(await restartsOf(driver, '/root/sup/a'), 0, 'restarts of the one before');
      equal(await restartsOf(driver, '/root/sup/b'), 1, 'restarts of the one that failed first');
      equal(await restartsOf(driver, '/root/sup/d'), 1, 'starts of the one that had to wait');
      equal(await restartsOf(driver, '/root/sup/broken'), 3, 'restarts of the one that failed to start');
    },
  ),
  puppetCase(
    'S11',
    'children stop in reverse start order, one after another',
    [
      {
        name: 'sup',
        behavior: 'OneForOne',
        children: [
          { name: 'a', at: 1 },
          { name: 'b', children: [{ name: 'x', at: 1 }, { name: 'y' }] },
          { name: 'c', at: 1 },
        ],
      },
    ],
    async (driver) => {
      await ready(driver, '/root/sup/a', '/root/sup/b/x', '/root/sup/c');
      const before = (await notes(driver)).length;
      await driver.send('/root/sup', { kind: 'Quit' });
      await driver.until('sup is gone', () => isGone(driver, '/root/sup'));
      await driver.quiet();
      equal(
        (await notes(driver)).slice(before).map((note) => note.split(' ')[1]),
        ['sup/c', 'sup/b/y', 'sup/b/x', 'sup/b', 'sup/a', 'sup'],
        'the order of stops',
      );
    },
  ),
  puppetCase(
    'S12',
    'a child that overruns its shutdown time is killed, its well-behaved sibling is not',
    [
      {
        name: 'sup',
        behavior: 'OneForOne',
        children: [
          { name: 'good', behavior: 'Drainer', at: 1 },
          { name: 'late', behavior: 'Drainer', shutdownMs: 50, at: 1 },
        ],
      },
    ],
    async (driver) => {
      await ready(driver, '/root/sup/good', '/root/sup/late');
      await driver.inject({ kind: 'slow', path: '/root/sup/late', delayMs: 10_000 });
      for (let n = 1; n <= 3; n++) await driver.send('/root/sup/late', { kind: 'Work', n });
      await driver.send('/root/sup', { kind: 'Quit' });
      await driver.until('sup is gone', () => isGone(driver, '/root/sup'));
      const reasons = (await events(driver, 'stopped')).map(({ path, reason }) => `${path.slice(6)} ${reason}`);
      equal([...reasons].sort(), ['sup normal', 'sup/good shutdown', 'sup/late killed'], 'how they stopped');
      const letters = await events(driver, 'dead-letter', '/root/sup/late');
      equal(
        letters.map(({ count, reason }) => `${count} ${reason}`),
        ['3 stopped'],
        'dead letters of the one that was killed',
      );
    },
  ),
  puppetCase(
    'S13',
    'a subtree that exceeds its budget is restarted: static children return, dynamic ones do not',
    [abc('Never')],
    async (driver) => {
      await ready(driver, '/root/sup/a', '/root/sup/b', '/root/sup/c');
      await driver.send('/root/sup', { kind: 'Spawn', plan: { name: 'dynamic', at: 1 } });
      await ready(driver, '/root/sup/dynamic');
      await fail(driver, '/root/sup/dynamic');
      await restarted(driver, '/root/sup', 1);
      await ready(driver, '/root/sup/a', '/root/sup/b', '/root/sup/c');
      holds(await isGone(driver, '/root/sup/dynamic'), 'the dynamic child is gone');
    },
  ),
  puppetCase(
    'S14',
    'a duplicate child name, a negative time-out and an unknown restart type are refused, naming the field',
    [abc('OneForOne')],
    async (driver) => {
      await ready(driver, '/root/sup/a');
      await driver.send('/root/sup', { kind: 'Spawn', plan: { name: 'a' } });
      await driver.send('/root/sup', { kind: 'Spawn', plan: { name: 'd', shutdownMs: -1 } });
      await driver.send('/root/sup', { kind: 'Spawn', plan: { name: 'd', restart: 'sometimes' } });
      await driver.send('/root/sup', { kind: 'Spawn', plan: { name: 'd', onFailure: { Oops: 'panic' } } });
      await driver.send('/root/sup', { kind: 'Spawn', plan: { name: 'd', behavior: 'Nobody' } });
      await driver.quiet();
      equal(
        (await puppetState(driver, '/root/sup')).heard,
        [
          'duplicate-name (name)',
          'invalid-configuration (shutdownMs)',
          'invalid-configuration (restart)',
          'invalid-configuration (onFailure.Oops)',
          'unknown-behavior (behavior)',
        ],
        'what the supervisor heard',
      );
      for (const [options, field] of [
        [{ strategy: 'all' }, 'supervision.strategy'],
        [{ intensity: -1 }, 'supervision.intensity'],
        [{ periodMs: -1 }, 'supervision.periodMs'],
        [{ budget: 'none' }, 'supervision.budget'],
        [{ backoff: { minMs: 10, maxMs: 5 } }, 'supervision.backoff.maxMs'],
      ] as const) {
        let named: unknown = 'nothing';
        try {
          actor('Wrong', { protocol: {}, state: () => ({}), on: {}, supervision: options as SupervisionOptions });
        } catch (thrown) {
          named = (thrown as { readonly field?: unknown }).field;
        }
        equal(named, field, 'the field');
      }
    },
  ),
  puppetCase(
    'S16',
    'decisions by error kind: resume keeps state, restart resets it, stop, escalate; the innermost matching rule wins',
    [
      {
        name: 'sup',
        behavior: 'Ruled',
        children: [
          { name: 'a', at: 1 },
          { name: 'b', at: 1 },
          { name: 'c', behavior: 'Opinionated', onFailure: { Inner: 'restart', Middle: 'resume' }, at: 1 },
        ],
      },
    ],
    async (driver) => {
      await ready(driver, '/root/sup/a', '/root/sup/b', '/root/sup/c');
      await driver.send('/root/sup/a', { kind: 'Work', n: 1 });
      await fail(driver, '/root/sup/a', 'Resume');
      await driver.send('/root/sup/a', { kind: 'Work', n: 2 });
      await driver.until('a goes on', async () => (await puppetState(driver, '/root/sup/a')).done.length === 2);
      equal(await restartsOf(driver, '/root/sup/a'), 0, 'restarts after resume');
      await fail(driver, '/root/sup/a', 'Restart');
      await restarted(driver, '/root/sup/a', 1);
      equal((await puppetState(driver, '/root/sup/a')).done, [], 'state after restart');
      await fail(driver, '/root/sup/a', 'Stop');
      await driver.until('a is gone', () => isGone(driver, '/root/sup/a'));
      // Its behavior says resume, its spawn says restart, its parent says stop.
      for (const kind of ['Inner', 'Middle']) {
        await fail(driver, '/root/sup/c', kind);
        const times = kind === 'Inner' ? 1 : 2;
        await driver.until(
          `c resumes from ${kind}`,
          async () => (await events(driver, 'resumed', '/root/sup/c')).length === times,
        );
      }
      equal(await restartsOf(driver, '/root/sup/c'), 0, 'restarts of c');
      await fail(driver, '/root/sup/b', 'Escalate');
      await restarted(driver, '/root/sup', 1);
      const [escalated] = await events(driver, 'escalated', '/root/sup');
      equal([escalated?.child, escalated?.cause], ['b', 'rule'], 'the escalation');
      const failed = await events(driver, 'failed', '/root/sup');
      equal(failed[0]?.kind, 'Escalate', 'the kind of error survives the escalation');
    },
  ),
  puppetCase(
    'S16-resume-supervisor',
    'a supervisor that is resumed after an escalation resumes the child that failed',
    [
      {
        name: 'top',
        behavior: 'Ruled',
        children: [
          { name: 'sup', behavior: 'Ruled', onFailure: { Escalate: 'resume' }, at: 1, children: [{ name: 'a' }] },
        ],
      },
    ],
    async (driver) => {
      const path = '/root/top/sup/a';
      await ready(driver, path);
      await driver.send(path, { kind: 'Work', n: 1 });
      await fail(driver, path, 'Escalate');
      await driver.send(path, { kind: 'Work', n: 2 });
      await driver.until('a goes on', async () => (await puppetState(driver, path)).done.length === 2);
      equal([await restartsOf(driver, path), await restartsOf(driver, '/root/top/sup')], [0, 0], 'restarts');
    },
  ),
  puppetCase(
    'S17',
    'stopping or killing a supervisor leaves no orphan',
    [
      {
        name: 'top',
        behavior: 'OneForOne',
        children: [
          {
            name: 'sup',
            behavior: 'OneForOne',
            shutdownMs: 40,
            at: 1,
            children: [
              { name: 'a', children: [{ name: 'x', at: 1 }] },
              { name: 'late', behavior: 'Drainer', at: 1 },
            ],
          },
          { name: 'other', behavior: 'OneForOne', children: [{ name: 'b', at: 1 }] },
        ],
      },
    ],
    async (driver) => {
      await ready(driver, '/root/top/sup/a/x', '/root/top/sup/late', '/root/top/other/b');
      await driver.send('/root/top', { kind: 'StopChild', name: 'other' });
      await driver.until('other is gone', () => isGone(driver, '/root/top/other/b'));
      // It waits for a child that takes too long, and so it is killed itself.
      await driver.inject({ kind: 'slow', path: '/root/top/sup/late', delayMs: 10_000 });
      await driver.send('/root/top/sup/late', { kind: 'Work', n: 1 });
      await driver.send('/root/top', { kind: 'StopChild', name: 'sup' });
      await driver.until('nothing is left of it', async () => {
        const paths = (await driver.actors()).map(({ path }) => path);
        return !paths.some((path) => path.startsWith('/root/top/'));
      });
      const [stopped] = await events(driver, 'stopped', '/root/top/sup');
      equal(stopped?.reason, 'killed', 'how the supervisor ended');
    },
  ),
  puppetCase(
    'per-child-budget',
    'a budget per child: its refusal stops only that child',
    [abc('PerChild')],
    async (driver) => {
      await ready(driver, '/root/sup/a', '/root/sup/b', '/root/sup/c');
      for (const name of ['a', 'b', 'c']) {
        await fail(driver, `/root/sup/${name}`);
        await restarted(driver, `/root/sup/${name}`, 1);
      }
      await fail(driver, '/root/sup/b');
      await driver.until('b is gone', () => isGone(driver, '/root/sup/b'));
      equal(
        [
          await restartsOf(driver, '/root/sup/a'),
          await restartsOf(driver, '/root/sup/c'),
          await restartsOf(driver, '/root/sup'),
        ],
        [1, 1, 0],
        'restarts of the others',
      );
    },
  ),
];
