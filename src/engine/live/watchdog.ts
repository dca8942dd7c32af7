/**
 * Finds workers whose turn does not end: each worker changes its heartbeat word with every round, and says when it sleeps.
 * One that does neither for so long is stuck.
 */
import { LIVE_LIMITS, WORKER_WORD } from './memory/layout.ts';
import type { PageMemory } from './page-memory.ts';

const LOOK_EVERY_MS = 200;
/**
 * A machine that was asleep, or a page whose timers were throttled, makes everybody look late at once: so many looks have to
 * find the same, however long they are apart.
 */
const LOOKS_MIN = 4;

interface Pulse {
  heartbeat: number;
  sinceMs: number;
  looks: number;
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
    this.pulses = Array.from({ length: this.memory.workers }, () => ({ heartbeat: 0, sinceMs: 0, looks: 0 }));
    this.timer = setInterval(() => this.look(performance.now()), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(nowMs: number): void {
    for (const [worker, pulse] of this.pulses.entries()) {
      const heartbeat = this.memory.word(worker, WORKER_WORD.heartbeat);
      const isAsleep = this.memory.word(worker, WORKER_WORD.parked) === 1;
      if (isAsleep || heartbeat !== pulse.heartbeat || pulse.looks === 0) {
        pulse.heartbeat = heartbeat;
        pulse.sinceMs = nowMs;
        pulse.looks = 1;
        continue;
      }
      pulse.looks++;
      if (pulse.looks < LOOKS_MIN || nowMs - pulse.sinceMs < LIVE_LIMITS.turnMsMax) continue;
      pulse.looks = 0;
      this.onStuck(worker);
    }
  }
}
