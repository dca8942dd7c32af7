/** The driver of the simulator: the whole engine under virtual time, with a schedule of its own for every seed. */

import { bucketFloor } from '../base/histogram.ts';
import { Simulator } from '../engine/simulator/simulator.ts';
import { viewOf } from '../kernel/actor-table.ts';
import { namesOf } from '../kernel/cell.ts';
import type { ActorView } from '../kernel/view.ts';
import { type Case, type Driver, scenarioOf } from './case.ts';

const PATIENCE_MS = 20_000;
const POLL_MS = 10;
/** More steps at one moment than any case needs until nothing moves. */
const STEPS_MAX = 1_000_000;

/** @param seed orders what happens at one time */
export function startSimulated(conformanceCase: Case, seed = 1): Driver & { readonly simulator: Simulator } {
  const { workers = 2 } = conformanceCase;
  // Without latency, so that times are exact and quiet needs none.
  const scenario = { ...scenarioOf(conformanceCase), simulation: { latencyMs: 0 } };
  const simulator = new Simulator({ scenario, parameters: {}, workers, seed });
  const { system } = simulator;

  function advance(toMs: number): void {
    simulator.run(simulator.step + STEPS_MAX, STEPS_MAX, toMs);
    simulator.clockMs = Math.max(simulator.clockMs, toMs);
  }
  const settle = (): void => advance(simulator.clockMs);

  settle();
  if (system.stopCause !== undefined) throw new Error(`The root did not start: ${system.stopCause}`);
  const actors = (): readonly ActorView[] =>
    [...system.directory().values()].map(({ cell }) => viewOf(system.table, namesOf(cell)));
  return {
    simulator,
    clock: 'virtual',
    async send(path, message) {
      simulator.send(path, message);
      settle();
    },
    async inject(fault) {
      simulator.inject(fault);
      settle();
    },
    async state<T>(path: string) {
      return structuredClone(system.find(path)?.cell.state) as T;
    },
    actors: async () => actors(),
    actor: async (path) => actors().find((actor) => actor.path === path),
    trace: async () => system.observations.slice(),
    async load(overMs) {
      const { answered, failed, latencyCounts } = system.observations;
      let over = 0;
      for (const [bucket, count] of latencyCounts.entries()) if (bucketFloor(bucket) > overMs * 1_000) over += count;
      return { answered, failed, over };
    },
    async until(what, condition, withinMs = PATIENCE_MS) {
      const endMs = simulator.clockMs + withinMs;
      settle();
      while (!(await condition())) {
        if (simulator.clockMs >= endMs) throw new Error(`${what}: did not happen within ${withinMs} ms`);
        // To the next thing that is due; and on, where asking is itself what makes it happen.
        advance(Math.max(simulator.clockMs, Math.min(system.nextStepMs(), simulator.clockMs + POLL_MS, endMs)));
      }
    },
    wait: async (ms) => advance(simulator.clockMs + ms),
    quiet: async () => settle(),
  };
}
