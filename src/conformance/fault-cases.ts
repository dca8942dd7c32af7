/** Faults that concern one actor: pause and resume, poison, flood, hang, slow service, forced breakers; and planned ones. */
import { actor, t } from '../index.ts';
import type { Plan } from '../kernel/testdata/puppet.ts';
import { type Case, type Driver, equal, events, holds } from './case.ts';
import { breakerCase, phases, RESET_MS, untilPhase } from './guard-breaker-case.ts';
import { type ClientState, call, heard, reached } from './guard-cast.ts';
import { isGone, isRunning, notes, puppetCase, puppetState, restartsOf } from './puppets.ts';

const A = '/root/sup/a';
const B = '/root/sup/b';

const supervised = (supervisor: string, a: Partial<Plan> = {}): readonly Plan[] => [
  { name: 'sup', behavior: supervisor, children: [{ name: 'a', at: 1, ...a }, { name: 'b' }] },
];

const starts = (driver: Driver, path = A): Promise<void> => driver.until(`${path} runs`, () => isRunning(driver, path));

const shows = (driver: Driver, status: string, path = A): Promise<void> =>
  driver.until(`${path} is ${status}`, async () => (await driver.actor(path))?.status === status);

async function sendWork(driver: Driver, ...numbers: readonly number[]): Promise<void> {
  for (const n of numbers) await driver.send(A, { kind: 'Work', n });
}

const hasDone = (driver: Driver, count: number): Promise<void> =>
  driver.until(`${count} done`, async () => (await puppetState(driver, A)).done.length === count);

/** Takes as long as it is told to, and says how long that was. */
const Oven = actor('Oven', {
  protocol: { Bake: { ms: t.float64 }, Tick: {} },
  state: () => ({ tookMs: [] as number[] }),
  on: {
    Bake(state, { ms }, ctx) {
      const fromMs = ctx.now();
      ctx.busy(ms);
      state.tookMs.push(ctx.now() - fromMs);
    },
    Tick: () => undefined,
  },
});
/** Notices when its worker is kept from it. */
const Watch = actor('Watch', {
  protocol: { Tick: {} },
  state: () => ({ lastMs: 0, longestMs: 0, ticks: 0 }),
  signals: { preStart: (_, ctx) => ctx.startPeriodicTimer('tick', { kind: 'Tick' }, 5) },
  on: {
    Tick(state, _, ctx) {
      const nowMs = ctx.now();
      if (state.ticks++ > 0) state.longestMs = Math.max(state.longestMs, nowMs - state.lastMs);
      state.lastMs = nowMs;
    },
  },
});
const Bakery = actor('Bakery', {
  protocol: {},
  state: () => ({}),
  signals: {
    preStart(_, ctx) {
      ctx.spawn(Oven, { name: 'oven', placement: 1 });
      ctx.spawn(Watch, { name: 'watch', placement: 1 });
    },
  },
  on: {},
});
const OVEN = '/root/oven';

function bakeryCase(id: string, title: string, run: Case['run']): Case {
  return { id, title, behaviors: [Bakery, Oven, Watch], root: Bakery, run };
}

async function bake(driver: Driver, ms: number, count: number): Promise<number> {
  await driver.send(OVEN, { kind: 'Bake', ms });
  const took = async () => (await driver.state<{ readonly tookMs: readonly number[] }>(OVEN)).tookMs;
  await driver.until(`batch ${count} is done`, async () => (await took()).length === count);
  return (await took()).at(-1) ?? 0;
}

/** A virtual clock need not pass while somebody is busy. */
function holdsOnWall({ clock }: Driver, condition: boolean, what: string): void {
  if (clock === 'wall') holds(condition, what);
}

const DRAINING: Case = puppetCase(
  'F-pause-drain',
  'an actor that is paused while it empties its mailbox goes on when it is resumed, and only then stops',
  supervised('OneForOne', { behavior: 'Drainer', shutdownMs: 60_000 }),
  async (driver) => {
    await starts(driver);
    await driver.inject({ kind: 'pause', path: A });
    await sendWork(driver, 1, 2);
    await driver.send('/root/sup', { kind: 'StopChild', name: 'a' });
    await shows(driver, 'stopping');
    equal((await puppetState(driver, A)).done, [], 'done while it is paused');
    await driver.inject({ kind: 'resume', path: A });
    await driver.until('a is gone', () => isGone(driver, A));
    equal((await events(driver, 'dead-letter', A)).length, 0, 'dead letters');
  },
);

const CRASH_KIND: Case = puppetCase(
  'F-crash-kind',
  'a crash by hand fails with the kind that was chosen, and supervision goes by that; without one it is a Crash',
  supervised('OneForOne', { onFailure: { Odd: 'resume', Even: 'escalate' } }),
  async (driver) => {
    const failures = async () => {
      return (await events(driver, 'failed', A)).map(({ kind, error }) => `${kind}: ${error}`);
    };
    await starts(driver);
    await sendWork(driver, 1);
    await hasDone(driver, 1);
    await driver.inject({ kind: 'crash', path: A, errorKind: 'Odd', error: 'on purpose' });
    await driver.until('it is resumed', async () => (await events(driver, 'resumed', A)).length === 1);
    equal((await puppetState(driver, A)).done, [1], 'done by whoever was resumed');
    equal(await restartsOf(driver, A), 0, 'restarts');
    await driver.inject({ kind: 'crash', path: A, errorKind: 'Even' });
    await driver.until('its supervisor restarts', async () => (await restartsOf(driver, '/root/sup')) === 1);
    const [escalated] = await events(driver, 'escalated', '/root/sup');
    equal([escalated?.child, escalated?.cause], ['a', 'rule'], 'the escalation');
    await starts(driver);
    await driver.inject({ kind: 'crash', path: A });
    await driver.until('it restarts', async () => (await restartsOf(driver, A)) === 1);
    equal(await restartsOf(driver, '/root/sup'), 1, 'restarts of the supervisor');
    const texts = ['Odd: on purpose', 'Even: crashed by hand', 'Crash: crashed by hand'];
    equal(await failures(), texts, 'failures');
  },
);

export const FAULT_CASES: readonly Case[] = [
  CRASH_KIND,
  puppetCase(
    'F-pause',
    'a paused actor handles neither messages nor ticks nor replies; resumed, it does, in their order, each once',
    supervised('OneForOne'),
    async (driver) => {
      await starts(driver);
      await driver.inject({ kind: 'pause', path: A });
      await shows(driver, 'paused');
      await sendWork(driver, 1, 2, 3);
      await driver.send('/root/sup', { kind: 'Ask', name: 'a', n: 4, timeoutMs: 30 });
      const asker = async () => (await puppetState(driver, '/root/sup')).heard;
      await driver.until('the asker gave up', async () => (await asker()).length === 1);
      equal(await asker(), ['4 → ask-timeout'], 'what the asker heard');
      await driver.until('four messages wait', async () => (await driver.actor(A))?.mailboxDepth === 4);
      equal((await puppetState(driver, A)).done, [], 'done while it is paused');
      await driver.inject({ kind: 'resume', path: A });
      await hasDone(driver, 3);
      equal((await puppetState(driver, A)).done, [1, 2, 3], 'done when it is resumed');
      await driver.until('the answer came too late', async () => {
        return (await events(driver, 'dead-letter', '/root/sup')).some(({ reason }) => reason === 'late-reply');
      });
    },
  ),
  puppetCase(
    'F-pause-restart',
    'a pause outlives a crash and the restart after it; the new incarnation starts, and waits',
    supervised('OneForOne'),
    async (driver) => {
      await starts(driver);
      await driver.inject({ kind: 'pause', path: A });
      await sendWork(driver, 1);
      await driver.inject({ kind: 'crash', path: A });
      await driver.until('it restarts', async () => (await restartsOf(driver, A)) === 1);
      await shows(driver, 'paused');
      await driver.quiet();
      equal((await puppetState(driver, A)).done, [], 'done while it is paused');
      const ofA = (await notes(driver)).filter((note) => note.includes(' sup/a '));
      equal(ofA, ['preStart sup/a 1', 'postStop sup/a 1', 'preStart sup/a 2'], 'hooks');
      await driver.inject({ kind: 'resume', path: A });
      await hasDone(driver, 1);
    },
  ),
  puppetCase(
    'F-pause-stop',
    'a paused actor can be stopped; what waited for it is a dead letter',
    supervised('OneForOne'),
    async (driver) => {
      await starts(driver);
      await driver.inject({ kind: 'pause', path: A });
      await sendWork(driver, 1, 2);
      await driver.send('/root/sup', { kind: 'StopChild', name: 'a' });
      await driver.until('a is gone', () => isGone(driver, A));
      await driver.until('two dead letters', async () => {
        const letters = await events(driver, 'dead-letter', A);
        return letters.reduce((sum, { count }) => sum + count, 0) === 2;
      });
    },
  ),
  DRAINING,
  puppetCase(
    'F-pause-lazy',
    'a paused dormant actor starts with its first message and handles it when it is resumed',
    supervised('OneForOne', { lazy: true }),
    async (driver) => {
      await shows(driver, 'dormant');
      await driver.inject({ kind: 'pause', path: A });
      await sendWork(driver, 1);
      await shows(driver, 'paused');
      equal((await puppetState(driver, A)).done, [], 'done while it is paused');
      await driver.inject({ kind: 'resume', path: A });
      await hasDone(driver, 1);
    },
  ),
  puppetCase(
    'F-poison',
    'a poison message fails its actor when its turn comes, once; the messages around it are handled',
    supervised('Ruled'),
    async (driver) => {
      await starts(driver);
      await driver.inject({ kind: 'pause', path: A });
      await sendWork(driver, 1);
      await driver.inject({ kind: 'poison', path: A });
      await sendWork(driver, 2);
      await driver.until('three messages wait', async () => (await driver.actor(A))?.mailboxDepth === 3);
      await driver.inject({ kind: 'resume', path: A });
      await driver.until('it restarts', async () => (await restartsOf(driver, A)) === 1);
      await hasDone(driver, 1);
      equal((await puppetState(driver, A)).done, [2], 'done by the second incarnation');
      const failed = await events(driver, 'failed', A);
      equal(
        failed.map(({ kind, during }) => `${kind} in ${during}`),
        ['Poison in poison message'],
        'failures',
      );
      equal((await events(driver, 'dead-letter', A)).length, 0, 'dead letters');
    },
  ),
  puppetCase(
    'F-flood',
    'a flood meets the bound of the mailbox; what enters it takes a turn a message and nothing else',
    supervised('OneForOne', { behavior: 'DropNewest' }),
    async (driver) => {
      await starts(driver);
      await driver.inject({ kind: 'pause', path: A });
      await driver.inject({ kind: 'flood', path: A, count: 25 });
      await driver.until('15 dead letters, and ten messages wait', async () => {
        const { deadLetters, mailboxDepth } = (await driver.actor(A)) ?? {};
        return deadLetters === 15 && mailboxDepth === 10;
      });
      const { processed = 0 } = (await driver.actor(A)) ?? {};
      await driver.inject({ kind: 'resume', path: A });
      await driver.until('ten turns', async () => (await driver.actor(A))?.processed === processed + 10);
      await sendWork(driver, 1);
      await hasDone(driver, 1);
      equal(await restartsOf(driver, A), 0, 'restarts');
    },
  ),
  bakeryCase(
    'F-hang',
    'a hang keeps the worker of its actor from everybody there, and is over by itself',
    async (driver) => {
      const watch = () => driver.state<{ readonly longestMs: number; readonly ticks: number }>('/root/watch');
      await driver.until('time passes', async () => (await watch()).ticks > 2);
      await driver.inject({ kind: 'hang', path: OVEN, forMs: 200 });
      const { ticks } = await watch();
      await driver.until('time passes again', async () => (await watch()).ticks > ticks + 2);
      const { longestMs } = await watch();
      holdsOnWall(driver, longestMs >= 200, `the watch stood still for ${longestMs} ms`);
      equal((await events(driver, 'failed')).length, 0, 'failures');
      if (driver.clock === 'virtual') return;
      // The way between real threads loses nothing.
      const refused = await driver.inject({ kind: 'drop', to: OVEN, probability: 1 }).then(
        () => 'done',
        (error: { readonly code?: string }) => error.code,
      );
      equal(refused, 'not-available', 'a fault of the network');
    },
  ),
  bakeryCase(
    'F-busy',
    'ctx.busy takes so long, times the factor of a slow fault until it is healed; what is no time is a failure',
    async (driver) => {
      holdsOnWall(driver, (await bake(driver, 3, 1)) >= 3, '3 ms');
      await driver.inject({ kind: 'slow', path: OVEN, delayMs: 0, factor: 10 });
      holdsOnWall(driver, (await bake(driver, 3, 2)) >= 30, 'ten times 3 ms');
      equal((await driver.actor(OVEN))?.slowFactor, 10, 'the factor that is shown');
      await driver.inject({ kind: 'slow', path: OVEN, delayMs: 0 });
      equal((await driver.actor(OVEN))?.slowFactor, undefined, 'the factor when it is healed');
      await driver.send(OVEN, { kind: 'Bake', ms: -1 });
      await driver.until('it fails', async () => (await events(driver, 'failed', OVEN)).length === 1);
      const [failure] = await events(driver, 'failed', OVEN);
      equal([failure?.kind, failure?.during], ['invalid-configuration', 'Bake'], 'failure');
    },
  ),
  breakerCase({
    id: 'F-force',
    title: 'a breaker that is forced open stays open past its reset time; forced closed it counts no failures',
    options: { failureThreshold: 2, resetTimeoutMs: RESET_MS },
    async run(driver) {
      await driver.until('the target runs', () => isRunning(driver, '/root/target'));
      await driver.inject({ kind: 'force-breaker', path: '/root/breaker', to: 'open' });
      await untilPhase(driver, 'open');
      await driver.wait(RESET_MS * 2);
      await call(driver, 'answer', 1);
      await heard(driver, 1);
      equal((await driver.state<ClientState>('/root')).heard, ['breaker-open 1'], 'what the client heard');
      await driver.inject({ kind: 'force-breaker', path: '/root/breaker', to: 'closed' });
      await untilPhase(driver, 'closed');
      await call(driver, 'fail', 2, 4);
      await heard(driver, 5);
      equal(await reached(driver, 4), [2, 3, 4, 5], 'calls that reached the target');
      equal(await phases(driver), ['closed → open', 'open → closed'], 'transitions');
    },
  }),
  {
    ...puppetCase(
      'F-planned',
      "a scenario's own faults come at their time, in the order of time",
      supervised('OneForOne'),
      async (driver) => {
        await driver.until('both restarted', async () => {
          return (await restartsOf(driver, A)) === 1 && (await restartsOf(driver, B)) === 1;
        });
        const planned = await events(driver, 'fault');
        equal(
          planned.map(({ fault }) => ('path' in fault ? fault.path : '')),
          [B, A],
          'faults',
        );
        for (const [index, atMs] of [60, 400].entries()) {
          const found = planned[index]?.atMs ?? 0;
          const isInTime = driver.clock === 'virtual' ? found === atMs : found >= atMs;
          holds(isInTime, `planned at ${atMs} ms, came at ${found}`);
        }
      },
    ),
    faults: [
      { atMs: 400, fault: { kind: 'crash', path: A } },
      { atMs: 60, fault: { kind: 'crash', path: B } },
    ],
  },
];
