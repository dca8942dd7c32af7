/**
 * The replay of a recorded live run: takes the steps that were recorded, in an order of all workers that could have been,
 * and looks whether what happens is what happened then.
 *
 * Of each worker the order is the recorded one. Between workers, what began earlier by the clock comes first, but nothing is
 * taken in before it was sent. Where the run is led another way by hand it leaves the recording: from there on it is a
 * simulated run like any other, with virtual time and the seeded schedule.
 */
import { seedRandom } from '../../base/random.ts';
import { COLUMN } from '../../kernel/actor-table.ts';
import type { Cell } from '../../kernel/cell.ts';
import type { ActorFault, Fault } from '../../kernel/fault.ts';
import type { PipeSettled } from '../../kernel/host.ts';
import { checkFits, injectFault } from '../../kernel/inject.ts';
import type { ChoiceKey } from '../../kernel/intervention.ts';
import { LIMITS } from '../../kernel/limits.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import { spawnRoot } from '../../kernel/spawn.ts';
import { EVENT } from '../recording/events.ts';
import type { Recording } from '../recording.ts';
import type { ReplayReading } from '../simulation.ts';
import { ReplayHost } from './replay-host.ts';
import type { ReplayKernel } from './replay-kernel.ts';
import { ReplayOrder } from './replay-order.ts';
import { divergenceText, endText, otherActorText, otherQuestionsText, otherTurnText } from './replay-texts.ts';
import { ReplayTrack, type ReplayTrackSnapshot } from './replay-track.ts';
import type { SimulatedSystem, Taken } from './system.ts';

export interface ReplaySnapshot {
  readonly isFollowing: boolean;
  readonly divergence: string | undefined;
  readonly nextFault: number;
  readonly tracks: readonly ReplayTrackSnapshot[];
}

const PAGE = -1;
const NOBODY = -1;

export class Replay {
  readonly recording: Recording;
  /** Whether the run still is the recorded one. */
  isFollowing = true;
  /** Where it turned out to be another run after all. */
  divergence: string | undefined;
  private readonly system: SimulatedSystem;
  private readonly tracks: readonly ReplayTrack[];
  private readonly hosts: readonly ReplayHost[];
  private readonly order: ReplayOrder;
  private nextFault = 0;
  /** Right after the run has left the recording: what the next step was there. */
  nextKey: ChoiceKey | undefined;
  /** Who takes the next step, after `prepare`. */
  private next = PAGE;

  constructor(system: SimulatedSystem, recording: Recording) {
    this.system = system;
    this.recording = recording;
    system.network.keepLines();
    const names = Object.keys(system.scenario.parameters);
    const values = names.map((name) => recording.parameters[name]);
    this.tracks = recording.tracks.map((words) => new ReplayTrack(words, recording.workers, values));
    this.order = new ReplayOrder(this.tracks, system.network);
    this.hosts = this.tracks.map(
      (track, worker) =>
        new ReplayHost(
          system,
          worker,
          seedRandom(recording.seed * LIMITS.workersMax + worker),
          track,
          names,
          () => this.isFollowing,
        ),
    );
  }

  hostOf(worker: number): ReplayHost {
    return this.hosts[worker] as ReplayHost;
  }

  /** What happened before the first step: the root actor was started. */
  start(): void {
    const { root } = this.system.scenario;
    const track = this.trackOf(0);
    const { reader } = track;
    if (reader.tag(track.at) !== EVENT.round)
      return this.diverge('the start of the root actor is not in the recording');
    this.enterRound(track);
    if (reader.tag(track.at) !== EVENT.root) return this.diverge('the start of the root actor is not in the recording');
    track.at = reader.next(track.at);
    this.within(track, () => spawnRoot(this.kernelOf(0), root.behavior.name, root.name, root.args));
    this.checkAnswers(0);
  }

  private trackOf(worker: number): ReplayTrack {
    return this.tracks[worker] as ReplayTrack;
  }

  private kernelOf(worker: number): ReplayKernel {
    return this.system.kernels[worker] as ReplayKernel;
  }

  private within<T>(track: ReplayTrack, act: () => T): T {
    track.isListening = true;
    try {
      return act();
    } finally {
      track.isListening = false;
    }
  }

  // ── Order ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** When the next step is; Infinity where there is none. */
  get nextMs(): number {
    const worker = this.divergence === undefined ? this.order.choose() : PAGE;
    if (worker < 0) return Number.POSITIVE_INFINITY;
    return Math.max(this.system.nowMs, Math.min(this.trackOf(worker).nextMs, this.nextFaultMs));
  }

  private get nextFaultMs(): number {
    return this.recording.faults[this.nextFault]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** Does what is no step of its own, until the next event is one. `taken`: there is one. */
  prepare(limitMs: number): Taken {
    for (;;) {
      if (this.divergence !== undefined) return 'over';
      const worker = this.order.choose();
      if (worker < 0) {
        const missing = this.order.missing();
        if (missing !== undefined) this.diverge(missing);
        return 'over';
      }
      const track = this.trackOf(worker);
      const atMs = Math.min(track.nextMs, this.nextFaultMs);
      if (atMs > limitMs) return 'later';
      if (this.nextFaultMs <= track.nextMs) {
        this.next = PAGE;
        this.passTo(this.nextFaultMs);
        return 'taken';
      }
      if (this.isStep(track)) {
        this.next = worker;
        return 'taken';
      }
      this.trusting(() => this.feed(worker, track));
    }
  }

  private isStep({ batch, timersLeft, receiveLeft, reader, at }: ReplayTrack): boolean {
    if (receiveLeft > 0) return false;
    const tag = reader.tag(at);
    return batch !== undefined || timersLeft > 0 || tag === EVENT.send || tag === EVENT.fault;
  }

  private passTo(atMs: number): void {
    const { system } = this;
    system.nowMs = Math.max(system.nowMs, atMs);
  }

  private enterRound(track: ReplayTrack): void {
    track.atMs = track.reader.number(track.at + 1);
    track.at = track.reader.next(track.at);
    this.passTo(track.atMs);
  }

  /** One event that is not a step. */
  private feed(worker: number, track: ReplayTrack): void {
    const { reader, at } = track;
    if (track.receiveLeft > 0) return this.receive(worker, track);
    const tag = reader.tag(at);
    if (tag === EVENT.round) return this.enterRound(track);
    track.at = reader.next(at);
    switch (tag) {
      case EVENT.receive:
        track.receiveFrom = reader.sender(at);
        track.receiveLeft = reader.received(at);
        return;
      case EVENT.advance:
        track.advanceMs = reader.number(at + 1);
        track.timersLeft = reader.argument(at);
        return;
      case EVENT.wayFree:
        this.within(track, () => this.kernelOf(worker).wayFree(reader.argument(at)));
        return this.checkAnswers(worker);
      case EVENT.pipe:
        return this.settle(worker, track, JSON.parse(reader.text(at + 1)) as SettledPipe);
      case EVENT.batch:
        return this.beginBatch(worker, track, reader.argument(at), reader.word(at + 1));
      default:
        track.at = at;
        return this.diverge(`worker ${worker} has a recorded answer to what nobody asks here`);
    }
  }

  private receive(worker: number, track: ReplayTrack): void {
    const { network, post } = this.system;
    const mail = network.takeFirst(track.receiveFrom, worker);
    track.receiveLeft--;
    track.received[track.receiveFrom] = (track.received[track.receiveFrom] ?? 0) + 1;
    this.within(track, () => post.arrive(mail));
    if (track.receiveLeft === 0) this.checkAnswers(worker);
  }

  private settle(worker: number, track: ReplayTrack, { pipe, outcome }: SettledPipe): void {
    const settle = this.hostOf(worker).settlers.get(pipe);
    if (settle === undefined)
      return this.diverge(`on worker ${worker} a promise was settled that nobody has piped here`);
    this.within(track, () => settle(outcome));
    this.checkAnswers(worker);
  }

  private beginBatch(worker: number, track: ReplayTrack, actor: number, word: number): void {
    const count = word >>> 1;
    const kernel = this.kernelOf(worker);
    const first = kernel.readyCount === 0 ? undefined : kernel.readyAt(0);
    if (first?.ref.id !== actor) {
      return this.diverge(otherActorText(this.system, worker, track, actor, count));
    }
    if (count > 0) {
      track.batch = { actor, left: count, isFull: (word & 1) === 1, hadMessages: false, hasBegun: false };
      return;
    }
    const taken = this.within(track, () => kernel.takeFirst(1));
    if (taken > 0)
      return this.diverge(`worker ${worker}, turn ${track.turn + 1}: ${first.path} had nothing to do then`);
    this.checkAnswers(worker);
  }

  // ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Takes the next recorded step. */
  take(limitMs: number): Taken {
    const { system } = this;
    system.step++;
    if (!system.isWaiting) system.recorder?.next();
    const prepared = this.prepare(limitMs);
    system.isWaiting = prepared !== 'taken';
    if (system.isWaiting) {
      system.step--;
      return prepared;
    }
    if (this.next === PAGE) this.takeSystemFault();
    else this.trusting(() => this.takeStep(this.next));
    return 'taken';
  }

  /** A file may say what no run has ever been; then the kernel's own checks find it. */
  private trusting(act: () => void): void {
    try {
      act();
    } catch (thrown) {
      this.diverge(
        `the recording is of no run that could have been (${thrown instanceof Error ? thrown.message : String(thrown)})`,
      );
    }
  }

  private takeStep(worker: number): void {
    const track = this.trackOf(worker);
    if (track.timersLeft > 0) this.takeTimer(worker, track);
    else if (track.batch !== undefined) this.takeTurn(worker, track);
    else this.takeOutside(worker, track);
  }

  private takeTimer(worker: number, track: ReplayTrack): void {
    const kernel = this.kernelOf(worker);
    const deadline = kernel.deadlines.peek();
    track.timersLeft--;
    if (deadline === undefined || deadline.dueMs > track.advanceMs) {
      return this.divergeInStep(
        `worker ${worker}: recorded was a timer at ${track.advanceMs} ms, and here none is due`,
      );
    }
    this.system.takeTimerAt(worker, deadline, track.advanceMs, (act) => this.within(track, act));
    if (track.timersLeft > 0) return;
    if (kernel.nextDueMs() <= track.advanceMs) {
      return this.diverge(`worker ${worker}: more timers are due at ${track.advanceMs} ms than were recorded`);
    }
    this.checkAnswers(worker);
  }

  private takeTurn(worker: number, track: ReplayTrack): void {
    const { system } = this;
    const { batch } = track;
    const kernel = this.kernelOf(worker);
    const cell = kernel.readyAt(0);
    if (batch === undefined) return;
    track.turn++;
    track.handled = -1;
    track.recorded = -1;
    const isLast = batch.left === 1;
    let taken = 0;
    system.takeTurnOf(worker, cell, () => {
      // The last look at an actor that has no more to do was a part of its batch.
      taken = this.within(track, () => kernel.takeFirst(isLast && !batch.isFull ? 2 : 1));
    });
    if (isLast) track.batch = undefined;
    // As far as it is seen from outside: its own worker sees it at the end of a batch.
    else system.table.set(cell.ref.id, COLUMN.depth, cell.mailbox.length);
    if (taken !== 1 || track.handled !== track.recorded)
      return this.diverge(otherTurnText(system, worker, track, cell, taken));
    this.checkAnswers(worker, cell);
  }

  private takeOutside(worker: number, track: ReplayTrack): void {
    const { system } = this;
    const { reader, at } = track;
    const kernel = this.kernelOf(worker);
    const { id, generation, ...content } = JSON.parse(reader.text(at + 1)) as FromOutside;
    track.at = reader.next(at);
    const cell = kernel.cells[id];
    if (cell === undefined || cell.ref.generation !== generation) {
      return this.divergeInStep(`worker ${worker}: somebody did something to actor #${id}, who is not there`);
    }
    const { message, fault } = content;
    try {
      if (message !== undefined) kernel.registry.checkedStrictly(cell.entry, message);
      if (fault !== undefined) checkFits(cell, fault);
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      return this.divergeInStep(`worker ${worker}: what was done to ${cell.path} cannot be done here (${why})`);
    }
    const act = (): void => {
      if (message !== undefined) kernel.receiveMessage(cell.ref, message);
      if (fault !== undefined) injectFault(kernel, cell, fault);
    };
    system.takeFault(fault?.kind ?? 'send', cell, () => this.within(track, act), false);
    if (message !== undefined) system.recorder?.freeze(message);
    this.checkAnswers(worker);
  }

  /** A parameter: each worker sees the new value when it did then. */
  private takeSystemFault(): void {
    const { system } = this;
    const fault: Fault | undefined = this.recording.faults[this.nextFault++]?.fault;
    if (fault === undefined) return;
    const act = (): void => {
      system.emit(NOBODY, { type: 'fault', fault });
      if (fault.kind === 'set-parameter') system.parameters.set(fault.name, fault.value);
    };
    system.takeFault(fault.kind, undefined, act, false);
  }

  // ── Divergence ──────────────────────────────────────────────────────────────────────────────────────────────────

  private checkAnswers(worker: number, cell?: Cell): void {
    const track = this.trackOf(worker);
    if (!track.hasUnusedAnswer || this.divergence !== undefined) return;
    this.diverge(otherQuestionsText(this.system, worker, track, cell));
  }

  private diverge(what: string): void {
    this.divergence ??= divergenceText(what, this.system.reports());
  }

  /** In a step that cannot be what it was. */
  private divergeInStep(what: string): void {
    this.diverge(what);
    this.system.takeFault('diverged', undefined, () => undefined, false);
  }

  /** Why nothing comes after this. */
  get whyOver(): string {
    return this.divergence ?? endText(this.recording);
  }

  // ── Another way ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** From here on the run is a simulated one. */
  leave(): void {
    if (!this.isFollowing) return;
    this.nextKey = this.keyOfNext();
    this.isFollowing = false;
    const { system } = this;
    for (const { atMs, clockMs } of this.tracks) this.passTo(Math.max(atMs, clockMs));
    system.network.leaveLines();
    system.skipPlanned();
    system.sweep();
  }

  private keyOfNext(): ChoiceKey | undefined {
    const worker = this.divergence === undefined ? this.order.choose() : PAGE;
    if (worker < 0) return undefined;
    const { batch, timersLeft } = this.trackOf(worker);
    if (timersLeft > 0) return `m${worker}.${this.kernelOf(worker).deadlines.peek()?.order}`;
    return batch === undefined ? undefined : `t${batch.actor}`;
  }

  read(): ReplayReading {
    const taken = this.tracks.reduce((sum, { turn }) => sum + turn, 0);
    return { turns: this.recording.turns, taken, isFollowing: this.isFollowing };
  }

  save(): ReplaySnapshot {
    const { isFollowing, divergence, nextFault, tracks } = this;
    return { isFollowing, divergence, nextFault, tracks: isFollowing ? tracks.map((track) => track.save()) : [] };
  }

  restore({ isFollowing, divergence, nextFault, tracks }: ReplaySnapshot): void {
    this.isFollowing = isFollowing;
    this.divergence = divergence;
    this.nextKey = undefined;
    this.nextFault = nextFault;
    for (const [worker, saved] of tracks.entries()) this.trackOf(worker).restore(saved);
  }
}

interface SettledPipe {
  readonly pipe: number;
  readonly outcome: PipeSettled;
}

interface FromOutside {
  readonly id: number;
  readonly generation: number;
  readonly message?: AnyMessage;
  readonly fault?: ActorFault;
}
