/**
 * The rate of a cumulative count over the last second of engine time. Several windows never disturb each other, because
 * each takes its own differences. While the engine's clock stands still the rate stays what it was.
 */
const WINDOW_MS = 1_000;
/** A second of readings at ten a second, and one more to subtract from. */
const SLOTS = 12;

export class RateWindow {
  readonly #times = new Float64Array(SLOTS);
  readonly #counts = new Float64Array(SLOTS);
  #length = 0;
  #head = 0;
  #rate = 0;

  /** Takes the count at a time and returns the rate per second. A count that went down starts anew. */
  push(atMs: number, count: number): number {
    if (this.#length > 0) {
      const last = (this.#head + SLOTS - 1) % SLOTS;
      if (count < (this.#counts[last] ?? 0) || atMs < (this.#times[last] ?? 0)) this.#length = 0;
      else if (atMs === this.#times[last]) return this.#rate;
    }
    this.#times[this.#head] = atMs;
    this.#counts[this.#head] = count;
    this.#head = (this.#head + 1) % SLOTS;
    if (this.#length < SLOTS) this.#length++;
    this.#rate = this.#difference(atMs, count);
    return this.#rate;
  }

  #difference(atMs: number, count: number): number {
    // The oldest sample inside the window; in a hidden tab, where readings are rare, the one just before this one.
    for (let back = this.#length - 1; back >= 1; back--) {
      const slot = (this.#head + 2 * SLOTS - 1 - back) % SLOTS;
      const elapsedMs = atMs - (this.#times[slot] ?? 0);
      if (elapsedMs > WINDOW_MS * 1.05 && back > 1) continue;
      return elapsedMs > 0 ? ((count - (this.#counts[slot] ?? 0)) * 1_000) / elapsedMs : 0;
    }
    return 0;
  }
}
