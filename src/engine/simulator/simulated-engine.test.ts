/** The engine as the page has it, on a worker that is called directly: what it tells is always where the run is. */
import { afterEach, describe, expect, it } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';
import { textOf } from './run-hash.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import { Simulator } from './simulator.ts';
import { directHandle } from './testdata/direct-handle.ts';
import { parentOf, scenarioOf } from './testdata/small-actors.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const parameters = { crashesPerMinute: 60, failureRate: 40 };
const engines: SimulatedEngine[] = [];

afterEach(async () => {
  for (const engine of engines.splice(0)) {
    await engine.pause().catch(() => undefined);
    await engine.stop();
  }
});

async function started(more: Partial<ConstructorParameters<typeof SimulatedEngine>[0]> = {}): Promise<SimulatedEngine> {
  const createWorker = () => directHandle(checkout);
  const engine = new SimulatedEngine({ scenario: checkout, parameters, workers: 4, seed: 9, createWorker, ...more });
  engines.push(engine);
  await engine.start();
  return engine;
}

/** The trace, the numbers and the hash are those of a run that went straight to where the engine is. */
function expectTrue(engine: SimulatedEngine, what: string): void {
  const plan = engine.plan();
  const { step, branch, hash, reports, current } = engine.simulation();
  expect([plan.step, plan.branch], what).toEqual([step, branch]);
  const other = new Simulator({ scenario: checkout, parameters, workers: 4, seed: 9, plan });
  other.seek(step);
  expect(engine.trace(), what).toEqual(other.system.observations.slice());
  expect(hash, what).toBe(other.system.recorder && textOf(other.system.recorder.hash));
  expect(reports, what).toEqual(other.system.reports());
  expect(current?.step ?? 0, what).toBe(step);
  const read = engine.read();
  expect(read.actors.map(({ path }) => path).sort(), what).toEqual([...other.system.directory().keys()].sort());
  expect(read.requestsFailed, what).toBe(other.system.observations.failed);
}

/** Goes on to where something else than the scheduled step is possible, and takes that. */
async function deviate(engine: SimulatedEngine): Promise<void> {
  for (;;) {
    const other = (await engine.choices()).find(({ isScheduled }) => !isScheduled);
    if (other === undefined) {
      await engine.step();
      continue;
    }
    await engine.choose(other.key);
    expect(engine.simulation().current?.isDeviation).toBe(true);
    return;
  }
}

describe('a simulated engine', () => {
  it('has exactly the events up to the present position, whatever is done', async () => {
    const engine = await started();
    const ways: readonly (readonly [string, () => Promise<void>])[] = [
      ['ahead', () => engine.seek(4_000)],
      ['back', () => engine.seek(700)],
      ['a step', () => engine.step()],
      ['a fault', () => engine.inject({ kind: 'crash', path: '/shop/payments/service' })],
      ['on', () => engine.step(900)],
      ['a deviation', () => deviate(engine)],
      ['on again', () => engine.step(300)],
      ['the trunk', () => engine.switchBranch(0)],
      ['the branch at a step', () => engine.switchBranch(1, 1_000)],
      ['until', () => engine.runUntil({ until: 'restart' })],
      ['the start', () => engine.seek(0)],
      [
        'a message',
        async () => {
          await engine.seek(50);
          await engine.send('/shop/payments/service', { kind: 'Tick' });
          const { branches, branch } = engine.plan();
          expect(branches[branch]?.interventions).toMatchObject([
            { type: 'send', step: 51, path: '/shop/payments/service', message: { kind: 'Tick' } },
          ]);
        },
      ],
      ['one step back', () => engine.step(-1)],
      ['the end', () => engine.seek(engine.simulation().head)],
      ['far', () => engine.seek(20_000)],
      ['far back', () => engine.seek(19_000)],
    ];
    for (const [what, go] of ways) {
      await go();
      expectTrue(engine, what);
    }
    await engine.idle();
  }, 30_000);

  it('is up to date after playing, with every event in its place', async () => {
    const engine = await started();
    await engine.setSpeed(0.5);
    for (const speed of [0.5, 5, Number.POSITIVE_INFINITY]) {
      await engine.setSpeed(speed);
      await engine.resume();
      await sleep(60);
      const midway = engine.trace();
      expect(midway.map(({ sequence }) => sequence)).toEqual(midway.map((_, index) => index + 1));
      await engine.pause();
      expect(engine.simulation().isPlaying).toBe(false);
      await engine.seek(engine.simulation().step);
      expectTrue(engine, `speed ${speed}`);
      await engine.step(-40);
      expectTrue(engine, `back at speed ${speed}`);
    }
  });

  it('has no gap in its trace where more happens between two frames than it keeps, and all of it after the way back', async () => {
    const Failing = actor('Failing', {
      protocol: { Go: {} },
      onFailure: { '*': 'resume' },
      state: () => ({}),
      signals: { preStart: (_, ctx) => ctx.startPeriodicTimer('go', { kind: 'Go' }, 1) },
      on: {
        Go() {
          throw new Error('again');
        },
      },
    });
    const scenario = scenarioOf(parentOf([Failing, 0]), [Failing]);
    const engine = await started({ scenario, parameters: {}, createWorker: () => directHandle(scenario) });
    await engine.seek(1_000);
    const before = engine.trace();
    await engine.seek(60_000);
    const ahead = engine.trace();
    expect(ahead).toHaveLength(SIMULATION_LIMITS.traceMax);
    for (const [index, { sequence }] of ahead.entries()) expect(sequence).toBe((ahead[0]?.sequence ?? 0) + index);
    expect(ahead[0]?.sequence).toBeGreaterThan(5_000);
    await engine.seek(40_000);
    await engine.seek(60_000);
    expect(engine.trace()).toEqual(ahead);
    await engine.seek(1_000);
    expect(engine.trace()).toEqual(before);
  }, 30_000);

  it('answers every call, also those that another one cuts short', async () => {
    const engine = await started();
    const calls = [
      engine.seek(100_000),
      engine.runUntil({ until: 'message', kind: 'Never' }),
      engine.seek(200_000),
      engine.step(3),
      engine.seek(50_000),
      engine.seek(120),
    ];
    await Promise.all(calls);
    await engine.idle();
    expect(engine.simulation()).toMatchObject({ step: 120, progress: undefined, isPlaying: false });
    expectTrue(engine, 'after all of them');
  });

  it('cuts a way short that is in the middle of its work', async () => {
    const engine = await started();
    for (let round = 0; round < 6; round++) {
      const long = engine.seek(300_000);
      await sleep(5 + round * 7);
      await engine.seek(100 + round);
      await long;
      expect(engine.simulation()).toMatchObject({ step: 100 + round, progress: undefined });
    }
    await engine.idle();
    expectTrue(engine, 'afterwards');
  });

  it('opens a link where it points, and shows how far it has come', async () => {
    const first = await started();
    await first.seek(1_000);
    await first.inject({ kind: 'crash', path: '/shop/orders/worker-1' });
    await first.step(100);
    await first.seek(500);
    await first.inject({ kind: 'slow', path: '/shop/gateway', delayMs: 1 });
    await first.step(20_000);
    const { seed, ...plan } = first.plan();
    const second = new SimulatedEngine({
      scenario: checkout,
      parameters,
      workers: 4,
      seed,
      plan,
      createWorker: () => directHandle(checkout),
    });
    engines.push(second);
    expect(second.plan()).toEqual({ seed, ...plan });
    const opening = second.start();
    await opening;
    expect(second.simulation()).toMatchObject({ step: plan.step, branch: 1, hash: first.simulation().hash });
    expect(second.plan()).toEqual(first.plan());
    expectTrue(second, 'the link');
  });

  it('is done with when it is stopped: everything that waits hears of it', async () => {
    const engine = await started();
    const long = engine.seek(1_000_000);
    const settled = expect(long).rejects.toMatchObject({ code: 'not-started' });
    await sleep(20);
    await engine.stop();
    await settled;
    await expect(engine.step()).rejects.toMatchObject({ code: 'not-started' });
    expect(engine.read().status).toBe('stopped');
  });

  it('refuses what is no run', async () => {
    const options = { scenario: checkout, parameters, seed: 1, workers: 4, createWorker: () => directHandle(checkout) };
    expect(() => new SimulatedEngine({ ...options, workers: 0 })).toThrow(
      expect.objectContaining({ field: 'workers' }),
    );
    expect(() => new SimulatedEngine({ ...options, seed: 2 ** 32 })).toThrow(
      expect.objectContaining({ field: 'seed' }),
    );
    const unstarted = new SimulatedEngine(options);
    await expect(unstarted.step()).rejects.toMatchObject({ code: 'not-started' });
    const engine = await started();
    await expect(engine.start()).rejects.toMatchObject({ code: 'already-started' });
    await expect(engine.send('/shop', { kind: 'X', f: () => 1 } as never)).rejects.toMatchObject({
      code: 'invalid-message',
    });
  });
});
