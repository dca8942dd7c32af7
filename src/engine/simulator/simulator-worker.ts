/**
 * The worker's side of a simulated run: one simulator, the commands of a person, and playing.
 *
 * Long ways (playing, seeking, running until) are taken in slices of a few milliseconds, with a visit to the event loop
 * between them; so there is always an answer. A new command that goes somewhere ends the way that is under way, wherever it
 * has got to: the simulator is whole between any two steps.
 */

import { unreachable } from '../../base/assert.ts';
import type { Result } from '../../base/result.ts';
import { isObject } from '../../kernel/check.ts';
import { type ErrorReport, PlayhouseError } from '../../kernel/errors.ts';
import { cleanBranchName, RUN_LIMITS } from '../../kernel/intervention.ts';
import { answering, type ScenarioResolver } from '../control/answering.ts';
import type { Reading } from '../engine.ts';
import type {
  CauseLink,
  Choice,
  Comparison,
  Condition,
  Inspection,
  SimulationReading,
  StepDetail,
  StepRecord,
  StopReport,
  Timeline,
} from '../simulation.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';
import { causesOf } from './causes.ts';
import { choicesOf } from './choices.ts';
import { compareBranches } from './comparison.ts';
import { type Check, checkFor, limitOf } from './conditions.ts';
import { actorAt } from './faults.ts';
import { inspectActor } from './inspection.ts';
import { readSimulation, readSystem } from './reading.ts';
import { Simulator } from './simulator.ts';
import type { Command, Frame, SimulatorBoot, SimulatorControl } from './simulator-control.ts';
import { detailOf, stepsOf, timelineOf } from './steps.ts';

/** Wall time of a slice, after which calls are looked for. */
const SLICE_MS = 12;
/** Figures of the page are over so much virtual time. */
const WINDOW_MS = 1_000;
/** Steps between looks at the wall clock. */
const STEPS_PER_LOOK = 500;
/** Where a machine is too slow for the chosen speed, virtual time falls behind instead of piling up. */
const CATCH_UP_MS = 50;

export class SimulatorWorker implements SimulatorControl {
  private readonly resolve: ScenarioResolver;
  private simulator: Simulator | undefined;
  private speed = 1;
  private isPlaying = false;
  private stopped: StopReport | undefined;
  private progress: SimulationReading['progress'];
  private breakpoints: readonly { readonly condition: Condition; readonly check: Check }[] = [];
  /** Counts what goes somewhere: a way that is not the latest one ends. */
  private way = 0;
  private version = 1;
  private readonly turnstile = new MessageChannel();
  private readonly waiting: (() => void)[] = [];
  private isOdd = false;

  constructor(resolve: ScenarioResolver) {
    this.resolve = resolve;
  }

  boot({ scenario, parameters, workers, seed, plan }: SimulatorBoot): Promise<Result<Frame, ErrorReport>> {
    return answering(async () => {
      const found = await this.resolve(scenario);
      const options = { scenario: found, parameters, workers, seed };
      this.simulator = new Simulator(plan === undefined ? options : { ...options, plan });
      await this.travel(plan?.step ?? 0);
      return this.frameNow(0);
    });
  }

  // ── Driving ─────────────────────────────────────────────────────────────────────────────────────────────────────

  play(): Promise<Result<Frame, ErrorReport>> {
    return answering(() => {
      this.running();
      const way = ++this.way;
      this.isPlaying = true;
      this.stopped = undefined;
      this.progress = undefined;
      this.version++;
      // A bug in the simulator must reach the page as a worker error, not vanish in a promise.
      this.playOn(way).catch((thrown: unknown) => setTimeout(() => reportBug(thrown)));
      return this.frameNow();
    });
  }

  private async playOn(way: number): Promise<void> {
    const simulator = this.running();
    let wallMs = performance.now();
    while (way === this.way && this.isPlaying) {
      const nowMs = performance.now();
      const elapsedMs = Math.min(CATCH_UP_MS, nowMs - wallMs);
      wallMs = nowMs;
      const limitMs = simulator.clockMs + elapsedMs * this.speed;
      const end = this.slice(RUN_LIMITS.stepsMax, limitMs, []);
      if (end === 'over') this.halt({ because: 'over', text: whyOver(simulator), step: simulator.step });
      if (end === 'later' && limitMs < Number.POSITIVE_INFINITY) simulator.clockMs = limitMs;
      this.version++;
      await this.yieldToEventLoop(this.speed === Number.POSITIVE_INFINITY ? 0 : 8);
    }
  }

  pause(): Promise<Result<Frame, ErrorReport>> {
    return answering(() => {
      this.endWay();
      return this.frameNow();
    });
  }

  private endWay(): void {
    this.way++;
    this.isPlaying = false;
    this.stopped = undefined;
    this.progress = undefined;
    this.version++;
  }

  private halt(report: StopReport): void {
    this.isPlaying = false;
    this.stopped = report;
  }

  /** Some milliseconds of steps; `taken`: there is more to do. */
  private slice(toStep: number, limitMs: number, checks: readonly Check[]): 'taken' | 'over' | 'later' | 'there' {
    const simulator = this.running();
    const untilMs = performance.now() + SLICE_MS;
    let isHalted = false;
    const shouldStop = (): boolean => {
      isHalted = this.hasReason(checks);
      return isHalted;
    };
    do {
      const taken = simulator.run(toStep, STEPS_PER_LOOK, limitMs, shouldStop);
      if (isHalted) return 'there';
      if (taken !== 'taken') return taken;
      if (simulator.step >= toStep) return 'there';
    } while (performance.now() < untilMs);
    return 'taken';
  }

  /** Whether the present step is one to stop at. */
  private hasReason(checks: readonly Check[]): boolean {
    const { system, step, diverged } = this.running();
    // Told at the step that should have been another one; whoever plays on has heard of it.
    if (diverged !== undefined && diverged.step === step - 1) {
      this.halt(diverged);
      return true;
    }
    for (const check of checks) {
      const text = check(system);
      if (text === undefined) continue;
      this.halt({ because: 'until', text, step });
      return true;
    }
    for (const { check } of this.breakpoints) {
      const text = check(system);
      if (text === undefined) continue;
      this.halt({ because: 'breakpoint', text: `Breakpoint: ${text}`, step });
      return true;
    }
    const violated = system.recorder?.stepEvents.find((event) => event.type === 'violated');
    if (violated?.type !== 'violated') return false;
    this.halt({ because: 'violation', text: `“${violated.property}” is violated. ${violated.detail}`, step });
    return true;
  }

  /** Goes to a step, however long it takes, unless something else is wanted in the meantime. */
  private async travel(step: number): Promise<void> {
    const simulator = this.running();
    const way = ++this.way;
    const fromMs = simulator.clockMs;
    simulator.approach(step);
    const from = simulator.step;
    const total = step - from;
    for (;;) {
      const untilMs = performance.now() + SLICE_MS;
      let taken: 'taken' | 'over' | 'later' = 'taken';
      while (simulator.step < step && taken === 'taken' && performance.now() < untilMs) {
        taken = simulator.run(step, STEPS_PER_LOOK, Number.POSITIVE_INFINITY);
      }
      const isThere = simulator.step >= step || taken !== 'taken';
      this.progress = isThere ? undefined : { done: simulator.step - from, total };
      this.version++;
      if (isThere) break;
      await this.yieldToEventLoop(0);
      if (way !== this.way) return;
    }
    simulator.clockMs = simulator.system.stepMs;
    if (simulator.diverged !== undefined) this.stopped = simulator.diverged;
    if (Math.abs(simulator.clockMs - fromMs) > WINDOW_MS) this.earlier = this.readEarlier();
  }

  /** What a reading would have been a little earlier, for whoever has just jumped here and wants to know of the last second. */
  private readEarlier(): Reading {
    const simulator = this.running();
    const { clockMs, step } = simulator;
    return simulator.excursion(() => {
      simulator.seekTime(Math.max(0, clockMs - WINDOW_MS), step);
      return readSystem(simulator, 'paused');
    });
  }

  private async runUntil(condition: Condition): Promise<void> {
    const simulator = this.running();
    const checks = [checkFor(condition)];
    const limitMs = limitOf(condition);
    const way = ++this.way;
    const from = simulator.step;
    if (limitMs < simulator.clockMs) {
      const text = `It is ${simulator.clockMs} ms already, and not ${limitMs} ms any more.`;
      return this.halt({ because: 'until', text, step: from });
    }
    this.isPlaying = true;
    for (;;) {
      const end = this.slice(RUN_LIMITS.stepsMax, limitMs, checks);
      if (end === 'over') this.halt({ because: 'over', text: whyOver(simulator), step: simulator.step });
      if (end === 'later') {
        simulator.clockMs = Math.max(simulator.clockMs, limitMs);
        this.halt({ because: 'until', text: `It is ${limitMs} ms.`, step: simulator.step });
      }
      this.version++;
      this.progress = this.isPlaying ? { done: simulator.step - from, total: 0 } : undefined;
      if (!this.isPlaying) return;
      await this.yieldToEventLoop(0);
      if (way !== this.way) return;
    }
  }

  /** @param ms 0: as soon as others had their chance */
  private yieldToEventLoop(ms: number): Promise<void> {
    if (ms > 0) return new Promise((resolve) => setTimeout(resolve, ms));
    const { port1, port2 } = this.turnstile;
    port1.onmessage ??= this.letThrough;
    port2.onmessage ??= this.letThrough;
    // By turns: a platform that empties one port before it looks at anything else must not get stuck here.
    this.isOdd = !this.isOdd;
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      (this.isOdd ? port1 : port2).postMessage(null);
    });
  }

  /** More than one way may wait: one that has been cut short does not know it yet. */
  private readonly letThrough = (): void => this.waiting.shift()?.();

  // ── Commands ────────────────────────────────────────────────────────────────────────────────────────────────────

  command(command: Command): Promise<Result<Frame, ErrorReport>> {
    return answering(async () => {
      await this.carryOut(command);
      this.version++;
      return this.frameNow();
    });
  }

  private async carryOut(command: Command): Promise<void> {
    const simulator = this.running();
    switch (command.do) {
      case 'step': {
        const { count } = command;
        if (!Number.isInteger(count)) throw wrong('count', `${count} is not a number of steps.`);
        this.endWay();
        return this.travel(Math.max(0, simulator.step + count));
      }
      case 'seek': {
        this.endWay();
        return this.travel(command.step);
      }
      case 'run-until':
        checkFor(command.condition);
        this.endWay();
        return this.runUntil(command.condition);
      case 'set-speed':
        if (!(command.speed > 0)) throw wrong('speed', `${command.speed} is not a speed.`);
        this.speed = command.speed;
        return;
      case 'set-breakpoints':
        if (command.breakpoints.length > SIMULATION_LIMITS.breakpointsMax) {
          throw wrong('breakpoints', `There can be ${SIMULATION_LIMITS.breakpointsMax} breakpoints.`);
        }
        if (command.breakpoints.some((condition) => condition?.until === 'time')) {
          throw wrong('breakpoints', 'A time is nothing to stop at again and again: run until it.');
        }
        this.breakpoints = command.breakpoints.map((condition) => ({ condition, check: checkFor(condition) }));
        return;
      case 'choose':
        this.endWay();
        return simulator.choose(command.choice);
      case 'inject':
        return this.interfere(() => simulator.inject(command.fault));
      case 'send': {
        const { path, message } = command;
        if (!isObject(message) || typeof message.kind !== 'string') {
          throw new PlayhouseError('invalid-message', 'A message is an object with a text `kind`.', 'kind');
        }
        return this.interfere(() => simulator.send(path, message));
      }
      case 'switch-branch': {
        this.endWay();
        simulator.show(command.branch);
        return this.travel(command.step ?? simulator.branches.shown.end);
      }
      case 'rename-branch': {
        const name = cleanBranchName(command.name);
        if (name === '') throw wrong('name', 'A branch needs a name.');
        simulator.branches.at(command.branch).name = name;
        return;
      }
      case 'delete-branch':
        return simulator.deleteBranch(command.branch);
      default:
        return unreachable(command, 'command');
    }
  }

  /** Something is done to the run where it is now: a way to somewhere else ends here, and playing goes on. */
  private interfere(act: () => void): void {
    if (!this.isPlaying) this.endWay();
    act();
    if (this.isPlaying) this.hasReason([]);
  }

  // ── Looking ─────────────────────────────────────────────────────────────────────────────────────────────────────

  frame(sinceVersion: number, sinceSequence: number): Promise<Result<Frame | undefined, ErrorReport>> {
    return answering(() => (sinceVersion === this.version ? undefined : this.frameNow(sinceSequence)));
  }

  /** @param sinceSequence what the page has; without it: everything that it may lack */
  private frameNow(sinceSequence = this.toldSequence): Frame {
    const simulator = this.running();
    const { observations } = simulator.system;
    const trueUpTo = Math.min(sinceSequence, observations.takeTrueUpTo());
    const first = Math.max(1, observations.sequence - SIMULATION_LIMITS.traceMax + 1);
    // What the page has forgotten to make room for later events is news again after a way back.
    const keepUpTo = first < this.toldFirst ? 0 : trueUpTo;
    this.toldFirst = first;
    const { isPlaying, speed, stopped, progress } = this;
    const events = observations.slice(keepUpTo + 1);
    this.toldSequence = observations.sequence;
    const { earlier } = this;
    this.earlier = undefined;
    return {
      reading: readSystem(simulator, isPlaying ? 'running' : 'paused'),
      earlier,
      simulation: readSimulation(simulator, { isPlaying, speed, stopped, progress }),
      plan: simulator.plan(),
      events,
      keepUpTo,
      version: this.version,
    };
  }

  private earlier: Reading | undefined;
  private toldSequence = 0;
  /** Sequence of the first event that the page has. */
  private toldFirst = 1;

  state(path: string): Promise<Result<unknown, ErrorReport>> {
    return answering(() => structuredClone(actorAt(this.running().system, path, 'path').cell.state));
  }

  choices(): Promise<Result<readonly Choice[], ErrorReport>> {
    return answering(() => choicesOf(this.running()));
  }

  steps(from: number, to: number): Promise<Result<readonly StepRecord[], ErrorReport>> {
    return answering(() => stepsOf(this.running(), from, to));
  }

  stepDetail(step: number): Promise<Result<StepDetail, ErrorReport>> {
    return answering(() => {
      const detail = detailOf(this.running(), step);
      if (detail === undefined) throw wrong('step', `Step ${step} has not been taken.`);
      return detail;
    });
  }

  inspect(path: string): Promise<Result<Inspection, ErrorReport>> {
    return answering(() => inspectActor(this.running(), path));
  }

  why(step: number): Promise<Result<readonly CauseLink[], ErrorReport>> {
    return answering(() => {
      const causes = causesOf(this.running(), step);
      if (causes.length === 0) throw wrong('step', `Step ${step} has not been taken.`);
      return causes;
    });
  }

  timeline(parts: number): Promise<Result<Timeline, ErrorReport>> {
    return answering(() => timelineOf(this.running(), parts));
  }

  compare(left: number, right: number): Promise<Result<Comparison, ErrorReport>> {
    return answering(() => compareBranches(this.running(), left, right));
  }

  private running(): Simulator {
    if (this.simulator === undefined) throw new PlayhouseError('not-started', 'The simulator has not been booted.');
    return this.simulator;
  }
}

function whyOver({ system }: Simulator): string {
  return system.stopCause === undefined
    ? 'Nothing can happen any more: no message is on its way and no timer is set.'
    : `The system has stopped: ${system.stopCause}`;
}

function wrong(field: string, text: string): PlayhouseError {
  return new PlayhouseError('invalid-configuration', text, field);
}

function reportBug(thrown: unknown): never {
  throw thrown;
}
