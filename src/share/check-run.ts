/**
 * What a link or file says, checked: the one place that decides what a run may be, whatever it came in. Nothing unknown or
 * out of range gets through.
 */
import { RUN_LIMITS } from '../kernel/intervention.ts';
import type { Scenario } from '../kernel/scenario.ts';
import { findScenario } from '../scenarios/catalog.ts';
import { isActorPath } from './actor-path.ts';
import { checkBranches, checkStep } from './check-branches.ts';
import { checkParameter } from './check-parameter.ts';
import { isWhole } from './is-whole.ts';
import { refuse, shorten, show } from './refusal.ts';
import {
  DEFAULT_VIEW,
  GRAPH_KINDS,
  LINK_LIMITS,
  LOWER_NAMES,
  PANEL_NAMES,
  type SharedRun,
  type SharedSimulation,
  type SharedView,
  SIMULATED_WORKERS_DEFAULT,
} from './shared-run.ts';
import type { FieldNames, UncheckedRun, UncheckedSimulation } from './unchecked-run.ts';

/** @throws PlayhouseError `link-invalid` or `link-unknown-scenario`, naming the field */
export function checkRun(run: UncheckedRun, names: FieldNames): SharedRun {
  const scenario = checkScenario(run.scenario, names);
  const parameters = checkParameters(scenario, run.parameters, names);
  const simulation = run.simulation && checkSimulation(run.simulation, scenario, names);
  const workers = checkWorkers(run.workers, names) ?? (simulation && SIMULATED_WORKERS_DEFAULT);
  return {
    scenario: scenario.id,
    parameters,
    ...(workers === undefined ? {} : { workers }),
    ...(simulation === undefined ? {} : { simulation }),
    view: checkView(run, names),
  };
}

function checkScenario(id: unknown, names: FieldNames): Scenario {
  if (id === undefined) return refuse(names.scenario, 'It does not name a scenario.');
  const scenario = typeof id === 'string' ? findScenario(id) : undefined;
  return scenario ?? refuse(names.scenario, `There is no scenario ${show(id)}.`, 'link-unknown-scenario');
}

function checkParameters(
  scenario: Scenario,
  values: ReadonlyMap<string, unknown>,
  names: FieldNames,
): Readonly<Record<string, number>> {
  const parameters: Record<string, number> = {};
  for (const [name, value] of values) {
    const checked = checkParameter(scenario, name, value, shorten(names.parameter(name)));
    if (checked !== scenario.parameters[name]?.default) parameters[name] = checked;
  }
  return parameters;
}

function checkWorkers(value: unknown, names: FieldNames): number | undefined {
  if (value === undefined) return undefined;
  const { workersMin, workersMax } = LINK_LIMITS;
  if (isWhole(value, workersMin, workersMax)) return value;
  const range = `${workersMin} to ${workersMax}`;
  return refuse(names.workers, `The number of workers must be a whole number from ${range}, not ${show(value)}.`);
}

function checkSimulation(simulation: UncheckedSimulation, scenario: Scenario, names: FieldNames): SharedSimulation {
  const { seed = RUN_LIMITS.seedDefault, branch = 0, step = 0 } = simulation;
  if (!isWhole(seed, 0, RUN_LIMITS.seedMax)) {
    return refuse(names.seed, `A seed is a whole number from 0 to ${RUN_LIMITS.seedMax}, not ${show(seed)}.`);
  }
  const branches = checkBranches(simulation.branches, scenario, names);
  if (!isWhole(branch, 0, branches.length - 1)) {
    return refuse(names.branch, `There are the branches 0 to ${branches.length - 1}, but no branch ${show(branch)}.`);
  }
  return { seed, branches, branch, step: checkStep(step, 0, names.step) };
}

function checkView({ view, simulation }: UncheckedRun, names: FieldNames): SharedView {
  const graph = oneOf(GRAPH_KINDS, view.graph ?? DEFAULT_VIEW.graph, names.view.graph, 'graph');
  const panel = oneOf(PANEL_NAMES, view.panel ?? DEFAULT_VIEW.panel, names.view.panel, 'panel');
  const chosen = oneOf(LOWER_NAMES, view.lower ?? DEFAULT_VIEW.lower, names.view.lower, 'panel');
  // A live run has nothing else there than its plots, whatever was chosen in a simulated one.
  const lower = simulation === undefined ? DEFAULT_VIEW.lower : chosen;
  const { selected } = view;
  if (selected === undefined) return { graph, panel, lower };
  if (isActorPath(selected)) return { graph, panel, lower, selected };
  return refuse(names.view.selected, `${show(selected)} is not the path of an actor.`);
}

function oneOf<T extends string>(known: readonly T[], value: unknown, field: string, what: string): T {
  return known.find((name) => name === value) ?? refuse(field, `There is no ${what} ${show(value)}.`);
}
