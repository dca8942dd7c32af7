/**
 * The live engine as the page sees it: starts the workers, reads their tables once a frame, and carries control calls.
 *
 *   idle ──start──▶ starting ──root and its children run──▶ running ◀──▶ paused
 *                      └──────── a worker fails, the root stops, `stop` ────────▶ stopped (for good: a new run is a new engine)
 */
import { HISTOGRAM_BUCKETS } from '../../base/histogram.ts';
import { ActorTable, COLUMN, STATUS } from '../../kernel/actor-table.ts';
import { checkWhole, PlayhouseError } from '../../kernel/errors.ts';
import { checkFault, type Fault, isActorFault } from '../../kernel/fault.ts';
import { checkOutsideMessage, checkParameter } from '../../kernel/from-outside.ts';
import { IDS_PER_BLOCK } from '../../kernel/host.ts';
import { LIMITS } from '../../kernel/limits.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import type { WorkerHandle } from '../control/worker-handle.ts';
import type { Engine, FlowReading, Reading, SystemStatus, WorkerReading } from '../engine.ts';
import { LiveClock } from './clock.ts';
import { CALL_TIMEOUT_MS, ControlCalls } from './control-calls.ts';
import { DirectoryReader, type Located } from './directory-reader.ts';
import { FaultPlan } from './fault-plan.ts';
import { FlowTable } from './memory/flow-table.ts';
import { LatencyRecorder } from './memory/latency-recorder.ts';
import {
  allocateSharedMemory,
  CONTROL,
  LIVE_LIMITS,
  type SharedMemory,
  STAT,
  statIndex,
  WORKER_WORD,
  workerWord,
} from './memory/layout.ts';
import { checkSettings, type LiveSettings } from './settings.ts';
import { TraceCollector } from './trace-collector.ts';
import type { WorkerControl } from './worker-control.ts';

export interface LiveEngineOptions {
  readonly scenario: Scenario;
  /** By name; parameters that are missing have their default. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly workers: number;
  readonly seed: number;
  /** Rows of the actor table; default `LIVE_LIMITS.actorRowsDefault`. */
  readonly actorRows?: number;
  /** Figures of the structure; default `LIVE_SETTINGS`. */
  readonly settings?: Partial<LiveSettings>;
  readonly createWorker: (worker: number) => WorkerHandle<WorkerControl>;
}

const START_POLL_MS = 4;
const LOOKS_MAX = 3;

export class LiveEngine implements Engine {
  readonly mode = 'live';
  readonly workers: number;
  private readonly options: LiveEngineOptions;
  private readonly settings: LiveSettings;
  private readonly parameterNames: readonly string[];
  private readonly memory: SharedMemory;
  private readonly control: Int32Array;
  private readonly stats: Float64Array;
  private readonly parameters: Float64Array;
  private readonly table: ActorTable;
  private readonly clock: LiveClock;
  private readonly events: TraceCollector;
  private readonly flows: readonly FlowTable[];
  private readonly latencies: readonly LatencyRecorder[];
  private readonly latencyCounts = new Float64Array(HISTOGRAM_BUCKETS);
  private readonly directory: DirectoryReader;
  private handles: readonly WorkerHandle<WorkerControl>[] = [];
  private status: SystemStatus = 'starting';
  private stopCause = '';
  private hasStarted = false;
  private readonly calls: ControlCalls;
  private readonly plan: FaultPlan;

  /** @throws PlayhouseError `invalid-configuration`, naming the field */
  constructor(options: LiveEngineOptions) {
    const { workers, scenario } = options;
    const rows = options.actorRows ?? LIVE_LIMITS.actorRowsDefault;
    checkWhole('workers', workers, 1, LIMITS.workersMax);
    checkWhole('actorRows', rows, 1, LIVE_LIMITS.actorRowsMax);
    this.options = options;
    this.workers = workers;
    this.parameterNames = Object.keys(scenario.parameters);
    checkWhole('parameters', this.parameterNames.length, 0, LIVE_LIMITS.parametersMax);
    this.settings = checkSettings(options.settings ?? {});
    this.memory = allocateSharedMemory(workers, rows, this.settings.ringSlots);
    this.control = new Int32Array(this.memory.control);
    this.stats = new Float64Array(this.memory.stats);
    this.parameters = new Float64Array(this.memory.parameters);
    this.table = new ActorTable(this.memory.table);
    this.clock = new LiveClock(this.memory.control, this.memory.clock);
    this.events = new TraceCollector(this.memory.events, LIVE_LIMITS.traceMax);
    this.flows = this.memory.flows.map((buffer) => new FlowTable(buffer));
    this.latencies = this.memory.latencies.map((buffer) => new LatencyRecorder(buffer));
    this.calls = new ControlCalls(this.control, (worker) => this.handles[worker]?.control);
    this.directory = new DirectoryReader(this.table, workers, (worker) =>
      this.calls.call(worker, (control) => control.directory()),
    );
    this.plan = new FaultPlan(
      scenario.faults ?? [],
      () => this.clock.now(),
      // What cannot be done is left out: its actor may be gone by then, or only a simulated run can do that.
      (fault) => this.inject(fault).catch(() => undefined),
    );
    for (const [name, definition] of Object.entries(scenario.parameters)) {
      this.setParameter(name, options.parameters[name] ?? definition.default);
    }
  }

  // ── Life ────────────────────────────────────────────────────────────────────────────────────────────────────────

  async start(): Promise<void> {
    if (this.hasStarted) throw new PlayhouseError('already-started', 'An engine can be started once.');
    this.hasStarted = true;
    const { memory, parameterNames, settings } = this;
    const { createWorker, scenario, seed } = this.options;
    this.clock.start();
    try {
      this.handles = Array.from({ length: this.workers }, (_, worker) => createWorker(worker));
      for (const [worker, handle] of this.handles.entries()) {
        handle.onFailure((text) => this.end(`Worker ${worker} failed: ${text}`));
      }
      const boots = this.handles.map((_, worker) =>
        this.calls.checked(worker, (control) =>
          control.boot({ scenario: scenario.id, memory, worker, seed, settings, parameterNames }),
        ),
      );
      await Promise.all(boots).catch((thrown: unknown) => {
        // Lost before it was there.
        if (!(thrown instanceof PlayhouseError) || thrown.code !== 'worker-lost') throw thrown;
        throw new PlayhouseError('worker-not-started', thrown.message);
      });
      await this.calls.checked(0, (control) => control.startRoot());
      do {
        await this.untilNoneIsStarting();
        if (this.hasStopped) throw new PlayhouseError('worker-lost', this.stopCause);
        await this.directory.refresh(this.versions());
      } while (this.someAreStarting());
      if (this.status === 'starting') {
        this.status = 'running';
        this.plan.arm();
      }
    } catch (thrown) {
      this.end(thrown instanceof Error ? thrown.message : String(thrown));
      throw thrown;
    }
  }

  /** The root and what it spawned, and what they spawned: each row says "starting" from before its ref is known. */
  private async untilNoneIsStarting(): Promise<void> {
    const deadlineMs = performance.now() + CALL_TIMEOUT_MS;
    while (this.status === 'starting' && this.someAreStarting()) {
      if (performance.now() > deadlineMs) {
        throw new PlayhouseError('worker-lost', `Actors did not start within ${CALL_TIMEOUT_MS / 1000} s.`);
      }
      await new Promise((resolve) => setTimeout(resolve, START_POLL_MS));
      this.collect();
    }
  }

  private someAreStarting(): boolean {
    const rows = Math.min(this.table.capacity, Atomics.load(this.control, CONTROL.nextBlock) * IDS_PER_BLOCK);
    for (let id = 0; id < rows; id++) if (this.table.get(id, COLUMN.status) === STATUS.starting) return true;
    return false;
  }

  /** Asked anew after every wait: the status may have changed meanwhile, which the type checker does not expect. */
  private get hasStopped(): boolean {
    return this.status === 'stopped';
  }

  stop(): Promise<void> {
    this.end('Stopped.');
    return Promise.resolve();
  }

  private end(cause: string): void {
    if (this.status === 'stopped') return;
    this.status = 'stopped';
    this.stopCause = cause;
    this.plan.disarm();
    this.calls.end();
    this.clock.stop();
    this.wakeAll();
    for (const handle of this.handles) handle.terminate();
    // A root that went down has said so itself, in its worker's own events.
    this.events.drain();
    if (this.events.stopCause === undefined)
      this.events.add(this.clock.now(), { type: 'system', status: 'stopped', cause });
  }

  pause(): Promise<void> {
    if (this.status === 'running') {
      this.clock.pause();
      this.plan.disarm();
      this.status = 'paused';
      this.wakeAll();
      this.events.add(this.clock.now(), { type: 'system', status: 'paused', cause: '' });
    }
    return Promise.resolve();
  }

  resume(): Promise<void> {
    if (this.status === 'paused') {
      this.clock.resume();
      this.plan.arm();
      this.status = 'running';
      this.wakeAll();
      this.events.add(this.clock.now(), { type: 'system', status: 'resumed', cause: '' });
    }
    return Promise.resolve();
  }

  idle(): Promise<void> {
    return this.calls.idle();
  }

  // ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

  read(): Reading {
    this.collect();
    if (this.status === 'running' || this.status === 'paused') this.directory.refreshIfStale(this.versions());
    const workers = Array.from({ length: this.workers }, (_, worker) => this.readWorker(worker));
    this.latencyCounts.fill(0);
    const maxima = this.latencies.map((recorder) => recorder.addTo(this.latencyCounts));
    const actors = this.directory.views(this.events.lastErrors);
    const living = workers.reduce((sum, worker) => sum + worker.actors, 0);
    return {
      atMs: this.clock.now(),
      status: this.status,
      stopCause: this.stopCause,
      workers,
      actors,
      unlistedActors: Math.max(0, living - actors.length),
      flows: this.readFlows(),
      sampledEvery: Math.max(1, ...workers.map(({ worker }) => this.stat(worker, STAT.sampleEvery))),
      latencyCounts: this.latencyCounts,
      latencyMaxMs: Math.max(0, ...maxima) / 1_000,
      requestsFailed: workers.reduce((sum, { worker }) => sum + this.stat(worker, STAT.requestsFailed), 0),
      restarts: this.events.restarts,
      deadLetters: workers.reduce((sum, { worker }) => sum + this.stat(worker, STAT.deadLetters), 0),
      rejected: workers.reduce((sum, { worker }) => sum + this.stat(worker, STAT.rejected), 0),
    };
  }

  private readWorker(worker: number): WorkerReading {
    const isParked = Atomics.load(this.control, workerWord(worker, WORKER_WORD.parked)) === 1;
    const sinceMs = this.stat(worker, STAT.parkedSinceMs);
    const wallMs = performance.timeOrigin + performance.now();
    const parkedMs = this.stat(worker, STAT.parkedMs) + (sinceMs > 0 ? Math.max(0, wallMs - sinceMs) : 0);
    return {
      worker,
      actors: this.stat(worker, STAT.living),
      processed: this.stat(worker, STAT.processed),
      sent: this.stat(worker, STAT.sent),
      received: this.stat(worker, STAT.received),
      parkedMs,
      parked: isParked,
      lostEvents: this.stat(worker, STAT.lostEvents),
    };
  }

  private readFlows(): FlowReading[] {
    const merged = new Map<string, FlowReading>();
    for (const table of this.flows) {
      table.forEach((fromActor, toActor, count) => {
        const from = this.directory.pathOf(fromActor);
        const to = this.directory.pathOf(toActor);
        if (from === undefined || to === undefined) return;
        const key = `${from} ${to}`;
        merged.set(key, { from, to, count: count + (merged.get(key)?.count ?? 0) });
      });
    }
    return [...merged.values()];
  }

  trace(from?: number, to?: number): readonly TraceEvent[] {
    this.collect();
    return this.events.slice(from, to);
  }

  /** Takes in what the workers wrote since the last look. */
  private collect(): void {
    this.events.drain();
    if (this.status === 'stopped') return;
    for (let worker = 0; worker < this.workers; worker++) {
      if (Atomics.load(this.control, workerWord(worker, WORKER_WORD.rootStopped)) === 1) {
        this.events.drain();
        return this.end(this.events.stopCause ?? 'The root actor stopped.');
      }
    }
  }

  private stat(worker: number, stat: number): number {
    return this.stats[statIndex(worker, stat)] as number;
  }

  private versions(): readonly number[] {
    return Array.from({ length: this.workers }, (_, worker) => this.stat(worker, STAT.directoryVersion));
  }

  // ── Control ─────────────────────────────────────────────────────────────────────────────────────────────────────

  async state(path: string): Promise<unknown> {
    const actor = await this.locate(path);
    return this.calls.checked(actor.worker, (control) => control.state(actor));
  }

  async send(path: string, message: AnyMessage): Promise<void> {
    checkOutsideMessage(message);
    const actor = await this.locate(path);
    await this.calls.checked(actor.worker, (control) => control.send(actor, message));
  }

  async inject(unchecked: Fault): Promise<void> {
    const fault = checkFault(unchecked);
    if (fault.kind === 'set-parameter') {
      this.checkRunning();
      this.setParameter(fault.name, fault.value);
      this.events.add(this.clock.now(), { type: 'fault', fault });
      return;
    }
    if (!isActorFault(fault)) {
      throw new PlayhouseError(
        'not-available',
        `A \`${fault.kind}\` fault is possible only in simulated runs.`,
        'kind',
      );
    }
    if (fault.kind === 'hang') checkHang(fault.forMs);
    const actor = await this.locate(fault.path);
    await this.calls
      .checked(actor.worker, (control) => control.inject(actor, fault))
      .catch((thrown: unknown) => {
        // Crashing the root ends the run, perhaps before its worker has answered: the fault has done its work.
        if (fault.kind !== 'crash' || !this.hasStopped) throw thrown;
      });
  }

  private setParameter(name: string, value: number): void {
    checkParameter(this.options.scenario, name, value);
    this.parameters[this.parameterNames.indexOf(name)] = value;
  }

  private async locate(path: string): Promise<Located> {
    this.checkRunning();
    // It may have been spawned a moment ago, while an earlier refresh was under way.
    for (let look = 0; look < LOOKS_MAX; look++) {
      const found = this.directory.find(path);
      if (found !== undefined) return found;
      await this.directory.refresh(this.versions());
    }
    throw new PlayhouseError('actor-not-found', `There is no actor ${path}.`, 'path');
  }

  private checkRunning(): void {
    if (this.status === 'stopped') throw new PlayhouseError('not-started', `The system has stopped: ${this.stopCause}`);
  }

  private wakeAll(): void {
    for (let worker = 0; worker < this.workers; worker++) this.calls.wake(worker);
  }
}

/** A worker that hangs answers nobody, not even who would end that: here a hang must end by itself. */
function checkHang(forMs: number | undefined): void {
  const seconds = LIVE_LIMITS.hangMsMax / 1_000;
  if (forMs === undefined) {
    const text = `Only a simulated run can hang for ever; here a hang needs forMs, at most ${seconds} s.`;
    throw new PlayhouseError('not-available', text, 'forMs');
  }
  if (forMs > LIVE_LIMITS.hangMsMax) {
    const text = `Only a simulated run can hang for longer than ${seconds} s.`;
    throw new PlayhouseError('not-available', text, 'forMs');
  }
}
