/** Open-loop load: what is sent when, and that no request hides behind the delay of another. */
import { type AskOutcome, actor, type LoadProfile, type OpenLoopState, openLoop, type Ref, t } from '../index.ts';
import { type Case, type Driver, equal, holds } from './case.ts';
import { isRunning } from './puppets.ts';

const protocol = { Serve: { number: t.uint32, replyTo: t.ref({ Served: { number: t.uint32 } }) } } as const;
const drops = { Drop: { number: t.uint32 } } as const;

interface Held {
  readonly number: number;
  readonly replyTo: Ref<{ readonly kind: 'Served'; readonly number: number }>;
}

interface ServerState {
  readonly arrivedMs: number[];
  readonly numbers: number[];
  readonly held: Held[];
}

/** Answers at once, or keeps requests while it is stalled and answers them when that is over. */
const Server = actor('Server', {
  protocol: { ...protocol, ...drops, Stall: { stalled: t.boolean } },
  // Nothing that a case sends may be lost here.
  mailbox: { capacity: 65_536 },
  state: () => ({ stalled: false, arrivedMs: [] as number[], numbers: [] as number[], held: [] as Held[] }),
  on: {
    Serve(state, { number, replyTo }, ctx) {
      state.arrivedMs.push(ctx.now());
      state.numbers.push(number);
      if (state.stalled) state.held.push({ number, replyTo });
      else ctx.tell(replyTo, { kind: 'Served', number });
    },
    Drop(state, { number }, ctx) {
      state.arrivedMs.push(ctx.now());
      state.numbers.push(number);
    },
    Stall(state, { stalled }, ctx) {
      state.stalled = stalled;
      if (!stalled) {
        for (const { number, replyTo } of state.held.splice(0)) ctx.tell(replyTo, { kind: 'Served', number });
      }
    },
  },
});

/** The profile by a parameter, so that one behavior can be turned through all of them. */
const SHAPES: readonly ((perSecond: number) => LoadProfile)[] = [
  (perSecond) => ({ shape: 'constant', perSecond }),
  (perSecond) => ({ shape: 'poisson', perSecond }),
  (perSecond) => ({ shape: 'bursts', perSecond, burst: 50 }),
  (toPerSecond) => ({ shape: 'ramp', fromPerSecond: 0, toPerSecond, overMs: 1_000 }),
];
const [CONSTANT, POISSON, BURSTS, RAMP] = [0, 1, 2, 3];

const Load = openLoop('Load', {
  protocol,
  profile: (ctx) => (SHAPES[ctx.parameter('shape')] ?? SHAPES[0])?.(ctx.parameter('rate')) as LoadProfile,
  request: (number) => ({ kind: 'Serve', number }),
  timeoutMs: 10_000,
});
const Drops = openLoop('Drops', {
  protocol: drops,
  profile: { shape: 'constant', perSecond: 1_000 },
  mode: 'tell',
  request: (number) => ({ kind: 'Drop', number }),
});
/** Keeps its worker busy: the turns of everybody beside it come late. */
const Hog = actor('Hog', {
  protocol: { Hog: { ms: t.float64, replyTo: t.ref({ Done: {} }) } },
  state: () => ({}),
  on: {
    Hog(_, { ms, replyTo }, ctx) {
      // Clocks are read once a batch, so it counts work, not time: some ns each.
      let sum = 0;
      for (let n = 0; n < ms * 100_000; n++) sum = (sum + Math.sqrt(n)) % 1_000;
      if (sum >= 0) ctx.tell(replyTo, { kind: 'Done' });
    },
  },
});
/** On worker 0, with the load; the server is on worker 1. */
const Root = actor('Root', {
  protocol: { Hog: { ms: t.float64 } },
  state: () => ({ hogged: 0 }),
  signals: {
    preStart(_, ctx) {
      const target = ctx.spawn(Server, { name: 'server', placement: 1 });
      ctx.spawn(Load, { name: 'load', args: { target } });
      ctx.spawn(Hog, { name: 'hog' });
    },
  },
  on: {
    Hog(_, { ms }, ctx) {
      const hog = ctx.child('hog') as Ref<{ readonly kind: 'Hog'; readonly ms: number; readonly replyTo: Ref }>;
      ctx.ask(hog, { kind: 'Hog', ms }, { reply: 'Hogged', timeoutMs: 60_000 });
    },
  },
  replies: { Hogged: (state, _outcome: AskOutcome) => void state.hogged++ },
});
const Teller = actor('Teller', {
  protocol: {},
  state: () => ({}),
  signals: {
    preStart(_, ctx) {
      const target = ctx.spawn(Server, { name: 'server', placement: 1 });
      ctx.spawn(Drops, { name: 'load', args: { target } });
    },
  },
  on: {},
});

const LOAD = '/root/load';
const loadState = (driver: Driver): Promise<OpenLoopState> => driver.state<OpenLoopState>(LOAD);
const serverState = (driver: Driver): Promise<ServerState> => driver.state<ServerState>('/root/server');

async function turn(driver: Driver, name: 'rate' | 'shape', value: number): Promise<void> {
  await driver.inject({ kind: 'set-parameter', name, value });
}

/** Rate 0, and every request that was sent has come to its end. */
async function settleAll(driver: Driver): Promise<OpenLoopState> {
  await turn(driver, 'rate', 0);
  await driver.until('the load has seen that it is over', async () => (await loadState(driver)).nextDueMs === null);
  await driver.until('every request is settled', async () => {
    const { sent, confirmed, failed } = await loadState(driver);
    return sent === confirmed + failed;
  });
  return loadState(driver);
}

interface LoadCase extends Pick<Case, 'id' | 'title' | 'run' | 'virtualOnly'> {
  readonly shape?: number | undefined;
  readonly rate: number;
}

function loadCase({ shape = CONSTANT, rate, ...rest }: LoadCase): Case {
  const parameters = { shape: shape as number, rate };
  return { ...rest, behaviors: [Root, Load, Server, Hog], root: Root, parameters };
}

export const LOAD_CASES: readonly Case[] = [
  loadCase({
    id: 'load-open',
    title:
      'a stalled target does not slow the load down, and every request that it held back counts from when it was due',
    rate: 0,
    async run(driver) {
      await driver.until('the server runs', () => isRunning(driver, '/root/server'));
      await driver.send('/root/server', { kind: 'Stall', stalled: true });
      await turn(driver, 'rate', 500);
      // All of them are under way at once: nobody waits for an answer.
      await driver.until('500 requests are held', async () => (await serverState(driver)).held.length >= 500);
      equal((await driver.load(0)).answered, 0, 'answers so far');
      await driver.send('/root/server', { kind: 'Stall', stalled: false });
      const { sent, failed } = await settleAll(driver);
      equal(failed, 0, 'failures');
      // A closed loop would have shown one slow request. Here they wait from a second down to nothing.
      const { over } = await driver.load(500);
      holds(over >= 200, `${over} of ${sent} requests waited longer than half a second, which is about half of 500`);
      holds((await driver.load(900)).over >= 40, 'the first ones waited for nearly a second');
      equal(await numbersInOrder(driver), sent, 'requests that came, each once and in order');
    },
  }),
  loadCase({
    id: 'load-held-up',
    title: 'a generator that was held up sends all that it owes; none of them starts its time anew',
    rate: 0,
    async run(driver) {
      await driver.until('the server runs', () => isRunning(driver, '/root/server'));
      await turn(driver, 'rate', 2_000);
      await driver.until('it sends', async () => (await loadState(driver)).sent > 10);
      await driver.send('/root', { kind: 'Hog', ms: 150 });
      await driver.until('the worker is free again', async () => {
        return (await driver.state<{ readonly hogged: number }>('/root')).hogged === 1;
      });
      const { sent, confirmed, failed } = await settleAll(driver);
      equal([confirmed, failed], [sent, 0], 'outcomes');
      await driver.until('all are in the figures', async () => (await driver.load(-1)).answered === sent);
      // What was due while the worker was busy is not missing: without it, most of them would be.
      const { arrivedMs } = await serverState(driver);
      const due = (((arrivedMs.at(-1) ?? 0) - (arrivedMs[0] ?? 0)) / 1_000) * 2_000;
      holds(sent >= due * 0.7, `${sent} sent of about ${Math.round(due)} that were due`);
      // On a virtual clock work takes no time. On a real one, they waited as long as it went on.
      if (driver.clock === 'wall') holds((await driver.load(10)).over >= 20, 'those that were due meanwhile show it');
    },
  }),
  loadCase({
    id: 'load-pause',
    title: 'rate 0 sends nothing, a rate by parameter goes on, and 0 ends it again',
    rate: 0,
    async run(driver) {
      await driver.until('the load runs', () => isRunning(driver, LOAD));
      await driver.wait(200);
      equal((await loadState(driver)).sent, 0, 'sent without a rate');
      await turn(driver, 'rate', 1_000);
      await driver.until('it sends', async () => (await loadState(driver)).sent >= 100);
      const { sent } = await settleAll(driver);
      await driver.wait(200);
      equal((await loadState(driver)).sent, sent, 'sent after the end');
      await turn(driver, 'rate', 1_000);
      await driver.until('it goes on', async () => (await loadState(driver)).sent >= sent + 100);
    },
  }),
  loadCase({
    id: 'load-restart',
    title: 'a load that fails begins its profile anew, and owes nothing from before',
    rate: 1_000,
    async run(driver) {
      await driver.until('it sends', async () => (await loadState(driver)).sent >= 50);
      await driver.inject({ kind: 'crash', path: LOAD });
      await driver.until('it is back', async () => (await driver.actor(LOAD))?.restarts === 1);
      await driver.until('it sends again', async () => (await loadState(driver)).sent >= 50);
      const { sent, confirmed, failed } = await settleAll(driver);
      equal([confirmed, failed], [sent, 0], 'outcomes of the second life');
    },
  }),
  {
    id: 'load-tell',
    title: 'messages that nobody answers: as many, in order, and no request in the figures',
    behaviors: [Teller, Drops, Server],
    root: Teller,
    async run(driver) {
      await driver.until('300 came', async () => (await serverState(driver)).numbers.length >= 300);
      equal((await numbersInOrder(driver)) >= 300, true, 'each once and in order');
      const { answered, failed } = await driver.load(-1);
      equal([answered, failed], [0, 0], 'requests');
      const { confirmed, failed: refused } = await loadState(driver);
      equal([confirmed, refused], [0, 0], 'outcomes');
    },
  },
  loadCase({
    id: 'load-constant',
    title: 'constant: exactly when each is due',
    rate: 400,
    virtualOnly: true,
    async run(driver) {
      await driver.wait(998);
      const { arrivedMs } = await serverState(driver);
      equal(
        arrivedMs.map(rounded),
        Array.from({ length: 400 }, (_, n) => n * 2.5),
        'arrivals of a second',
      );
      // From the moment when it sees that: what was under way of the present gap passes at the new rate.
      await turn(driver, 'rate', 1_000);
      await driver.wait(1_002);
      const { length } = (await serverState(driver)).arrivedMs;
      holds(length >= 1_399 && length <= 1_402, `${length} after another second at 1,000 a second`);
      equal((await driver.load(0)).over, 0, 'answers that took longer than no time');
    },
  }),
  loadCase({
    id: 'load-poisson',
    title: 'poisson: about as many as the rate says, and as uneven as a Poisson process is',
    shape: POISSON,
    rate: 2_000,
    virtualOnly: true,
    async run(driver) {
      await driver.wait(5_000);
      const { arrivedMs } = await serverState(driver);
      // Five standard deviations of a Poisson count are 5 · √10,000.
      holds(Math.abs(arrivedMs.length - 10_000) < 500, `${arrivedMs.length} in five seconds at 2,000 a second`);
      const gapsMs = arrivedMs.slice(1).map((atMs, index) => atMs - (arrivedMs[index] ?? 0));
      const longer = gapsMs.filter((gapMs) => gapMs > 0.5).length / gapsMs.length;
      holds(Math.abs(longer - Math.exp(-1)) < 0.03, `${longer} of the gaps are longer than the mean; e⁻¹ should be`);
    },
  }),
  loadCase({
    id: 'load-bursts',
    title: 'bursts: so many at once, at the same average rate',
    shape: BURSTS,
    rate: 500,
    virtualOnly: true,
    async run(driver) {
      await driver.wait(950);
      const { arrivedMs } = await serverState(driver);
      const expected = Array.from({ length: 500 }, (_, n) => Math.floor(n / 50) * 100);
      equal(arrivedMs.map(rounded), expected, 'arrivals of ten bursts');
    },
  }),
  loadCase({
    id: 'load-ramp',
    title: 'ramp: the integral of its rate, then as many as at its end',
    shape: RAMP,
    rate: 1_000,
    virtualOnly: true,
    async run(driver) {
      const counts: number[] = [];
      for (const ms of [500.5, 500, 1_000]) {
        await driver.wait(ms);
        counts.push((await serverState(driver)).arrivedMs.length);
      }
      equal(counts, [126, 501, 1_501], 'sent after half a second, a second, two');
    },
  }),
];

/** To a nanosecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1e6) / 1e6;
}

/** How many requests came to the server, numbered from 1 without gaps or repetitions. @throws where they were not */
async function numbersInOrder(driver: Driver): Promise<number> {
  const { numbers } = await serverState(driver);
  const wrong = numbers.findIndex((number, index) => number !== index + 1);
  holds(wrong < 0, `request ${numbers[wrong]} came as number ${wrong + 1}`);
  return numbers.length;
}
