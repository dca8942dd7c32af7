/**
 * Two dedicated workers with a channel between them, which run the two sides of a measurement. Kept for all runs of the
 * page, so that their code stays compiled.
 */

export interface PairTask {
  readonly job: string;
  readonly side: 'first' | 'second';
  readonly size: number;
  /** Fresh for each run, all zeros. */
  readonly memory: SharedArrayBuffer;
  /** For `startTogether`; fresh for each run. */
  readonly start: SharedArrayBuffer;
}

/** What a side may hand back; the page merges both sides' answers. */
export interface PairAnswer {
  readonly elapsedMs?: number;
  readonly checksum?: number;
  readonly expected?: number;
}

export class WorkerPair {
  private readonly workers: readonly [Worker, Worker];

  constructor(createWorker: () => Worker) {
    this.workers = [createWorker(), createWorker()];
    const channel = new MessageChannel();
    this.workers[0].postMessage(channel.port1, [channel.port1]);
    this.workers[1].postMessage(channel.port2, [channel.port2]);
  }

  /** Runs both sides of a job at the same time and resolves with what they measured. */
  async run(job: string, size: number, bytes: number): Promise<Required<PairAnswer>> {
    const memory = new SharedArrayBuffer(bytes);
    const start = new SharedArrayBuffer(4);
    const [first, second] = await Promise.all([
      ask(this.workers[0], { job, side: 'first', size, memory, start }),
      ask(this.workers[1], { job, side: 'second', size, memory, start }),
    ]);
    const { elapsedMs, checksum, expected } = { ...first, ...second };
    if (elapsedMs === undefined || checksum === undefined || expected === undefined) {
      throw new Error(`${job}: the two sides together must measure elapsedMs, checksum and expected`);
    }
    return { elapsedMs, checksum, expected };
  }
}

function ask(worker: Worker, task: PairTask): Promise<PairAnswer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<PairAnswer>) => resolve(data);
    worker.onerror = (event) => reject(new Error(`${task.job}, ${task.side} side: ${event.message}`));
    worker.postMessage(task);
  });
}

/** What each side of a job is: it measures, or is measured, and answers when it is done. */
export type Side = (task: PairTask, port: MessagePort) => PairAnswer | Promise<PairAnswer>;

/** The worker's end: answers tasks with the sides of the given jobs. */
export function servePair(jobs: Readonly<Record<string, Readonly<Record<PairTask['side'], Side>>>>): void {
  let port: MessagePort | undefined;
  self.onmessage = async ({ data }: MessageEvent<MessagePort | PairTask>) => {
    if (data instanceof MessagePort) {
      port = data;
      return;
    }
    const side = jobs[data.job]?.[data.side];
    if (side === undefined || port === undefined) throw new Error(`no job ${data.job}, or no channel`);
    self.postMessage(await side(data, port));
  };
}

/** Returns when both sides have called it: neither measures the other's start. */
export function startTogether({ start }: PairTask): void {
  const words = new Int32Array(start);
  Atomics.add(words, 0, 1);
  while (Atomics.load(words, 0) < 2);
}
