/**
 * The live engine as the page sees it: starts the workers, reads their tables once a frame, and carries control calls.
 *
 *   idle ──start──▶ starting ──root and its children run──▶ running ◀──▶ paused
 *                      └──────── a worker fails, the root stops, `stop` ────────▶ stopped (for good: a new run is a new engine)
 */
import { COLUMN, STATUS } from '../../kernel/actor-table.ts';
import { checkWhole, PlayhouseError } from '../../kernel/errors.ts';
import { checkFault, type Fault, isActorFault } from '../../kernel/fault.ts';
import { checkOutsideMessage, checkParameter } from '../../kernel/from-outside.ts';
import { LIMITS } from '../../kernel/limits.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import type { WorkerHandle } from '../control/worker-handle.ts';
import type { Engine, Reading, SystemStatus } from '../engine.ts';
import { CALL_TIMEOUT_MS, ControlCalls } from './control-calls.ts';
import { DirectoryReader, type Located } from './directory-reader.ts';
import { FaultPlan } from './fault-plan.ts';
import { LiveReading } from './live-reading.ts';
import { allocateSharedMemory, LIVE_LIMITS, STAT, WORKER_WORD } from './memory/layout.ts';
import { PageMemory } from './page-memory.ts';
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
  private readonly memory: PageMemory;
  private readonly events: TraceCollector;
  private readonly directory: DirectoryReader;
  private readonly reading: LiveReading;
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
    this.memory = new PageMemory(allocateSharedMemory(workers, rows, this.settings.ringSlots));
    this.events = new TraceCollector(this.memory.shared.events, LIVE_LIMITS.traceMax);
    this.calls = new ControlCalls(this.memory, (worker) => this.handles[worker]?.control);
    this.directory = new DirectoryReader(this.memory, (worker) =>
      this.calls.call(worker, (control) => control.directory()),
    );
    this.reading = new LiveReading(this.memory, this.directory, this.events);
    this.plan = new FaultPlan(
      scenario.faults ?? [],
      () => this.memory.clock.now(),
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
    const { parameterNames, settings } = this;
    const memory = this.memory.shared;
    const { createWorker, scenario, seed } = this.options;
    this.memory.clock.start();
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
    const { rows, table } = this.memory;
    for (let id = 0; id < rows; id++) if (table.get(id, COLUMN.status) === STATUS.starting) return true;
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
    this.memory.clock.stop();
    this.wakeAll();
    for (const handle of this.handles) handle.terminate();
    // A root that went down has said so itself, in its worker's own events.
    this.events.drain();
    if (this.events.stopCause === undefined)
      this.events.add(this.memory.clock.now(), { type: 'system', status: 'stopped', cause });
  }

  pause(): Promise<void> {
    if (this.status === 'running') {
      this.memory.clock.pause();
      this.plan.disarm();
      this.status = 'paused';
      this.wakeAll();
      this.events.add(this.memory.clock.now(), { type: 'system', status: 'paused', cause: '' });
    }
    return Promise.resolve();
  }

  resume(): Promise<void> {
    if (this.status === 'paused') {
      this.memory.clock.resume();
      this.plan.arm();
      this.status = 'running';
      this.wakeAll();
      this.events.add(this.memory.clock.now(), { type: 'system', status: 'resumed', cause: '' });
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
    return this.reading.take(this.status, this.stopCause);
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
      if (this.memory.word(worker, WORKER_WORD.rootStopped) === 1) {
        this.events.drain();
        return this.end(this.events.stopCause ?? 'The root actor stopped.');
      }
    }
  }

  private versions(): readonly number[] {
    return Array.from({ length: this.workers }, (_, worker) => this.memory.stat(worker, STAT.directoryVersion));
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
      this.events.add(this.memory.clock.now(), { type: 'fault', fault });
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
    this.memory.parameters[this.parameterNames.indexOf(name)] = value;
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
