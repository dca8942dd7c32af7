/**
 * A run that can be driven: forward, back, anywhere, down another branch. It owns the system at its present position, the
 * tree of branches and the keyframes; everything is synchronous and asks for no clock, so that it is the same in a worker,
 * in a test and in a script.
 *
 * Position n is the system right after step n of the shown branch. Going back is going to a keyframe and forward again.
 */
import { PlayhouseError } from '../../kernel/errors.ts';
import { checkFault, type Fault } from '../../kernel/fault.ts';
import { type ChoiceKey, type Intervention, RUN_LIMITS } from '../../kernel/intervention.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import type { RunPlan, StopReport } from '../simulation.ts';
import { type Branch, Branches } from './branches.ts';
import { candidateFor, candidatesOf, scheduledKey, takeCandidate } from './candidates.ts';
import { applyFault, applySend, checkFaultApplies, checkSendApplies } from './faults.ts';
import { withGuards } from './guards.ts';
import { jsonText } from './json-text.ts';
import { Keyframes } from './keyframes.ts';
import { SimulatedSystem, type SystemOptions, type Taken } from './system.ts';
import { restoreSystem, type SystemSnapshot, saveSystem } from './system-snapshot.ts';

export interface SimulatorOptions extends SystemOptions {
  /** Branches and what was done on them; without it a fresh trunk. */
  readonly plan?: Omit<RunPlan, 'seed'>;
}

export class Simulator {
  readonly seed: number;
  readonly system: SimulatedSystem;
  readonly branches: Branches;
  readonly keyframes = new Keyframes();
  /** Virtual time: of the latest step, or later, where somebody let it pass. */
  clockMs = 0;
  /** Nothing can happen any more at the present position. */
  isOver = false;
  /** A choice that a link or a branch made does not exist here. */
  diverged: StopReport | undefined;
  /** Of the shown line. */
  private interventions: ReadonlyMap<number, Intervention> = new Map();
  private nextKeyframe = 0;

  /** @throws PlayhouseError `invalid-configuration`, naming the field */
  constructor(options: SimulatorOptions) {
    this.seed = options.seed;
    this.branches = new Branches(options.plan?.branches);
    this.system = new SimulatedSystem(options);
    if (options.history === false) this.nextKeyframe = Number.POSITIVE_INFINITY;
    else this.keepKeyframe();
    if (options.plan !== undefined) {
      this.branches.at(options.plan.branch);
      this.branches.current = options.plan.branch;
    }
    this.lineChanged();
  }

  get step(): number {
    return this.system.step;
  }

  get head(): number {
    return this.branches.head;
  }

  plan(): RunPlan {
    const { seed, branches, step } = this;
    return { seed, branches: branches.plans(), branch: branches.current, step };
  }

  // ── Forward ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Takes the next step of the shown branch, if it is not later than the limit. */
  forward(limitMs = Number.POSITIVE_INFINITY): Taken {
    return withGuards(this.system.recorder, () => this.take(limitMs));
  }

  /**
   * Takes steps until the position is reached, so many were taken, a step stops it, or nothing happens any more.
   * @param shouldStop looks at the system after each step
   */
  run(toStep: number, maxSteps: number, limitMs: number, shouldStop?: () => boolean): Taken {
    return withGuards(this.system.recorder, () => {
      let taken: Taken = 'taken';
      for (let count = 0; count < maxSteps && this.system.step < toStep; count++) {
        taken = this.take(limitMs);
        if (taken !== 'taken' || shouldStop?.() === true) break;
      }
      return taken;
    });
  }

  private take(limitMs: number): Taken {
    const { system } = this;
    if (system.step >= RUN_LIMITS.stepsMax) return 'over';
    const intervention = this.interventions.size > 0 ? this.interventions.get(system.step + 1) : undefined;
    const taken = intervention === undefined ? system.takeScheduled(limitMs) : this.intervene(intervention, limitMs);
    this.isOver = taken === 'over';
    this.tellReplay(taken);
    if (taken !== 'taken') return taken;
    this.clockMs = system.stepMs;
    const { step } = system;
    const branch = this.branchOf(step);
    if (step > branch.head) branch.head = step;
    if (step > branch.markedUpTo) branch.note(step, system.recorder?.marks ?? 0);
    if (step >= this.nextKeyframe) this.keepKeyframe();
    return taken;
  }

  /** Told of the step in which a replay turned out to be another run. */
  private tellReplay(taken: Taken): void {
    const { replay, step } = this.system;
    if (replay !== undefined) replay.nextKey = undefined;
    if (replay?.divergence === undefined || !replay.isFollowing) return;
    this.diverged ??= { because: 'diverged', text: replay.divergence, step: taken === 'taken' ? step - 1 : step };
  }

  private intervene(intervention: Intervention, limitMs: number): Taken {
    const { system } = this;
    if (intervention.type === 'choice') return this.takeChoice(intervention.choice, limitMs);
    if (intervention.atMs > limitMs && intervention.atMs > system.nowMs) return 'later';
    system.passTo(intervention.atMs);
    this.compareWithPlan(intervention);
    if (intervention.type === 'fault') applyFault(system, intervention.fault);
    else applySend(system, intervention.path, intervention.message);
    return 'taken';
  }

  /** What was done by hand could be done when it was: where it cannot be done now, this is another run. */
  private compareWithPlan(intervention: Exclude<Intervention, { readonly type: 'choice' }>): void {
    const { system } = this;
    const { step, atMs } = intervention;
    try {
      if (intervention.type === 'fault') checkFaultApplies(system, intervention.fault);
      else checkSendApplies(system, intervention.path, intervention.message);
      if (atMs > system.nowMs) {
        throw new PlayhouseError('invalid-configuration', `It is ${system.nowMs} ms and not ${atMs} ms.`, 'atMs');
      }
    } catch (thrown) {
      if (!(thrown instanceof PlayhouseError)) throw thrown;
      const what = intervention.type === 'fault' ? `the fault ${intervention.fault.kind}` : 'a message from outside';
      this.tellDivergence(step, `${what}, which cannot be done here (${thrown.message})`);
    }
  }

  private tellDivergence(step: number, what: string): void {
    const text = `Step ${step} should have been ${what}: the run was made by another version, or its link was changed.`;
    this.diverged ??= { because: 'diverged', text, step: step - 1 };
  }

  private takeChoice(choice: ChoiceKey, limitMs: number): Taken {
    const { system } = this;
    const before = system.step;
    return system.takeOther(limitMs, () => {
      const candidate = candidateFor(system, choice);
      if (candidate === undefined || !takeCandidate(system, candidate)) {
        this.tellDivergence(before + 1, `${choice}, which cannot happen here`);
        return false;
      }
      system.recorder?.addMark('deviation');
      return true;
    });
  }

  private branchOf(step: number): Branch {
    const { shown } = this.branches;
    return step >= shown.forkStep ? shown : this.branches.at(this.branches.ownerOf(step));
  }

  // ── Anywhere ────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Gets ready to go to a step: by a keyframe, where that is nearer. Then `run` to it.
   * @throws PlayhouseError `invalid-configuration`
   */
  approach(step: number): void {
    checkPosition(step);
    const frame = this.keyframes.before(step, (branch, at) => this.branches.isOnLine(branch, at));
    if (frame === undefined) return;
    // Time may have passed since the present step: what arrived meanwhile is not a part of that position.
    const isBehind = step < this.step || (step === this.step && this.system.isWaiting);
    if (isBehind || frame.snapshot.step > this.step) this.restore(frame.snapshot);
    this.clockMs = this.system.stepMs;
  }

  /** Goes to a step at once; ends earlier where nothing can happen any more. */
  seek(step: number): void {
    this.approach(step);
    this.run(step, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    this.clockMs = this.system.stepMs;
  }

  /** Goes to a moment of the shown line that is not after its step `last`. */
  seekTime(atMs: number, last: number): void {
    const frame = this.keyframes.before(last, (branch, at) => this.branches.isOnLine(branch, at), atMs);
    if (frame === undefined) return;
    this.restore(frame.snapshot);
    this.run(last, Number.POSITIVE_INFINITY, atMs);
    this.clockMs = Math.max(this.clockMs, atMs);
  }

  private restore(snapshot: SystemSnapshot): void {
    restoreSystem(this.system, snapshot);
    this.isOver = false;
    this.diverged = undefined;
    this.clockMs = this.system.stepMs;
    if (this.nextKeyframe < Number.POSITIVE_INFINITY) this.nextKeyframe = this.step + Keyframes.spacing(snapshot);
  }

  private keepKeyframe(): void {
    const { step } = this.system;
    const branch = this.branches.ownerOf(step);
    const known = this.keyframes.at(branch, step);
    const snapshot = known ?? saveSystem(this.system);
    if (known === undefined) this.keyframes.add({ branch, snapshot });
    this.nextKeyframe = step + Keyframes.spacing(snapshot);
  }

  /** Does something elsewhere in time and comes back as if nothing had been. */
  excursion<T>(there: () => T): T {
    const { system, clockMs, isOver, diverged, nextKeyframe } = this;
    const { current } = this.branches;
    const here = saveSystem(system);
    const putTruthBack = system.observations.setTruthAside();
    try {
      return there();
    } finally {
      this.switchLine(current);
      restoreSystem(system, here);
      putTruthBack();
      this.clockMs = clockMs;
      this.isOver = isOver;
      this.diverged = diverged;
      this.nextKeyframe = nextKeyframe;
    }
  }

  // ── Branches ────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Shows another branch: at the present step, where that is a step of both, otherwise somewhere before they part. Then
   * `seek` or `run` to where it is wanted.
   */
  show(number: number): void {
    this.branches.at(number);
    const common = this.switchLine(number);
    if (this.step > common) this.approach(common);
  }

  /** What comes next, and what is known of it, is that branch's. Returns the last step that it shares with the one before. */
  private switchLine(number: number): number {
    const { branches } = this;
    if (number === branches.current) return Number.POSITIVE_INFINITY;
    const common = branches.commonStep(branches.current, number);
    branches.current = number;
    this.lineChanged();
    this.system.recorder?.log.forgetFrom(common + 1);
    return common;
  }

  private lineChanged(): void {
    const { branches } = this;
    const line = new Map<number, Intervention>();
    let below = Number.POSITIVE_INFINITY;
    for (const number of branches.lineOf(branches.current)) {
      const { interventions, forkStep } = branches.at(number);
      for (const [step, intervention] of interventions) if (step < below) line.set(step, intervention);
      below = Math.min(below, forkStep);
    }
    this.interventions = line;
  }

  /**
   * Takes this as the next step: on the shown branch where nothing is known of the future, on the branch that did the same
   * where there is one, on a new branch otherwise.
   */
  private act(intervention: Intervention): void {
    const { branches } = this;
    const { step } = intervention;
    const text = jsonText(intervention);
    const twin = branches.partingAt(step).find((number) => {
      const known = branches.at(number).interventions.get(step);
      return known !== undefined && jsonText(known) === text;
    });
    if (twin !== undefined) {
      this.walkInto(twin);
    } else {
      if (branches.interventions >= RUN_LIMITS.interventionsMax) {
        const message = `A run carries at most ${RUN_LIMITS.interventionsMax} faults and deviations.`;
        throw new PlayhouseError('request-rejected', message, 'interventions');
      }
      // The trunk of a replay stays what was recorded.
      const hasFuture = step <= branches.shown.end || this.system.replay?.isFollowing === true;
      if (!hasFuture) branches.append(intervention);
      else this.show(branches.fork(intervention));
      this.lineChanged();
    }
    this.forward();
  }

  /** Goes the way of a branch from here, which may be the shown one's own: it shares it with its ancestors. */
  private walkInto(number: number): void {
    if (number !== this.branches.ownerOf(this.step + 1)) this.show(number);
  }

  /** @throws PlayhouseError `invalid-configuration` where that cannot be the next step */
  choose(choice: ChoiceKey): void {
    const step = this.step + 1;
    const { branches } = this;
    const scheduled = this.lookAhead(() => {
      const isThere = candidatesOf(this.system).some(({ key }) => key === choice);
      if (!isThere) throw new PlayhouseError('invalid-configuration', `"${choice}" cannot be the next step.`, 'choice');
      return scheduledKey(this.system);
    });
    if (choice !== scheduled) return this.act({ type: 'choice', step, choice });
    // What the schedule takes is what a branch does that does nothing of its own there.
    const free = branches.partingAt(step).find((number) => !branches.at(number).interventions.has(step));
    if (free !== undefined) {
      this.walkInto(free);
      this.forward();
    } else {
      this.act({ type: 'choice', step, choice });
    }
  }

  /** @throws PlayhouseError as `checkFaultApplies` */
  inject(unchecked: Fault): void {
    const fault = checkFault(unchecked);
    this.guardStopped();
    checkFaultApplies(this.system, fault);
    this.act({ type: 'fault', step: this.step + 1, atMs: this.presentMs, fault });
  }

  /** @throws PlayhouseError `actor-not-found`, `invalid-message` */
  send(path: string, message: AnyMessage): void {
    this.guardStopped();
    checkSendApplies(this.system, path, message);
    this.act({ type: 'send', step: this.step + 1, atMs: this.presentMs, path, message: structuredClone(message) });
  }

  /** Time may have passed without a step: to the arrival of something that nobody could handle, say. */
  private get presentMs(): number {
    return Math.max(this.clockMs, this.system.nowMs);
  }

  private guardStopped(): void {
    const { stopCause } = this.system;
    if (stopCause !== undefined) throw new PlayhouseError('not-started', `The system has stopped: ${stopCause}`);
  }

  /** Looks at the moment before the next step, and comes back. */
  lookAhead<T>(look: () => T): T {
    return this.excursion(() =>
      withGuards(this.system.recorder, () => {
        this.system.prepare(Number.POSITIVE_INFINITY);
        return look();
      }),
    );
  }

  deleteBranch(number: number): void {
    this.keyframes.renumber(this.branches.remove(number));
  }
}

/** @throws PlayhouseError `invalid-configuration` */
export function checkPosition(step: number): void {
  if (Number.isInteger(step) && step >= 0 && step <= RUN_LIMITS.stepsMax) return;
  throw new PlayhouseError('invalid-configuration', `${step} is not the number of a step.`, 'step');
}
