/** Actor workloads: each run is a fresh live engine, as a page starts one, with its metrics on. */
import { handleOf } from '../../src/app/bridge/worker-handle.ts';
import { LiveEngine } from '../../src/engine/live/live-engine.ts';
import { ACTOR_SCENARIOS, type ActorWorkload, type Outcome } from './actor-scenarios.ts';
import type { Measurement, Workload } from './workload.ts';

export const ACTOR_WORKLOADS: readonly Workload[] = ACTOR_SCENARIOS.map((workload) => ({
  name: workload.name,
  unit: workload.unit,
  size: workload.size,
  ...(workload.baseline === undefined ? {} : { baseline: workload.baseline }),
  run: (size) => runActorWorkload(workload, size),
}));

async function runActorWorkload(workload: ActorWorkload, size: number): Promise<Measurement> {
  const engine = new LiveEngine({
    scenario: workload.scenario,
    parameters: {},
    workers: workload.workers,
    seed: 1,
    ...(workload.actorRows === undefined ? {} : { actorRows: workload.actorRows }),
    createWorker: (index) =>
      handleOf(new Worker(new URL('./actor-worker.ts', import.meta.url), { type: 'module', name: `bench-${index}` })),
  });
  try {
    await engine.start();
    await engine.send('/root', { kind: 'Run', size } as { readonly kind: string });
    // Seen in shared memory: nobody is asked anything while the workload runs.
    for (;;) {
      const { rejected, status, stopCause } = engine.read();
      if (rejected > 0) break;
      if (status === 'stopped') throw new Error(`${workload.name} stopped: ${stopCause}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { elapsedMs, checksum } = (await engine.state('/root')) as Outcome;
    return { operations: workload.operations(size), elapsedMs, checksum, expected: workload.expected(size) };
  } finally {
    await engine.stop();
  }
}
