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
  const { shape, sleeps } = workload;
  const run = await LiveRun.start(workload);
  try {
    await run.run(workload.warmSize);
    const parkedMs = (): number => run.engine.read().workers[sleeps?.worker ?? 0]?.parkedMs ?? 0;
    const parkedBeforeMs = parkedMs();
    const { elapsedMs, checksum } = await run.run(size);
    if (sleeps !== undefined) checkSlept(parkedMs() - parkedBeforeMs, size * sleeps.msPerTrip);
    return { operations: shape.operations(size), elapsedMs, checksum, expected: shape.expected(size) };
  } finally {
    await run.stop();
  }
}

/** Of the pauses, the part for which a worker must have slept. It looks for work for a while before it does. */
const SLEEP_SHARE_MIN = 0.75;

function checkSlept(parkedMs: number, pausesMs: number): void {
  if (parkedMs >= SLEEP_SHARE_MIN * pausesMs) return;
  throw new Error(`The worker slept for ${parkedMs.toFixed(0)} ms of ${pausesMs} ms of pauses: it was not parked.`);
}
