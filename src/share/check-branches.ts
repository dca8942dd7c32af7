/** The branches of a simulated run, checked: their shape, their order, and everything that was done in them. */
import { unreachable } from '../base/assert.ts';
import { isObject } from '../kernel/check.ts';
import { type BranchPlan, type ChoiceKey, type Intervention, RUN_LIMITS } from '../kernel/intervention.ts';
import type { Scenario } from '../kernel/scenario.ts';
import { isActorPath } from './actor-path.ts';
import { checkSharedFault } from './check-fault.ts';
import { checkMessage } from './check-message.ts';
import { isWhole } from './is-whole.ts';
import { refuse, shorten, show } from './refusal.ts';
import type { FieldNames } from './unchecked-run.ts';

const BRANCH_MEMBERS = ['name', 'parent', 'forkStep', 'interventions'];
const INTERVENTION_MEMBERS = {
  choice: ['type', 'step', 'choice'],
  fault: ['type', 'step', 'atMs', 'fault'],
  send: ['type', 'step', 'atMs', 'path', 'message'],
} as const satisfies Readonly<Record<Intervention['type'], readonly string[]>>;

/** @throws PlayhouseError `link-invalid`, naming the field */
export function checkBranches(value: unknown, scenario: Scenario, names: FieldNames): readonly BranchPlan[] {
  if (!Array.isArray(value) || value.length === 0) {
    return refuse(names.branches, 'A simulated run has at least one branch, its trunk.');
  }
  const { branchesMax, interventionsMax } = RUN_LIMITS;
  if (value.length > branchesMax) {
    return refuse(names.branches, `A run has at most ${branchesMax} branches, not ${value.length}.`);
  }
  const branches: BranchPlan[] = [];
  let interventions = 0;
  for (const [index, branch] of value.entries()) {
    // Counted before they are looked at.
    if (isObject(branch) && Array.isArray(branch['interventions'])) interventions += branch['interventions'].length;
    if (interventions > interventionsMax) {
      return refuse(names.ofBranch(index, 'interventions'), `A run has at most ${interventionsMax} interventions.`);
    }
    branches.push(checkBranch(branch, index, branches, scenario, names));
  }
  return branches;
}

/** @throws PlayhouseError `link-invalid`, naming the field */
export function checkStep(value: unknown, min: number, field: string): number {
  if (isWhole(value, min, RUN_LIMITS.stepsMax)) return value;
  return refuse(field, `A step here is a whole number from ${min} to ${RUN_LIMITS.stepsMax}, not ${show(value)}.`);
}

function checkBranch(
  value: unknown,
  index: number,
  before: readonly BranchPlan[],
  scenario: Scenario,
  names: FieldNames,
): BranchPlan {
  if (!isObject(value)) return refuse(names.ofBranch(index), `A branch is an object, not ${show(value)}.`);
  checkMembers(value, BRANCH_MEMBERS, names.ofBranch(index));
  const name = checkName(value['name'], names.ofBranch(index, 'name'));
  const parent = checkParent(value['parent'], index, names.ofBranch(index, 'parent'));
  const forkStep = checkStep(value['forkStep'], before[parent]?.forkStep ?? 1, names.ofBranch(index, 'forkStep'));
  if (index === 0 && forkStep !== 1) return refuse(names.ofBranch(0, 'forkStep'), 'The trunk begins with step 1.');
  const list = value['interventions'];
  if (!Array.isArray(list)) return refuse(names.ofBranch(index, 'interventions'), 'Interventions are a list.');
  let stepMin = forkStep;
  const interventions = list.map((unchecked: unknown, place) => {
    const nameOf = (member?: string): string => names.ofIntervention(index, place, member);
    const intervention = checkIntervention(unchecked, stepMin, scenario, nameOf);
    stepMin = intervention.step + 1;
    return intervention;
  });
  return { name, parent, forkStep, interventions };
}

function checkName(value: unknown, field: string): string {
  const { branchNameLengthMax } = RUN_LIMITS;
  if (typeof value !== 'string') return refuse(field, `The name of a branch is text, not ${show(value)}.`);
  if (value.length > branchNameLengthMax) {
    return refuse(field, `The name of a branch has at most ${branchNameLengthMax} characters, not ${value.length}.`);
  }
  if (/[\p{Cc}\p{Cs}]/u.test(value)) return refuse(field, 'The name of a branch has no control characters.');
  return value;
}

function checkParent(value: unknown, index: number, field: string): number {
  if (index === 0) return value === -1 ? value : refuse(field, 'The first branch is the trunk and has no parent, −1.');
  if (isWhole(value, 0, index - 1)) return value;
  return refuse(field, `Branch ${index} forks from one of the branches 0 to ${index - 1}, not from ${show(value)}.`);
}

type NameOf = (member?: string) => string;

function checkIntervention(value: unknown, stepMin: number, scenario: Scenario, nameOf: NameOf): Intervention {
  if (!isObject(value)) return refuse(nameOf(), `An intervention is an object, not ${show(value)}.`);
  const type = value['type'];
  if (type !== 'choice' && type !== 'fault' && type !== 'send') {
    return refuse(nameOf('type'), `An intervention is a choice, a fault or a send, not ${show(type)}.`);
  }
  checkMembers(value, INTERVENTION_MEMBERS[type], nameOf());
  const step = checkStep(value['step'], stepMin, nameOf('step'));
  switch (type) {
    case 'choice':
      return { type, step, choice: checkChoice(value['choice'], nameOf('choice')) };
    case 'fault':
      return {
        type,
        step,
        atMs: checkTime(value['atMs'], nameOf('atMs')),
        fault: checkSharedFault(value['fault'], scenario, nameOf('fault')),
      };
    case 'send': {
      const path = value['path'];
      if (!isActorPath(path)) return refuse(nameOf('path'), `${show(path)} is not the path of an actor.`);
      const atMs = checkTime(value['atMs'], nameOf('atMs'));
      return { type, step, atMs, path, message: checkMessage(value['message'], nameOf('message')) };
    }
    default:
      return unreachable(type, 'intervention');
  }
}

/** The row of an actor, the number of a message on its way, or the worker and number of a timer. */
const CHOICE = /^(t(0|[1-9]\d{0,9})|a[1-9]\d{0,14}|m(0|[1-9]\d?)\.(0|[1-9]\d{0,14}))$/;

function checkChoice(value: unknown, field: string): ChoiceKey {
  if (typeof value === 'string' && CHOICE.test(value)) return value;
  return refuse(
    field,
    `${show(value)} is not a choice: a turn is like t17, a timer like m0.42, an early arrival like a345.`,
  );
}

function checkTime(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  return refuse(field, `A time is a number of milliseconds from 0 on, not ${show(value)}.`);
}

/** @throws PlayhouseError `link-invalid` where there is a member that this version does not know */
export function checkMembers(value: object, known: readonly string[], field: string): void {
  const unknown = Object.keys(value).find((member) => !known.includes(member));
  if (unknown === undefined) return;
  refuse(
    field === '' ? shorten(unknown) : `${field}.${shorten(unknown)}`,
    `There is a field ${show(unknown)} that this version does not know.`,
  );
}
