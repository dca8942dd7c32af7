/** The fault that takes a whole worker: see kernel/worker-lost.ts for what becomes of its actors. */
import { loseWorker } from '../../kernel/worker-lost.ts';
import type { SimulatedSystem } from './system.ts';

/** An empty worker takes the place at once, and is free. What was on its way from or to the old one arrives first. */
export function killWorker(system: SimulatedSystem, worker: number): void {
  const lost = system.kernels[worker];
  const host = system.hosts[worker];
  if (lost === undefined || host === undefined) return;
  // Arriving may make somebody answer, which has to arrive as well.
  const { network } = system;
  for (let mails = network.takeAllOf(worker); mails.length > 0; mails = network.takeAllOf(worker)) {
    for (const mail of mails) system.post.arrive(mail);
  }
  loseWorker(
    lost,
    system.kernels.filter((kernel) => kernel !== lost),
  );
  host.freeAtMs = system.nowMs;
}
