/** Every workload of the page, in the order of the table. To add one, write it in a file of its own and name it here. */
import { ACTOR_WORKLOADS } from './actors.ts';
import { IDLE_WORKLOADS } from './idle-actors.ts';
import { OBSERVATION_WORKLOADS } from './observation.ts';
import { RAW_WORKLOADS } from './raw.ts';
import { RING_WORKLOADS } from './ring.ts';
import { SIMULATOR_WORKLOADS } from './simulator.ts';
import { STEALING_WORKLOADS } from './stealing.ts';
import type { Workload } from './workload.ts';

export const WORKLOADS: readonly Workload[] = [
  ...ACTOR_WORKLOADS,
  ...RAW_WORKLOADS,
  ...RING_WORKLOADS,
  ...IDLE_WORKLOADS,
  ...STEALING_WORKLOADS,
  ...OBSERVATION_WORKLOADS,
  ...SIMULATOR_WORKLOADS,
];
