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
import type { ActorTimes, Engine, MeasuredMessages, Observed, Reading, SystemStatus } from '../engine.ts';
import { checkSettings, type LiveSettings } from '../live-settings.ts';
import { CALL_TIMEOUT_MS, ControlCalls } from './control-calls.ts';
import { DirectoryReader, type Located } from './directory-reader.ts';
import { FaultPlan } from './fault-plan.ts';
import { LiveReading } from './live-reading.ts';
import { LiveRecording } from './live-recording.ts';
import { LiveTimes } from './live-times.ts';
import { allocateSharedMemory, LIVE_LIMITS, STAT, WORKER_WORD } from './memory/layout.ts';
import { callActor } from './moving-target.ts';
import { PageMemory } from './page-memory.ts';
import { type Loss, Rescue, STUCK } from './rescue.ts';
import { TraceCollector } from './trace-collector.ts';
import { Watchdog } from './watchdog.ts';
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
  /** Which stored journals durable stores of this run open: runs of one scenario and one name share them; default `main`. */
  readonly run?: string;
  /** Records the run from its start, without moves of actors between workers and with journals in memory only. */
  readonly record?: boolean;
}

const START_POLL_MS = 4;
const LOOKS_MAX = 8;
const LOOK_AGAIN_MS = 2;
/** Between the seeds of a worker and of whoever takes its place. */
const SEEDS_APART = 7_919;

export class LiveEngine implements Engine {
  readonly mode = 'live';
  readonly workers: number;
  readonly recording: LiveRecording | undefined;
  private readonly options: LiveEngineOptions;
  private readonly settings: LiveSettings;
  private readonly parameterNames: readonly string[];
  private readonly memory: PageMemory;
  private readonly events: TraceCollector;
  private readonly directory: DirectoryReader;
  private readonly liveTimes: LiveTimes;
  private readonly reading: LiveReading;
  private readonly handles: WorkerHandle<WorkerControl>[] = [];
  /** By worker: how many there were in that place before. */
  private readonly predecessors: number[] = [];
  /** Places in which another worker is starting. */
  private readonly replacing = new Set<number>();
  private status: SystemStatus = 'starting';
  private stopCause = '';
  private hasStarted = false;
  private readonly calls: ControlCalls;
  private readonly plan: FaultPlan;
  private readonly rescue: Rescue;
  private readonly watchdog: Watchdog;

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
    const settings = checkSettings(options.settings ?? {});
    // A move would be a matter of two workers' times, and none of their turns'.
    this.settings = options.record === true ? { ...settings, stealing: false, forceStealMs: 0 } : settings;
    this.memory = new PageMemory(
      allocateSharedMemory(workers, rows, this.settings.ringSlots, this.settings.measuredActors),
    );
    this.events = new TraceCollector(this.memory.shared.events, LIVE_LIMITS.traceMax);
    this.calls = new ControlCalls(this.memory, (worker) => this.handles[worker]?.control);
    this.directory = new DirectoryReader(this.memory, (worker) =>
      this.calls.call(worker, (control) => control.directory()),
    );
    this.liveTimes = new LiveTimes(this.memory, this.directory, scenario);
    this.reading = new LiveReading(this.memory, this.directory, this.events, this.liveTimes);
    this.plan = new FaultPlan(
      scenario.faults ?? [],
      () => this.memory.clock.now(),
      // What cannot be done is left out: its actor may be gone by then, or only a simulated run can do that.
      (fault) => this.inject(fault).catch(() => undefined),
    );
    this.rescue = new Rescue({
      memory: this.memory,
      calls: this.calls,
      directory: this.directory,
      rootPath: `/${scenario.root.name}`,
      isOver: () => this.hasStopped,
      terminate: (worker) => this.handles[worker]?.terminate(),
      replace: (worker) => this.replace(worker),
      renewed: (lost) => {
        for (const worker of lost) {
          this.events.replace(worker, this.memory.shared.events[worker] as SharedArrayBuffer);
        }
      },
      lost: ({ worker, cause }, during, actors) => {
        this.directory.lose(worker);
        const body = { type: 'worker-lost', lost: worker, cause, actors } as const;
        this.events.add(this.memory.clock.now(), during === undefined ? body : { ...body, during });
      },
      joined: (joined) => this.events.add(this.memory.clock.now(), { type: 'worker-joined', joined }),
    });
    this.watchdog = new Watchdog(this.memory, (worker) => this.lose({ worker, cause: STUCK, isOfATurn: true }));
    for (const [name, definition] of Object.entries(scenario.parameters)) {
      this.setParameter(name, options.parameters[name] ?? definition.default);
    }
    this.recording = options.record === true ? this.startRecording(rows) : undefined;
  }

  private startRecording(actorRows: number): LiveRecording {
    const { scenario, seed } = this.options;
    const { mailboxCapacity } = this.settings;
    const parameters = Object.fromEntries(
      this.parameterNames.map((name, place) => [name, this.memory.parameters[place] as number]),
    );
    const run = { scenario: scenario.id, parameters, workers: this.workers, seed, actorRows, mailboxCapacity };
    return new LiveRecording(run);
  }

  // ── Life ────────────────────────────────────────────────────────────────────────────────────────────────────────

  async start(): Promise<void> {
    if (this.hasStarted) throw new PlayhouseError('already-started', 'An engine can be started once.');
    this.hasStarted = true;
    this.memory.clock.start();
    try {
      const boots = Array.from({ length: this.workers }, (_, worker) => this.boot(worker));
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
        this.watchdog.start();
      }
    } catch (thrown) {
      this.end(thrown instanceof Error ? thrown.message : String(thrown));
      throw thrown;
    }
  }

  /** Starts a thread in that place; resolves when its kernel is there. */
  private boot(worker: number): Promise<null> {
    const { createWorker, scenario, seed, run = 'main' } = this.options;
    const { parameterNames, settings } = this;
    const memory = this.memory.shared;
    const handle = createWorker(worker);
    this.handles[worker] = handle;
    handle.onFailure((text) => {
      // One that has been replaced meanwhile is nobody's concern.
      if (this.handles[worker] !== handle) return;
      if (this.replacing.has(worker)) {
        this.calls.lose(worker, new PlayhouseError('worker-not-started', `Worker ${worker} failed: ${text}`));
      } else if (this.hasRun) this.lose({ worker, cause: `failed (${text})` });
      else this.end(`Worker ${worker} failed: ${text}`);
    });
    // Its chance is not that of the one before: it would repeat what that one did.
    const before = this.predecessors[worker] ?? 0;
    this.predecessors[worker] = before + 1;
    const seedNow = seed + before * SEEDS_APART;
    const recording = before === 0 ? this.recording?.start : undefined;
    return this.calls.checked(worker, (control) =>
      control.boot({ scenario: scenario.id, run, memory, worker, seed: seedNow, settings, parameterNames, recording }),
    );
  }

  /** In the place of a lost one; a second try where the first one fails. */
  private async replace(worker: number): Promise<void> {
    this.replacing.add(worker);
    try {
      await this.boot(worker);
    } catch {
      if (this.hasStopped) throw new PlayhouseError('worker-lost', this.stopCause);
      this.handles[worker]?.terminate();
      await this.boot(worker);
    } finally {
      this.replacing.delete(worker);
    }
  }

  private get hasRun(): boolean {
    return this.status === 'running' || this.status === 'paused';
  }

  /** A worker is lost; the run goes on without it, or ends where that is not possible. */
  private async lose(loss: Loss): Promise<void> {
    if (!this.hasRun) return;
    this.recording?.end('worker-lost');
    // Nobody has a turn from here on, so nobody's can be too long.
    this.watchdog.stop();
    try {
      await this.rescue.lose(loss);
      if (this.hasRun && !this.rescue.isBusy) this.watchdog.start();
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      this.end(`Worker ${loss.worker} ${loss.cause}, and could not be replaced: ${why}`);
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
    this.recording?.end('stopped');
    this.plan.disarm();
    this.watchdog.stop();
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

  async idle(): Promise<void> {
    await this.rescue.idle();
    await this.calls.idle();
  }

  // ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

  read(): Reading {
    this.collect();
    if (this.hasRun && !this.rescue.isBusy) this.directory.refreshIfStale(this.versions());
    return this.reading.take(this.status, this.stopCause);
  }

  async times(path: string): Promise<ActorTimes> {
    return this.liveTimes.of(this.directory.find(path) ?? (await this.locate(path)));
  }

  observe(observed: Observed): void {
    this.liveTimes.observe(observed);
  }

  messages(from = 0): MeasuredMessages {
    return this.liveTimes.messages(from);
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
    return callActor(this.calls, this.memory, actor, (control) => control.state(actor));
  }

  async send(path: string, message: AnyMessage): Promise<void> {
    checkOutsideMessage(message);
    const actor = await this.locate(path);
    await callActor(this.calls, this.memory, actor, (control) => control.send(actor, message));
  }

  async inject(unchecked: Fault): Promise<void> {
    const fault = checkFault(unchecked);
    if (fault.kind === 'set-parameter') {
      this.checkRunning();
      this.setParameter(fault.name, fault.value);
      this.recording?.note(this.memory.clock.now(), fault);
      this.events.add(this.memory.clock.now(), { type: 'fault', fault });
      return;
    }
    if (fault.kind === 'kill-worker') return this.kill(fault);
    if (!isActorFault(fault)) {
      throw new PlayhouseError(
        'not-available',
        `A \`${fault.kind}\` fault is possible only in simulated runs.`,
        'kind',
      );
    }
    const actor = await this.locate(fault.path);
    await callActor(this.calls, this.memory, actor, (control) => control.inject(actor, fault)).catch(
      (thrown: unknown) => {
        // Crashing the root ends the run, perhaps before its worker has answered: the fault has done its work.
        if (fault.kind !== 'crash' || !this.hasStopped) throw thrown;
      },
    );
  }

  private async kill(fault: Extract<Fault, { readonly kind: 'kill-worker' }>): Promise<void> {
    this.checkRunning();
    checkWhole('worker', fault.worker, 0, this.workers - 1);
    await this.rescue.idle();
    this.checkRunning();
    this.events.add(this.memory.clock.now(), { type: 'fault', fault });
    await this.lose({ worker: fault.worker, cause: 'was killed' });
  }

  private setParameter(name: string, value: number): void {
    checkParameter(this.options.scenario, name, value);
    this.memory.parameters[this.parameterNames.indexOf(name)] = value;
  }

  private async locate(path: string): Promise<Located> {
    if (this.rescue.isBusy) await this.rescue.idle();
    this.checkRunning();
    // It may have been spawned a moment ago, while an earlier refresh was under way, or be on its way to another worker.
    for (let look = 0; look < LOOKS_MAX; look++) {
      const found = this.directory.find(path);
      if (found !== undefined) return found;
      await this.directory.refresh(this.versions());
      if (look > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
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
