/** The faults that a scenario does to itself, as every engine takes them. */
import { checkNumber } from './errors.ts';
import { checkFault } from './fault.ts';
import { LIMITS } from './limits.ts';
import type { PlannedFault } from './scenario.ts';

/**
 * In the order of their times, those of the same time in the order of the plan.
 * @throws PlayhouseError `invalid-configuration`, naming the field
 */
export function plannedFaults(faults: readonly PlannedFault[] = []): readonly PlannedFault[] {
  for (const { atMs } of faults) checkNumber('faults.atMs', atMs, 0, LIMITS.delayMsMax);
  return faults.map(({ atMs, fault }) => ({ atMs, fault: checkFault(fault) })).sort((a, b) => a.atMs - b.atMs);
}
