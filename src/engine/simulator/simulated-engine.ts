/**
 * The simulated engine as the page sees it: control calls to the worker that the simulator runs in, and what that worker
 * last told. While it plays, the page asks for the next frame as soon as it has the one before.
 *
 *   idle ──start──▶ paused ◀──▶ playing
 *                     └── the worker fails, `stop` ──▶ stopped (for good: a new run is a new engine)
 */
import { HISTOGRAM_BUCKETS } from '../../base/histogram.ts';
import type { Result } from '../../base/result.ts';
import { checkWhole, type ErrorReport, errorFrom, PlayhouseError } from '../../kernel/errors.ts';
import type { Fault } from '../../kernel/fault.ts';
import { checkOutsideMessage } from '../../kernel/from-outside.ts';
import { type BranchPlan, type ChoiceKey, RUN_LIMITS } from '../../kernel/intervention.ts';
import { LIMITS } from '../../kernel/limits.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import { OpenAnswers } from '../control/open-answers.ts';
import type { WorkerHandle } from '../control/worker-handle.ts';
import type { ActorTimes, MeasuredMessages, Reading } from '../engine.ts';
import type { Recording } from '../recording.ts';
import {
  type CauseLink,
  type Choice,
  type Comparison,
  type Condition,
  type Inspection,
  type RunPlan,
  SIMULATION_LIMITS,
  type Simulation,
  type SimulationReading,
  type Speed,
  type StepDetail,
  type StepRecord,
  type Timeline,
} from '../simulation.ts';
import type { Command, Frame, SimulatorControl } from './simulator-control.ts';

export interface SimulatedEngineOptions {
  readonly scenario: Scenario;
  readonly parameters: Readonly<Record<string, number>>;
  /** Virtual processors. */
  readonly workers: number;
  /** Whole number from 0 to 2³² − 1. */
  readonly seed: number;
  readonly plan?: Omit<RunPlan, 'seed'>;
  /** A live run to be replayed, with its own parameters, workers and seed. */
  readonly recording?: Recording | undefined;
  readonly createWorker: () => WorkerHandle<SimulatorControl>;
}

/** Pause between two frames of a playing run: more than the page can draw helps nobody. */
const FRAME_MS = 14;

type Answer<T> = Promise<Result<T, ErrorReport>>;

export class SimulatedEngine implements Simulation {
  readonly mode = 'simulated';
  readonly workers: number;
  readonly seed: number;
  private readonly options: SimulatedEngineOptions;
  private handle: WorkerHandle<SimulatorControl> | undefined;
  private frame: Frame | undefined;
  /** As a link carries them, and the version of the frame that told of them. */
  private branches: readonly BranchPlan[];
  private branchesVersion = 0;
  private earlier: Reading | undefined;
  private events: TraceEvent[] = [];
  private readonly open = new OpenAnswers();
  private readonly underWay = new Set<Promise<unknown>>();
  private isWatching = false;

  /** @throws PlayhouseError `invalid-configuration`, naming the field */
  constructor(options: SimulatedEngineOptions) {
    checkWhole('workers', options.workers, 1, LIMITS.workersMax);
    checkWhole('seed', options.seed, 0, RUN_LIMITS.seedMax);
    this.options = options;
    this.branches = options.plan?.branches ?? [];
    this.workers = options.workers;
    this.seed = options.seed;
  }

  // ── Life ────────────────────────────────────────────────────────────────────────────────────────────────────────

  async start(): Promise<void> {
    if (this.handle !== undefined) throw new PlayhouseError('already-started', 'An engine can be started once.');
    const { scenario, parameters, workers, seed, plan, recording, createWorker } = this.options;
    this.handle = createWorker();
    this.handle.onFailure((text) => this.finish(new PlayhouseError('worker-lost', `The simulator failed: ${text}`)));
    const boot = { scenario: scenario.id, parameters, workers, seed, plan, recording };
    const frame = this.call((control) => control.boot(boot));
    // The way to the step of a link can be long, and shows how far it has come.
    this.watch();
    this.take(await frame);
  }

  stop(): Promise<void> {
    this.finish(new PlayhouseError('not-started', 'Stopped.'));
    return Promise.resolve();
  }

  private finish(error: PlayhouseError): void {
    if (this.open.ended !== undefined) return;
    this.handle?.terminate();
    this.open.end(error);
  }

  async pause(): Promise<void> {
    this.take(await this.call((control) => control.pause()));
  }

  async resume(): Promise<void> {
    this.take(await this.call((control) => control.play()));
    this.watch();
  }

  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled([...this.underWay]);
  }

  // ── Calls ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Always ends: with the answer, or when the worker is gone. */
  private call<T>(make: (control: SimulatorControl) => Answer<T>, isCommand = true): Promise<T> {
    const { handle } = this;
    if (handle === undefined)
      return Promise.reject(new PlayhouseError('not-started', 'The engine has not been started.'));
    if (this.open.ended !== undefined) return Promise.reject(this.open.ended);
    const answer = this.open.wait(make(handle.control)).then((result) => {
      if (!result.ok) throw errorFrom(result.error);
      return result.value;
    });
    if (isCommand) {
      const settled = answer.catch(() => undefined).finally(() => this.underWay.delete(settled));
      this.underWay.add(settled);
    }
    return answer;
  }

  private async command(command: Command): Promise<void> {
    const answer = this.call((control) => control.command(command));
    this.watch();
    this.take(await answer);
  }

  /** Asks for frames as long as something moves by itself. */
  private watch(): void {
    if (this.isWatching) return;
    this.isWatching = true;
    void this.watchOn().finally(() => {
      this.isWatching = false;
    });
  }

  private async watchOn(): Promise<void> {
    do {
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
      if (this.open.ended !== undefined) return;
      try {
        const { version = 0 } = this.frame ?? {};
        const frame = await this.call((control) => control.frame(version, this.sequence), false);
        if (frame !== undefined) this.take(frame);
      } catch {
        // Before it has booted there is nothing to see; what went wrong with it, its own call says.
      }
    } while (this.underWay.size > 0 || this.frame?.simulation.isPlaying === true);
  }

  private get sequence(): number {
    return this.events.at(-1)?.sequence ?? 0;
  }

  private take(frame: Frame): void {
    // Told once: also by a frame that has been overtaken.
    if (frame.branches !== undefined && frame.version >= this.branchesVersion) {
      this.branches = frame.branches;
      this.branchesVersion = frame.version;
    }
    // Answers can overtake each other only in so far as an older one is of no use any more.
    if (this.frame !== undefined && frame.version < this.frame.version) return;
    this.frame = frame;
    this.earlier = frame.earlier ?? this.earlier;
    const kept = this.events.findLastIndex(({ sequence }) => sequence <= frame.keepUpTo);
    this.events = [...this.events.slice(0, kept + 1), ...frame.events].slice(-SIMULATION_LIMITS.traceMax);
  }

  // ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

  read(): Reading {
    const reading = this.frame?.reading ?? EMPTY_READING;
    const { ended } = this.open;
    if (ended === undefined) return reading;
    return { ...reading, status: 'stopped', stopCause: reading.stopCause === '' ? ended.message : reading.stopCause };
  }

  simulation(): SimulationReading {
    return this.frame?.simulation ?? EMPTY_SIMULATION;
  }

  takeEarlier(): Reading | undefined {
    const { earlier } = this;
    this.earlier = undefined;
    return earlier;
  }

  plan(): RunPlan {
    const { seed, branches } = this;
    const { branch, step } = this.frame?.simulation ?? this.options.plan ?? EMPTY_SIMULATION;
    return { seed, branches, branch, step };
  }

  trace(from = 0, to = Number.POSITIVE_INFINITY): readonly TraceEvent[] {
    return this.events.filter(({ sequence }) => sequence >= from && sequence < to);
  }

  times(path: string): Promise<ActorTimes> {
    return this.call((control) => control.times(path));
  }

  /** Nothing more is written because somebody looks: everything is there anyway. */
  observe(): void {}

  messages(): MeasuredMessages {
    return NO_MESSAGES;
  }

  state(path: string): Promise<unknown> {
    return this.call((control) => control.state(path));
  }

  choices(): Promise<readonly Choice[]> {
    return this.call((control) => control.choices());
  }

  steps(from: number, to: number): Promise<readonly StepRecord[]> {
    return this.call((control) => control.steps(from, to));
  }

  stepDetail(step: number): Promise<StepDetail> {
    return this.call((control) => control.stepDetail(step));
  }

  inspect(path: string): Promise<Inspection> {
    return this.call((control) => control.inspect(path));
  }

  why(step: number): Promise<readonly CauseLink[]> {
    return this.call((control) => control.why(step));
  }

  timeline(parts: number): Promise<Timeline> {
    return this.call((control) => control.timeline(parts));
  }

  compare(left: number, right: number): Promise<Comparison> {
    return this.call((control) => control.compare(left, right));
  }

  // ── Control ─────────────────────────────────────────────────────────────────────────────────────────────────────

  step(count = 1): Promise<void> {
    return this.command({ do: 'step', count });
  }

  seek(step: number): Promise<void> {
    return this.command({ do: 'seek', step });
  }

  setSpeed(speed: Speed): Promise<void> {
    return this.command({ do: 'set-speed', speed });
  }

  runUntil(condition: Condition): Promise<void> {
    return this.command({ do: 'run-until', condition });
  }

  setBreakpoints(breakpoints: readonly Condition[]): Promise<void> {
    return this.command({ do: 'set-breakpoints', breakpoints });
  }

  choose(choice: ChoiceKey): Promise<void> {
    return this.command({ do: 'choose', choice });
  }

  switchBranch(branch: number, step?: number): Promise<void> {
    return this.command({ do: 'switch-branch', branch, step });
  }

  renameBranch(branch: number, name: string): Promise<void> {
    return this.command({ do: 'rename-branch', branch, name });
  }

  deleteBranch(branch: number): Promise<void> {
    return this.command({ do: 'delete-branch', branch });
  }

  async send(path: string, message: AnyMessage): Promise<void> {
    checkOutsideMessage(message);
    await this.command({ do: 'send', path, message });
  }

  inject(fault: Fault): Promise<void> {
    return this.command({ do: 'inject', fault });
  }
}

const NO_COUNTS = new Float64Array(HISTOGRAM_BUCKETS);

const EMPTY_READING: Reading = {
  atMs: 0,
  status: 'starting',
  stopCause: '',
  workers: [],
  actors: [],
  unlistedActors: 0,
  flows: [],
  sampledEvery: 1,
  latencyCounts: new Float64Array(HISTOGRAM_BUCKETS),
  latencyMaxMs: 0,
  times: { queueCounts: NO_COUNTS, serviceCounts: NO_COUNTS, samples: 0 },
  rings: [],
  requestsFailed: 0,
  restarts: 0,
  deadLetters: 0,
  rejected: 0,
};

const NO_MESSAGES: MeasuredMessages = { messages: [], lost: 0 };

const EMPTY_SIMULATION: SimulationReading = {
  step: 0,
  atMs: 0,
  head: 0,
  branch: 0,
  branches: [],
  isPlaying: false,
  speed: 1,
  stopped: undefined,
  isOver: false,
  plannedFaultNext: false,
  inFlight: [],
  inFlightTotal: 0,
  reports: [],
  properties: [],
  current: undefined,
  progress: undefined,
  replay: undefined,
  hash: '',
};
