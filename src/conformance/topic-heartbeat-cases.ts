/** Heartbeats: who is suspected and trusted again, by missed pongs and by φ, across two workers. */
import { actor, type RefOf } from '../index.ts';
import { failureDetector, heartbeat, suspicionProtocol } from '../patterns/talking/heartbeat.ts';
import { type Case, type Driver, equal, holds } from './case.ts';

const Beating = actor('Beating', {
  protocol: { ...heartbeat.protocol, Quit: {} },
  state: () => ({}),
  on: { ...heartbeat.on, Quit: (_state, _message, ctx) => ctx.stop() },
});

const Missed = failureDetector('MissedPongs', { intervalMs: 20, missedPongs: 3 });
const Accrual = failureDetector('Accrual', {
  mode: 'phi',
  intervalMs: 20,
  phi: { minDeviationMs: 10, acceptablePauseMs: 20 },
});

const Ward = actor('HeartbeatWard', {
  protocol: { ...suspicionProtocol, Unmonitor: {} },
  state: ({ byPhi }: { readonly byPhi: boolean }) => ({
    byPhi,
    detector: null as RefOf<typeof Missed> | null,
    well: null as RefOf<typeof Beating> | null,
    sick: null as RefOf<typeof Beating> | null,
    heard: [] as string[],
    missed: 0,
    phi: 0,
    monitoring: 0,
  }),
  signals: {
    preStart(state, ctx) {
      state.well = ctx.spawn(Beating, { name: 'well', placement: 0 });
      state.sick = ctx.spawn(Beating, { name: 'sick', placement: 1 });
      const args = { listener: ctx.self, actors: [state.well] };
      state.detector = ctx.spawn(state.byPhi ? Accrual : Missed, { name: 'detector', args });
      const request = { kind: 'Monitor', actor: state.sick } as const;
      ctx.ask(state.detector, request, { reply: 'Monitoring', timeoutMs: 10_000 });
    },
  },
  on: {
    Suspected(state, { actor: ref, cause, missed, phi }) {
      state.heard.push(`${ref.id === state.sick?.id ? 'sick' : 'well'} ${cause}`);
      state.missed = missed;
      state.phi = phi;
    },
    Trusted(state, { actor: ref }) {
      state.heard.push(`${ref.id === state.sick?.id ? 'sick' : 'well'} trusted`);
    },
    Unmonitor({ detector, sick }, _message, ctx) {
      if (detector !== null && sick !== null) ctx.tell(detector, { kind: 'Unmonitor', actor: sick });
    },
  },
  replies: { Monitoring: (state) => void state.monitoring++ },
});

interface WardState {
  readonly heard: readonly string[];
  readonly missed: number;
  readonly phi: number;
  readonly monitoring: number;
}

const ward = (driver: Driver) => driver.state<WardState>('/root');

/** On real threads the well one may be late too, once in a while: what is said about it does not count there. */
async function heardOfSick(driver: Driver): Promise<readonly string[]> {
  return (await ward(driver)).heard.filter((line) => line.startsWith('sick') || driver.clock === 'virtual');
}

async function hears(driver: Driver, expected: readonly string[]): Promise<void> {
  await driver.until(expected.join(', '), async () => (await heardOfSick(driver)).length >= expected.length);
  equal((await heardOfSick(driver)).slice(0, expected.length), expected, 'heard');
}

const slow = (driver: Driver, delayMs: number) => driver.inject({ kind: 'slow', path: '/root/sick', delayMs });

const base = { behaviors: [Ward, Beating, Missed, Accrual], root: Ward } as const;

export const HEARTBEAT_CASES: readonly Case[] = [
  {
    ...base,
    id: 'heartbeat-missed-pongs',
    title: 'an actor that is slowed down is suspected after 3 missed pongs, and trusted again when it is quick',
    args: { byPhi: false },
    async run(driver) {
      await driver.until('it watches', async () => (await ward(driver)).monitoring === 1);
      await slow(driver, 100);
      await hears(driver, ['sick silent']);
      const { missed } = await ward(driver);
      holds(missed >= 3, `suspected after ${missed} missed pongs`);
      // Slow answers are answers, but not in time: it stays suspected.
      if (driver.clock === 'virtual') {
        await driver.wait(1_000);
        equal(await heardOfSick(driver), ['sick silent'], 'heard');
      }
      await slow(driver, 0);
      await hears(driver, ['sick silent', 'sick trusted']);
    },
  },
  {
    ...base,
    id: 'heartbeat-exact',
    title: 'suspected at the third round without a pong, not one before; a slow actor is not drowned in pings',
    args: { byPhi: false },
    virtualOnly: true,
    async run(driver) {
      await driver.wait(100);
      await slow(driver, 60_000);
      // The ping of this round waits; the next three rounds miss it.
      await driver.wait(79);
      equal((await ward(driver)).heard, [], 'after two missed pongs');
      await driver.wait(1);
      equal((await ward(driver)).heard, ['sick silent'], 'after three');
      await driver.wait(600);
      const depth = (await driver.actor('/root/sick'))?.mailboxDepth ?? 0;
      holds(depth <= 12, `${depth} pings wait`);
      equal((await ward(driver)).heard, ['sick silent'], 'said once');
    },
  },
  {
    ...base,
    id: 'heartbeat-late-pongs',
    title: 'by missed pongs what is late every time is suspected',
    args: { byPhi: false },
    virtualOnly: true,
    async run(driver) {
      await driver.wait(100);
      await slow(driver, 30);
      await driver.wait(400);
      equal((await ward(driver)).heard, ['sick silent'], 'heard');
      await slow(driver, 0);
      await driver.wait(100);
      equal((await ward(driver)).heard, ['sick silent', 'sick trusted'], 'heard');
    },
  },
  {
    ...base,
    id: 'heartbeat-phi-late-pongs',
    title: 'by φ a late pong is a sign of life: what is regularly late is not suspected',
    args: { byPhi: true },
    virtualOnly: true,
    async run(driver) {
      await driver.wait(100);
      await slow(driver, 30);
      await driver.wait(1_000);
      equal((await ward(driver)).heard, [], 'heard');
      await slow(driver, 400);
      await driver.until('an answer', async () => (await ward(driver)).heard.length === 2);
      equal((await ward(driver)).heard, ['sick silent', 'sick trusted'], 'an answer to an old ping counts');
    },
  },
  {
    ...base,
    id: 'heartbeat-phi',
    title: 'by φ: suspected when the silence has become too unlikely, and trusted again',
    args: { byPhi: true },
    async run(driver) {
      await driver.until('it watches', async () => (await ward(driver)).monitoring === 1);
      await driver.wait(100);
      await slow(driver, 400);
      await hears(driver, ['sick silent']);
      const { phi } = await ward(driver);
      holds(phi >= 8, `suspected at φ = ${phi}`);
      await slow(driver, 0);
      await hears(driver, ['sick silent', 'sick trusted']);
    },
  },
  {
    ...base,
    id: 'heartbeat-terminated',
    title: 'an actor that terminates is suspected at once and for the last time; one that is unmonitored, never',
    args: { byPhi: false },
    async run(driver) {
      await driver.until('it watches', async () => (await ward(driver)).monitoring === 1);
      await driver.send('/root/sick', { kind: 'Quit' });
      await hears(driver, ['sick terminated']);
      await driver.wait(100);
      equal(await heardOfSick(driver), ['sick terminated'], 'heard');
      const { watched } = await driver.state<{ readonly watched: Map<string, unknown> }>('/root/detector');
      equal(watched.size, 1, 'still watched');
    },
  },
  {
    ...base,
    id: 'heartbeat-unmonitor',
    title: 'an actor that is not monitored any more is not spoken of',
    args: { byPhi: false },
    async run(driver) {
      await driver.until('it watches', async () => (await ward(driver)).monitoring === 1);
      await driver.send('/root', { kind: 'Unmonitor' });
      await driver.until('forgotten', async () => {
        const { watched } = await driver.state<{ readonly watched: Map<string, unknown> }>('/root/detector');
        return watched.size === 1;
      });
      const before = await heardOfSick(driver);
      await driver.send('/root/sick', { kind: 'Quit' });
      await driver.wait(60);
      equal(await heardOfSick(driver), before, 'heard');
    },
  },
];
