/**
 * Run ⇄ readable text: `v=2&s=checkout&p.rate=3000&w=2&m=sim&r=7&c=1234&x=1200t17&a=/shop/gateway`. Only what differs from
 * the defaults is in it:
 *
 *   s scenario · p.… parameters · w workers · m=sim simulated · r seed · c step · b branch that is shown
 *   n name of the trunk · x what was done in it · b1, x1, b2, … the other branches, as branch-text.ts writes them
 *   g graph · t panel · l lower panel · a selected actor
 */
import { type BranchPlan, RUN_LIMITS } from '../kernel/intervention.ts';
import { findScenario } from '../scenarios/catalog.ts';
import { isActorPath } from './actor-path.ts';
import { headText, interventionsText, readHead, readInterventions } from './branch-text.ts';
import { escapeText, type Query } from './query.ts';
import { refuse, shorten } from './refusal.ts';
import {
  DEFAULT_VIEW,
  SHARED_VERSION,
  type SharedRun,
  type SharedSimulation,
  SIMULATED_WORKERS_DEFAULT,
  TRUNK_NAME,
} from './shared-run.ts';
import type { FieldNames, UncheckedRun, UncheckedSimulation } from './unchecked-run.ts';

const PARAMETER_PREFIX = 'p.';

/** What the fields are called in a link, for errors. */
export const QUERY_FIELDS: FieldNames = {
  scenario: 's',
  workers: 'w',
  seed: 'r',
  branches: 'b',
  branch: 'b',
  step: 'c',
  view: { graph: 'g', panel: 't', lower: 'l', selected: 'a' },
  parameter: (name) => PARAMETER_PREFIX + name,
  ofBranch(branch, member) {
    if (member === 'interventions') return interventionsField(branch);
    return branch === 0 ? 'n' : headField(branch);
  },
  ofIntervention: interventionsField,
};

export function writeQuery(run: SharedRun): string {
  const { simulation, workers, view } = run;
  const fields = [`v=${SHARED_VERSION}`, `s=${escapeText(run.scenario)}`];
  const definitions = findScenario(run.scenario)?.parameters ?? {};
  for (const name of Object.keys(run.parameters).sort()) {
    const value = run.parameters[name];
    if (value === undefined || value === definitions[name]?.default) continue;
    fields.push(`${PARAMETER_PREFIX}${escapeText(name)}=${value}`);
  }
  const isUsual = simulation !== undefined && workers === SIMULATED_WORKERS_DEFAULT;
  if (workers !== undefined && !isUsual) fields.push(`w=${workers}`);
  if (simulation !== undefined) fields.push(...simulationFields(simulation));
  const { graph, panel, lower, selected } = view;
  if (graph !== DEFAULT_VIEW.graph) fields.push(`g=${graph}`);
  if (panel !== DEFAULT_VIEW.panel) fields.push(`t=${panel}`);
  // A live run has nothing else there.
  if (lower !== DEFAULT_VIEW.lower && simulation !== undefined) fields.push(`l=${lower}`);
  if (isActorPath(selected)) fields.push(`a=${escapeText(selected)}`);
  return fields.join('&');
}

function simulationFields({ seed, step, branch, branches }: SharedSimulation): readonly string[] {
  const fields = ['m=sim'];
  if (seed !== RUN_LIMITS.seedDefault) fields.push(`r=${seed}`);
  if (step !== 0) fields.push(`c=${step}`);
  if (branch !== 0) fields.push(`b=${branch}`);
  for (const [index, plan] of branches.entries()) {
    if (index > 0) fields.push(`${headField(index)}=${headText(plan)}`);
    else if (plan.name !== TRUNK_NAME) fields.push(`n=${escapeText(plan.name)}`);
    if (plan.interventions.length === 0) continue;
    fields.push(`${interventionsField(index)}=${interventionsText(plan.interventions)}`);
  }
  return fields;
}

/** Keys of version 1, beside parameters: it knew live runs only. They mean what they mean now. */
const KEYS_OF_VERSION_1: readonly string[] = ['v', 's', 'w', 'g', 't', 'a'];

/**
 * What the text says, for `checkRun` to judge.
 * @throws PlayhouseError `link-invalid`, naming the field
 */
export function readQuery(query: Query, version: number): UncheckedRun {
  const parameters = new Map<string, unknown>();
  for (const key of query.keys()) {
    if (key.startsWith(PARAMETER_PREFIX)) {
      parameters.set(key.slice(PARAMETER_PREFIX.length), query.number(key));
    } else if (version === 1 && !KEYS_OF_VERSION_1.includes(key)) {
      return refuse(shorten(key), `A link of version 1 has no field "${shorten(key)}".`);
    }
  }
  query.raw('v');
  const run: UncheckedRun = {
    scenario: query.text('s'),
    parameters,
    workers: query.number('w'),
    simulation: readSimulation(query),
    view: { graph: query.text('g'), panel: query.text('t'), lower: query.text('l'), selected: query.text('a') },
  };
  query.end();
  return run;
}

function readSimulation(query: Query): UncheckedSimulation | undefined {
  const mode = query.text('m');
  if (mode === undefined) return undefined;
  if (mode !== 'sim') return refuse('m', `There is no mode "${shorten(mode)}".`);
  return {
    seed: query.number('r'),
    step: query.number('c'),
    branch: query.number('b'),
    branches: readBranches(query),
  };
}

function readBranches(query: Query): readonly Record<keyof BranchPlan, unknown>[] {
  const trunk = { name: query.text('n') ?? TRUNK_NAME, parent: -1, forkStep: 1 };
  const branches: Record<keyof BranchPlan, unknown>[] = [{ ...trunk, interventions: readList(query, 0) }];
  // They are numbered without gaps; the bound on fields bounds them too.
  for (let index = 1; query.has(headField(index)); index++) {
    const field = headField(index);
    branches.push({ ...readHead(query.raw(field) ?? '', field), interventions: readList(query, index) });
  }
  return branches;
}

function readList(query: Query, branch: number): readonly unknown[] {
  const field = interventionsField(branch);
  const text = query.raw(field);
  return text === undefined ? [] : readInterventions(text, field);
}

function headField(branch: number): string {
  return `b${branch}`;
}

function interventionsField(branch: number): string {
  return branch === 0 ? 'x' : `x${branch}`;
}
