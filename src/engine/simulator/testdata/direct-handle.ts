/** A simulator worker without a worker: called directly, with everything cloned on its way as between threads. */
import type { Scenario } from '../../../kernel/scenario.ts';
import type { WorkerHandle } from '../../control/worker-handle.ts';
import type { SimulatorControl } from '../simulator-control.ts';
import { SimulatorWorker } from '../simulator-worker.ts';

/** An answer and a question each take a visit to the event loop. */
function travel<T>(value: T): Promise<T> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port2.onmessage = ({ data }) => {
      port1.close();
      resolve(data as T);
    };
    port1.postMessage(value);
  });
}

export function directHandle(scenario: Scenario): WorkerHandle<SimulatorControl> {
  const worker = new SimulatorWorker((id) => {
    if (id !== scenario.id) throw new Error(`no scenario ${id}`);
    return Promise.resolve(scenario);
  });
  const control = new Proxy(worker, {
    get: (target, name) => {
      const method = (target as unknown as Record<string | symbol, unknown>)[name];
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]): Promise<unknown> => {
        const received = await travel(args);
        return travel(await (Reflect.apply(method, target, received) as Promise<unknown>));
      };
    },
  });
  return { control: control as SimulatorControl, onFailure: () => undefined, terminate: () => undefined };
}
