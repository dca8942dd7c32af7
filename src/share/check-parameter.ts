import type { Scenario } from '../kernel/scenario.ts';
import { refuse, show } from './refusal.ts';

/**
 * A value for a parameter that the scenario has, within its range.
 * @throws PlayhouseError `link-invalid` with that field
 */
export function checkParameter(scenario: Scenario, name: string, value: unknown, field: string): number {
  // Not simply looked up: `constructor` is no parameter.
  const definition = Object.hasOwn(scenario.parameters, name) ? scenario.parameters[name] : undefined;
  if (definition === undefined) {
    return refuse(field, `The scenario "${scenario.id}" has no parameter ${show(name)}.`);
  }
  const { label, min, max } = definition;
  if (typeof value === 'number' && value >= min && value <= max) return value;
  return refuse(field, `${label} must be a number from ${min} to ${max}, not ${show(value)}.`);
}
