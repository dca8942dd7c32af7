/**
 * The rate of a cumulative count over the last second of engine time. Several windows never disturb each other, because
 * each takes its own differences. While the engine's clock stands still the rate stays what it was. A clock that goes
 * back, as in a simulated run, takes the window with it: what was counted until then still holds.
 */
const WINDOW_MS = 1_000;
/** Readings closer together than this share a slot, so that a second fits, however often somebody looks. */
const GRAIN_MS = 80;
/** A second of readings that far apart, and one more to subtract from. */
const SLOTS = 14;

export class RateWindow {
  readonly #times = new Float64Array(SLOTS);
  readonly #counts = new Float64Array(SLOTS);
  #length = 0;
  #head = 0;
  #rate = 0;

  /** Takes the count at a time and returns the rate per second. A count that went down starts anew. */
  push(atMs: number, count: number): number {
    if (this.#length > 0 && atMs === this.#times[this.#slot(1)] && count === this.#counts[this.#slot(1)]) {
      return this.#rate;
    }
    // In the first second all counts began at 0, whoever counts since when.
    if (this.#length === 0 && atMs > 0 && atMs <= WINDOW_MS) this.#add(0, 0);
    while (this.#length > 0 && (this.#times[this.#slot(1)] ?? 0) >= atMs) this.#drop();
    if (this.#length > 0 && count < (this.#counts[this.#slot(1)] ?? 0)) this.#length = 0;
    if (this.#length > 1 && atMs - (this.#times[this.#slot(2)] ?? 0) < GRAIN_MS) this.#drop();
    this.#add(atMs, count);
    this.#rate = this.#difference(atMs, count);
    return this.#rate;
  }

  #add(atMs: number, count: number): void {
    this.#times[this.#head] = atMs;
    this.#counts[this.#head] = count;
    this.#head = (this.#head + 1) % SLOTS;
    if (this.#length < SLOTS) this.#length++;
  }

  /** The latest slot but `back - 1`. */
  #slot(back: number): number {
    return (this.#head + SLOTS - back) % SLOTS;
  }

  #drop(): void {
    this.#head = this.#slot(1);
    this.#length--;
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
