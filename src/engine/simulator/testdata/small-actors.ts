/** Small systems, one for each promise of the simulator. */

import type { AnyBehavior } from '../../../kernel/behavior.ts';
import { actor } from '../../../kernel/definition.ts';
import type { Scenario } from '../../../kernel/scenario.ts';
import { Simulator, type SimulatorOptions } from '../simulator.ts';

/** A scenario without parameters. */
export function scenarioOf(
  root: AnyBehavior,
  rest: readonly AnyBehavior[] = [],
  more: Partial<Scenario> = {},
): Scenario {
  return {
    id: 'small',
    title: 'Small',
    summary: '',
    experiments: [],
    parameters: {},
    behaviors: [root, ...rest],
    simulation: { latencyMs: 0 },
    root: { behavior: root, name: 'root' },
    ...more,
  };
}

export function start(scenario: Scenario, options: Partial<SimulatorOptions> = {}): Simulator {
  return new Simulator({ scenario, parameters: {}, workers: 1, seed: 1, actorRows: 4_096, ...options });
}

/** Lets time pass, as a run that is played does. */
export function playTo(simulator: Simulator, toMs: number): void {
  const taken = simulator.run(simulator.step + 1_000_000, 1_000_000, toMs);
  if (taken === 'later') simulator.clockMs = Math.max(simulator.clockMs, toMs);
}

/** The state of an actor, as its author knows it. */
export function stateOf<T>(simulator: Simulator, path: string): T {
  const found = simulator.system.find(path);
  if (found === undefined) throw new Error(`no ${path}`);
  return found.cell.state as T;
}

/** Starts the given behaviors as children, each on the worker of its number, by their own names in lower case. */
export function parentOf(...children: readonly (readonly [behavior: AnyBehavior, worker: number, args?: object])[]) {
  return actor('Parent', {
    protocol: {},
    state: () => ({}),
    supervision: { intensity: 1_000 },
    signals: {
      preStart(_, ctx) {
        for (const [behavior, placement, args = {}] of children) {
          ctx.spawn(behavior as never, { name: behavior.name.toLowerCase(), placement, args } as never);
        }
      },
    },
    on: {},
  });
}
