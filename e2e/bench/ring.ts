/** The live engine's own ring between two workers, without codec or kernel: what its bookkeeping costs beside a raw ring. */
import { ringBytes } from '../../src/engine/live/memory/ring.ts';
import { RAW_RING, STREAM_TITLE } from './raw-names.ts';
import { RING_SLOTS } from './ring-layout.ts';
import { WorkerPair } from './worker-pair.ts';
import type { Workload } from './workload.ts';

let pair: WorkerPair | undefined;

function ringWorkload(name: string, job: string): Workload {
  return {
    name,
    group: STREAM_TITLE,
    system: name,
    unit: 'M msg/s',
    size: 5_000_000,
    baseline: RAW_RING,
    async run(operations) {
      pair ??= new WorkerPair(() => new Worker(new URL('./ring-worker.ts', import.meta.url), { type: 'module' }));
      return { operations, ...(await pair.run(job, operations, ringBytes(RING_SLOTS))) };
    },
  };
}

export const RING_WORKLOADS: readonly Workload[] = [
  ringWorkload('engine ring, one-way, 8-byte payloads', 'small'),
  ringWorkload('engine ring, one-way, 96-byte payloads in 2 slots', 'spanning'),
];
