/** Opens live engines: the place where the page, comlink, Web Workers and the engine meet. */
import { releaseProxy, wrap } from 'comlink';
import type { Engine } from '../../engine/engine.ts';
import { LiveEngine, type WorkerHandle } from '../../engine/live/live-engine.ts';
import type { WorkerControl } from '../../engine/live/worker-control.ts';
import type { Scenario } from '../../kernel/scenario.ts';

export interface LiveOptions {
  readonly scenario: Scenario;
  readonly parameters: Readonly<Record<string, number>>;
  readonly workers: number;
}

/** @throws PlayhouseError `invalid-configuration`, naming the field */
export function openLiveEngine(options: LiveOptions): Engine {
  return new LiveEngine({ ...options, seed: 1, createWorker: createLiveWorker });
}

function createLiveWorker(index: number): WorkerHandle {
  const worker = new Worker(new URL('./live-worker.ts', import.meta.url), {
    type: 'module',
    name: `playhouse-${index}`,
  });
  return handleOf(worker);
}

/** One proxy a worker, released before the end: comlink itself never notices that a worker is gone. */
export function handleOf(worker: Worker): WorkerHandle {
  const proxy = wrap<WorkerControl>(worker);
  return {
    control: proxy as unknown as WorkerControl,
    onFailure(listener) {
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        listener(event.message ?? 'its script could not be loaded');
      });
      worker.addEventListener('messageerror', () => listener('a control message could not be read'));
    },
    terminate() {
      proxy[releaseProxy]();
      worker.terminate();
    },
  };
}
