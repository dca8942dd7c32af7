/** The live worker script of stealing-soak.ts: the product's own worker. */
import { expose } from 'comlink';
import { LiveWorker } from '../../src/engine/live/worker-entry.ts';
import { GRINDING } from '../bench/live/grinding.ts';
import { WALKING } from './stealing-scenario.ts';

expose(new LiveWorker((id) => Promise.resolve(id === WALKING.id ? WALKING : GRINDING)));
