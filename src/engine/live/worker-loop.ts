/**
 * The scheduler of one worker: receive, run, send, and sleep when there is nothing to do.
 *
 *   working ──nothing to do──▶ spinning ──still nothing──▶ parked (Atomics.wait) ──woken, or a timer is due──▶ working
 *
 * A round takes some messages from each ring, gives turns to ready actors and publishes what they sent. Whatever need not be
 * done in every round (clock, timers, statistics) is done in a tick: every so many rounds that about TICK_MS pass between two.
 *
 * Nothing is lost between looking and sleeping: the worker first says that it parks, then looks once more; a sender first
 * publishes, then looks whether the receiver is parked. In the same way a worker that waits for room in a ring says so in the
 * ring, then looks once more, and whoever makes room looks whether somebody wants it. While the page has control calls under
 * way the worker does not park but keeps returning to its event loop, where they arrive.
 */
import type { Kernel } from '../../kernel/kernel.ts';
import type { LiveSettings } from '../live-settings.ts';
import { Inbox } from './inbox.ts';
import type { KindCodec } from './memory/codec.ts';
import {
  CONTROL,
  RUN_STATE,
  type SharedMemory,
  STAT,
  statIndex,
  WORKER_STATE,
  WORKER_WORD,
  workerWord,
} from './memory/layout.ts';
import type { Recorder } from './recorder.ts';
import { sampleEveryAt } from './sampling-rate.ts';
import { SpinBudget } from './spin-budget.ts';
import { Stealing } from './stealing.ts';
import type { WorkerHost } from './worker-host.ts';

/** Messages taken from one ring before the next one. */
const RECEIVE_PER_RING = 256;
/** The same while the worker is overloaded: signals still get through, and mail waits at those who send it. */
const RECEIVE_WHEN_OVERLOADED = 32;
/** Longest sleep; bounds the damage of a wake-up that a browser might lose. */
const PARK_MS_MAX = 1_000;
/** Time between two ticks, about; timers are late by that much at most, as long as turns are short. */
const TICK_MS = 0.05;
const ROUNDS_PER_TICK_MAX = 64;
/** How long the turns of one round may take, about: rings, timers and control calls wait for that. */
const ROUND_MS = 0.25;
const PUBLISH_STATS_EVERY_MS = 1;
const ADJUST_EVERY_MS = 100;
/** Loops of a busy worker between visits to its event loop, while its actors wait for promises. */
const LOOPS_PER_YIELD = 16;
/** Fruitless looks between looks at what changes rarely: calls for attention, room in full rings. Divides the next one. */
const LOOKS_PER_GLANCE = 16;
/** Fruitless looks after which a spin counts as idle: statistics are published, the clock is read. A power of two. */
const LOOKS_PER_CLOCK = 1_024;
/** How much less is sampled at once when there are far too many samples. */
const SAMPLE_LESS = 4;

/** Why the loop comes back to its event loop. */
type Pause = 'stopped' | 'visit' | 'idle';

export class WorkerLoop {
  private readonly kernel: Kernel;
  private readonly host: WorkerHost;
  private readonly inbox: Inbox;
  private readonly stealing: Stealing;
  private readonly settings: LiveSettings;
  private readonly budget: SpinBudget;
  // Every view on shared memory is made by `bind`.
  private control!: Int32Array;
  private stats!: Float64Array;
  private readonly turnstile = new MessageChannel();
  private spinMs = 0;
  private parkedMs = 0;
  private parks = 0;
  private wakeUps = 0;
  private heartbeat = 0;
  private loopsWithPipes = 0;
  /** Turns a round. */
  private quantum: number;
  private roundsPerTick = 1;
  private roundsUntilTick = 1;
  /** Since the latest tick: turns taken, and whether all of the time was spent on them. */
  private turnsSinceTick = 0;
  private isTickIdle = false;
  private tickedAtMs = 0;
  private publishedAtMs = 0;
  private adjustedAtMs = 0;

  constructor(
    memory: SharedMemory,
    kernel: Kernel,
    host: WorkerHost,
    settings: LiveSettings,
    codecs: readonly KindCodec[],
  ) {
    this.kernel = kernel;
    this.settings = settings;
    this.host = host;
    this.quantum = settings.turnsPerRound;
    this.budget = new SpinBudget(settings.spinsMax, memory.workers, navigator.hardwareConcurrency);
    host.sampling.onFlood = () => kernel.setSampleEvery(kernel.sampleEvery * SAMPLE_LESS);
    this.stealing = new Stealing(kernel, host, settings);
    this.inbox = new Inbox(kernel, host.worker, codecs, settings, (worker) => host.wake(worker));
    this.bind(memory);
  }

  /** As `WorkerHost.bind`: takes its views on the memory that the worker reads and writes from now on. Between rounds only. */
  bind(memory: SharedMemory): void {
    this.control = new Int32Array(memory.control);
    this.stats = new Float64Array(memory.stats);
    this.stats[statIndex(this.host.worker, STAT.startedMs)] ||= wallMs();
    this.inbox.bind(memory);
    this.stealing.bind(memory);
  }

  /** What this worker does is recorded from here on. */
  set recorder(recorder: Recorder | undefined) {
    this.inbox.recorder = recorder;
  }

  /** What happens from here on could not be replayed. */
  endRecording(): void {
    this.inbox.recorder?.giveUp('worker-lost', () => undefined);
  }

  /** Takes in what has arrived, without a turn for anybody; how much it was. */
  receiveAll(): number {
    return this.inbox.receiveAll();
  }

  /** What a lost worker publishes behind that place does not count. */
  closeRingFrom(worker: number, tail: number): void {
    this.inbox.closeRingFrom(worker, tail);
  }

  /** Ends when the page says that the run has stopped. */
  async run(): Promise<void> {
    for (;;) {
      const pause = this.work();
      if (pause === 'stopped') return;
      if (pause === 'visit') {
        this.publishStats();
        await this.yieldToEventLoop();
      } else if (this.host.pipes === 0) {
        this.park();
      } else {
        await this.parkForPipes();
      }
    }
  }

  /** Round after round, as long as there is something to do and nobody calls. */
  private work(): Pause {
    const { kernel, host, control } = this;
    const callsWord = workerWord(host.worker, WORKER_WORD.calls);
    for (;;) {
      const state = Atomics.load(control, CONTROL.state);
      if (state === RUN_STATE.stopped) return 'stopped';
      const isRunning = state === RUN_STATE.running && Atomics.load(control, CONTROL.halted) === 0;
      if (isRunning) this.round();
      if (Atomics.load(control, callsWord) !== 0) return 'visit';
      if (host.pipes > 0 && ++this.loopsWithPipes % LOOPS_PER_YIELD === 0) return 'visit';
      if (!isRunning || (!kernel.hasWork && !this.spin() && !this.stealing.ask())) return 'idle';
    }
  }

  /** Receives, runs and sends. */
  private round(): void {
    const { kernel, host, settings, quantum } = this;
    host.forgetTime();
    this.inbox.recorder?.roundStarts();
    this.beat();
    const isOverloaded = kernel.readyCount > settings.runQueueMax;
    this.inbox.receive(isOverloaded ? RECEIVE_WHEN_OVERLOADED : RECEIVE_PER_RING);
    if (--this.roundsUntilTick <= 0) this.tick();
    this.turnsSinceTick += kernel.run(quantum, quantum < settings.batch ? quantum : settings.batch);
    this.stealing.round(ROUND_MS / this.quantum);
    this.sendOut();
    this.inbox.recorder?.roundEnds();
    this.control[workerWord(host.worker, WORKER_WORD.load)] = kernel.readyCount;
  }

  private sendOut(): void {
    const { postboxes } = this.host;
    const { crowded } = this.kernel;
    for (let to = 0; to < postboxes.length; to++) postboxes[to]?.flush();
    if (crowded.size === 0) return;
    for (const worker of crowded.keys()) if (postboxes[worker]?.hasWaiting === false) this.kernel.wayFree(worker);
  }

  /** Whatever need not be done in every round, with one look at the clock. */
  private tick(): void {
    const { kernel, host } = this;
    const nowMs = host.now();
    if (kernel.deadlines.size > 0) kernel.advance(nowMs);
    const elapsedMs = nowMs - this.tickedAtMs;
    this.tickedAtMs = nowMs;
    if (elapsedMs < TICK_MS / 2) this.roundsPerTick = Math.min(ROUNDS_PER_TICK_MAX, this.roundsPerTick * 2);
    else if (elapsedMs > TICK_MS * 2) this.roundsPerTick = Math.max(1, this.roundsPerTick >> 2);
    this.roundsUntilTick = this.roundsPerTick;
    if (!this.isTickIdle && this.turnsSinceTick > 0) {
      const turns = Math.round((this.turnsSinceTick * ROUND_MS) / Math.max(elapsedMs, 1e-3));
      this.quantum = Math.max(1, Math.min(this.settings.turnsPerRound, turns));
    }
    this.turnsSinceTick = 0;
    this.isTickIdle = false;
    if (nowMs - this.publishedAtMs >= PUBLISH_STATS_EVERY_MS) this.publishStats();
    if (nowMs - this.adjustedAtMs >= ADJUST_EVERY_MS) this.adjustSampling(nowMs);
  }

  /** The next round looks at the clock. */
  private tickSoon(): void {
    this.roundsUntilTick = 0;
    this.isTickIdle = true;
  }

  /** Shows that rounds go on; who only sleeps or spins says so in another word. */
  private beat(): void {
    this.control[workerWord(this.host.worker, WORKER_WORD.heartbeat)] = this.heartbeat = (this.heartbeat + 1) | 0;
  }

  // ── Spinning ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Looks out for messages, and for room to send, for as long as it has paid so far; true when something has come. */
  private spin(): boolean {
    const { control, inbox, budget, host } = this;
    const wakeWord = workerWord(host.worker, WORKER_WORD.wake);
    const stateWord = workerWord(host.worker, WORKER_WORD.state);
    const sequence = Atomics.load(control, wakeWord);
    const { looks: most } = budget;
    let sinceMs = 0;
    let look = 0;
    let hasCome = false;
    control[stateWord] = WORKER_STATE.spinning;
    while (look < most) {
      // Most looks are only at the rings: whatever else there is changes rarely.
      const end = Math.min(most, look + LOOKS_PER_GLANCE);
      while (look < end && inbox.isEmpty) look++;
      hasCome = look < end || Atomics.load(control, wakeWord) !== sequence || this.canMove();
      if (!hasCome && look % LOOKS_PER_CLOCK === 0) {
        if (sinceMs === 0) {
          sinceMs = wallMs();
          this.publishStats();
        }
        hasCome = this.isSomethingDue();
      }
      if (hasCome) break;
    }
    control[stateWord] = WORKER_STATE.busy;
    this.isTickIdle = true;
    // Spins too short for the clock are counted in looks, whose length was measured on long ones.
    let untimed = look;
    if (sinceMs !== 0) {
      const timedMs = wallMs() - sinceMs;
      untimed = LOOKS_PER_CLOCK;
      budget.measured(look - untimed, timedMs);
      this.spinMs += timedMs;
      this.tickSoon();
    }
    this.spinMs += untimed * budget.msPerLook;
    if (hasCome) budget.found(look);
    return hasCome;
  }

  private canMove(): boolean {
    const { postboxes } = this.host;
    for (let to = 0; to < postboxes.length; to++) if (postboxes[to]?.canMove === true) return true;
    return false;
  }

  private isSomethingDue(): boolean {
    const { kernel, host } = this;
    if (kernel.deadlines.size === 0) return false;
    host.forgetTime();
    return kernel.nextDueMs() <= host.now();
  }

  // ── Sleeping ────────────────────────────────────────────────────────────────────────────────────────────────────

  private park(): void {
    const sleep = this.lieDown();
    if (sleep === undefined) return this.getUp(undefined, false);
    const result = Atomics.wait(this.control, sleep.wakeWord, sleep.sequence, sleep.timeoutMs);
    this.getUp(sleep, result !== 'timed-out');
  }

  /** As `park`, with the event loop free to settle promises. */
  private async parkForPipes(): Promise<void> {
    const sleep = this.lieDown();
    if (sleep === undefined) return this.getUp(undefined, false);
    const result = await (waitAsync(this.control, sleep.wakeWord, sleep.sequence, sleep.timeoutMs) ??
      this.yieldToEventLoop());
    this.getUp(sleep, result !== 'timed-out');
  }

  /** Shows that it is parked; whoever sends from then on wakes it. Undefined when there is something to do after all. */
  private lieDown(): Sleep | undefined {
    const { control, host, kernel, stats } = this;
    const wakeWord = workerWord(host.worker, WORKER_WORD.wake);
    const sequence = Atomics.load(control, wakeWord);
    this.beat();
    control[workerWord(host.worker, WORKER_WORD.state)] = WORKER_STATE.parked;
    Atomics.store(control, workerWord(host.worker, WORKER_WORD.parked), 1);
    const state = Atomics.load(control, CONTROL.state);
    const isRunning = state === RUN_STATE.running && Atomics.load(control, CONTROL.halted) === 0;
    if (state === RUN_STATE.stopped || this.hasNews(isRunning)) return undefined;
    const sinceMs = wallMs();
    host.forgetTime();
    const nowMs = host.now();
    if (nowMs - this.adjustedAtMs >= ADJUST_EVERY_MS) this.adjustSampling(nowMs);
    const dueMs = isRunning ? kernel.nextDueMs() - nowMs : PARK_MS_MAX;
    const timeoutMs = Math.min(PARK_MS_MAX, dueMs);
    if (timeoutMs <= 0) return undefined;
    this.parks++;
    this.publishStats();
    stats[statIndex(host.worker, STAT.parkedSinceMs)] = sinceMs;
    return { wakeWord, sequence, timeoutMs, sinceMs };
  }

  private getUp(sleep: Sleep | undefined, isWoken: boolean): void {
    const { control, host, stats } = this;
    if (sleep !== undefined) {
      const sleptMs = wallMs() - sleep.sinceMs;
      this.parkedMs += sleptMs;
      if (isWoken) this.wakeUps++;
      // Who woke it says when: being woken takes a while, and longer on a busy machine.
      const wokenAtMs = stats[statIndex(host.worker, STAT.wokenAtMs)] as number;
      this.budget.slept(wokenAtMs >= sleep.sinceMs ? wokenAtMs - sleep.sinceMs : sleptMs);
      stats[statIndex(host.worker, STAT.parkedMs)] = this.parkedMs;
      stats[statIndex(host.worker, STAT.parkedSinceMs)] = 0;
    }
    Atomics.store(control, workerWord(host.worker, WORKER_WORD.parked), 0);
    control[workerWord(host.worker, WORKER_WORD.state)] = WORKER_STATE.busy;
    this.beat();
    this.tickSoon();
  }

  /** Asks for room where something waits for it, and looks whether any of what it would sleep for has come. */
  private hasNews(isRunning: boolean): boolean {
    const { control, host, inbox } = this;
    if (Atomics.load(control, workerWord(host.worker, WORKER_WORD.calls)) !== 0) return true;
    if (!isRunning) return false;
    for (const postbox of host.postboxes) if (postbox?.hasWaiting === true) postbox.wantRoom();
    return !inbox.isEmpty || this.canMove();
  }

  private yieldToEventLoop(): Promise<void> {
    return new Promise((resolve) => {
      this.turnstile.port1.onmessage = () => resolve();
      this.turnstile.port2.postMessage(null);
    });
  }

  // ── Statistics ──────────────────────────────────────────────────────────────────────────────────────────────────

  private adjustSampling(nowMs: number): void {
    const { kernel, host, inbox } = this;
    const elapsedMs = nowMs - this.adjustedAtMs;
    const perSecond = host.sampling.perSecond(elapsedMs);
    this.adjustedAtMs = nowMs;
    const every = sampleEveryAt(perSecond);
    if (every !== kernel.sampleEvery) kernel.setSampleEvery(every);
    host.meter.adjust(kernel.measuring, elapsedMs, perSecond, every, inbox.received);
  }

  private publishStats(): void {
    const { kernel, host, stats } = this;
    const base = statIndex(host.worker, 0);
    let sent = 0;
    let waiting = 0;
    for (const postbox of host.postboxes) {
      sent += postbox?.sent ?? 0;
      waiting += postbox?.waiting ?? 0;
    }
    this.publishedAtMs = this.tickedAtMs;
    stats[base + STAT.processed] = kernel.turns;
    stats[base + STAT.sent] = sent;
    stats[base + STAT.received] = this.inbox.received;
    stats[base + STAT.deadLetters] = kernel.deadLetters.count;
    stats[base + STAT.rejected] = kernel.rejected;
    stats[base + STAT.living] = kernel.living;
    stats[base + STAT.lostEvents] = host.events.lost;
    stats[base + STAT.directoryVersion] = host.directoryVersion;
    stats[base + STAT.sampleEvery] = kernel.sampleEvery;
    stats[base + STAT.requestsFailed] = host.requestsFailed;
    stats[base + STAT.spinMs] = this.spinMs;
    stats[base + STAT.spins] = this.budget.looks;
    stats[base + STAT.parks] = this.parks;
    stats[base + STAT.wakeUps] = this.wakeUps;
    stats[base + STAT.outboxWaiting] = waiting;
    stats[base + STAT.measured] = host.meter.measured;
    stats[base + STAT.measuredEvery] = host.meter.measuredEvery;
    stats[base + STAT.observeMs] = host.meter.spentMs;
  }
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
