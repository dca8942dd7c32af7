/** What the parameters of a simulated run are at its present position: as it began, and what was changed on the way. */
import type { RunPlan } from '../../engine/simulation.ts';

export function parametersAt(
  start: Readonly<Record<string, number>>,
  { branches, branch, step }: RunPlan,
): Readonly<Record<string, number>> {
  const parameters: Record<string, number> = { ...start };
  // From the trunk to the present branch: of each ancestor, what came before its child went its own way.
  const line: { readonly branch: number; readonly until: number }[] = [];
  let until = step;
  for (let at = branch; at >= 0 && line.length <= branches.length; ) {
    const plan = branches[at];
    if (plan === undefined) break;
    line.unshift({ branch: at, until });
    until = Math.min(until, plan.forkStep - 1);
    at = plan.parent;
  }
  for (const { branch: at, until: last } of line) {
    for (const intervention of branches[at]?.interventions ?? []) {
      if (intervention.step > last) break;
      if (intervention.type !== 'fault' || intervention.fault.kind !== 'set-parameter') continue;
      parameters[intervention.fault.name] = intervention.fault.value;
    }
  }
  return parameters;
}
