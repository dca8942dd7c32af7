/** What was recorded on the live engine's own parts is taken again by the simulator, step by step. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { nextRandom, nextUint32, seedRandom } from '../../base/random.ts';
import { COLUMN } from '../../kernel/actor-table.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { candidatesOf, scheduledKey } from '../simulator/candidates.ts';
import { Simulator } from '../simulator/simulator.ts';
import { faultsOn, MIXER_KINDS, type MixerPlan, mixerScenario } from '../simulator/testdata/mixer.ts';
import { checkTrack } from './check-recording.ts';
import { decodeRecording, encodeRecording, isRecordingFile } from './recording-file.ts';
import { chooserScenario } from './testdata/cheats.ts';
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

function recordChooser(isCheat: boolean) {
  const scenario = chooserScenario(isCheat);
  const threads = new RecordedThreads({ scenario, workers: 2, seed: 3 });
  threads.runFor(60);
  const recording = threads.recording.take();
  const { workers, seed, actorRows } = recording;
  return {
    threads,
    recording,
    simulator: new Simulator({ scenario, parameters: {}, workers, seed, actorRows, recording }),
  };
}

const FAR = Number.POSITIVE_INFINITY;

describe('a replay', () => {
  it('stands at the very failure of the recorded run, and goes back from it', () => {
    const { threads, simulator } = recordChooser(false);
    expect(
      simulator.run(
        1_000_000,
        1_000_000,
        FAR,
        () => simulator.system.recorder?.stepEvents.some(({ type }) => type === 'failed') ?? false,
      ),
    ).toBe('taken');
    const failed = simulator.step;
    const { hash } = simulator.system.recorder ?? {};
    const before = { ...hash };
    expect(simulator.system.recorder?.stepEvents.find(({ type }) => type === 'failed')).toMatchObject({
      error: 'forty',
    });
    simulator.seek(failed - 40);
    simulator.seek(failed);
    expect(simulator.system.recorder?.hash).toEqual(before);
    expect(simulator.run(1_000_000, 1_000_000, FAR)).toBe('over');
    expect(portrait(simulator.system.kernels)).toEqual(portrait(threads.kernels));
    expect(simulator.system.replay?.whyOver).toBe('The recording ends here.');
  });

  it('goes another way where a person wants it, and the recorded one is still there', () => {
    const { threads, simulator } = recordChooser(false);
    simulator.seek(30);
    const first = simulator.lookAhead(() => candidatesOf(simulator.system).map(({ key }) => key));
    const scheduled = simulator.lookAhead(() => scheduledKey(simulator.system));
    expect(first).toContain(scheduled);
    simulator.inject({ kind: 'crash', path: '/chooser/one' });
    expect(simulator.branches.current).toBe(1);
    expect(simulator.system.replay?.isFollowing).toBe(false);
    simulator.run(200, 200, FAR);
    expect(simulator.step).toBe(200);
    expect(simulator.diverged).toBeUndefined();
    simulator.show(0);
    simulator.seek(31);
    expect(simulator.system.replay?.isFollowing).toBe(true);
    expect(simulator.run(1_000_000, 1_000_000, FAR)).toBe('over');
    expect(portrait(simulator.system.kernels)).toEqual(portrait(threads.kernels));
  });

  it('says where it went another way, and who asked for what no recording knows', () => {
    const { simulator } = recordChooser(true);
    expect(simulator.run(1_000_000, 1_000_000, FAR)).toBe('over');
    expect(simulator.diverged).toMatchObject({ because: 'diverged' });
    const text = simulator.diverged?.text ?? '';
    expect(text).toMatch(
      /^The replay went another way: worker \d, turn \d+: recorded was .*\/chooser\/(one|two).*, and here .*/,
    );
    expect(text).toMatch(/\/chooser called Math\.random\(\) in step \d+/);
  });

  it('ends where the recording was full, and the run went on', () => {
    const scenario = chooserScenario(false);
    const threads = new RecordedThreads({ scenario, workers: 2, seed: 3 });
    threads.runFor(20);
    threads.recording.end('full');
    threads.runFor(20);
    const recording = threads.recording.take();
    expect(recording.end).toBe('full');
    expect(threads.kernels.reduce((sum, { turns }) => sum + turns, 0)).toBeGreaterThan(recording.turns);
    const simulator = new Simulator({
      scenario,
      parameters: {},
      workers: 2,
      seed: 3,
      actorRows: recording.actorRows,
      recording,
    });
    expect(simulator.run(1_000_000, 1_000_000, FAR)).toBe('over');
    expect(simulator.diverged).toBeUndefined();
    expect(simulator.system.replay?.whyOver).toMatch(/it had reached its bound/);
  });
});

describe('the file of a recording', () => {
  const { recording } = (() => {
    vi.stubGlobal('navigator', { hardwareConcurrency: 2 });
    return recordChooser(false);
  })();
  const find = (id: string) => (id === 'chooser' ? chooserScenario(false) : undefined);

  it('has all of it', async () => {
    const file = await encodeRecording(recording);
    expect(await isRecordingFile(file)).toBe(true);
    expect(await decodeRecording(file, find)).toEqual(recording);
  });

  it('is refused, with a code and the place, where it is not whole', async () => {
    const bytes = new Uint8Array(await (await encodeRecording(recording)).arrayBuffer());
    const chance = seedRandom(12);
    for (let round = 0; round < 200; round++) {
      const damaged = bytes.slice(0, round % 2 === 0 ? bytes.length : Math.floor(nextRandom(chance) * bytes.length));
      for (let count = 0; count < 3; count++)
        damaged[Math.floor(nextRandom(chance) * damaged.length)] = Math.floor(nextRandom(chance) * 256);
      await decodeRecording(new Blob([damaged]), find).catch((thrown: unknown) => {
        expect(thrown).toBeInstanceOf(PlayhouseError);
        expect((thrown as PlayhouseError).code).toMatch(/^link-/);
      });
    }
    await expect(decodeRecording(new Blob(['{}']), find)).rejects.toMatchObject({
      code: 'link-invalid',
      field: 'format',
    });
    await expect(decodeRecording(new Blob(['playhouse-recording 7\n']), find)).rejects.toMatchObject({
      code: 'link-newer',
    });
    const other = await encodeRecording({ ...recording, scenario: 'elsewhere' });
    await expect(decodeRecording(other, find)).rejects.toMatchObject({ code: 'link-unknown-scenario' });
  });

  it('may lie about what happened, and then the replay says so without harm', () => {
    const chance = seedRandom(5);
    const scenario = chooserScenario(false);
    for (let round = 0; round < 60; round++) {
      const tracks = recording.tracks.map((track) => track.slice());
      for (let count = 0; count < 2; count++) {
        const track = tracks[Math.floor(nextRandom(chance) * 2)] as Int32Array;
        const at = Math.floor(nextRandom(chance) * Math.min(400, track.length));
        track[at] = nextUint32(chance) >> Math.floor(nextRandom(chance) * 32);
      }
      const lie = { ...recording, tracks };
      try {
        for (const [worker, track] of tracks.entries()) checkTrack(track, worker, lie, scenario.behaviors.length);
      } catch (thrown) {
        expect((thrown as PlayhouseError).code).toBe('link-invalid');
        continue;
      }
      const simulator = new Simulator({
        scenario,
        parameters: {},
        workers: 2,
        seed: 3,
        actorRows: lie.actorRows,
        recording: lie,
      });
      expect(simulator.run(100_000, 100_000, FAR)).toBe('over');
    }
  });
});
