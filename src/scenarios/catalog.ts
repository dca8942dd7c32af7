/** The scenarios that come with Playhouse, in the order in which they are offered. */
import type { Scenario } from '../index.ts';
import { checkout } from './checkout/scenario.ts';

export const CATALOG: readonly Scenario[] = [checkout];

export function findScenario(id: string): Scenario | undefined {
  return CATALOG.find((scenario) => scenario.id === id);
}
