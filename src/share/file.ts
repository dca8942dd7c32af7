/**
 * Run ⇄ file: JSON that a person can read, with the same content as a link and the same checks. For runs whose link would
 * be too long, and for whoever prefers a file.
 */
import type { Result } from '../base/result.ts';
import { isObject } from '../kernel/check.ts';
import type { ErrorReport } from '../kernel/errors.ts';
import type { Intervention } from '../kernel/intervention.ts';
import { checkMembers } from './check-branches.ts';
import { messageText } from './check-message.ts';
import { checkRun } from './check-run.ts';
import { isWhole } from './is-whole.ts';
import { refuse, refusing, show } from './refusal.ts';
import { LINK_LIMITS, SHARED_VERSION, type SharedRun } from './shared-run.ts';
import type { FieldNames, UncheckedRun } from './unchecked-run.ts';

/** What the file says that it is. */
const FORMAT = 'playhouse-run';

const FILE_FIELDS: FieldNames = {
  scenario: 'scenario',
  workers: 'workers',
  seed: 'simulation.seed',
  branches: 'simulation.branches',
  branch: 'simulation.branch',
  step: 'simulation.step',
  view: { graph: 'view.graph', panel: 'view.panel', lower: 'view.lower', selected: 'view.selected' },
  parameter: (name) => `parameters.${name}`,
  ofBranch: (branch, member) => within(`simulation.branches[${branch}]`, member),
  ofIntervention: (branch, index, member) => within(`simulation.branches[${branch}].interventions[${index}]`, member),
};

/** The file of a run. As with links, it may be too long, or carry what no reader accepts: `decodeFile` says so. */
export function encodeFile(run: SharedRun): string {
  const { scenario, parameters, workers, simulation, view } = run;
  const plan = simulation && {
    ...simulation,
    branches: simulation.branches.map((branch) => ({ ...branch, interventions: branch.interventions.map(asJson) })),
  };
  const file = { format: FORMAT, version: SHARED_VERSION, scenario, parameters, workers, simulation: plan, view };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** The run of a file, or what is wrong with it. Never throws. */
export function decodeFile(text: string): Result<SharedRun, ErrorReport> {
  return refusing(() => {
    const { fileLengthMax } = LINK_LIMITS;
    if (text.length > fileLengthMax) {
      const message = `The file has ${text.length} characters; at most ${fileLengthMax} are read.`;
      return refuse(undefined, message, 'link-too-long');
    }
    return checkRun(readFile(parse(text)), FILE_FIELDS);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(undefined, 'The file is not a run that was saved here: it is not JSON.');
  }
}

function readFile(file: unknown): UncheckedRun {
  if (!isObject(file) || file['format'] !== FORMAT) {
    return refuse('format', `The file is not a run that was saved here: its format is not "${FORMAT}".`);
  }
  const { version } = file;
  checkVersion(version);
  checkMembers(file, ['format', 'version', 'scenario', 'parameters', 'workers', 'simulation', 'view'], '');
  const parameters = objectOf(file, 'parameters') ?? {};
  const view = objectOf(file, 'view') ?? {};
  checkMembers(view, ['graph', 'panel', 'lower', 'selected'], 'view');
  const simulation = objectOf(file, 'simulation');
  if (simulation !== undefined) checkMembers(simulation, ['seed', 'branches', 'branch', 'step'], 'simulation');
  return {
    scenario: file['scenario'],
    parameters: new Map(Object.entries(parameters)),
    workers: file['workers'],
    simulation: simulation && {
      seed: simulation['seed'],
      branches: simulation['branches'],
      branch: simulation['branch'],
      step: simulation['step'],
    },
    view: { graph: view['graph'], panel: view['panel'], lower: view['lower'], selected: view['selected'] },
  };
}

/** Files came with the second version. */
function checkVersion(version: unknown): void {
  if (version === SHARED_VERSION) return;
  if (!isWhole(version, SHARED_VERSION, Number.MAX_SAFE_INTEGER)) {
    return refuse('version', `${show(version)} is not the version of a file.`);
  }
  const message = `The file is of version ${version}; this page reads version ${SHARED_VERSION}.`;
  return refuse('version', message, 'link-newer');
}

function objectOf(file: Readonly<Record<string, unknown>>, member: string): Record<string, unknown> | undefined {
  const value = file[member];
  if (value === undefined || isObject(value)) return value;
  return refuse(member, `${member} is an object, not ${show(value)}.`);
}

function asJson(intervention: Intervention): unknown {
  if (intervention.type !== 'send') return intervention;
  return { ...intervention, message: JSON.parse(messageText(intervention.message)) };
}

function within(place: string, member: string | undefined): string {
  return member === undefined ? place : `${place}.${member}`;
}
