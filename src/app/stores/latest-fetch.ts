/**
 * Something that is asked for again and again, as a run moves on: at most one call is under way, and of all that was asked
 * for meanwhile only the latest is fetched after it. What arrives is shown even if it is no longer the latest, because a
 * picture that is a moment old is better than none while the run keeps moving.
 */
export interface LatestFetch {
  /** Asks for what `key` stands for, unless that was asked for last. */
  want(key: string): void;
  /** What is under way is not shown any more, and the next `want` fetches whatever its key. */
  forget(): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

/**
 * @param load is told nothing: it fetches what is wanted at the moment when it is called. It never rejects: what went wrong
 * is a value too, because somebody wants to read it.
 */
export function createLatestFetch<T>(load: () => Promise<T>, show: (value: T) => void): LatestFetch {
  let wanted: string | undefined;
  let epoch = 0;
  let under: Promise<void> | undefined;

  async function run(): Promise<void> {
    for (let fetchedKey: string | undefined; wanted !== undefined && wanted !== fetchedKey; ) {
      fetchedKey = wanted;
      const mine = epoch;
      const value = await load();
      if (mine === epoch) show(value);
      else fetchedKey = undefined;
    }
    under = undefined;
  }

  return {
    want(key) {
      if (key === wanted) return;
      wanted = key;
      under ??= run();
    },
    forget() {
      epoch++;
      wanted = undefined;
    },
    async settled() {
      while (under !== undefined) await under;
    },
  };
}
