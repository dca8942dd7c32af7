/** The driver of the kernel's test system: several kernels in one thread under a clock that moves only when told to. */
import { viewOf } from '../kernel/actor-table.ts';
import { namesOf } from '../kernel/cell.ts';
import { checkFault, isActorFault } from '../kernel/fault.ts';
import { injectFault } from '../kernel/inject.ts';
import { TestSystem } from '../kernel/testdata/test-system.ts';
import type { ActorView } from '../kernel/view.ts';
import type { Case, Driver } from './case.ts';

const PATIENCE_MS = 20_000;
const POLL_MS = 10;

export function startVirtual({ behaviors, root, args, workers = 2, parameters = {} }: Case): Driver {
  const system = new TestSystem(behaviors, { workers, parameters, rows: 64 * 256 });
  system.start(root.name, args);
  // As on a live engine, where a start that fails is an error.
  if (system.rootCause !== undefined) throw new Error(`The root did not start: ${system.rootCause}`);
  const actors = (): readonly ActorView[] => system.cells().map((cell) => viewOf(system.table, namesOf(cell)));
  return {
    clock: 'virtual',
    send: async (path, message) => system.tell(path, message),
    async inject(fault) {
      const checked = checkFault(fault);
      if (checked.kind === 'set-parameter') {
        system.setParameter(checked.name, checked.value);
        return;
      }
      if (!isActorFault(checked)) throw new Error(`This system has no ${checked.kind} fault.`);
      const { kernel, cell } = system.find(checked.path);
      injectFault(kernel, cell, checked);
      system.settle();
    },
    state: async <T>(path: string) => structuredClone(system.state<T>(path)),
    actors: async () => actors(),
    actor: async (path) => actors().find((actor) => actor.path === path),
    trace: async () =>
      system.events.map(({ atMs, worker, body }, index) => ({ sequence: index + 1, atMs, node: 0, worker, ...body })),
    load: async (overMs) => ({
      answered: system.latenciesMs.length,
      failed: system.failedRequests,
      over: system.latenciesMs.filter((latencyMs) => latencyMs > overMs).length,
    }),
    async until(what, condition, withinMs = PATIENCE_MS) {
      const endMs = system.nowMs + withinMs;
      system.settle();
      while (!(await condition())) {
        if (system.nowMs >= endMs) throw new Error(`${what}: did not happen within ${withinMs} ms`);
        // To the next thing that is due; and on, where asking is itself what makes it happen.
        system.advance(Math.max(0, Math.min(system.nextDueMs(), system.nowMs + POLL_MS, endMs) - system.nowMs));
      }
    },
    wait: async (ms) => system.advance(ms),
    quiet: async () => system.settle(),
  };
}
