/**
 * The page behind memory.html: `window.memoryChecks.run(name, options)` runs a named check in fresh dedicated workers,
 * because browsers treat shared memory differently from Node, and threads are the point. It rejects with what went wrong,
 * and with the seed and counterexample that bring it back.
 */
import type { CheckOptions, CheckTask, CheckVerdict } from './memory-checks/check.ts';
import { PAIR_CHECKS, PROPERTY_CHECKS } from './memory-checks/checks.ts';

export interface MemoryChecks {
  readonly names: readonly string[];
  run(name: string, options: CheckOptions): Promise<void>;
}

declare global {
  interface Window {
    memoryChecks: MemoryChecks;
  }
}

window.memoryChecks = {
  names: [...Object.keys(PROPERTY_CHECKS), ...Object.keys(PAIR_CHECKS)],
  async run(name, options) {
    const pair = PAIR_CHECKS[name];
    if (pair !== undefined) {
      const memory = pair.memory(options);
      await runTasks([
        { name, role: 'producer', options, memory },
        { name, role: 'consumer', options, memory },
      ]);
    } else if (PROPERTY_CHECKS[name] !== undefined) {
      await runTasks([{ name, role: 'alone', options, memory: [] }]);
    } else {
      throw new Error(`There is no memory check "${name}"; there are ${window.memoryChecks.names.join(', ')}.`);
    }
  },
};

/** One worker a task. The first failure ends all of them: the other side would wait for ever. */
async function runTasks(tasks: readonly CheckTask[]): Promise<void> {
  const workers: Worker[] = [];
  try {
    await Promise.all(
      tasks.map((task) => {
        const worker = new Worker(new URL('./memory-checks/check-worker.ts', import.meta.url), { type: 'module' });
        workers.push(worker);
        return verdictOf(worker, task);
      }),
    );
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

function verdictOf(worker: Worker, task: CheckTask): Promise<void> {
  return new Promise((resolve, reject) => {
    const { name, role, options } = task;
    const fail = (cause: string): void => {
      reject(new Error(`${name} (${role}) failed with seed ${options.seed}, ${options.runs} runs:\n${cause}`));
    };
    worker.onmessage = ({ data }: MessageEvent<CheckVerdict>) => (data.passed ? resolve() : fail(data.cause));
    worker.onerror = (event) => fail(event.message ?? 'the worker did not load');
    worker.postMessage(task);
  });
}
