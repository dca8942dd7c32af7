/**
 * Each worker counts the departures from it, and knows of how many of everybody's it has heard. When a worker is lost all
 * count anew, in another era, which is the same one for all: what was counted before says nothing then.
 */
import type { Move } from './move-letter.ts';

export class DepartureCount {
  era = 0;
  departed = 0;
  /** By worker. */
  readonly heard: number[];
  private readonly worker: number;

  constructor(worker: number, workers: number) {
    this.worker = worker;
    this.heard = new Array<number>(workers).fill(0);
  }

  /** Another worker tells of a departure. True when it counts in a newer era, and all begins anew. */
  hear(from: number, { departure, era }: Move): boolean {
    if (era < this.era) return false;
    const isNewer = era > this.era;
    if (isNewer) this.countAnew(era);
    this.heard[from] = departure;
    return isNewer;
  }

  countAnew(era: number): void {
    this.era = era;
    this.departed = 0;
    this.heard.fill(0);
  }

  /** Somebody else has heard of departures, by worker: whether this worker has yet to hear of any of them. */
  isBehind(heard: readonly number[]): boolean {
    return heard.some((departure, worker) => worker !== this.worker && departure > (this.heard[worker] as number));
  }
}
