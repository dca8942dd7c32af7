/** The live worker script of the benchmarks: the product's own worker, with the benchmark scenarios in place of the catalog. */
import { expose } from 'comlink';
import { LiveWorker } from '../../src/engine/live/worker-entry.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { SCENARIOS } from './actor-scenarios.ts';
import { UNOBSERVED } from './live/outcome.ts';

// What the cost of observation is measured against: a runtime that samples nothing, and so measures nothing.
if (self.name.endsWith(UNOBSERVED)) {
  const { setSampleEvery } = Kernel.prototype;
  Kernel.prototype.setSampleEvery = function (this: Kernel) {
    setSampleEvery.call(this, 0);
  };
}

expose(
  new LiveWorker((id) => {
    const found = SCENARIOS.find((scenario) => scenario.id === id);
    return found === undefined ? Promise.reject(new Error(`no workload ${id}`)) : Promise.resolve(found);
  }),
);
