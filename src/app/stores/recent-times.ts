/**
 * The times of the readings of the last second, in a ring: a window keeps what it read at each of them under the same place
 * of a ring of its own. A clock that goes back, as in a simulated run, takes the later ones with it.
 */
export const WINDOW_MS = 1_000;
/** Readings closer together than this share a place, so that a second fits, however often somebody looks. */
const GRAIN_MS = 80;
/** A second of readings that far apart, and one more to subtract from. */
export const PLACES = 14;
/** Readings are never exactly a second apart. */
const TOLERANCE = 1.05;

export class RecentTimes {
  readonly #times = new Float64Array(PLACES);
  #length = 0;
  #head = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Where the latest reading is; meaningless where there is none. */
  get latest(): number {
    return this.#place(1);
  }

  get latestMs(): number {
    return this.#timeAt(1);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Forgets what was read then or later. */
  rewind(atMs: number): void {
    while (this.#length > 0 && this.#timeAt(1) >= atMs) this.#drop();
  }

  /** Forgets the latest reading if the one before it is almost as young. */
  thin(atMs: number): void {
    if (this.#length > 1 && atMs - this.#timeAt(2) < GRAIN_MS) this.#drop();
  }

  /** Where to keep what is read now. */
  add(atMs: number): number {
    const place = this.#head;
    this.#times[place] = atMs;
    this.#head = (place + 1) % PLACES;
    if (this.#length < PLACES) this.#length++;
    return place;
  }

  /**
   * What to subtract from the latest reading: the oldest one within the window, or where readings are rare, as in a hidden
   * tab, the one just before it. Undefined where there is no other.
   */
  base(): { readonly place: number; readonly elapsedMs: number } | undefined {
    for (let back = this.#length; back >= 2; back--) {
      const elapsedMs = this.latestMs - this.#timeAt(back);
      if (elapsedMs <= WINDOW_MS * TOLERANCE || back === 2) return { place: this.#place(back), elapsedMs };
    }
    return undefined;
  }

  /** Of the latest reading for 1, of the one before it for 2, … */
  #place(back: number): number {
    return (this.#head + PLACES - back) % PLACES;
  }

  #timeAt(back: number): number {
    return this.#times[this.#place(back)] ?? 0;
  }

  #drop(): void {
    this.#head = this.#place(1);
    this.#length--;
  }
}
