/** Scenarios made from the golden scripts' cast and the benchmarks: the root is named in the scenario's id. */

import type { Scenario } from '../../src/index.ts';
import { CAST } from '../../src/kernel/testdata/behaviors.ts';
import { ACTOR_SCENARIOS } from '../bench/actor-scenarios.ts';
import { LOSS_CAST } from './loss-cast.ts';

export interface LiveRoot {
  readonly behavior: string;
  readonly args?: unknown;
}

export function castScenario(root: LiveRoot): Scenario {
  const benchmark = ACTOR_SCENARIOS.find(({ scenario }) => scenario.id === root.behavior);
  if (benchmark !== undefined) return { ...benchmark.scenario, id: JSON.stringify(root) };
  const cast = LOSS_CAST.some(({ name }) => name === root.behavior) ? LOSS_CAST : CAST;
  const behavior = cast.find(({ name }) => name === root.behavior);
  if (behavior === undefined) throw new Error(`nobody in the cast is called ${root.behavior}`);
  return {
    id: JSON.stringify(root),
    title: root.behavior,
    summary: '',
    experiments: [],
    parameters: {},
    behaviors: cast,
    root: { behavior, name: 'root', args: root.args },
  };
}
