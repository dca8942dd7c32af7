/** The script of every live worker: serves the control calls; everything else goes through shared memory. */
import { expose } from 'comlink';
import { LiveWorker } from '../../engine/live/worker-entry.ts';
import { findOrReject } from './find-or-reject.ts';

expose(new LiveWorker(findOrReject));
