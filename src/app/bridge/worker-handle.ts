/** A Web Worker with its control calls: one comlink proxy a worker, released before the end. */
import { releaseProxy, wrap } from 'comlink';
import type { WorkerHandle } from '../../engine/control/worker-handle.ts';

/** comlink itself never notices that a worker is gone. */
export function handleOf<C>(worker: Worker): WorkerHandle<C> {
  const proxy = wrap<C>(worker);
  return {
    control: proxy as unknown as C,
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
