/**
 * The page's control calls to workers. Each call wakes its worker, keeps it awake until it has answered, and always ends:
 * with the answer, with `worker-lost` after a time-out, or when the run ends. (A dead worker never answers, and comlink
 * alone would wait for ever.)
 */
import type { Result } from '../../base/result.ts';
import { type ErrorReport, errorFrom, PlayhouseError } from '../../kernel/errors.ts';
import { OpenAnswers, type TimeLimit } from '../control/open-answers.ts';
import { WORKER_WORD, workerWord } from './memory/layout.ts';
import type { PageMemory } from './page-memory.ts';
import type { WorkerControl } from './worker-control.ts';

/** A worker that has not answered for this long is given up. */
export const CALL_TIMEOUT_MS = 10_000;

export class ControlCalls {
  private readonly memory: PageMemory;
  private readonly controlOf: (worker: number) => WorkerControl | undefined;
  private readonly underWay = new Set<Promise<unknown>>();
  /** By worker; another one when it is lost. */
  private readonly open: OpenAnswers[];
  private readonly held = new Set<number>();

  constructor(memory: PageMemory, controlOf: (worker: number) => WorkerControl | undefined) {
    this.memory = memory;
    this.controlOf = controlOf;
    this.open = Array.from({ length: memory.workers }, () => new OpenAnswers());
  }

  /** As `call`; an error report becomes a rejection. */
  async checked<T>(
    worker: number,
    make: (control: WorkerControl) => Promise<Result<T, ErrorReport>>,
    timeoutMs?: number,
  ): Promise<T> {
    const result = await this.call(worker, make, timeoutMs);
    if (!result.ok) throw errorFrom(result.error);
    return result.value;
  }

  call<T>(
    worker: number,
    make: (control: WorkerControl) => Promise<T>,
    timeoutMs: number = CALL_TIMEOUT_MS,
  ): Promise<T> {
    const control = this.controlOf(worker);
    const open = this.open[worker];
    if (control === undefined || open === undefined)
      return Promise.reject(new PlayhouseError('not-started', 'The engine has not been started.'));
    // Its worker is gone, and comlink throws what nobody can read.
    if (open.ended !== undefined) return Promise.reject(open.ended);
    const answer = open.wait(make(control), timeLimitOf(worker, timeoutMs)).finally(() => {
      this.show(worker);
      this.underWay.delete(answer);
    });
    this.underWay.add(answer);
    this.show(worker);
    this.wake(worker);
    return answer;
  }

  /** As long as answers are waited for, the worker keeps returning to its event loop. */
  private show(worker: number): void {
    Atomics.store(
      this.memory.control,
      workerWord(worker, WORKER_WORD.calls),
      this.open[worker]?.count || Number(this.held.has(worker)),
    );
  }

  /** Whether the worker has to stay awake and at hand between calls, too. */
  hold(worker: number, isHeld: boolean): void {
    if (isHeld) this.held.add(worker);
    else this.held.delete(worker);
    this.show(worker);
    this.wake(worker);
  }

  wake(worker: number): void {
    const word = workerWord(worker, WORKER_WORD.wake);
    const { control } = this.memory;
    Atomics.add(control, word, 1);
    Atomics.notify(control, word);
  }

  /** The worker is gone: nothing that is under way there will be answered. Whoever takes its place can be called. */
  lose(worker: number, error: PlayhouseError): void {
    const open = this.open[worker];
    this.open[worker] = new OpenAnswers();
    open?.end(error);
    this.show(worker);
  }

  /** Rejects what is under way and whatever comes later. */
  end(): void {
    const error = new PlayhouseError('worker-lost', 'The system stopped before its workers answered.');
    for (const open of this.open) open.end(error);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled([...this.underWay]);
  }
}

function timeLimitOf(worker: number, ms: number): TimeLimit {
  const text = `Worker ${worker} has not answered for ${ms / 1000} s.`;
  return { ms, error: () => new PlayhouseError('worker-lost', text) };
}
