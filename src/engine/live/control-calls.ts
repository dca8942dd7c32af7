/**
 * The page's control calls to workers. Each call wakes its worker, keeps it awake until it has answered, and always ends:
 * with the answer, with `worker-lost` after a time-out, or when the run ends. (A dead worker never answers, and comlink
 * alone would wait for ever.)
 */
import type { Result } from '../../base/result.ts';
import { type ErrorReport, errorFrom, PlayhouseError } from '../../kernel/errors.ts';
import { OpenAnswers, type TimeLimit } from '../control/open-answers.ts';
import { WORKER_WORD, workerWord } from './memory/layout.ts';
import type { WorkerControl } from './worker-control.ts';

/** A worker that has not answered for this long is given up. */
export const CALL_TIMEOUT_MS = 10_000;

export class ControlCalls {
  private readonly control: Int32Array;
  private readonly controlOf: (worker: number) => WorkerControl | undefined;
  private readonly underWay = new Set<Promise<unknown>>();
  private readonly open = new OpenAnswers();

  constructor(control: Int32Array, controlOf: (worker: number) => WorkerControl | undefined) {
    this.control = control;
    this.controlOf = controlOf;
  }

  /** As `call`; an error report becomes a rejection. */
  async checked<T>(worker: number, make: (control: WorkerControl) => Promise<Result<T, ErrorReport>>): Promise<T> {
    const result = await this.call(worker, make);
    if (!result.ok) throw errorFrom(result.error);
    return result.value;
  }

  call<T>(worker: number, make: (control: WorkerControl) => Promise<T>): Promise<T> {
    const control = this.controlOf(worker);
    if (control === undefined)
      return Promise.reject(new PlayhouseError('not-started', 'The engine has not been started.'));
    // Its worker is gone, and comlink throws what nobody can read.
    if (this.open.ended !== undefined) return Promise.reject(this.open.ended);
    const callsWord = workerWord(worker, WORKER_WORD.calls);
    Atomics.add(this.control, callsWord, 1);
    this.wake(worker);
    const answer = this.open.wait(make(control), timeLimitOf(worker)).finally(() => {
      Atomics.sub(this.control, callsWord, 1);
      this.underWay.delete(answer);
    });
    this.underWay.add(answer);
    return answer;
  }

  wake(worker: number): void {
    const word = workerWord(worker, WORKER_WORD.wake);
    Atomics.add(this.control, word, 1);
    Atomics.notify(this.control, word);
  }

  /** Rejects what is under way and whatever comes later. */
  end(): void {
    this.open.end(new PlayhouseError('worker-lost', 'The system stopped before its workers answered.'));
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled([...this.underWay]);
  }
}

function timeLimitOf(worker: number): TimeLimit {
  const text = `Worker ${worker} has not answered for ${CALL_TIMEOUT_MS / 1000} s.`;
  return { ms: CALL_TIMEOUT_MS, error: () => new PlayhouseError('worker-lost', text) };
}
