/** The live engine's side of a kernel: wall time, seeded chance, shared memory, and postboxes to the other workers. */
import { nextRandom, type RandomState, seedRandom } from '../../base/random.ts';
import { ActorTable } from '../../kernel/actor-table.ts';
import { type Host, IDS_PER_BLOCK, type PipeSettled, type Sent } from '../../kernel/host.ts';
import type { OpenJournalStorage } from '../../kernel/journal-storage.ts';
import { NOBODY } from '../../kernel/kernel.ts';
import { loadOfWorker } from '../../kernel/least-loaded.ts';
import { LIMITS } from '../../kernel/limits.ts';
import type { Forwarded, MoveLetter } from '../../kernel/move-letter.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { KindEntry } from '../../kernel/registry.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import type { TraceEventBody } from '../../kernel/trace.ts';
import type { LiveSettings } from '../live-settings.ts';
import { LiveClock } from './clock.ts';
import { EventWriter } from './event-log.ts';
import type { KindCodec } from './memory/codec.ts';
import { FlowTable } from './memory/flow-table.ts';
import { LatencyRecorder } from './memory/latency-recorder.ts';
import { CONTROL, type SharedMemory, STAT, statIndex, WORKER_WORD, workerWord } from './memory/layout.ts';
import { payloadBytesMax } from './memory/ring.ts';
import { Scratch } from './memory/scratch.ts';
import { writeForwarded, writeLetter } from './move-letters.ts';
import { Postbox } from './postbox.ts';
import { LiveRoutes } from './routes.ts';
import { SamplingRate } from './sampling-rate.ts';
import { WorkerMeter } from './worker-meter.ts';

export class WorkerHost implements Host {
  readonly worker: number;
  readonly workers: number;
  /** One for each other worker; undefined at this worker's own place. */
  readonly postboxes: readonly (Postbox | undefined)[];
  /** What the kernel measures, and what observing costs. */
  readonly meter: WorkerMeter;
  /** Counts the samples of flows; whoever reads it clears it. */
  readonly sampling = new SamplingRate();
  /** Not with a recorder, which has to see what is read. */
  readonly routes: LiveRoutes;
  directoryVersion = 0;
  /** Load requests that ended in an error. */
  requestsFailed = 0;

  /** Given by whoever boots the worker, before its first actor. */
  storage: OpenJournalStorage | undefined;
  /** Promises that actors of this worker wait for: while there are any, the worker must come back to its event loop. */
  pipes = 0;

  // Every view on shared memory is made by `bind`, and nobody keeps one of them beyond a call.
  table!: ActorTable;
  current!: Int32Array;
  clock!: LiveClock;
  events!: EventWriter;
  private control!: Int32Array;
  private stats!: Float64Array;
  private parameters!: Float64Array;
  private flows!: FlowTable;
  private latencies!: LatencyRecorder;

  private readonly parameterNames: ReadonlyMap<string, number>;
  private readonly random32: RandomState;
  private nowMs = 0;
  private isClockStale = true;

  constructor(
    memory: SharedMemory,
    worker: number,
    seed: number,
    settings: LiveSettings,
    parameterNames: readonly string[],
    codecs: readonly KindCodec[],
  ) {
    this.worker = worker;
    this.workers = memory.workers;
    this.parameterNames = new Map(parameterNames.map((name, index) => [name, index]));
    this.random32 = seedRandom(seed * LIMITS.workersMax + worker);
    const scratch = new Scratch(payloadBytesMax(settings.ringSlots));
    this.postboxes = Array.from({ length: memory.workers }, (_, to) =>
      to === worker ? undefined : new Postbox(codecs, scratch, settings, () => this.wake(to)),
    );
    this.meter = new WorkerMeter(worker);
    this.routes = new LiveRoutes(worker);
    this.bind(memory);
  }

  /**
   * Takes its views on a run's shared memory, or on the memory that takes its place from now on (the same buffers, or others
   * in their stead). Between turns only. What was sent until then is published where it was written.
   */
  bind(memory: SharedMemory): void {
    const { worker } = this;
    const lost = this.events?.lost ?? 0;
    this.control = new Int32Array(memory.control);
    this.stats = new Float64Array(memory.stats);
    this.table = new ActorTable(memory.table);
    this.current = new Int32Array(memory.control, workerWord(worker, WORKER_WORD.current) * 4, 2);
    this.current[0] = NOBODY;
    this.routes.bind(this.control, this.table);
    this.clock = new LiveClock(memory.control, memory.clock);
    this.parameters = new Float64Array(memory.parameters);
    this.flows = new FlowTable(memory.flows[worker] as SharedArrayBuffer);
    this.latencies = new LatencyRecorder(memory.latencies[worker] as SharedArrayBuffer);
    this.events = new EventWriter(memory.events[worker] as SharedArrayBuffer);
    this.events.lost = lost;
    this.meter.bind(memory, this.table, this.clock);
    for (const [to, postbox] of this.postboxes.entries()) {
      postbox?.bind(memory.rings[worker * memory.workers + to] as SharedArrayBuffer);
    }
  }

  /** Wakes another worker if it is parked: it looks at its rings then, and learns how soon it was wanted. */
  wake(worker: number): void {
    if (Atomics.load(this.control, workerWord(worker, WORKER_WORD.parked)) === 0) return;
    this.stats[statIndex(worker, STAT.wokenAtMs)] = performance.timeOrigin + performance.now();
    const wakeWord = workerWord(worker, WORKER_WORD.wake);
    Atomics.add(this.control, wakeWord, 1);
    Atomics.notify(this.control, wakeWord);
  }

  /** The next `now` reads the clock again. Called once a batch: a clock read costs as much as several messages. */
  forgetTime(): void {
    this.isClockStale = true;
  }

  now(): number {
    if (this.isClockStale) {
      this.nowMs = this.clock.now();
      this.isClockStale = false;
    }
    return this.nowMs;
  }

  /**
   * Burns the time: nobody else on this worker has a turn meanwhile, and no control call is answered. Beyond
   * `LIVE_LIMITS.turnMsMax` the page takes the worker for lost and replaces it.
   */
  busy(ms: number): void {
    const endMs = performance.now() + ms;
    while (performance.now() < endMs);
    this.forgetTime();
  }

  random(): number {
    return nextRandom(this.random32);
  }

  parameter(name: string): number | undefined {
    const index = this.parameterNames.get(name);
    return index === undefined ? undefined : this.parameters[index];
  }

  loadOf(worker: number): number {
    const runnable = Atomics.load(this.control, workerWord(worker, WORKER_WORD.load));
    return loadOfWorker(runnable, this.stats[statIndex(worker, STAT.living)] as number);
  }

  claimRows(): number {
    const first = Atomics.add(this.control, CONTROL.nextBlock, 1) * IDS_PER_BLOCK;
    return first + IDS_PER_BLOCK <= this.table.capacity ? first : -1;
  }

  sendMessage(worker: number, from: number, to: Ref, message: AnyMessage, kind: KindEntry): Sent {
    return this.postbox(worker).sendMessage(from, to, message, kind);
  }

  sendSignal(worker: number, to: Ref, signal: Signal): void {
    this.postbox(worker).sendSignal(to, signal);
  }

  sendSpawn(worker: number, request: SpawnRequest): void {
    this.postbox(worker).sendSpawn(request);
  }

  sendMove(worker: number, letter: MoveLetter): boolean {
    return writeLetter(this.postbox(worker), letter);
  }

  forward(worker: number, mail: Forwarded): void {
    writeForwarded(this.postbox(worker), mail);
  }

  hasUnread(worker: number): boolean {
    return this.postbox(worker).hasUnread;
  }

  pipe(start: () => PromiseLike<unknown>, settle: (outcome: PipeSettled) => void): void {
    this.pipes++;
    void outcomeOf(start).then((outcome) => {
      this.pipes--;
      settle(outcome);
      // The loop may be asleep: it has something to do now.
      const wakeWord = workerWord(this.worker, WORKER_WORD.wake);
      Atomics.add(this.control, wakeWord, 1);
      Atomics.notify(this.control, wakeWord);
    });
  }

  emit(event: TraceEventBody): void {
    this.events.write(this.now(), event);
  }

  recordFlow(from: Ref, to: Ref, weight: number): void {
    this.flows.add(from, to, weight);
    this.sampling.took(weight);
    this.meter.countFlow();
  }

  recordRequest(latencyMs: number, answered: boolean): void {
    if (answered) this.latencies.record(latencyMs);
    else this.requestsFailed++;
  }

  directoryChanged(): void {
    this.control[workerWord(this.worker, WORKER_WORD.directory)] = ++this.directoryVersion;
  }

  rootStopped(cause: string): void {
    if (cause !== '') this.emit({ type: 'system', status: 'stopped', cause });
    Atomics.store(this.control, workerWord(this.worker, WORKER_WORD.rootStopped), 1);
  }

  private postbox(worker: number): Postbox {
    return this.postboxes[worker] as Postbox;
  }
}

async function outcomeOf(start: () => PromiseLike<unknown>): Promise<PipeSettled> {
  try {
    return { ok: true, value: await start() };
  } catch (thrown) {
    return { ok: false, error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
