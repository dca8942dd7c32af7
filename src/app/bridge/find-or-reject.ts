/** How workers find a scenario by its id. */
import { PlayhouseError } from '../../kernel/errors.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import { findScenario } from '../../scenarios/catalog.ts';

export function findOrReject(id: string): Promise<Scenario> {
  const scenario = findScenario(id);
  if (scenario !== undefined) return Promise.resolve(scenario);
  return Promise.reject(new PlayhouseError('link-unknown-scenario', `There is no scenario "${id}".`, 'scenario'));
}
