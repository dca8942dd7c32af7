/** What the platform can do between two workers with no actor runtime around it: the floor and ceiling of every other row. */
import { RAW_RING_BYTES, ROUND_TRIP_BYTES } from './raw-layout.ts';
import {
  COMLINK_ROUND_TRIP,
  PARKED_TITLE,
  POST_MESSAGE_ONE_WAY,
  POST_MESSAGE_ROUND_TRIP,
  RAW_BIG,
  RAW_CREATE,
  RAW_PARKED,
  RAW_RING,
  RAW_SPINNING,
  SPINNING_TITLE,
  STREAM_TITLE,
} from './raw-names.ts';
import { SHAPES } from './shapes.mjs';
import { WorkerPair } from './worker-pair.ts';
import type { Unit, Workload } from './workload.ts';

let pair: WorkerPair | undefined;

function rawWorkload(
  group: string,
  name: string,
  job: string,
  unit: Unit,
  size: number,
  bytes: number,
  operationsOf = (operations: number) => operations,
): Workload {
  return {
    name,
    group,
    system: name,
    unit,
    size,
    async run(asked) {
      pair ??= new WorkerPair(() => new Worker(new URL('./raw-worker.ts', import.meta.url), { type: 'module' }));
      return { operations: operationsOf(asked), ...(await pair.run(job, asked, bytes)) };
    },
  };
}

export const RAW_WORKLOADS: readonly Workload[] = [
  rawWorkload(SHAPES.big.title, RAW_BIG, 'big', 'M msg/s', SHAPES.big.size, 0, SHAPES.big.operations),
  rawWorkload(SHAPES.create40.title, RAW_CREATE, 'create', 'K actors/s', SHAPES.create40.size, 0),
  rawWorkload(STREAM_TITLE, RAW_RING, 'ring', 'M msg/s', 10_000_000, RAW_RING_BYTES),
  rawWorkload(STREAM_TITLE, POST_MESSAGE_ONE_WAY, 'post-one-way', 'M msg/s', 50_000, 0),
  rawWorkload(SPINNING_TITLE, RAW_SPINNING, 'spinning', 'µs', 300_000, ROUND_TRIP_BYTES),
  rawWorkload(PARKED_TITLE, RAW_PARKED, 'parked', 'µs', 5_000, ROUND_TRIP_BYTES),
  rawWorkload(PARKED_TITLE, POST_MESSAGE_ROUND_TRIP, 'post-round-trip', 'µs', 2_000, 0),
  rawWorkload(PARKED_TITLE, COMLINK_ROUND_TRIP, 'comlink', 'µs', 2_000, 0),
];
