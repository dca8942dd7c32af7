/** What was recorded on the live engine's own parts is taken again by the simulator, step by step. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { nextRandom, seedRandom } from '../../base/random.ts';
import { COLUMN } from '../../kernel/actor-table.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { Simulator } from '../simulator/simulator.ts';
import { faultsOn, MIXER_KINDS, type MixerPlan, mixerScenario } from '../simulator/testdata/mixer.ts';
import { RecordedThreads } from './testdata/recorded-threads.ts';

beforeAll(() => vi.stubGlobal('navigator', { hardwareConcurrency: 2 }));

function portrait(kernels: readonly Kernel[]) {
  return kernels.map((kernel) => ({
    turns: kernel.turns,
    living: kernel.living,
    deadLetters: kernel.deadLetters.count,
    actors: kernel.cells.flatMap((cell) => {
      if (cell === undefined) return [];
      const { table } = kernel.host;
      const [failures, restarts] = [table.get(cell.ref.id, COLUMN.failures), table.get(cell.ref.id, COLUMN.restarts)];
      const { path, state, processed, incarnation, mailbox, pending } = cell;
      return [
        {
          path,
          state,
          processed,
          incarnation,
          waiting: mailbox.length,
          signals: pending?.length ?? 0,
          failures,
          restarts,
        },
      ];
    }),
  }));
}

function mixers(seed: number, workers: number) {
  const chance = seedRandom(seed);
  const plan = (depth: number): MixerPlan => ({
    behavior: MIXER_KINDS[Math.floor(nextRandom(chance) * MIXER_KINDS.length)] ?? 'Mixer',
    placement: Math.floor(nextRandom(chance) * workers),
    children: depth === 0 ? [] : Array.from({ length: 2 }, () => plan(depth - 1)),
  });
  const plans = Array.from({ length: 4 }, () => plan(1));
  return mixerScenario({ plans, everyMs: 2, latencyMs: 0, jitterMs: 0, turnMs: 0, faults: [] });
}

describe('a recorded run', () => {
  it.each([1, 2, 3, 4, 5, 6])('is the same in its replay (seed %i)', (seed) => {
    const workers = 1 + (seed % 3);
    const scenario = mixers(seed, workers);
    const threads = new RecordedThreads({ scenario, workers, seed });
    const chance = seedRandom(seed + 100);
    for (let moment = 0; moment < 12; moment++) {
      threads.runFor(8);
      // A hang without an end would be one of this very thread.
      const faults = faultsOn(`/mix/c${moment % 4}`, '/mix/c1', moment).filter(
        (fault) => fault.kind !== 'hang' || fault.forMs !== undefined,
      );
      const fault = faults[Math.floor(nextRandom(chance) * faults.length)];
      if (fault !== undefined) threads.inject(fault);
      threads.inject({ kind: 'set-parameter', name: 'knob', value: moment % 10 });
      threads.send('/mix/c0', { kind: 'Job', n: moment, hops: 2, load: null } as never);
    }
    const recording = threads.recording.take();
    const simulator = new Simulator({
      scenario,
      parameters: {},
      workers,
      seed,
      recording,
      actorRows: recording.actorRows,
    });
    const taken = simulator.run(1_000_000, 1_000_000, Number.POSITIVE_INFINITY);
    expect(simulator.diverged?.text).toBeUndefined();
    expect(taken).toBe('over');
    expect(simulator.step).toBeGreaterThan(100);
    expect(portrait(simulator.system.kernels)).toEqual(portrait(threads.kernels));
  });
});
