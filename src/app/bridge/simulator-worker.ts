/** The script of the simulator's worker: serves the control calls. It needs no shared memory. */
import { expose } from 'comlink';
import { SimulatorWorker } from '../../engine/simulator/simulator-worker.ts';
import { findOrReject } from './find-or-reject.ts';

expose(new SimulatorWorker(findOrReject));
