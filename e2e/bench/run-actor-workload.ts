/** Runs one actor workload once, on a fresh live engine. */
import { handleOf } from '../../src/app/bridge/live.ts';
import { LiveEngine } from '../../src/engine/live/live-engine.ts';
import type { ActorWorkload, Outcome } from './actor-scenarios.ts';

export interface ActorRun {
  readonly operations: number;
  readonly elapsedMs: number;
  readonly checksum: number;
  readonly expected: number;
}

export async function runActorWorkload(workload: ActorWorkload): Promise<ActorRun> {
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
    await engine.send('/root', { kind: 'Run', size: workload.size } as { readonly kind: string });
    // Seen in shared memory: nobody is asked anything while the workload runs.
    for (;;) {
      const { rejected, status, stopCause } = engine.read();
      if (rejected > 0) break;
      if (status === 'stopped') throw new Error(`${workload.name} stopped: ${stopCause}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { elapsedMs, checksum } = (await engine.state('/root')) as Outcome;
    return {
      operations: workload.operations(workload.size),
      elapsedMs,
      checksum,
      expected: workload.expected(workload.size),
    };
  } finally {
    await engine.stop();
  }
}
