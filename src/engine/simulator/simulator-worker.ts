/** The worker's side of a simulated run: it carries out what a person wants of it, and answers what the page asks. */
import { unreachable } from '../../base/assert.ts';
import type { Result } from '../../base/result.ts';
import { type ErrorReport, PlayhouseError } from '../../kernel/errors.ts';
import { checkOutsideMessage } from '../../kernel/from-outside.ts';
import { type BranchPlan, cleanBranchName } from '../../kernel/intervention.ts';
import { answering, type ScenarioResolver } from '../control/answering.ts';
import type { ActorTimes } from '../engine.ts';
import type { CauseLink, Choice, Comparison, Inspection, StepDetail, StepRecord, Timeline } from '../simulation.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';
import { actorTimes } from './actor-times.ts';
import { causesOf } from './causes.ts';
import { choicesOf } from './choices.ts';
import { compareBranches } from './comparison.ts';
import { checkFor } from './conditions.ts';
import { Driver } from './driver.ts';
import { actorAt } from './faults.ts';
import { inspectActor } from './inspection.ts';
import { readSimulation, readSystem } from './reading.ts';
import { checkPosition, Simulator } from './simulator.ts';
import type { Command, Frame, SimulatorBoot, SimulatorControl } from './simulator-control.ts';
import { detailOf, stepsOf, timelineOf } from './steps.ts';

export class SimulatorWorker implements SimulatorControl {
  private readonly resolve: ScenarioResolver;
  private driver: Driver | undefined;
  /** What the page has heard of: the latest event, the first one that it still has, and the branches. */
  private toldSequence = 0;
  private toldFirst = 1;
  private toldBranches: readonly BranchPlan[] | undefined;

  constructor(resolve: ScenarioResolver) {
    this.resolve = resolve;
  }

  boot({ scenario, parameters, workers, seed, plan, recording }: SimulatorBoot): Promise<Result<Frame, ErrorReport>> {
    return answering(async () => {
      const found = await this.resolve(scenario);
      const replayed = recording && { recording, actorRows: recording.actorRows };
      const options = { scenario: found, parameters, workers, seed, ...replayed };
      this.driver = new Driver(new Simulator(plan === undefined ? options : { ...options, plan }));
      await this.driver.travel(plan?.step ?? 0);
      return this.frameNow(0);
    });
  }

  play(): Promise<Result<Frame, ErrorReport>> {
    return answering(() => {
      this.booted().play();
      return this.frameNow();
    });
  }

  pause(): Promise<Result<Frame, ErrorReport>> {
    return answering(() => {
      this.booted().pause();
      return this.frameNow();
    });
  }

  // ── Commands ────────────────────────────────────────────────────────────────────────────────────────────────────

  command(command: Command): Promise<Result<Frame, ErrorReport>> {
    return answering(async () => {
      const driver = this.booted();
      await this.carryOut(driver, command);
      driver.version++;
      return this.frameNow();
    });
  }

  private async carryOut(driver: Driver, command: Command): Promise<void> {
    const { simulator } = driver;
    switch (command.do) {
      case 'step': {
        const { count } = command;
        if (!Number.isInteger(count)) throw wrong('count', `${count} is not a number of steps.`);
        return driver.travel(Math.max(0, simulator.step + count));
      }
      case 'seek':
        return driver.travel(command.step);
      case 'run-until':
        return driver.runUntil(command.condition);
      case 'set-speed':
        if (!(command.speed > 0)) throw wrong('speed', `${command.speed} is not a speed.`);
        driver.speed = command.speed;
        return;
      case 'set-breakpoints':
        if (command.breakpoints.length > SIMULATION_LIMITS.breakpointsMax) {
          throw wrong('breakpoints', `There can be ${SIMULATION_LIMITS.breakpointsMax} breakpoints.`);
        }
        if (command.breakpoints.some((condition) => condition?.until === 'time')) {
          throw wrong('breakpoints', 'A time is nothing to stop at again and again: run until it.');
        }
        driver.breakpoints = command.breakpoints.map(checkFor);
        return;
      case 'choose':
        driver.pause();
        return simulator.choose(command.choice);
      case 'inject':
        return driver.interfere(() => simulator.inject(command.fault));
      case 'send': {
        const { path, message } = command;
        checkOutsideMessage(message);
        return driver.interfere(() => simulator.send(path, message));
      }
      case 'switch-branch': {
        const { branch, step = simulator.branches.at(branch).end } = command;
        checkPosition(step);
        driver.pause();
        simulator.show(branch);
        return driver.travel(step);
      }
      case 'rename-branch': {
        const name = cleanBranchName(command.name);
        if (name === '') throw wrong('name', 'A branch needs a name.');
        simulator.branches.rename(command.branch, name);
        return;
      }
      case 'delete-branch':
        return simulator.deleteBranch(command.branch);
      default:
        return unreachable(command, 'command');
    }
  }

  // ── Looking ─────────────────────────────────────────────────────────────────────────────────────────────────────

  frame(sinceVersion: number, sinceSequence: number): Promise<Result<Frame | undefined, ErrorReport>> {
    return answering(() => (sinceVersion === this.booted().version ? undefined : this.frameNow(sinceSequence)));
  }

  /** @param sinceSequence what the page has; without it: everything that it may lack */
  private frameNow(sinceSequence = this.toldSequence): Frame {
    const driver = this.booted();
    const { simulator, driving, version } = driver;
    const { observations } = simulator.system;
    const trueUpTo = Math.min(sinceSequence, observations.takeTrueUpTo());
    const first = Math.max(1, observations.sequence - SIMULATION_LIMITS.traceMax + 1);
    // What the page has forgotten to make room for later events is news again after a way back.
    const keepUpTo = first < this.toldFirst ? 0 : trueUpTo;
    this.toldFirst = first;
    const events = observations.slice(keepUpTo + 1);
    this.toldSequence = observations.sequence;
    return {
      reading: readSystem(simulator, driving.isPlaying ? 'running' : 'paused'),
      earlier: driver.takeEarlier(),
      simulation: readSimulation(simulator, driving),
      branches: this.newBranches(simulator.branches.plans()),
      events,
      keepUpTo,
      version,
    };
  }

  /** Only where they are others than the page has: they are long, and change seldom. */
  private newBranches(branches: readonly BranchPlan[]): readonly BranchPlan[] | undefined {
    if (branches === this.toldBranches) return undefined;
    this.toldBranches = branches;
    return branches;
  }

  times(path: string): Promise<Result<ActorTimes, ErrorReport>> {
    return answering(() => actorTimes(this.simulator, path));
  }

  state(path: string): Promise<Result<unknown, ErrorReport>> {
    return answering(() => structuredClone(actorAt(this.simulator.system, path, 'path').cell.state));
  }

  choices(): Promise<Result<readonly Choice[], ErrorReport>> {
    return answering(() => choicesOf(this.simulator));
  }

  steps(from: number, to: number): Promise<Result<readonly StepRecord[], ErrorReport>> {
    return answering(() => stepsOf(this.simulator, from, to));
  }

  stepDetail(step: number): Promise<Result<StepDetail, ErrorReport>> {
    return answering(() => {
      const detail = detailOf(this.simulator, step);
      if (detail === undefined) throw wrong('step', `Step ${step} has not been taken.`);
      return detail;
    });
  }

  inspect(path: string): Promise<Result<Inspection, ErrorReport>> {
    return answering(() => inspectActor(this.simulator, path));
  }

  why(step: number): Promise<Result<readonly CauseLink[], ErrorReport>> {
    return answering(() => {
      const causes = causesOf(this.simulator, step);
      if (causes.length === 0) throw wrong('step', `Step ${step} has not been taken.`);
      return causes;
    });
  }

  timeline(parts: number): Promise<Result<Timeline, ErrorReport>> {
    return answering(() => timelineOf(this.simulator, parts));
  }

  compare(left: number, right: number): Promise<Result<Comparison, ErrorReport>> {
    return answering(() => compareBranches(this.simulator, left, right));
  }

  private get simulator(): Simulator {
    return this.booted().simulator;
  }

  private booted(): Driver {
    if (this.driver === undefined) throw new PlayhouseError('not-started', 'The simulator has not been booted.');
    return this.driver;
  }
}

function wrong(field: string, text: string): PlayhouseError {
  return new PlayhouseError('invalid-configuration', text, field);
}
