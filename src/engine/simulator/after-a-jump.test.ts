/** After a jump the page hears what was a second before, so that figures over the last second are of that second. */
import { expect, test } from 'vitest';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import { textOf } from './run-hash.ts';
import { Simulator } from './simulator.ts';
import type { Command, Frame } from './simulator-control.ts';
import { SimulatorWorker } from './simulator-worker.ts';

async function driven() {
  const worker = new SimulatorWorker(() => Promise.resolve(checkout));
  const options = { scenario: 'checkout', parameters: {}, workers: 2, seed: 1, plan: undefined };
  await worker.boot(options);
  return async (command: Command): Promise<Frame> => {
    const result = await worker.command(command);
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  };
}

const answered = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0);

test('a jump ahead, a jump back and a step', async () => {
  const command = await driven();
  for (const step of [100_000, 40_000]) {
    const { reading, earlier, simulation } = await command({ do: 'seek', step });
    expect(simulation.step).toBe(step);
    expect(earlier?.atMs).toBe(reading.atMs - 1_000);
    // 2,000 requests a second, whoever looked in between.
    const inTheLastSecond = answered(reading.latencyCounts) - answered(earlier?.latencyCounts ?? new Float64Array());
    expect(inTheLastSecond).toBeGreaterThan(1_900);
    expect(inTheLastSecond).toBeLessThan(2_100);
    expect((await command({ do: 'step', count: 10 })).earlier).toBeUndefined();
  }
});

test('looking a second back changes nothing', async () => {
  const command = await driven();
  const { simulation } = await command({ do: 'seek', step: 60_000 });
  const other = new Simulator({ scenario: checkout, parameters: {}, workers: 2, seed: 1 });
  other.seek(60_000);
  const straight = await driven().then(async (again) => {
    for (let step = 5_000; step <= 60_000; step += 5_000) await again({ do: 'seek', step });
    return again({ do: 'seek', step: 60_000 });
  });
  expect(straight.simulation.hash).toBe(simulation.hash);
  expect(simulation.hash).toBe(other.system.recorder && textOf(other.system.recorder.hash));
  expect(straight.simulation.atMs).toBe(other.clockMs);
});
