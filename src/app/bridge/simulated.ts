/** Opens simulated engines: the place where the page, comlink, a Web Worker and the simulator meet. */

import type { WorkerHandle } from '../../engine/control/worker-handle.ts';
import type { Recording } from '../../engine/recording.ts';
import type { RunPlan, Simulation } from '../../engine/simulation.ts';
import { SimulatedEngine } from '../../engine/simulator/simulated-engine.ts';
import type { SimulatorControl } from '../../engine/simulator/simulator-control.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import { handleOf } from './worker-handle.ts';

export interface SimulatedOptions {
  readonly scenario: Scenario;
  readonly parameters: Readonly<Record<string, number>>;
  /** Virtual processors. */
  readonly workers: number;
  readonly seed: number;
  /** Branches, and where in them to begin. */
  readonly plan?: Omit<RunPlan, 'seed'>;
  /** A live run to be replayed. */
  readonly recording?: Recording;
}

/** @throws PlayhouseError `invalid-configuration`, naming the field */
export function openSimulatedEngine(options: SimulatedOptions): Simulation {
  return new SimulatedEngine({ ...options, createWorker: createSimulatorWorker });
}

function createSimulatorWorker(): WorkerHandle<SimulatorControl> {
  const worker = new Worker(new URL('./simulator-worker.ts', import.meta.url), {
    type: 'module',
    name: 'playhouse-simulator',
  });
  return handleOf<SimulatorControl>(worker);
}
