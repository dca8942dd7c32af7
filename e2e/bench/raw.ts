/** What the platform can do between two workers with no actor runtime around it: the floor and ceiling of every other row. */
import { RAW_RING_BYTES, ROUND_TRIP_BYTES } from './raw-layout.ts';
import { WorkerPair } from './worker-pair.ts';
import type { Unit, Workload } from './workload.ts';

let pair: WorkerPair | undefined;

function rawWorkload(name: string, job: string, unit: Unit, size: number, bytes: number): Workload {
  return {
    name,
    unit,
    size,
    async run(operations) {
      pair ??= new WorkerPair(() => new Worker(new URL('./raw-worker.ts', import.meta.url), { type: 'module' }));
      return { operations, ...(await pair.run(job, operations, bytes)) };
    },
  };
}

export const RAW_RING = 'raw ring, one-way, batched publish';
export const RAW_SPINNING = 'raw round trip, spinning';
export const RAW_PARKED = 'raw round trip, parked';
export const POST_MESSAGE_ONE_WAY = 'postMessage, one-way';
export const POST_MESSAGE_ROUND_TRIP = 'postMessage round trip over a MessageChannel';

export const RAW_WORKLOADS: readonly Workload[] = [
  rawWorkload(RAW_RING, 'ring', 'M msg/s', 10_000_000, RAW_RING_BYTES),
  rawWorkload(RAW_SPINNING, 'spinning', 'µs', 300_000, ROUND_TRIP_BYTES),
  rawWorkload(RAW_PARKED, 'parked', 'µs', 5_000, ROUND_TRIP_BYTES),
  rawWorkload(POST_MESSAGE_ONE_WAY, 'post-one-way', 'M msg/s', 50_000, 0),
  rawWorkload(POST_MESSAGE_ROUND_TRIP, 'post-round-trip', 'µs', 2_000, 0),
];
