/**
 * All load is born on one worker: how much more gets done with a second worker that may take actors over. Counted from 200 ms
 * after the start, because by then the load must be spread; until nine tenths are done, because then somebody has no work.
 */
import { GRINDING, grindingChecksum, grindingMessages } from './live/grinding.ts';
import { LiveRun } from './live-run.ts';
import { type Measurement, PLAYHOUSE, type Workload } from './workload.ts';

const TITLE = 'all load born on one worker, two workers, stealing on: throughput from 200 ms on';
const SPREAD_MS = 200;
const COUNTED_SHARE = 0.9;
/** Messages of each actor. */
const SIZE = 700;
const WARM = SIZE / 10;

let expected: number | undefined;

interface Pace {
  readonly perMs: number;
  readonly checksum: number;
}

async function paceOf(workers: number, size: number, isFromStart: boolean): Promise<Pace> {
  const run = await LiveRun.start({ scenario: GRINDING, workers, settings: { stealing: workers > 1 } });
  try {
    await run.run(WARM);
    const samples: { readonly atMs: number; readonly processed: number }[] = [];
    const { startedMs, elapsedMs, checksum } = await run.run(size, ({ atMs, workers: readings }) => {
      samples.push({ atMs, processed: readings.reduce((sum, { processed }) => sum + processed, 0) });
    });
    const messages = grindingMessages(size);
    if (isFromStart) return { perMs: messages / elapsedMs, checksum };
    const before = samples[0]?.processed ?? 0;
    const counted = samples.filter(
      ({ atMs, processed }) => atMs >= startedMs + SPREAD_MS && processed - before <= COUNTED_SHARE * messages,
    );
    const first = counted[0];
    const last = counted.at(-1);
    if (first === undefined || last === undefined || last.atMs - first.atMs < SPREAD_MS / 4) {
      throw new Error(`The load was done within ${elapsedMs.toFixed(0)} ms: too little to see it spread.`);
    }
    return { perMs: (last.processed - first.processed) / (last.atMs - first.atMs), checksum };
  } finally {
    await run.stop();
  }
}

async function compare(size: number): Promise<Measurement> {
  const alone = await paceOf(1, size, true);
  const together = await paceOf(2, size, false);
  expected ??= grindingChecksum(size);
  if (alone.checksum !== expected) throw new Error(`One worker alone came to ${alone.checksum}.`);
  return { amount: together.perMs / alone.perMs, checksum: together.checksum, expected };
}

export const STEALING_WORKLOADS: readonly Workload[] = [
  {
    name: TITLE,
    group: TITLE,
    system: PLAYHOUSE,
    unit: '× one worker',
    size: SIZE,
    runsMax: 3,
    goal: { atLeast: 1.7 },
    run: compare,
  },
];
