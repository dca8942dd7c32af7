/**
 * Work stealing by request: an idle worker (the thief) asks a busy one (the owner), which hands over runnable actors between
 * its turns, or refuses. Receiver-initiated steals from private queues: Acar, Charguéraud and Rainey, PPoPP 2013. What a
 * hand-over is, and why it loses no message and no order, is in kernel/moving.ts and kernel/whereabouts.ts.
 *
 *   thief   idle ──puts its number into the owner's word `stealRequest`──▶ asking ──its `stealAnswers` changes──▶ (again idle)
 *   owner   looks at that one word in every round; swaps it out, hands over what it can, and counts up `stealAnswers`
 *
 * Moving an actor costs some microseconds, and from then on so does every message between it and those it left behind. So an
 * owner refuses where turns are so short that this would cost more than it brings, and gives at most half of its runnable
 * actors. A thief that was refused asks later and later. An owner with work to spare wakes somebody who sleeps, so that he
 * can ask.
 */
import type { Cell } from '../../kernel/cell.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { canMove, handOver } from '../../kernel/moving.ts';
import type { LiveSettings } from '../live-settings.ts';
import { type SharedMemory, STAT, statIndex, WORKER_WORD, workerWord } from './memory/layout.ts';
import type { WorkerHost } from './worker-host.ts';

/** Actors that one request is given, at most; and messages that wait in their mailboxes, about. */
const ACTORS_MAX = 64;
const MAIL_MAX = 2_048;
/** Places of the run queue that are looked at for one request, from its back. */
const LOOKED_AT_MAX = 512;
/** An owner whose turns are shorter than this on average keeps its actors. */
const TURN_MS_MIN = 0.001_5;
/** An actor that has just come stays for so long. */
const STAY_MS = 5;
/** Moves of which not everybody has taken notice; and how long after the last one: somebody is slow, and all would wait. */
const LEAVING_MAX = 512;
const NOTICE_MS = 20;
/** Between two wake-ups of somebody who sleeps; longer when those who were woken could not be given anything. */
const WAKE_EVERY_MS = 1;
const WAKE_EVERY_MS_MAX = 32;
/** A refused thief does not ask again for so long at first, and twice as long each time. */
const BACKOFF_MS = 0.5;
const BACKOFF_MS_MAX = 32;
/** How long a thief looks out for an answer before it sleeps: the answer wakes it if it brings something. */
const AWAKE_MS = 0.5;
/** An answer that took longer is counted as late; one that takes so long does not come any more. */
const LATE_MS = 5;
const ANSWERED_MS_MAX = 1_000;
/** A request: one more than the worker that asks, and when it did (ms, as many bits of it as there are). */
const WORKER_BITS = 8;
const TIME_MASK = 0x3f_ffff;
/** An answer that brings something counts so much, a refusal 1. */
const GIFT = 0x1_0000;
/** Actors of which one is looked at when the tests ask for any, runnable or not. */
const FORCED_LOOKS = 64;

export class Stealing {
  private readonly kernel: Kernel;
  private readonly host: WorkerHost;
  private readonly isOn: boolean;
  private readonly forceMs: number;
  private control!: Int32Array;
  private stats!: Float64Array;

  // As a thief.
  /** The worker that was asked and has not answered; −1: none. */
  private asking = -1;
  private askedAtMs = 0;
  private answers = 0;
  private backoffMs = BACKOFF_MS;
  private restUntilMs = 0;
  private asked = 0;
  private refused = 0;
  private forcedAtMs = 0;
  private nextForced: number;

  // As an owner.
  private given = 0;
  private late = 0;
  private gaveAtMs = 0;
  private wokeAtMs = 0;
  private wakeEveryMs = WAKE_EVERY_MS;
  private nextWoken: number;
  private nextLooked = 0;

  constructor(kernel: Kernel, host: WorkerHost, settings: LiveSettings) {
    this.kernel = kernel;
    this.host = host;
    this.isOn = settings.stealing && host.workers > 1;
    this.forceMs = this.isOn ? settings.forceStealMs : 0;
    this.nextForced = host.worker;
    this.nextWoken = host.worker;
  }

  /** As `WorkerHost.bind`. */
  bind(memory: SharedMemory): void {
    this.control = new Int32Array(memory.control);
    this.stats = new Float64Array(memory.stats);
    this.asking = -1;
    this.answers = this.answersNow();
  }

  private word(worker: number, word: number): number {
    return Atomics.load(this.control, workerWord(worker, word));
  }

  // ── The owner ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** In every round, after its turns. @param turnMs how long a turn takes on average at present */
  round(turnMs: number): void {
    if (!this.isOn) return;
    const { control, host, kernel } = this;
    const requestWord = workerWord(host.worker, WORKER_WORD.stealRequest);
    if (control[requestWord] !== 0) this.answer(Atomics.exchange(control, requestWord, 0), turnMs);
    else if (kernel.readyCount > 1 && turnMs >= TURN_MS_MIN) this.offer();
    if (this.forceMs > 0) this.force();
    if (this.asking >= 0) this.hearAnswer();
  }

  private answer(request: number, turnMs: number): void {
    if (request === 0) return;
    const { control, host, kernel } = this;
    const thief = (request & ((1 << WORKER_BITS) - 1)) - 1;
    const nowMs = host.now();
    const waitedMs = (Math.floor(nowMs) - (request >>> WORKER_BITS)) & TIME_MASK;
    if (waitedMs > LATE_MS) this.stats[statIndex(host.worker, STAT.stealsAnsweredLate)] = ++this.late;
    const isSlow = kernel.whereabouts.leaving > 0 && nowMs - this.gaveAtMs > NOTICE_MS;
    const mayGive = !isSlow && kernel.whereabouts.leaving < LEAVING_MAX;
    const given = mayGive ? this.give(thief, turnMs, nowMs) : 0;
    if (given > 0) {
      this.given += given;
      this.gaveAtMs = nowMs;
      this.wakeEveryMs = WAKE_EVERY_MS;
      this.stats[statIndex(host.worker, STAT.stealsGiven)] = this.given;
    } else {
      this.wakeEveryMs = Math.min(WAKE_EVERY_MS_MAX, this.wakeEveryMs * 2);
    }
    Atomics.add(control, workerWord(thief, WORKER_WORD.stealAnswers), given > 0 ? GIFT : 1);
  }

  /** How many actors were handed over. */
  private give(thief: number, turnMs: number, nowMs: number): number {
    if (this.forceMs > 0) return this.giveForced(thief);
    if (turnMs < TURN_MS_MIN) return 0;
    const candidates = this.candidates(nowMs);
    // One that is alone stays: it would only be idle here instead of there.
    const half = Math.min(ACTORS_MAX, Math.floor(this.kernel.readyCount / 2), candidates.length);
    let given = 0;
    let mail = 0;
    for (const cell of candidates) {
      if (given >= half || mail >= MAIL_MAX) break;
      mail += cell.mailbox.length;
      if (handOver(this.kernel, cell, thief)) given++;
    }
    return given;
  }

  /** Runnable actors that may move, from the back of the run queue; those with mail first. */
  private candidates(nowMs: number): readonly Cell[] {
    const { kernel } = this;
    const last = kernel.readyCount - 1;
    const withMail: Cell[] = [];
    const others: Cell[] = [];
    for (let place = last; place >= 0 && place > last - LOOKED_AT_MAX; place--) {
      const cell = kernel.readyAt(place);
      if (nowMs - kernel.whereabouts.sinceMs(cell.ref) < STAY_MS || !canMove(kernel, cell)) continue;
      (cell.mailbox.length > 0 ? withMail : others).push(cell);
      if (withMail.length >= ACTORS_MAX) break;
    }
    return [...withMail, ...others];
  }

  /** For tests: some that run, and some that do not. */
  private giveForced(thief: number): number {
    const { kernel } = this;
    const { cells, readyCount } = kernel;
    let given = 0;
    for (let place = readyCount - 1; place >= 0 && given < Math.ceil(readyCount / 2) && given < ACTORS_MAX; place--) {
      if (handOver(kernel, kernel.readyAt(place), thief)) given++;
    }
    for (let looks = Math.min(FORCED_LOOKS, cells.length); looks > 0; looks--) {
      this.nextLooked = (this.nextLooked + 1) % cells.length;
      const cell = cells[this.nextLooked];
      if (cell !== undefined && handOver(kernel, cell, thief)) return given + 1;
    }
    return given;
  }

  /** There is work to spare: whoever sleeps may ask for some. */
  private offer(): void {
    const { host } = this;
    const nowMs = host.now();
    if (nowMs - this.wokeAtMs < this.wakeEveryMs) return;
    this.wokeAtMs = nowMs;
    for (let looks = host.workers; looks > 0; looks--) {
      this.nextWoken = (this.nextWoken + 1) % host.workers;
      if (this.nextWoken === host.worker || this.word(this.nextWoken, WORKER_WORD.parked) === 0) continue;
      host.wake(this.nextWoken);
      return;
    }
  }

  // ── The thief ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** Nothing has come by itself: asks somebody for work. False when it may as well sleep. */
  ask(): boolean {
    if (!this.isOn) return false;
    const { host } = this;
    host.forgetTime();
    if (this.asking >= 0) {
      this.hearAnswer();
      return this.asking >= 0 && host.now() - this.askedAtMs < AWAKE_MS;
    }
    return host.now() >= this.restUntilMs && this.request(this.mostLoaded());
  }

  /** The other worker with the most runnable actors; −1 where nobody has one too many. */
  private mostLoaded(): number {
    const { host } = this;
    let found = -1;
    let most = 1;
    for (let worker = 0; worker < host.workers; worker++) {
      const load = worker === host.worker ? 0 : this.word(worker, WORKER_WORD.load);
      if (load <= most || this.word(worker, WORKER_WORD.stealRequest) !== 0) continue;
      found = worker;
      most = load;
    }
    return found;
  }

  private request(worker: number): boolean {
    const { control, host } = this;
    if (worker < 0) return false;
    const nowMs = host.now();
    const word = workerWord(worker, WORKER_WORD.stealRequest);
    const request = ((Math.floor(nowMs) & TIME_MASK) << WORKER_BITS) | (host.worker + 1);
    if (Atomics.compareExchange(control, word, 0, request) !== 0) return false;
    this.asking = worker;
    this.askedAtMs = nowMs;
    this.stats[statIndex(host.worker, STAT.stealsAsked)] = ++this.asked;
    return true;
  }

  private answersNow(): number {
    return this.word(this.host.worker, WORKER_WORD.stealAnswers);
  }

  private hearAnswer(): void {
    const { host, stats } = this;
    stats[statIndex(host.worker, STAT.stealsTaken)] = this.kernel.whereabouts.adopted;
    const answers = this.answersNow();
    const nowMs = host.now();
    if (answers === this.answers) {
      // Whoever was asked is gone, or does not come to it: nobody is waited for for ever.
      if (nowMs - this.askedAtMs > ANSWERED_MS_MAX) this.asking = -1;
      return;
    }
    const isGift = ((answers - this.answers) & ~(GIFT - 1)) !== 0;
    this.answers = answers;
    this.asking = -1;
    if (isGift) {
      this.backoffMs = BACKOFF_MS;
      this.restUntilMs = 0;
    } else {
      stats[statIndex(host.worker, STAT.stealsRefused)] = ++this.refused;
      this.restUntilMs = nowMs + this.backoffMs;
      this.backoffMs = Math.min(BACKOFF_MS_MAX, this.backoffMs * 2);
    }
  }

  /** For tests: asks one after another, idle or not. */
  private force(): void {
    const { host } = this;
    const nowMs = host.now();
    if (this.asking >= 0 || nowMs - this.forcedAtMs < this.forceMs) return;
    this.forcedAtMs = nowMs;
    this.nextForced = (this.nextForced + 1) % host.workers;
    if (this.nextForced === host.worker) this.nextForced = (this.nextForced + 1) % host.workers;
    if (this.request(this.nextForced)) host.wake(this.nextForced);
  }
}
