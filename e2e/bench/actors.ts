/** Actor workloads that measure themselves: each run is a fresh engine with one lap to warm up and one that counts. */
import { ACTOR_SCENARIOS } from './actor-scenarios.ts';
import type { ActorWorkload } from './live/outcome.ts';
import { LiveRun } from './live-run.ts';
import { type Measurement, PLAYHOUSE, type Workload } from './workload.ts';

export const ACTOR_WORKLOADS: readonly Workload[] = ACTOR_SCENARIOS.map((workload) => ({
  ...rowOf(workload),
  run: (size) => runActorWorkload(workload, size),
}));

export function rowOf({ shape, baseline, goal }: ActorWorkload): Omit<Workload, 'run'> {
  const { title, unit, size } = shape;
  return {
    name: title,
    group: title,
    system: PLAYHOUSE,
    unit,
    size,
    ...(baseline === undefined ? {} : { baseline }),
    ...(goal === undefined ? {} : { goal }),
  };
}

async function runActorWorkload(workload: ActorWorkload, size: number): Promise<Measurement> {
  const { shape, parksPerOperation = 0 } = workload;
  const run = await LiveRun.start(workload);
  try {
    await run.run(workload.warmSize);
    const parksBefore = parksOf(run);
    const { elapsedMs, checksum } = await run.run(size);
    if (parksPerOperation > 0) checkSlept(parksBefore, parksOf(run), size * parksPerOperation);
    return { operations: shape.operations(size), elapsedMs, checksum, expected: shape.expected(size) };
  } finally {
    await run.stop();
  }
}

/** Of the sleeps that a worker must have had: an answer may come while it lies down. */
const SLEEP_SHARE_MIN = 0.25;
/** Fewer say nothing: they may all be over before a worker has anything to wait for. */
const SLEEPS_MIN = 1_000;

function parksOf({ engine }: LiveRun): number[] {
  return engine.read().workers.map(({ parks }) => parks);
}

function checkSlept(before: readonly number[], after: readonly number[], times: number): void {
  for (const [worker, parks] of after.entries()) {
    if (times < SLEEPS_MIN) continue;
    const slept = parks - (before[worker] ?? 0);
    if (slept >= SLEEP_SHARE_MIN * times) continue;
    throw new Error(`Worker ${worker} slept ${slept} times in ${times} trips: it was not parked.`);
  }
}
