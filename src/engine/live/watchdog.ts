/**
 * Finds workers whose turn does not end: each worker changes its heartbeat word with every round, counts the turns of whoever
 * has some, and says when it sleeps. One of which nothing changes for so long is stuck.
 */
import { LIVE_LIMITS, WORKER_WORD } from './memory/layout.ts';
import type { PageMemory } from './page-memory.ts';

const LOOK_EVERY_MS = 200;
/**
 * A machine that was asleep, or a page whose timers were throttled, makes everybody look late at once: so many looks have to
 * find the same, however long they are apart.
 */
const LOOKS_MIN = 4;

/** How long a worker has neither begun a round or a turn nor gone to sleep. */
class Pulse {
  private heartbeat = '';
  private sinceMs = 0;
  private looks = 0;

  /** True when it has not moved for so long, over several looks. */
  isStuck(memory: PageMemory, worker: number, nowMs: number): boolean {
    // A round of slow turns is long, but its turns end.
    const words = [WORKER_WORD.heartbeat, WORKER_WORD.current, WORKER_WORD.turn];
    const heartbeat = words.map((word) => memory.word(worker, word)).join(' ');
    const isAsleep = memory.word(worker, WORKER_WORD.parked) === 1;
    if (isAsleep || heartbeat !== this.heartbeat || this.looks === 0) {
      this.heartbeat = heartbeat;
      this.sinceMs = nowMs;
      this.looks = 1;
      return false;
    }
    this.looks++;
    return this.looks >= LOOKS_MIN && nowMs - this.sinceMs >= LIVE_LIMITS.turnMsMax;
  }
}

export class Watchdog {
  private readonly memory: PageMemory;
  private readonly onStuck: (worker: number) => void;
  private timer: ReturnType<typeof setInterval> | undefined;
  private pulses: Pulse[] = [];

  constructor(memory: PageMemory, onStuck: (worker: number) => void) {
    this.memory = memory;
    this.onStuck = onStuck;
  }

  start(): void {
    this.stop();
    this.pulses = pulsesOf(this.memory);
    this.timer = setInterval(() => this.look(performance.now()), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(nowMs: number): void {
    for (const [worker, pulse] of this.pulses.entries()) {
      if (pulse.isStuck(this.memory, worker, nowMs)) this.onStuck(worker);
    }
  }
}

function pulsesOf({ workers }: PageMemory): Pulse[] {
  return Array.from({ length: workers }, () => new Pulse());
}

/** Resolves to true when the worker is stuck, to false when `over` has settled before that. */
export function stuckBefore(memory: PageMemory, worker: number, over: Promise<unknown>): Promise<boolean> {
  const pulse = new Pulse();
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (pulse.isStuck(memory, worker, performance.now())) end(true);
    }, LOOK_EVERY_MS);
    const end = (isStuck: boolean): void => {
      clearInterval(timer);
      resolve(isStuck);
    };
    over.then(
      () => end(false),
      () => end(true),
    );
  });
}
