/**
 * Drives a simulator: plays it, travels to a step, runs it until something is so.
 *
 * Long ways are taken in slices of a few milliseconds, with a visit to the event loop between them; so there is always an
 * answer. A new command that goes somewhere ends the way that is under way, wherever it has got to: the simulator is whole
 * between any two steps.
 */
import { RUN_LIMITS } from '../../kernel/intervention.ts';
import type { Reading } from '../engine.ts';
import type { Condition, Speed, StopReport } from '../simulation.ts';
import { type Check, checkFor, limitOf } from './conditions.ts';
import { type Driving, readSystem } from './reading.ts';
import type { Simulator } from './simulator.ts';
import type { Taken } from './system.ts';

/** Wall time of a slice, after which calls are looked for. */
const SLICE_MS = 12;
/** Wall time between two slices of a run that is played at a speed. */
const PAUSE_MS = 8;
/** Figures of the page are over so much virtual time. */
const WINDOW_MS = 1_000;
/** Steps between looks at the wall clock. */
const STEPS_PER_LOOK = 500;
/** Where a machine is too slow for the chosen speed, virtual time falls behind instead of piling up. */
const CATCH_UP_MS = 50;

export class Driver {
  readonly simulator: Simulator;
  speed: Speed = 1;
  /** What stops whatever runs, until others are set. */
  breakpoints: readonly Check[] = [];
  /** Changes whenever anything that the page shows may have changed. */
  version = 1;
  private isPlaying = false;
  private stopped: StopReport | undefined;
  private progress: Driving['progress'];
  /** What the present run is run until. */
  private until: Check | undefined;
  private earlier: Reading | undefined;
  /** Counts what goes somewhere: a way that is not the latest one ends. */
  private way = 0;
  private readonly turnstile = new MessageChannel();
  private readonly waiting: (() => void)[] = [];
  private isOdd = false;

  constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  get driving(): Driving {
    const { isPlaying, speed, stopped, progress } = this;
    return { isPlaying, speed, stopped, progress };
  }

  /** Once after a jump: what a reading would have been a little earlier. */
  takeEarlier(): Reading | undefined {
    const { earlier } = this;
    this.earlier = undefined;
    return earlier;
  }

  // ── Stopping ────────────────────────────────────────────────────────────────────────────────────────────────────

  pause(): void {
    this.way++;
    this.isPlaying = false;
    this.stopped = undefined;
    this.progress = undefined;
    this.until = undefined;
    this.version++;
  }

  private halt(report: StopReport): void {
    this.pause();
    this.stopped = report;
  }

  /** Stops at the present step, if that is one to stop at. */
  private readonly stopWithReason = (): boolean => {
    const report = this.reason();
    if (report !== undefined) this.halt(report);
    return report !== undefined;
  };

  private reason(): StopReport | undefined {
    const { system, step, diverged } = this.simulator;
    // Told at the step that should have been another one; whoever plays on has heard of it.
    if (diverged !== undefined && diverged.step === step - 1) return diverged;
    const wanted = this.until?.(system);
    if (wanted !== undefined) return { because: 'until', text: wanted, step };
    for (const check of this.breakpoints) {
      const text = check(system);
      if (text !== undefined) return { because: 'breakpoint', text: `Breakpoint: ${text}`, step };
    }
    const violated = system.recorder?.stepEvents.find((event) => event.type === 'violated');
    if (violated?.type !== 'violated') return undefined;
    return { because: 'violation', text: `“${violated.property}” is violated. ${violated.detail}`, step };
  }

  /** Something is done to the run where it is now: a way to somewhere else ends here, and what runs goes on. */
  interfere(act: () => void): void {
    if (!this.isPlaying) this.pause();
    act();
    if (this.isPlaying) this.stopWithReason();
  }

  // ── Running ─────────────────────────────────────────────────────────────────────────────────────────────────────

  play(): void {
    this.pause();
    this.isPlaying = true;
    // A bug in the simulator must reach the page as a worker error, not vanish in a promise.
    this.playOn(this.way).catch((thrown: unknown) => setTimeout(() => reportBug(thrown)));
  }

  private async playOn(way: number): Promise<void> {
    const { simulator } = this;
    let wallMs = performance.now();
    while (way === this.way) {
      const nowMs = performance.now();
      const elapsedMs = Math.min(CATCH_UP_MS, nowMs - wallMs);
      wallMs = nowMs;
      const limitMs = simulator.clockMs + elapsedMs * this.speed;
      const taken = this.slice(limitMs);
      if (taken === 'later' && limitMs < Number.POSITIVE_INFINITY) simulator.clockMs = limitMs;
      this.version++;
      await this.yieldToEventLoop(this.speed === Number.POSITIVE_INFINITY ? 0 : PAUSE_MS);
    }
  }

  /** Resolves where the condition holds, or where something else stops the run. */
  async runUntil(condition: Condition): Promise<void> {
    const check = checkFor(condition);
    const limitMs = limitOf(condition);
    const { simulator } = this;
    const from = simulator.step;
    this.pause();
    if (limitMs < simulator.clockMs) {
      const text = `It is ${simulator.clockMs} ms already, and not ${limitMs} ms any more.`;
      return this.halt({ because: 'until', text, step: from });
    }
    const { way } = this;
    this.until = check;
    this.isPlaying = true;
    for (;;) {
      const taken = this.slice(limitMs);
      if (taken === 'later') {
        simulator.clockMs = Math.max(simulator.clockMs, limitMs);
        this.halt({ because: 'until', text: `It is ${limitMs} ms.`, step: simulator.step });
      }
      if (way !== this.way) return;
      this.progress = { done: simulator.step - from, total: 0 };
      this.version++;
      await this.yieldToEventLoop(0);
      // Stopped in the meantime, or on another way.
      if (way !== this.way) return;
    }
  }

  /** Some milliseconds of steps; `taken`: there is more to do, or something has stopped it. */
  private slice(limitMs: number): Taken {
    const { simulator, way } = this;
    const untilMs = performance.now() + SLICE_MS;
    do {
      const taken = simulator.run(Number.POSITIVE_INFINITY, STEPS_PER_LOOK, limitMs, this.stopWithReason);
      if (taken === 'over') this.halt(endOf(simulator));
      if (taken !== 'taken' || way !== this.way) return taken;
    } while (performance.now() < untilMs);
    return 'taken';
  }

  // ── Travelling ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Goes to a step, however long it takes, unless something else is wanted in the meantime. */
  async travel(step: number): Promise<void> {
    this.pause();
    const { simulator, way } = this;
    const fromMs = simulator.clockMs;
    simulator.approach(step);
    const from = simulator.step;
    const total = step - from;
    for (;;) {
      const untilMs = performance.now() + SLICE_MS;
      let taken: Taken = 'taken';
      while (simulator.step < step && taken === 'taken' && performance.now() < untilMs) {
        taken = simulator.run(step, STEPS_PER_LOOK, Number.POSITIVE_INFINITY);
      }
      const isThere = simulator.step >= step || taken !== 'taken';
      this.progress = isThere ? undefined : { done: simulator.step - from, total };
      this.version++;
      if (isThere) break;
      await this.yieldToEventLoop(0);
      if (way !== this.way) return;
    }
    simulator.clockMs = simulator.system.stepMs;
    if (simulator.diverged !== undefined) this.stopped = simulator.diverged;
    if (Math.abs(simulator.clockMs - fromMs) > WINDOW_MS) this.earlier = this.readEarlier();
  }

  /** For whoever has just jumped here and wants to know of the last second. */
  private readEarlier(): Reading {
    const { simulator } = this;
    const { clockMs, step } = simulator;
    return simulator.excursion(() => {
      simulator.seekTime(Math.max(0, clockMs - WINDOW_MS), step);
      return readSystem(simulator, 'paused');
    });
  }

  /** @param ms 0: as soon as others had their chance */
  private yieldToEventLoop(ms: number): Promise<void> {
    if (ms > 0) return new Promise((resolve) => setTimeout(resolve, ms));
    const { port1, port2 } = this.turnstile;
    port1.onmessage ??= this.letThrough;
    port2.onmessage ??= this.letThrough;
    // By turns: a platform that empties one port before it looks at anything else must not get stuck here.
    this.isOdd = !this.isOdd;
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      (this.isOdd ? port1 : port2).postMessage(null);
    });
  }

  /** More than one way may wait: one that has been cut short does not know it yet. */
  private readonly letThrough = (): void => this.waiting.shift()?.();
}

function endOf(simulator: Simulator): StopReport {
  const { step, system } = simulator;
  const because = system.replay?.isFollowing && system.replay.divergence !== undefined ? 'diverged' : 'over';
  return { because, text: whyOver(simulator), step };
}

function whyOver({ system }: Simulator): string {
  if (system.replay?.isFollowing && system.replay.divergence !== undefined) return system.replay.divergence;
  if (system.stopCause !== undefined) return `The system has stopped: ${system.stopCause}`;
  if (system.step >= RUN_LIMITS.stepsMax) return `No run goes beyond step ${RUN_LIMITS.stepsMax}.`;
  if (system.replay?.isFollowing) return system.replay.whyOver;
  return 'Nothing can happen any more: no message is on its way and no timer is set.';
}

function reportBug(thrown: unknown): never {
  throw thrown;
}
