/** The fault that takes a whole worker: see kernel/worker-lost.ts for what becomes of its actors. */
import type { SimulatedSystem } from './system.ts';

export function killWorker(_system: SimulatedSystem, _worker: number): void {
  // Written with kernel/worker-lost.ts.
}
