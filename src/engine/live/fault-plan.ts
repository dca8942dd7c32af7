/**
 * The faults that a scenario does to itself, in a live run: each at its time on the engine's clock, which stands still while
 * the run is paused. They come when the page's own timers let them, so perhaps a little late, and never early. Those that
 * are due together come one after another, in their order, also to different workers.
 *
 *   idle ──arm──▶ armed ──its time has come──▶ (inject) ──more to come──▶ armed
 *                   └──disarm: the run is paused or over──▶ idle
 */
import type { Fault } from '../../kernel/fault.ts';
import { plannedFaults } from '../../kernel/planned-faults.ts';
import type { PlannedFault } from '../../kernel/scenario.ts';

/** Longer than this a browser's timer cannot wait; it then looks again. */
const WAIT_MS_MAX = 2 ** 31 - 1;
/** A fault that is not done by then (a worker hangs, say) is not waited for by the next one. */
const PATIENCE_MS = 250;

export class FaultPlan {
  /** The next one last. */
  private readonly ahead: PlannedFault[];
  private readonly now: () => number;
  private readonly inject: (fault: Fault) => Promise<void>;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @throws PlayhouseError `invalid-configuration`, naming the field */
  constructor(faults: readonly PlannedFault[], now: () => number, inject: (fault: Fault) => Promise<void>) {
    this.ahead = plannedFaults(faults).toReversed();
    this.now = now;
    this.inject = inject;
  }

  /** Time passes from now on. Faults whose time is over already come at once. */
  arm(): void {
    this.disarm();
    const next = this.ahead.at(-1);
    if (next === undefined) return;
    const waitMs = Math.min(Math.max(0, next.atMs - this.now()), WAIT_MS_MAX);
    this.timer = setTimeout(() => void this.due(), Math.ceil(waitMs));
  }

  disarm(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async due(): Promise<void> {
    const armed = this.timer;
    for (let next = this.ahead.at(-1); next !== undefined && next.atMs <= this.now(); next = this.ahead.at(-1)) {
      this.ahead.pop();
      await withinPatience(this.inject(next.fault));
      // Paused, or over, or armed again meanwhile.
      if (this.timer !== armed) return;
    }
    this.arm();
  }
}

function withinPatience(done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    void done.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
