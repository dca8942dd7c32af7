/** The page behind bench.html: lists the workloads and runs one at a time. The rounds are the runner's business. */
import type { Bench } from './workload.ts';
import { WORKLOADS } from './workloads.ts';

declare global {
  interface Window {
    bench: Bench;
  }
}

window.bench = {
  workloads: WORKLOADS.map(({ run: _, ...summary }) => summary),
  threads: navigator.hardwareConcurrency,
  run(name, size) {
    const workload = WORKLOADS.find((candidate) => candidate.name === name);
    if (workload === undefined) throw new Error(`There is no workload "${name}".`);
    return workload.run(size ?? workload.size);
  },
};
