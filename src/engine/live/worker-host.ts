/** The live engine's side of a kernel: wall time, seeded chance, shared memory, and postboxes to the other workers. */
import { nextRandom, type RandomState, seedRandom } from '../../base/random.ts';
import { ActorTable } from '../../kernel/actor-table.ts';
import { type Host, IDS_PER_BLOCK, type PipeSettled, type Sent } from '../../kernel/host.ts';
import { NOBODY } from '../../kernel/kernel.ts';
import { LIMITS } from '../../kernel/limits.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { KindEntry } from '../../kernel/registry.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import type { TraceEventBody } from '../../kernel/trace.ts';
import { LiveClock } from './clock.ts';
import { EventWriter } from './event-log.ts';
import type { KindCodec } from './memory/codec.ts';
import { FlowTable } from './memory/flow-table.ts';
import { LatencyRecorder } from './memory/latency-recorder.ts';
import { CONTROL, LIVE_LIMITS, type SharedMemory, WORKER_WORD, workerWord } from './memory/layout.ts';
import { payloadBytesMax } from './memory/ring.ts';
import { Scratch } from './memory/scratch.ts';
import { Postbox } from './postbox.ts';
import type { LiveSettings } from './settings.ts';

export class WorkerHost implements Host {
  readonly worker: number;
  readonly workers: number;
  readonly table: ActorTable;
  readonly current: Int32Array;
  readonly clock: LiveClock;
  /** One for each other worker; undefined at this worker's own place. */
  readonly postboxes: readonly (Postbox | undefined)[];
  readonly events: EventWriter;
  directoryVersion = 0;
  /** Load requests that ended in an error. */
  requestsFailed = 0;

  /** Promises that actors of this worker wait for: while there are any, the worker must come back to its event loop. */
  pipes = 0;

  private readonly control: Int32Array;
  private readonly parameterNames: ReadonlyMap<string, number>;
  private readonly parameters: Float64Array;
  private readonly flows: FlowTable;
  private readonly latencies: LatencyRecorder;
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
    this.table = new ActorTable(memory.table);
    this.current = new Int32Array(memory.control, workerWord(worker, WORKER_WORD.current) * 4, 1);
    this.current[0] = NOBODY;
    this.clock = new LiveClock(memory.control, memory.clock);
    this.control = new Int32Array(memory.control);
    this.parameters = new Float64Array(memory.parameters);
    this.parameterNames = new Map(parameterNames.map((name, index) => [name, index]));
    this.flows = new FlowTable(memory.flows[worker] as SharedArrayBuffer);
    this.latencies = new LatencyRecorder(memory.latencies[worker] as SharedArrayBuffer);
    this.events = new EventWriter(memory.events[worker] as SharedArrayBuffer);
    this.random32 = seedRandom(seed * LIMITS.workersMax + worker);
    const scratch = new Scratch(payloadBytesMax(settings.ringSlots));
    this.postboxes = Array.from({ length: memory.workers }, (_, to) =>
      to === worker ? undefined : this.postboxTo(to, memory, codecs, scratch),
    );
  }

  private postboxTo(to: number, memory: SharedMemory, codecs: readonly KindCodec[], scratch: Scratch): Postbox {
    const ring = memory.rings[this.worker * memory.workers + to] as SharedArrayBuffer;
    const parkedWord = workerWord(to, WORKER_WORD.parked);
    const wakeWord = workerWord(to, WORKER_WORD.wake);
    return new Postbox(ring, codecs, scratch, () => {
      if (Atomics.load(this.control, parkedWord) === 0) return;
      Atomics.add(this.control, wakeWord, 1);
      Atomics.notify(this.control, wakeWord);
    });
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
   * Burns the time: nobody else on this worker has a turn meanwhile, and no control call is answered. Never so long that the
   * worker would count as lost.
   */
  busy(ms: number): void {
    const endMs = performance.now() + Math.min(ms, LIVE_LIMITS.hangMsMax);
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
  }

  recordRequest(latencyMs: number, answered: boolean): void {
    if (answered) this.latencies.record(latencyMs);
    else this.requestsFailed++;
  }

  directoryChanged(): void {
    this.directoryVersion++;
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
