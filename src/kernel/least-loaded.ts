/**
 * Placement `least-loaded`: beside whoever has least to do. What a worker says of itself is a round of its loop old, so
 * this one also counts what it has placed there since: a handler that starts a hundred actors spreads them.
 */
import type { Host } from './host.ts';

export interface LeastLoadedSnapshot {
  readonly told: readonly number[];
  readonly placed: readonly number[];
}

export class LeastLoaded {
  private readonly host: Host;
  /** By worker: the load that it told last, and how many actors this one has placed there since. */
  private readonly told: number[] = [];
  private readonly placed: number[] = [];

  constructor(host: Host) {
    this.host = host;
  }

  /** The worker for one more actor: of equal ones this worker, then the one with the lowest number. */
  choose(): number {
    const { worker, workers } = this.host;
    let chosen = worker;
    let least = this.loadOf(worker);
    for (let other = 0; other < workers; other++) {
      const load = this.loadOf(other);
      if (load >= least) continue;
      chosen = other;
      least = load;
    }
    this.placed[chosen] = (this.placed[chosen] ?? 0) + 1;
    return chosen;
  }

  private loadOf(worker: number): number {
    const load = this.host.loadOf(worker);
    if (load !== this.told[worker]) {
      this.told[worker] = load;
      this.placed[worker] = 0;
    }
    return load + (this.placed[worker] ?? 0);
  }

  save(): LeastLoadedSnapshot {
    return { told: this.told.slice(), placed: this.placed.slice() };
  }

  restore({ told, placed }: LeastLoadedSnapshot): void {
    this.told.splice(0, this.told.length, ...told);
    this.placed.splice(0, this.placed.length, ...placed);
  }
}

/** A load as `Host.loadOf` gives it. Workers have fewer than 2²¹ actors, so that those that wait for nothing never outweigh one that runs. */
export function loadOfWorker(runnable: number, living: number): number {
  return runnable + living / LIVING_MAX;
}

const LIVING_MAX = 2 ** 21;
