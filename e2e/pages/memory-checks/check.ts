/** The two kinds of memory checks, and what page and worker say to each other about them. */

export interface CheckOptions {
  readonly seed: number;
  readonly runs: number;
}

/** Runs in one worker, usually as a fast-check property; throws what is wrong. */
export type PropertyCheck = (options: CheckOptions) => void;

/** Runs in two workers that share memory, one buffer for each run. Each side throws what is wrong. */
export interface PairCheck {
  memory(options: CheckOptions): readonly SharedArrayBuffer[];
  producer(memory: readonly SharedArrayBuffer[], options: CheckOptions): void;
  consumer(memory: readonly SharedArrayBuffer[], options: CheckOptions): void;
}

export interface CheckTask {
  readonly name: string;
  readonly role: 'alone' | 'producer' | 'consumer';
  readonly options: CheckOptions;
  readonly memory: readonly SharedArrayBuffer[];
}

export type CheckVerdict = { readonly passed: true } | { readonly passed: false; readonly cause: string };

/**
 * Waiting for another thread: spins at first, then sleeps shortly each time, so that both sides get on where there are
 * fewer free processors than threads.
 */
export class Patience {
  private readonly word = new Int32Array(new SharedArrayBuffer(4));
  private spins = 0;

  /** Call each time there was nothing to do. */
  wait(): void {
    if (++this.spins > 1_000) Atomics.wait(this.word, 0, 0, 0.05);
  }

  /** Call when there was something to do again. */
  reset(): void {
    this.spins = 0;
  }
}

/** Fails a check; unlike the app's assert it says nothing about whose bug it is. */
export function check(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Error(message());
}
