/**
 * The rate of a cumulative count over the last second of engine time. Several windows never disturb each other, because
 * each takes its own differences. While the engine's clock stands still the rate stays what it was. A clock that goes
 * back, as in a simulated run, takes the window with it: what was counted until then still holds.
 */
import { PLACES, RecentTimes, WINDOW_MS } from './recent-times.ts';

export class RateWindow {
  readonly #times = new RecentTimes();
  readonly #counts = new Float64Array(PLACES);
  #rate = 0;

  /** Takes the count at a time and returns the rate per second. A count that went down starts anew. */
  push(atMs: number, count: number): number {
    const times = this.#times;
    if (!times.isEmpty && atMs === times.latestMs && count === this.#latest) return this.#rate;
    // In the first second all counts began at 0, whoever counts since when.
    if (times.isEmpty && atMs > 0 && atMs <= WINDOW_MS) this.#add(0, 0);
    times.rewind(atMs);
    if (!times.isEmpty && count < this.#latest) times.clear();
    times.thin(atMs);
    this.#add(atMs, count);
    const base = times.base();
    this.#rate =
      base === undefined || base.elapsedMs <= 0
        ? 0
        : ((count - (this.#counts[base.place] ?? 0)) * 1_000) / base.elapsedMs;
    return this.#rate;
  }

  get #latest(): number {
    return this.#counts[this.#times.latest] ?? 0;
  }

  #add(atMs: number, count: number): void {
    this.#counts[this.#times.add(atMs)] = count;
  }
}
