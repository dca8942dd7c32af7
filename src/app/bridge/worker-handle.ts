/** A Web Worker with its control calls: one comlink proxy a worker, released before the end. */
import { releaseProxy, wrap } from 'comlink';

export interface WorkerHandleOf<C> {
  readonly control: C;
  /** Called once with a text when the worker fails outside any control call. */
  onFailure(listener: (text: string) => void): void;
  terminate(): void;
}

/** comlink itself never notices that a worker is gone. */
export function handleOf<C>(worker: Worker): WorkerHandleOf<C> {
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
