/**
 * The scheduler of one worker: receive, run, send, and sleep when there is nothing to do.
 *
 *   working ──nothing to do──▶ spinning ──still nothing──▶ parked (Atomics.wait) ──woken, or a timer is due──▶ working
 *
 * Nothing is lost between looking and sleeping: the worker first says that it parks, then looks once more; a sender first
 * publishes, then looks whether the receiver is parked. While the page has control calls under way the worker does not
 * park but keeps returning to its event loop, where they arrive.
 */
import type { Kernel } from '../../kernel/kernel.ts';
import type { Ref } from '../../kernel/ref.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import type { KindCodec } from './memory/codec.ts';
import { CONTROL, RUN_STATE, type SharedMemory, STAT, statIndex, WORKER_WORD, workerWord } from './memory/layout.ts';
import { readPlainData } from './memory/plain-data-codec.ts';
import { payloadBytesMax, RingConsumer, type SlotHeader } from './memory/ring.ts';
import { Scratch } from './memory/scratch.ts';
import { SLOT_TYPE } from './postbox.ts';
import type { LiveSettings } from './settings.ts';
import type { WorkerHost } from './worker-host.ts';

/** Messages taken from one ring before the next one. */
const RECEIVE_PER_RING = 512;
/** Longest sleep; bounds the damage of a wake-up that a browser might lose. */
const PARK_MS_MAX = 1_000;
/** Sleep while a postbox waits for room: nobody notifies a sender. */
const PARK_FOR_ROOM_MS = 0.2;
/** Loops between looks at how much to sample. */
const LOOPS_PER_ADJUSTMENT = 256;
const ADJUST_EVERY_MS = 100;
/** Loops of a busy worker between visits to its event loop, while its actors wait for promises. */
const LOOPS_PER_YIELD = 16;
/** Flow samples a second that are worth their cost. */
const SAMPLES_PER_SECOND = 20_000;

export class WorkerLoop {
  private readonly kernel: Kernel;
  private readonly host: WorkerHost;
  private readonly codecs: readonly KindCodec[];
  // Every view on shared memory is made by `bind`.
  private control!: Int32Array;
  private stats!: Float64Array;
  private rings: readonly RingConsumer[] = [];
  private readonly scratch: Scratch;
  private readonly settings: LiveSettings;
  private readonly header: SlotHeader = { type: 0, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };
  private readonly turnstile = new MessageChannel();
  private received = 0;
  private parkedMs = 0;
  private loops = 0;
  private loopsWithPipes = 0;
  private adjustedAtMs = 0;
  private adjustedAtTurns = 0;

  constructor(
    memory: SharedMemory,
    kernel: Kernel,
    host: WorkerHost,
    settings: LiveSettings,
    codecs: readonly KindCodec[],
  ) {
    this.kernel = kernel;
    this.settings = settings;
    this.scratch = new Scratch(payloadBytesMax(settings.ringSlots));
    this.host = host;
    this.codecs = codecs;
    this.bind(memory);
  }

  /** As `WorkerHost.bind`: takes its views on the memory that the worker reads and writes from now on. Between rounds only. */
  bind(memory: SharedMemory): void {
    const { worker } = this.host;
    this.control = new Int32Array(memory.control);
    this.stats = new Float64Array(memory.stats);
    for (const ring of this.rings) ring.release();
    const rings: RingConsumer[] = [];
    for (let from = 0; from < memory.workers; from++) {
      if (from === worker) continue;
      rings.push(new RingConsumer(memory.rings[from * memory.workers + worker] as SharedArrayBuffer));
    }
    this.rings = rings;
  }

  /** Ends when the page says that the run has stopped. */
  async run(): Promise<void> {
    const { kernel, host } = this;
    const callsWord = workerWord(host.worker, WORKER_WORD.calls);
    for (;;) {
      const { control } = this;
      const state = Atomics.load(control, CONTROL.state);
      if (state === RUN_STATE.stopped) return;
      const worked = state === RUN_STATE.running && this.turn();
      const hasCalls = Atomics.load(control, callsWord) !== 0;
      if (hasCalls || (host.pipes > 0 && ++this.loopsWithPipes % LOOPS_PER_YIELD === 0)) {
        this.publishStats();
        await this.yieldToEventLoop();
      } else if (state !== RUN_STATE.running || (!worked && !kernel.hasWork && !this.spin())) {
        if (host.pipes === 0) this.park();
        else await this.parkForPipes();
      }
    }
  }

  /** Looks out for messages, and for room to send, for a little while, without reading the clock; true when one has come. */
  private spin(): boolean {
    const { rings, control, settings } = this;
    const { postboxes } = this.host;
    const wakeWord = workerWord(this.host.worker, WORKER_WORD.wake);
    const sequence = Atomics.load(control, wakeWord);
    for (let look = 0; look < settings.spinsMax; look++) {
      for (const ring of rings) if (!ring.isEmpty) return true;
      for (const postbox of postboxes) if (postbox?.canMove === true) return true;
      if (Atomics.load(control, wakeWord) !== sequence) return true;
    }
    return false;
  }

  /** One round of receive, run and send; true if there was anything to do. */
  private turn(): boolean {
    const { kernel, host, settings } = this;
    host.forgetTime();
    const before = this.received;
    for (const ring of this.rings) if (!ring.isEmpty) this.receive(ring);
    if (kernel.deadlines.size > 0) kernel.advance(host.now());
    const taken = kernel.run(settings.turnsPerRound, settings.batch);
    this.sendOut();
    if ((++this.loops & (LOOPS_PER_ADJUSTMENT - 1)) === 0) this.adjustSampling();
    const worked = taken > 0 || this.received !== before;
    if (worked) this.publishStats();
    return worked;
  }

  private receive(ring: RingConsumer): void {
    const { header, scratch } = this;
    for (let count = 0; count < RECEIVE_PER_RING; count++) {
      if (ring.read(header, scratch.words) < 0) break;
      this.received++;
      scratch.offset = 0;
      this.deliver(header);
    }
    ring.release();
  }

  private deliver({ type, kind, receiver, generation, ask, sender }: SlotHeader): void {
    const { kernel, scratch } = this;
    if (type === SLOT_TYPE.spawn) {
      kernel.receiveSpawn(readPlainData(scratch) as SpawnRequest);
      return;
    }
    if (type === SLOT_TYPE.signal) {
      kernel.receiveSignal(refOf(receiver, generation, 0), readPlainData(scratch) as Signal);
      return;
    }
    const message = (this.codecs[kind] as KindCodec).decode(scratch);
    const cell = kernel.cells[receiver];
    // The common case first, and without making a ref.
    if (ask === 0 && cell !== undefined && cell.ref.generation === generation) kernel.enqueue(cell, message, sender);
    else kernel.receiveMessage(refOf(receiver, generation, ask), message, sender);
  }

  private sendOut(): void {
    const { postboxes } = this.host;
    for (const postbox of postboxes) postbox?.flush();
    for (const worker of this.kernel.crowded.keys()) {
      if (postboxes[worker]?.hasWaiting === false) this.kernel.wayFree(worker);
    }
  }

  private park(): void {
    const sleep = this.lieDown();
    if (sleep !== undefined) Atomics.wait(this.control, sleep.wakeWord, sleep.sequence, sleep.timeoutMs);
    this.getUp(sleep);
  }

  /** As `park`, with the event loop free to settle promises. */
  private async parkForPipes(): Promise<void> {
    const sleep = this.lieDown();
    if (sleep !== undefined) {
      await (waitAsync(this.control, sleep.wakeWord, sleep.sequence, sleep.timeoutMs) ?? this.yieldToEventLoop());
    }
    this.getUp(sleep);
  }

  /** Shows that it is parked; whoever sends from then on wakes it. Undefined when there is something to do after all. */
  private lieDown(): Sleep | undefined {
    const { control, host, kernel, stats } = this;
    const wakeWord = workerWord(host.worker, WORKER_WORD.wake);
    const sequence = Atomics.load(control, wakeWord);
    Atomics.store(control, workerWord(host.worker, WORKER_WORD.parked), 1);
    const state = Atomics.load(control, CONTROL.state);
    if (state === RUN_STATE.stopped || this.hasNews(state === RUN_STATE.running)) return undefined;
    this.adjustSampling();
    const sinceMs = wallMs();
    host.forgetTime();
    const dueMs = state === RUN_STATE.running ? kernel.nextDueMs() - host.now() : PARK_MS_MAX;
    const roomMs = host.postboxes.some((postbox) => postbox?.hasWaiting) ? PARK_FOR_ROOM_MS : PARK_MS_MAX;
    const timeoutMs = Math.min(PARK_MS_MAX, dueMs, roomMs);
    if (timeoutMs <= 0) return undefined;
    this.publishStats();
    stats[statIndex(host.worker, STAT.parkedSinceMs)] = sinceMs;
    return { wakeWord, sequence, timeoutMs, sinceMs };
  }

  private getUp(sleep: Sleep | undefined): void {
    const { control, host, stats } = this;
    if (sleep !== undefined) {
      this.parkedMs += wallMs() - sleep.sinceMs;
      stats[statIndex(host.worker, STAT.parkedMs)] = this.parkedMs;
      stats[statIndex(host.worker, STAT.parkedSinceMs)] = 0;
    }
    Atomics.store(control, workerWord(host.worker, WORKER_WORD.parked), 0);
  }

  private hasNews(isRunning: boolean): boolean {
    if (Atomics.load(this.control, workerWord(this.host.worker, WORKER_WORD.calls)) !== 0) return true;
    return isRunning && this.rings.some((ring) => !ring.isEmpty);
  }

  private yieldToEventLoop(): Promise<void> {
    return new Promise((resolve) => {
      this.turnstile.port1.onmessage = () => resolve();
      this.turnstile.port2.postMessage(null);
    });
  }

  /** Flows are sampled so that they cost the same at any load: all messages at low rates, few of many at high ones. */
  private adjustSampling(): void {
    const { kernel, host } = this;
    host.forgetTime();
    const nowMs = host.now();
    const elapsedMs = nowMs - this.adjustedAtMs;
    if (elapsedMs < ADJUST_EVERY_MS) return;
    const perSecond = ((kernel.turns - this.adjustedAtTurns) / elapsedMs) * 1_000;
    this.adjustedAtMs = nowMs;
    this.adjustedAtTurns = kernel.turns;
    let every = 1;
    while (perSecond / every > SAMPLES_PER_SECOND) every *= 2;
    if (every !== kernel.sampleEvery) kernel.setSampleEvery(every);
  }

  private publishStats(): void {
    const { kernel, host, stats } = this;
    const base = statIndex(host.worker, 0);
    let sent = 0;
    for (const postbox of host.postboxes) sent += postbox?.sent ?? 0;
    stats[base + STAT.processed] = kernel.turns;
    stats[base + STAT.sent] = sent;
    stats[base + STAT.received] = this.received;
    stats[base + STAT.deadLetters] = kernel.deadLetters.count;
    stats[base + STAT.rejected] = kernel.rejected;
    stats[base + STAT.living] = kernel.living;
    stats[base + STAT.lostEvents] = host.events.lost;
    stats[base + STAT.directoryVersion] = host.directoryVersion;
    stats[base + STAT.sampleEvery] = kernel.sampleEvery;
    stats[base + STAT.requestsFailed] = host.requestsFailed;
  }
}

function refOf(id: number, generation: number, ask: number): Ref {
  return { node: 0, id, generation, ask, protocol: 0 };
}

/** Wall time, comparable across threads: paused time counts as parked. */
function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

interface Sleep {
  readonly wakeWord: number;
  /** What the wake word must still be for the sleep to begin. */
  readonly sequence: number;
  readonly timeoutMs: number;
  readonly sinceMs: number;
}

type WaitAsync = (
  words: Int32Array,
  index: number,
  value: number,
  timeoutMs: number,
) => { readonly async: boolean; readonly value: string | Promise<string> };

/** Undefined where the browser has no `Atomics.waitAsync` (Firefox before 145). */
function waitAsync(words: Int32Array, index: number, value: number, timeoutMs: number): Promise<unknown> | undefined {
  const { waitAsync: wait } = Atomics as unknown as { readonly waitAsync?: WaitAsync };
  return wait === undefined ? undefined : Promise.resolve(wait(words, index, value, timeoutMs).value);
}
