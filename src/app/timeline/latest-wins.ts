/**
 * Calls with one under way at a time: what is asked for meanwhile waits, and only the latest of it is called. For a person
 * who drags faster than anybody can follow.
 */
export interface LatestWins<T> {
  readonly call: (value: T) => void;
  /** What the present or the waiting call will lead to; undefined while nothing is under way. */
  readonly target: () => T | undefined;
}

/** @param work may return at once; what it rejects with is the business of whoever wrote it */
export function latestWins<T>(work: (value: T) => Promise<void> | void): LatestWins<T> {
  let underWay: { readonly value: T } | undefined;
  let waiting: { readonly value: T } | undefined;

  async function run(value: T): Promise<void> {
    underWay = { value };
    try {
      await work(value);
    } catch {
      // The next call must not wait for ever because one was refused.
    }
    underWay = undefined;
    const next = waiting;
    waiting = undefined;
    if (next !== undefined) void run(next.value);
  }

  return {
    call(value) {
      if (underWay === undefined) void run(value);
      else waiting = { value };
    },
    target: () => (waiting ?? underWay)?.value,
  };
}
