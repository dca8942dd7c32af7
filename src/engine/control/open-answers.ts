/**
 * Answers that may never come, because whoever owes them can be gone: each one ends with the answer, when its time is up, or
 * with everything. Of an answer that has come nothing is kept, however long the run goes on.
 */
import type { PlayhouseError } from '../../kernel/errors.ts';

/** After so long an answer is given up, with that error. */
export interface TimeLimit {
  readonly ms: number;
  readonly error: () => PlayhouseError;
}

export class OpenAnswers {
  private whyEnded: PlayhouseError | undefined;
  private readonly rejections = new Set<(error: PlayhouseError) => void>();

  /** Why there are no answers any more; undefined as long as there can be some. */
  get ended(): PlayhouseError | undefined {
    return this.whyEnded;
  }

  /** How many are waited for. */
  get count(): number {
    return this.rejections.size;
  }

  wait<T>(answer: Promise<T>, limit?: TimeLimit): Promise<T> {
    return new Promise((resolve, reject) => {
      const close = (): void => {
        clearTimeout(timer);
        this.rejections.delete(giveUp);
      };
      const giveUp = (error: PlayhouseError): void => {
        close();
        reject(error);
      };
      const timer = limit && setTimeout(() => giveUp(limit.error()), limit.ms);
      this.rejections.add(giveUp);
      answer.finally(close).then(resolve, reject);
    });
  }

  /** Rejects whatever is waited for. */
  end(error: PlayhouseError): void {
    this.whyEnded ??= error;
    for (const giveUp of this.rejections) giveUp(error);
  }
}
