/** The live worker script of soak.html: the product's own worker. */
import { expose } from 'comlink';
import { LiveWorker } from '../../src/engine/live/worker-entry.ts';
import { SOAK, scenarioOf } from './soak-scenario.ts';

expose(new LiveWorker((id) => Promise.resolve(id === SOAK.id ? SOAK : scenarioOf(id))));
