/** The live worker script of storage.html: the product's own worker; the scenario's id says how many accounts there are. */
import { expose } from 'comlink';
import { LiveWorker } from '../../src/engine/live/worker-entry.ts';
import { storageScenario } from './storage-scenario.ts';

expose(new LiveWorker((id) => Promise.resolve(storageScenario(Number(id.split(' ')[1])))));
