/** The live worker script of the benchmarks: the product's own worker, with the benchmark scenarios in place of the catalog. */
import { expose } from 'comlink';
import { LiveWorker } from '../../src/engine/live/worker-entry.ts';
import { SCENARIOS } from './actor-scenarios.ts';

expose(
  new LiveWorker((id) => {
    const found = SCENARIOS.find((scenario) => scenario.id === id);
    return found === undefined ? Promise.reject(new Error(`no workload ${id}`)) : Promise.resolve(found);
  }),
);
