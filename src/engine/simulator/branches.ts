/**
 * The tree of branches: who forks from whom at which step, and what was done where. A line is the way from the start through
 * all ancestors to the end of one branch; a step belongs to the youngest branch of its line that has begun by then.
 */
import { PlayhouseError } from '../../kernel/errors.ts';
import { type BranchPlan, type Intervention, RUN_LIMITS } from '../../kernel/intervention.ts';
import type { BranchView, Mark } from '../simulation.ts';
import { MARKS } from './step-log.ts';

/** Marks of one branch that are kept for the timeline. */
export const MARKS_MAX = 50_000;

export class Branch {
  name: string;
  parent: number;
  readonly forkStep: number;
  /** By step. */
  readonly interventions: Map<number, Intervention>;
  /** The furthest step that was taken. */
  head: number;
  /** Steps with marks, in order: what the timeline shows. */
  readonly markSteps: number[] = [];
  readonly markBits: number[] = [];
  /** Marks up to here are known. */
  markedUpTo: number;

  constructor(name: string, parent: number, forkStep: number, interventions: readonly Intervention[] = []) {
    this.name = name;
    this.parent = parent;
    this.forkStep = forkStep;
    this.interventions = new Map(interventions.map((intervention) => [intervention.step, intervention]));
    this.head = forkStep - 1;
    this.markedUpTo = forkStep - 1;
  }

  /** Where its known or planned future ends. */
  get end(): number {
    let end = this.head;
    for (const step of this.interventions.keys()) end = Math.max(end, step);
    return end;
  }

  note(step: number, marks: number): void {
    if (step <= this.markedUpTo) return;
    this.markedUpTo = step;
    if (marks === 0 || this.markSteps.length >= MARKS_MAX) return;
    this.markSteps.push(step);
    this.markBits.push(marks);
  }
}

export class Branches {
  list: Branch[];
  current = 0;
  /** As a link carries them, until something about them changes. */
  private planned: readonly BranchPlan[] | undefined;

  constructor(plans: readonly BranchPlan[] = []) {
    this.list = plans.map(
      ({ name, parent, forkStep, interventions }) => new Branch(name, parent, forkStep, interventions),
    );
    if (this.list.length === 0) this.list.push(new Branch('trunk', -1, 1));
  }

  get shown(): Branch {
    return this.at(this.current);
  }

  /** @throws PlayhouseError `invalid-configuration` */
  at(number: number): Branch {
    const branch = this.list[number];
    if (branch !== undefined) return branch;
    throw new PlayhouseError('invalid-configuration', `There is no branch ${number}.`, 'branch');
  }

  /** From the branch up to the trunk. */
  lineOf(number: number): readonly number[] {
    const line: number[] = [];
    for (let at = number; at >= 0; at = this.at(at).parent) line.push(at);
    return line;
  }

  /** Whose step it is on the line of a branch. */
  ownerOf(step: number, number = this.current): number {
    return this.lineOf(number).find((at) => this.at(at).forkStep <= step) ?? 0;
  }

  /** Whether a step of that branch is on the line of the shown one. */
  isOnLine(branch: number, step: number): boolean {
    return this.ownerOf(step) === branch;
  }

  /** The last step that two branches share. */
  commonStep(left: number, right: number): number {
    const path = (number: number): number[] => [...this.lineOf(number)].reverse();
    const [a, b] = [path(left), path(right)];
    let shared = 0;
    while (shared < a.length && a[shared] === b[shared]) shared++;
    const leaves = [a[shared], b[shared]].map((at) =>
      at === undefined ? Number.POSITIVE_INFINITY : this.at(at).forkStep - 1,
    );
    return Math.min(...leaves);
  }

  /** The end of the shown line. */
  get head(): number {
    return this.shown.head;
  }

  /** Branches that part from the shown line with that step, the shown one among them. */
  partingAt(step: number): readonly number[] {
    const owner = this.ownerOf(step);
    const { forkStep, parent } = this.at(owner);
    const trunks = forkStep === step && parent >= 0 ? [owner, this.ownerOf(step, parent)] : [owner];
    const siblings = this.list.flatMap((branch, number) => {
      if (branch.forkStep !== step || trunks.includes(number) || branch.parent < 0) return [];
      return this.isSamePast(number, step) ? [number] : [];
    });
    return [...trunks, ...siblings];
  }

  /** Everything before that step is the same on the shown line and on that branch's. */
  private isSamePast(number: number, step: number): boolean {
    return step === 1 || this.ownerOf(step - 1, number) === this.ownerOf(step - 1);
  }

  /** A new branch that leaves the shown line with that intervention. @throws PlayhouseError `request-rejected` */
  fork(intervention: Intervention): number {
    if (this.list.length >= RUN_LIMITS.branchesMax) {
      throw new PlayhouseError(
        'request-rejected',
        `There are ${RUN_LIMITS.branchesMax} branches already: delete one first.`,
        'branch',
      );
    }
    const { step } = intervention;
    const owner = this.ownerOf(step);
    const { forkStep, parent } = this.at(owner);
    const from = forkStep === step && parent >= 0 ? parent : owner;
    this.list.push(new Branch(this.freshName(), from, step, [intervention]));
    this.planned = undefined;
    return this.list.length - 1;
  }

  /** At the end of the shown branch. */
  append(intervention: Intervention): void {
    this.shown.interventions.set(intervention.step, intervention);
    this.planned = undefined;
  }

  /** @throws PlayhouseError `invalid-configuration` */
  rename(number: number, name: string): void {
    this.at(number).name = name;
    this.planned = undefined;
  }

  private freshName(): string {
    for (let number = this.list.length; ; number++) {
      const name = `branch ${number}`;
      if (!this.list.some((known) => known.name === name)) return name;
    }
  }

  get interventions(): number {
    return this.list.reduce((sum, { interventions }) => sum + interventions.size, 0);
  }

  /** Removes a branch and its descendants. Returns the new numbers of those that stay. @throws PlayhouseError */
  remove(number: number): (branch: number) => number | undefined {
    this.at(number);
    if (number === 0 || this.lineOf(this.current).includes(number)) {
      const what = number === 0 ? 'The trunk' : 'The branch that is shown';
      throw new PlayhouseError('request-rejected', `${what} cannot be deleted.`, 'branch');
    }
    const stay = this.list.flatMap((_, at) => (this.lineOf(at).includes(number) ? [] : [at]));
    const renumbered = new Map(stay.map((at, index) => [at, index]));
    this.list = stay.map((at) => this.at(at));
    for (const branch of this.list) branch.parent = renumbered.get(branch.parent) ?? -1;
    this.current = renumbered.get(this.current) ?? 0;
    this.planned = undefined;
    return (branch) => renumbered.get(branch);
  }

  /** As a link carries them: the same list as long as nothing about them has changed. */
  plans(): readonly BranchPlan[] {
    this.planned ??= this.list.map(({ name, parent, forkStep, interventions }) => ({
      name,
      parent,
      forkStep,
      interventions: [...interventions.values()].sort((a, b) => a.step - b.step),
    }));
    return this.planned;
  }

  views(): readonly BranchView[] {
    return this.list.map(({ name, parent, forkStep, head, interventions }) => ({
      name,
      parent,
      forkStep,
      head,
      interventions: interventions.size,
    }));
  }

  /** How often each mark is in each part of a branch. */
  partsOf(number: number, stepsPerPart: number) {
    const { markSteps, markBits } = this.at(number);
    const parts = new Map<number, Partial<Record<Mark, number>>>();
    for (const [index, step] of markSteps.entries()) {
      const part = Math.floor((step - 1) / stepsPerPart);
      const marks = parts.get(part) ?? {};
      parts.set(part, marks);
      for (const [bit, mark] of MARKS.entries()) {
        if (((markBits[index] as number) & (1 << bit)) !== 0) marks[mark] = (marks[mark] ?? 0) + 1;
      }
    }
    return [...parts].map(([part, marks]) => ({ part, marks }));
  }
}
