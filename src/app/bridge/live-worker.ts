/** The script of every live worker: serves the control calls; everything else goes through shared memory. */
import { expose } from 'comlink';
import { LiveWorker } from '../../engine/live/worker-entry.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import { findScenario } from '../../scenarios/catalog.ts';

expose(
  new LiveWorker((id) => {
    const scenario = findScenario(id);
    if (scenario !== undefined) return Promise.resolve(scenario);
    return Promise.reject(new PlayhouseError('link-unknown-scenario', `There is no scenario "${id}".`, 'scenario'));
  }),
);
