/** The driver of the kernel's test system: several kernels in one thread under a clock that moves only when told to. */
import { viewOf } from '../kernel/actor-table.ts';
import { namesOf } from '../kernel/cell.ts';
import { checkFault, type Fault, isActorFault } from '../kernel/fault.ts';
import { injectFault } from '../kernel/inject.ts';
import { plannedFaults } from '../kernel/planned-faults.ts';
import { TestSystem } from '../kernel/testdata/test-system.ts';
import type { ActorView } from '../kernel/view.ts';
import type { Case, Driver } from './case.ts';

const PATIENCE_MS = 20_000;
const POLL_MS = 10;

/** @param moves a seed: actors move from worker to worker all the time */
export function startVirtual(
  { behaviors, root, args, workers = 2, parameters = {}, faults = [] }: Case,
  moves?: number,
): Driver {
  const system = new TestSystem(behaviors, {
    workers,
    parameters,
    rows: 64 * 256,
    ...(moves === undefined ? {} : { moves }),
  });
  system.start(root.name, args);
  // As on a live engine, where a start that fails is an error.
  if (system.rootCause !== undefined) throw new Error(`The root did not start: ${system.rootCause}`);
  const actors = (): readonly ActorView[] => system.cells().map((cell) => viewOf(system.table, namesOf(cell)));
  const inject = (fault: Fault): void => {
    const checked = checkFault(fault);
    if (checked.kind === 'set-parameter') {
      system.setParameter(checked.name, checked.value);
      return;
    }
    if (checked.kind === 'kill-worker') {
      system.killWorker(checked.worker);
      system.settle();
      return;
    }
    if (!isActorFault(checked)) throw new Error(`This system has no ${checked.kind} fault.`);
    const { kernel, cell } = system.find(checked.path);
    injectFault(kernel, cell, checked);
    system.settle();
  };
  const planned = [...plannedFaults(faults)];
  /** Lets time pass, with the faults that were planned for it. */
  const advance = (byMs: number): void => {
    const endMs = system.nowMs + byMs;
    for (let next = planned[0]; next !== undefined && next.atMs <= endMs; next = planned[0]) {
      planned.shift();
      system.advance(next.atMs - system.nowMs);
      inject(next.fault);
    }
    system.advance(endMs - system.nowMs);
  };
  return {
    clock: 'virtual',
    send: async (path, message) => system.tell(path, message),
    inject: async (fault) => inject(fault),
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
        advance(Math.max(0, Math.min(system.nextDueMs(), system.nowMs + POLL_MS, endMs) - system.nowMs));
      }
    },
    wait: async (ms) => advance(ms),
    quiet: async () => system.settle(),
  };
}
