/** The live worker script of conformance.html: the product's own worker; the scenario's id is the case's. */
import { expose } from 'comlink';
import { scenarioOf } from '../../src/conformance/case.ts';
import { CASES } from '../../src/conformance/cases.ts';
import { LiveWorker } from '../../src/engine/live/worker-entry.ts';

expose(
  new LiveWorker((id) => {
    const one = CASES.find((candidate) => candidate.id === id);
    return one === undefined ? Promise.reject(new Error(`There is no case ${id}.`)) : Promise.resolve(scenarioOf(one));
  }),
);
