/**
 * A run of two million steps, looked at on the way: what it weighs at the first million, how long it takes from there to go
 * one step back and to jump anywhere before, and what the second million adds to it. Several rows of the table share one
 * such run, because it takes seconds.
 */
import { nextUint32, seedRandom } from '../../src/base/random.ts';
import { FAR_STEP, FURTHER_STEP, JUMPS, type RowName } from './simulator-rows.ts';
import type { Measurement } from './workload.ts';

/** A fresh run of the shop, wherever it is. */
export interface FarRun {
  seek(step: number): Promise<void> | void;
  readonly step: number;
  /** Of everything up to the present step. */
  readonly checksum: number;
  /** After everything that can be thrown away was; undefined where the platform does not tell. */
  bytes(): Promise<number | undefined> | number | undefined;
  /** Undefined where one cannot see it. */
  keyframes(): number | undefined;
  close(): Promise<void> | void;
}

export type FarRowName = Extract<RowName, 'stepBack' | 'jump' | 'memory' | 'memoryAdded' | 'keyframes'>;

/** Rows take their parts of the latest run; whoever finds its part already taken makes another run. */
export class FarRuns {
  private readonly open: () => Promise<FarRun> | FarRun;
  private parts = new Map<FarRowName, Measurement>();

  constructor(open: () => Promise<FarRun> | FarRun) {
    this.open = open;
  }

  async take(name: FarRowName): Promise<Measurement> {
    if (!this.parts.has(name)) this.parts = await measure(this.open);
    const part = this.parts.get(name);
    if (part === undefined) throw new Error(`This platform does not tell the ${name} of a run.`);
    this.parts.delete(name);
    return part;
  }
}

const BYTES_PER_MB = 1_000_000;

async function measure(open: () => Promise<FarRun> | FarRun): Promise<Map<FarRowName, Measurement>> {
  const parts = new Map<FarRowName, Measurement>();
  const run = await open();
  try {
    await run.seek(FAR_STEP);
    const there = run.checksum;
    const bytes = await run.bytes();

    const stepBackMs = await timeOf(run, FAR_STEP - 1);
    await run.seek(FAR_STEP);
    parts.set('stepBack', { operations: 1, elapsedMs: stepBackMs, checksum: run.checksum, expected: there });

    const jumpsMs: number[] = [];
    const random = seedRandom(JUMPS);
    for (let jump = 0; jump < JUMPS; jump++) jumpsMs.push(await timeOf(run, nextUint32(random) % FAR_STEP));
    const jumpMs = jumpsMs.sort((a, b) => a - b)[JUMPS >> 1] as number;
    await run.seek(FAR_STEP);
    const thereAgain = { checksum: run.checksum, expected: there };
    parts.set('jump', { operations: 1, elapsedMs: jumpMs, ...thereAgain });

    await run.seek(FURTHER_STEP);
    const expected = run.checksum;
    const furtherBytes = await run.bytes();
    const keyframes = run.keyframes();
    // What was weighed is a whole run only if it can be made again from what it keeps.
    await run.seek(FURTHER_STEP - 1);
    await run.seek(FURTHER_STEP);
    const further = { checksum: run.checksum, expected };
    if (bytes !== undefined && furtherBytes !== undefined) {
      parts.set('memory', { amount: bytes / BYTES_PER_MB, ...thereAgain });
      parts.set('memoryAdded', { amount: (furtherBytes - bytes) / BYTES_PER_MB, ...further });
    }
    if (keyframes !== undefined) parts.set('keyframes', { amount: keyframes, ...further });
    return parts;
  } finally {
    await run.close();
  }
}

async function timeOf(run: FarRun, step: number): Promise<number> {
  const startMs = performance.now();
  await run.seek(step);
  const elapsedMs = performance.now() - startMs;
  if (run.step !== step) throw new Error(`The run is at step ${run.step} instead of ${step}.`);
  return elapsedMs;
}
