/** The live worker script of live.html: the product's own worker; the scenario's id says what it is. */
import { expose } from 'comlink';
import { LiveWorker } from '../../src/engine/live/worker-entry.ts';
import { castScenario, type LiveRoot } from './live-scenario.ts';

expose(new LiveWorker((id) => Promise.resolve(castScenario(JSON.parse(id) as LiveRoot))));
