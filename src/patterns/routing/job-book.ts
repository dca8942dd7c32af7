/**
 * The book of a work queue: which jobs wait, who has which, and how often each was tried. Plain data and pure decisions.
 *
 *   refused ◀──full── submitted ──▶ waiting ──▶ assigned ──done──▶ forgotten
 *                                      ▲            │
 *                                      └────lost────┤   back to the front
 *                                                   └──no attempts left──▶ abandoned
 *
 * Invariants: an accepted job is in exactly one place until it is done or abandoned; a worker has at most one job; jobs that
 * were lost go before all that never had a turn. A job may be done twice (its worker did it, and died before it could say
 * so) but is never forgotten: at least once. Waiting are at most `capacity` jobs, and a lost one a worker.
 */
import { type AnyMessage, type Ref, sameRef } from '../../kernel/ref.ts';

export interface Job {
  /** A whole number, unique over all lives of the queue. */
  readonly id: number;
  readonly job: unknown;
  /** Attempts begun. */
  attempt: number;
}

export interface BookedWorker {
  readonly ref: Ref<AnyMessage>;
  /** What it has to do; null when it has nothing, or nothing that still counts. */
  job: Job | null;
  /** Whether somebody else has done the job in the meantime. */
  settled: boolean;
  /** Whether it waits for a job. */
  idle: boolean;
  /** When its job counts as lost; in ms. */
  leaseEndsMs: number;
}

export interface JobBook {
  lastId: number;
  /** By id, in the order of submission. */
  readonly waiting: Map<number, Job>;
  /** Jobs that were lost, the oldest first. */
  readonly lost: Job[];
  /** The one that has waited longest for a job is first among the idle. */
  readonly workers: BookedWorker[];
  done: number;
  abandoned: number;
  refused: number;
}

export interface BookSettings {
  /** Jobs that may wait. */
  readonly capacity: number;
  readonly attemptsMax: number;
  readonly leaseMs: number;
}

/** Most workers of one queue; more are not taken on. */
export const WORKERS_MAX = 256;

/** @param firstId ids are larger than this */
export function emptyBook(firstId = 0): JobBook {
  return { lastId: firstId, waiting: new Map(), lost: [], workers: [], done: 0, abandoned: 0, refused: 0 };
}

/** Takes a job on and returns its id; undefined when the queue is full. */
export function submit(book: JobBook, job: unknown, { capacity }: BookSettings): number | undefined {
  if (book.waiting.size + book.lost.length >= capacity) {
    book.refused++;
    return undefined;
  }
  const id = ++book.lastId;
  book.waiting.set(id, { id, job, attempt: 0 });
  return id;
}

/** Takes a worker on. False when there are too many. One that is known stays as it is. */
export function enlist(book: JobBook, ref: Ref): boolean {
  if (workerOf(book, ref) !== undefined) return true;
  if (book.workers.length >= WORKERS_MAX) return false;
  book.workers.push({ ref: ref as Ref<AnyMessage>, job: null, settled: false, idle: false, leaseEndsMs: 0 });
  return true;
}

/**
 * A worker wants a job. Returns a job that is abandoned because of that.
 * @param started it has just (re)started: what it had to do is lost. Otherwise a job may be on its way to it.
 */
export function wantsWork(book: JobBook, ref: Ref, started: boolean, settings: BookSettings): Job | undefined {
  const worker = workerOf(book, ref);
  if (worker === undefined || (worker.job !== null && !started)) return undefined;
  const abandoned = lose(book, worker, settings);
  becomeIdle(book, worker);
  return abandoned;
}

/** A worker has done a job. */
export function finish(book: JobBook, ref: Ref, id: number): void {
  const worker = workerOf(book, ref);
  if (worker?.job?.id === id) {
    if (!worker.settled) book.done++;
    worker.job = null;
    becomeIdle(book, worker);
    return;
  }
  // It was thought lost, and has been given to nobody or to somebody else by now.
  const others = book.workers.find(({ job, settled }) => job?.id === id && !settled);
  const place = book.lost.findIndex((job) => job.id === id);
  if (place >= 0) book.lost.splice(place, 1);
  if (others !== undefined) others.settled = true;
  if (place >= 0 || others !== undefined) book.done++;
  if (worker !== undefined && worker.job === null) becomeIdle(book, worker);
}

/** A worker is gone. Returns a job that is abandoned because of that. */
export function dismiss(book: JobBook, ref: Ref, settings: BookSettings): Job | undefined {
  const index = book.workers.findIndex((worker) => sameRef(worker.ref, ref));
  const [worker] = index < 0 ? [] : book.workers.splice(index, 1);
  return worker === undefined ? undefined : lose(book, worker, settings);
}

/** Jobs whose workers took too long are lost; returns those that are abandoned because of that. */
export function expireLeases(book: JobBook, nowMs: number, settings: BookSettings): readonly Job[] {
  return book.workers.flatMap((worker) => {
    if (worker.job === null || worker.leaseEndsMs > nowMs) return [];
    const abandoned = lose(book, worker, settings);
    return abandoned === undefined ? [] : [abandoned];
  });
}

/** Gives the next job to the worker that has been idle longest; undefined when there is no such pair. */
export function assign(
  book: JobBook,
  nowMs: number,
  { leaseMs }: BookSettings,
): { readonly to: Ref<AnyMessage>; readonly job: Job } | undefined {
  const worker = book.workers.find(({ idle }) => idle);
  if (worker === undefined) return undefined;
  const job = takeNext(book);
  if (job === undefined) return undefined;
  job.attempt++;
  worker.job = job;
  worker.settled = false;
  worker.idle = false;
  worker.leaseEndsMs = nowMs + leaseMs;
  return { to: worker.ref, job };
}

/** Jobs accepted and neither done nor abandoned. */
export function openJobs(book: JobBook): number {
  const assigned = book.workers.filter(({ job, settled }) => job !== null && !settled).length;
  return book.waiting.size + book.lost.length + assigned;
}

function takeNext(book: JobBook): Job | undefined {
  const lost = book.lost.shift();
  if (lost !== undefined) return lost;
  for (const job of book.waiting.values()) {
    book.waiting.delete(job.id);
    return job;
  }
  return undefined;
}

/** Back to the front, unless it has been tried often enough: then it is returned. */
function lose(book: JobBook, worker: BookedWorker, { attemptsMax }: BookSettings): Job | undefined {
  const { job, settled } = worker;
  worker.job = null;
  if (job === null || settled) return undefined;
  if (job.attempt >= attemptsMax) {
    book.abandoned++;
    return job;
  }
  const place = book.lost.findIndex(({ id }) => id > job.id);
  book.lost.splice(place < 0 ? book.lost.length : place, 0, job);
  return undefined;
}

/** At the end of the line of idle workers. */
function becomeIdle(book: JobBook, worker: BookedWorker): void {
  if (worker.idle) return;
  worker.idle = true;
  book.workers.splice(book.workers.indexOf(worker), 1);
  book.workers.push(worker);
}

function workerOf(book: JobBook, ref: Ref): BookedWorker | undefined {
  return book.workers.find((worker) => sameRef(worker.ref, ref));
}
