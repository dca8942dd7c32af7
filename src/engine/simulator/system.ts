/**
 * The simulated system at one moment, and how it takes a step: kernels under one virtual clock, each on a worker that does one
 * thing at a time.
 *
 * Time stands still while anybody can have a turn; otherwise it moves to whatever comes first: an arrival, a deadline, the
 * end of a turn, a planned fault. What is enabled at one time is ordered by the seeded schedule. Everything that decides
 * about the future is in here and can be saved and restored (system-snapshot.ts); what was, is in the log.
 *
 * Invariant: between steps every actor in a run queue has a turn to take. So what is enabled depends on the state alone, not
 * on who looked at it when.
 */
import { assert } from '../../base/assert.ts';
import { nextUint32, type RandomState, seedRandom } from '../../base/random.ts';
import { ActorTable, COLUMN } from '../../kernel/actor-table.ts';
import type { Cell, Deadline } from '../../kernel/cell.ts';
import { checkNumber } from '../../kernel/errors.ts';
import { checkParameter } from '../../kernel/from-outside.ts';
import { IDS_PER_BLOCK } from '../../kernel/host.ts';
import { loadOfWorker } from '../../kernel/least-loaded.ts';
import { LIMITS } from '../../kernel/limits.ts';
import { plannedFaults } from '../../kernel/planned-faults.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { Registry } from '../../kernel/registry.ts';
import type { PlannedFault, Scenario } from '../../kernel/scenario.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import { spawnRoot } from '../../kernel/spawn.ts';
import type { TraceEventBody } from '../../kernel/trace.ts';
import type { Recording } from '../recording.ts';
import type { RunReport } from '../simulation.ts';
import { applyFault } from './faults.ts';
import { Network } from './network.ts';
import { Observations } from './observations.ts';
import { Post } from './post.ts';
import { Properties } from './properties.ts';
import { Recorder } from './recorder.ts';
import { Replay } from './replay.ts';
import { ReplayHost } from './replay-host.ts';
import { ReplayKernel } from './replay-kernel.ts';
import { type Commons, SimulatedHost } from './simulated-host.ts';
import { SimulatedKernel } from './simulated-kernel.ts';

export interface SystemOptions {
  readonly scenario: Scenario;
  /** By name; parameters that are missing have their default. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly workers: number;
  readonly seed: number;
  /** Rows of the actor table; default 65,536. */
  readonly actorRows?: number;
  /** Of a live run with the same scenario, workers and seed: replayed as long as nobody leads the run another way. */
  readonly recording?: Recording | undefined;
  /** False: no provenance, no log, no trace: for the speed of it. */
  readonly history?: boolean;
}

const ROWS_DEFAULT = 65_536;
const LATENCY_MS_DEFAULT = 0.05;
/** The `worker` of events that no worker made: faults of the whole system. */
export const NOBODY = -1;

/** What one attempt to take a step came to. `later`: the next one is beyond the time that was allowed. */
export type Taken = 'taken' | 'over' | 'later';

export class SimulatedSystem implements Commons {
  readonly workers: number;
  readonly table: ActorTable;
  readonly registry: Registry;
  readonly scenario: Scenario;
  readonly kernels: SimulatedKernel[];
  readonly hosts: SimulatedHost[];
  readonly network: Network;
  readonly post: Post;
  readonly observations = new Observations();
  readonly parameters: Map<string, number>;
  readonly recorder: Recorder | undefined;
  readonly properties: Properties;
  readonly replay: Replay | undefined;
  nowMs = 0;
  blocks = 0;
  /** The latest step; while one is being taken: that one. */
  step = 0;
  /** When the latest step was. */
  stepMs = 0;
  /** Orders what happens at one time. */
  schedule: RandomState;
  stopCause: string | undefined;
  /** The next step has been looked for, and was too far away. */
  isWaiting = false;
  /** The faults of the scenario's plan, in the order of their times, and which of them is next. */
  readonly planned: readonly PlannedFault[];
  nextPlanned = 0;
  /** Paths and cells, made anew when actors came or went. */
  private byPath: Map<string, { readonly kernel: SimulatedKernel; readonly cell: Cell }> | undefined;
  private readonly turnMs: number;

  /** @throws PlayhouseError `invalid-configuration`, naming the field */
  constructor(options: SystemOptions) {
    const { scenario, workers, seed } = options;
    const { latencyMs = LATENCY_MS_DEFAULT, jitterMs = 0, turnMs = 0 } = scenario.simulation ?? {};
    checkNumber('latencyMs', latencyMs, 0, LIMITS.delayMsMax, 'simulation');
    checkNumber('jitterMs', jitterMs, 0, LIMITS.delayMsMax, 'simulation');
    checkNumber('turnMs', turnMs, 0, LIMITS.busyMsMax, 'simulation');
    this.scenario = scenario;
    this.planned = plannedFaults(scenario.faults);
    this.workers = workers;
    this.turnMs = turnMs;
    this.registry = new Registry(scenario.behaviors, options.recording?.mailboxCapacity);
    const rows = Math.max(options.actorRows ?? ROWS_DEFAULT, workers * IDS_PER_BLOCK);
    this.table = new ActorTable(new ArrayBuffer(ActorTable.bytesFor(rows)));
    this.parameters = new Map(
      Object.entries(scenario.parameters).map(([name, definition]) => {
        const value = options.parameters[name] ?? definition.default;
        checkParameter(scenario, name, value);
        return [name, value];
      }),
    );
    // Streams of their own, so that a scenario that asks for more chance has the same network.
    this.schedule = seedRandom(seed * 32 + 31);
    this.network = new Network(workers, latencyMs, jitterMs, seedRandom(seed * 32 + 30));
    this.recorder = options.history === false ? undefined : new Recorder(this);
    this.post = new Post(this);
    this.properties = new Properties(this);
    this.replay = options.recording && new Replay(this, options.recording);
    this.hosts = Array.from(
      { length: workers },
      (_, worker) => this.replay?.hostOf(worker) ?? new SimulatedHost(this, worker, seedRandom(seed * 32 + worker)),
    );
    this.kernels = this.hosts.map((host) => this.kernelFor(host));
    if (this.replay !== undefined) this.replay.start();
    else {
      const { behavior, name, args } = scenario.root;
      spawnRoot(this.kernels[0] as SimulatedKernel, behavior.name, name, args);
    }
  }

  kernelFor(host: SimulatedHost): SimulatedKernel {
    const kernel =
      host instanceof ReplayHost
        ? new ReplayKernel(host, this.registry, this.recorder)
        : new SimulatedKernel(host, this.registry, this.recorder);
    if (this.recorder === undefined) kernel.setSampleEvery(0);
    return kernel;
  }

  // ── Time ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** When the next thing happens that is not a turn that could be taken now; Infinity: never. */
  private nextEventMs(): number {
    let nextMs = Math.min(this.network.nextArrivalMs(), this.nextPlannedMs());
    for (let worker = 0; worker < this.workers; worker++) {
      const kernel = this.kernels[worker] as SimulatedKernel;
      nextMs = Math.min(nextMs, kernel.nextDueMs());
      const { freeAtMs } = this.hosts[worker] as SimulatedHost;
      if (freeAtMs > this.nowMs && kernel.readyCount > 0) nextMs = Math.min(nextMs, freeAtMs);
    }
    return nextMs;
  }

  /** When the next step can be; Infinity when nothing can happen any more. Changes nothing. */
  nextStepMs(): number {
    if (this.replay?.isFollowing) return this.replay.nextMs;
    return this.enabledCount() > 0 ? this.nowMs : Math.max(this.nowMs, this.nextEventMs());
  }

  /** When the next fault of the scenario's plan comes; Infinity: none does. */
  nextPlannedMs(): number {
    // What the plan did to the recorded run is in the recording.
    if (this.replay?.isFollowing) return Number.POSITIVE_INFINITY;
    return this.planned[this.nextPlanned]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** What the plan has done by now has been done. */
  skipPlanned(): void {
    while (this.nextPlannedMs() <= this.nowMs) this.nextPlanned++;
  }

  /** The fault of the scenario's plan that is due. */
  get plannedNow(): PlannedFault | undefined {
    return this.nextPlannedMs() <= this.nowMs ? this.planned[this.nextPlanned] : undefined;
  }

  /** Turns and timers that can be taken now; of the timers only the first of each worker counts. */
  private enabledCount(): number {
    let count = 0;
    const { nowMs } = this;
    for (let worker = 0; worker < this.workers; worker++) {
      const kernel = this.kernels[worker] as SimulatedKernel;
      if ((this.hosts[worker] as SimulatedHost).freeAtMs <= nowMs) count += kernel.readyCount;
      if (kernel.nextDueMs() <= nowMs) count++;
    }
    return count;
  }

  /**
   * Lets time pass until something is enabled, but not beyond the limit. What arrives on the way is in its mailbox then.
   * `taken`: something is enabled.
   */
  prepare(limitMs: number): Taken {
    // Whoever asks this wants something else than what was recorded.
    if (this.replay?.isFollowing) {
      this.replay.prepare(limitMs);
      this.replay.leave();
    }
    for (;;) {
      if (this.network.nextArrivalMs() <= this.nowMs) {
        this.post.deliver();
        this.sweep();
      }
      if (this.plannedNow !== undefined || this.enabledCount() > 0) return 'taken';
      const nextMs = this.nextEventMs();
      if (nextMs === Number.POSITIVE_INFINITY) return 'over';
      if (nextMs > limitMs) return 'later';
      this.nowMs = nextMs;
    }
  }

  // ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Takes the next step as the schedule has it. */
  takeScheduled(limitMs: number): Taken {
    if (this.replay?.isFollowing) return this.replay.take(limitMs);
    this.step++;
    // What arrived while nothing could be taken yet belongs to this step too.
    if (!this.isWaiting) this.recorder?.next();
    const prepared = this.prepare(limitMs);
    this.isWaiting = prepared !== 'taken';
    if (this.isWaiting) {
      this.step--;
      return prepared;
    }
    const planned = this.plannedNow;
    if (planned !== undefined) {
      this.nextPlanned++;
      applyFault(this, planned.fault);
      return 'taken';
    }
    const count = this.enabledCount();
    // Chance is asked only where there is something to decide.
    let choice = count > 1 ? nextUint32(this.schedule) % count : 0;
    const { nowMs } = this;
    for (let worker = 0; worker < this.workers; worker++) {
      const kernel = this.kernels[worker] as SimulatedKernel;
      if ((this.hosts[worker] as SimulatedHost).freeAtMs <= nowMs) {
        if (choice < kernel.readyCount) return this.takeTurn(worker, choice);
        choice -= kernel.readyCount;
      }
      if (kernel.nextDueMs() <= nowMs && choice-- === 0) return this.takeTimer(worker, kernel.deadlines.peek());
    }
    assert(false, 'something was enabled and cannot be found');
    return 'over';
  }

  /**
   * Takes something else than what the schedule would take.
   * @param take does it, or returns false where it cannot: then the step is the schedule's.
   */
  takeOther(limitMs: number, take: () => boolean): Taken {
    if (!this.isWaiting) this.recorder?.next();
    this.step++;
    const prepared = this.prepare(limitMs);
    this.isWaiting = prepared !== 'taken';
    // A fault of the plan that is due comes after what a person would rather have.
    if (!this.isWaiting && take()) return 'taken';
    this.step--;
    return this.isWaiting ? prepared : this.takeScheduled(limitMs);
  }

  /** Begins a step that is nobody's turn, at a time until which nothing else happens. */
  passTo(atMs: number): void {
    if (!this.isWaiting) this.recorder?.next();
    this.step++;
    this.isWaiting = false;
    if (this.prepare(atMs) !== 'taken') this.nowMs = Math.max(this.nowMs, atMs);
  }

  /** One turn of the actor at that place of a worker's run queue. */
  takeTurn(worker: number, place: number): Taken {
    const kernel = this.kernels[worker] as SimulatedKernel;
    (this.hosts[worker] as SimulatedHost).busyMs = this.turnMs;
    this.takeTurnOf(worker, kernel.readyAt(place), () => kernel.turn(place));
    this.sweep();
    return 'taken';
  }

  /** One turn, and what it does to its worker. */
  takeTurnOf(worker: number, cell: Cell, turn: () => void): void {
    const host = this.hosts[worker] as SimulatedHost;
    this.stepMs = this.nowMs;
    this.recorder?.turnStarts(cell);
    turn();
    this.recorder?.turnEnds(worker, host.busyMs);
    this.look(cell.path);
    if (host.busyMs > 0) {
      host.freeAtMs = this.nowMs + host.busyMs;
      host.occupant = cell.ref.id;
      // A turn that does not end is not work.
      if (host.busyMs < Number.POSITIVE_INFINITY) host.workedMs += host.busyMs;
      host.busyMs = 0;
    }
  }

  takeTimer(worker: number, deadline: Deadline | undefined): Taken {
    assert(deadline !== undefined, 'a timer that is due');
    this.takeTimerAt(worker, deadline, this.nowMs, (act) => act());
    this.sweep();
    return 'taken';
  }

  /** @param within is called with what the kernel does */
  takeTimerAt(worker: number, deadline: Deadline, atMs: number, within: (act: () => void) => void): void {
    const kernel = this.kernels[worker] as SimulatedKernel;
    this.stepMs = this.nowMs;
    this.recorder?.timerStarts(deadline);
    within(() => kernel.fire(deadline, atMs));
    kernel.deadLetters.flush();
    this.recorder?.timerEnds(worker);
    this.look(deadline.cell.path);
  }

  /** A step that is neither: what a person or the plan does. */
  takeFault(label: string, cell: Cell | undefined, act: () => void, sweeps = true): void {
    this.stepMs = this.nowMs;
    this.recorder?.faultStarts(label, cell);
    act();
    for (const kernel of this.kernels) kernel.deadLetters.flush();
    this.recorder?.faultEnds(cell === undefined ? NOBODY : this.table.get(cell.ref.id, COLUMN.worker));
    this.look(cell?.path);
    if (sweeps) this.sweep();
  }

  private look(path: string | undefined): void {
    if (this.properties.count === 0 || !this.properties.look(path)) return;
    this.recorder?.addMark('violated');
  }

  /**
   * Takes those out of the run queues who have nothing to do after all. An actor under a `slow` fault begins its pause here:
   * it will have been its turn when its worker is free.
   */
  sweep(): void {
    for (let worker = 0; worker < this.workers; worker++) {
      const kernel = this.kernels[worker] as SimulatedKernel;
      const host = this.hosts[worker] as SimulatedHost;
      const ends = host.freeAtMs < Number.POSITIVE_INFINITY;
      for (let place = 0; place < kernel.readyCount; ) {
        if (hasTurn(kernel.readyAt(place))) {
          place++;
          continue;
        }
        host.busyMs = ends ? Math.max(0, host.freeAtMs - this.nowMs) : 0;
        kernel.turn(place);
        host.busyMs = 0;
      }
    }
  }

  // ── What the hosts share ────────────────────────────────────────────────────────────────────────────────────────

  emit(worker: number, body: TraceEventBody): void {
    this.recorder?.emitted(worker, body);
    if (body.type === 'system' && body.status === 'stopped') this.stopCause ??= body.cause;
  }

  recordFlow(from: Ref, to: Ref, weight: number): void {
    this.observations.recordFlow(from, to, weight);
  }

  recordRequest(latencyMs: number, answered: boolean): void {
    this.observations.recordRequest(latencyMs, answered);
  }

  loadOf(worker: number): number {
    const { readyCount, living } = this.kernels[worker] as SimulatedKernel;
    return loadOfWorker(readyCount, living);
  }

  directoryChanged(): void {
    this.byPath = undefined;
  }

  rootStopped(cause: string): void {
    this.stopCause ??= cause === '' ? 'The root actor stopped.' : cause;
    if (cause !== '') this.emit(NOBODY, { type: 'system', status: 'stopped', cause });
  }

  sendMessage(worker: number, to: number, sender: number, ref: Ref, message: AnyMessage): void {
    this.post.sendMessage(worker, to, sender, ref, message);
  }

  sendSignal(worker: number, to: number, ref: Ref, signal: Signal): void {
    this.post.sendSignal(worker, to, ref, signal);
  }

  sendSpawn(worker: number, to: number, request: SpawnRequest): void {
    this.post.sendSpawn(worker, to, request);
  }

  // ── Looking ─────────────────────────────────────────────────────────────────────────────────────────────────────

  find(path: string): { readonly kernel: SimulatedKernel; readonly cell: Cell } | undefined {
    return this.directory().get(path);
  }

  directory(): ReadonlyMap<string, { readonly kernel: SimulatedKernel; readonly cell: Cell }> {
    if (this.byPath === undefined) {
      this.byPath = new Map();
      for (const kernel of this.kernels) {
        for (const cell of kernel.cells) if (cell !== undefined) this.byPath.set(cell.path, { kernel, cell });
      }
    }
    return this.byPath;
  }

  /** The path of an actor that is there now. */
  pathOf({ id, generation }: Pick<Ref, 'id' | 'generation'>): string | undefined {
    for (const kernel of this.kernels) {
      const cell = kernel.cells[id];
      if (cell?.ref.generation === generation) return cell.path;
    }
    return undefined;
  }

  reports(): readonly RunReport[] {
    return this.recorder?.reports.list ?? [];
  }
}

/** Whether the actor's turn would do anything. */
function hasTurn(cell: Cell): boolean {
  if (cell.signals.length > 0) return true;
  if (!cell.receptive || cell.mailbox.length === 0) return false;
  return cell.slowMs === 0 || cell.slowCredit > 0;
}
