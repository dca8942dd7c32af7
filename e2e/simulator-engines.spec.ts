/** The simulator is the same one in every place: equal runs in Node and in Chromium, and what every engine must do. */
import { CASES } from '../src/conformance/cases.ts';
import { choicesOf } from '../src/engine/simulator/choices.ts';
import { readSimulation } from '../src/engine/simulator/reading.ts';
import { Simulator } from '../src/engine/simulator/simulator.ts';
import { checkout } from '../src/scenarios/checkout/scenario.ts';
import { expect, type RemotePlayhouse, test } from './fixtures.ts';

/** A schedule that the unit tests do not run. */
const CASES_SEED = 4;

test('the conformance cases hold on the simulator in a browser', async ({ page, testPage }) => {
  await page.goto(testPage('conformance'));
  const { ran, failures } = await page.evaluate((seed) => window.conformance.runSimulated(seed), CASES_SEED);
  expect(failures).toEqual([]);
  expect(ran).toEqual(CASES.map(({ id }) => id));
});

test.describe('the same run in Node and in Chromium', () => {
  test.beforeEach(async ({ page, playhouse }) => {
    await page.goto('/');
    await playhouse.setMode('simulated');
  });

  for (const seed of [1, 42, 2 ** 32 - 1]) {
    test(`seed ${seed}: the same hash, events and states after 20,000 steps`, async ({ playhouse }) => {
      await playhouse.setSeed(seed);
      await playhouse.seek(20_000);
      const simulator = await simulatorLike(playhouse);
      simulator.seek(20_000);
      await expectSame(playhouse, simulator);
    });
  }

  test('with faults, a parameter, a message from outside and a deviation: still the same', async ({ playhouse }) => {
    const simulator = await simulatorLike(playhouse);
    const seek = async (step: number): Promise<void> => {
      await playhouse.seek(step);
      simulator.seek(step);
    };
    await seek(3_000);
    await playhouse.inject({ kind: 'crash', path: '/shop/orders/worker-2' });
    simulator.inject({ kind: 'crash', path: '/shop/orders/worker-2' });
    await seek(6_000);
    await playhouse.inject({ kind: 'set-parameter', name: 'failureRate', value: 60 });
    simulator.inject({ kind: 'set-parameter', name: 'failureRate', value: 60 });
    await playhouse.inject({ kind: 'drop', to: '/shop/payments/service', probability: 0.1 });
    simulator.inject({ kind: 'drop', to: '/shop/payments/service', probability: 0.1 });
    await seek(9_000);
    await playhouse.send('/shop/payments/service', { kind: 'Tick' });
    simulator.send('/shop/payments/service', { kind: 'Tick' });
    const choices = await playhouse.choices();
    expect(choicesOf(simulator)).toEqual(choices);
    const other = choices.find(({ isScheduled }) => !isScheduled);
    if (other === undefined) throw new Error('There is nothing to choose between.');
    await playhouse.choose(other.key);
    simulator.choose(other.key);
    await seek(12_000);
    await playhouse.inject({ kind: 'kill-worker', worker: 1 });
    simulator.inject({ kind: 'kill-worker', worker: 1 });
    await seek(20_000);
    await expectSame(playhouse, simulator);
    // Back in time and forward again: nothing is different.
    const hash = await playhouse.hash();
    await playhouse.seek(7_777);
    await playhouse.seek(20_000);
    expect(await playhouse.hash()).toBe(hash);
  });
});

/** In this process, with all that the page's run began with. */
async function simulatorLike(playhouse: RemotePlayhouse): Promise<Simulator> {
  const [parameters, workers, seed] = [await playhouse.parameters(), await playhouse.workers(), await playhouse.seed()];
  return new Simulator({ scenario: checkout, parameters, workers, seed });
}

async function expectSame(playhouse: RemotePlayhouse, simulator: Simulator): Promise<void> {
  const { hash, step, atMs } = readSimulation(simulator, DRIVING);
  expect(await playhouse.position()).toEqual({ step, timeMs: atMs });
  expect(await playhouse.hash()).toBe(hash);
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
  const trace = await playhouse.trace();
  expect(trace.length).toBeGreaterThan(10);
  expect(simulator.system.observations.slice()).toEqual(trace);
  for (const { path } of await playhouse.actors()) {
    expect(simulator.system.find(path)?.cell.state, path).toEqual(await playhouse.state(path));
  }
}

const DRIVING = { isPlaying: false, speed: 1, stopped: undefined, progress: undefined };
