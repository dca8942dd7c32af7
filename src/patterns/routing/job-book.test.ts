import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ref } from '../../kernel/ref.ts';
import {
  assign,
  type BookSettings,
  dismiss,
  emptyBook,
  enlist,
  expireLeases,
  finish,
  type JobBook,
  openJobs,
  submit,
  WORKERS_MAX,
  wantsWork,
} from './job-book.ts';

const ref = (id: number): Ref => ({ node: 0, id, generation: 1, ask: 0, protocol: 0 });
const settings: BookSettings = { capacity: 5, attemptsMax: 3, leaseMs: 100 };

/** Takes a worker on that wants work. */
function ready(book: JobBook, id: number): void {
  enlist(book, ref(id));
  wantsWork(book, ref(id), true, settings);
}

const given = (book: JobBook, nowMs = 0): readonly [worker: number, job: number, attempt: number] | undefined => {
  const next = assign(book, nowMs, settings);
  return next === undefined ? undefined : [next.to.id, next.job.id, next.job.attempt];
};

describe('a book of jobs', () => {
  test('gives jobs in order, to whoever has been idle longest', () => {
    const book = emptyBook();
    for (const id of [1, 2]) ready(book, id);
    for (let job = 1; job <= 3; job++) submit(book, job, settings);
    expect([given(book), given(book), given(book)]).toEqual([[1, 1, 1], [2, 2, 1], undefined]);
    finish(book, ref(2), 2);
    finish(book, ref(1), 1);
    expect(given(book)).toEqual([2, 3, 1]);
    expect(book.done).toBe(2);
  });

  test('refuses what finds it full, and always has room for lost jobs', () => {
    const book = emptyBook();
    ready(book, 1);
    submit(book, 'first', settings);
    given(book);
    for (let job = 0; job < 5; job++) expect(submit(book, job, settings)).toBe(2 + job);
    expect(submit(book, 'too many', settings)).toBeUndefined();
    dismiss(book, ref(1), settings);
    expect([book.refused, openJobs(book)]).toEqual([1, 6]);
    ready(book, 2);
    expect(given(book)).toEqual([2, 1, 2]);
  });

  test('puts lost jobs to the front, the oldest first', () => {
    const book = emptyBook();
    for (let job = 1; job <= 4; job++) submit(book, job, settings);
    for (const id of [1, 2, 3]) ready(book, id);
    for (let count = 0; count < 3; count++) given(book);
    dismiss(book, ref(2), settings);
    dismiss(book, ref(1), settings);
    for (const id of [4, 5, 6]) ready(book, id);
    expect([given(book), given(book), given(book)]).toEqual([
      [4, 1, 2],
      [5, 2, 2],
      [6, 4, 1],
    ]);
  });

  test('gives a job up after its last attempt', () => {
    const book = emptyBook();
    submit(book, 'cursed', settings);
    for (let attempt = 1; attempt <= 3; attempt++) {
      ready(book, 1);
      expect(given(book)).toEqual([1, 1, attempt]);
    }
    expect(wantsWork(book, ref(1), true, settings)).toMatchObject({ id: 1, job: 'cursed' });
    expect([book.abandoned, openJobs(book)]).toEqual([1, 0]);
  });

  test('takes a reminder for nothing when a job may be on its way', () => {
    const book = emptyBook();
    submit(book, 'job', settings);
    ready(book, 1);
    given(book);
    wantsWork(book, ref(1), false, settings);
    expect([given(book), openJobs(book)]).toEqual([undefined, 1]);
  });

  test('gives a job to somebody else when its lease is over, and counts it once', () => {
    const book = emptyBook();
    submit(book, 'job', settings);
    ready(book, 1);
    given(book, 1_000);
    ready(book, 2);
    expireLeases(book, 1_099, settings);
    expect(given(book)).toBeUndefined();
    expireLeases(book, 1_100, settings);
    expect(given(book, 1_100)).toEqual([2, 1, 2]);
    finish(book, ref(1), 1);
    expect([book.done, openJobs(book)]).toEqual([1, 0]);
    finish(book, ref(2), 1);
    expect(book.done).toBe(1);
    expect(book.workers.every(({ idle }) => idle)).toBe(true);
  });

  test('has at most 256 workers, and knows nothing of strangers', () => {
    const book = emptyBook();
    for (let id = 1; id <= WORKERS_MAX; id++) expect(enlist(book, ref(id))).toBe(true);
    expect([enlist(book, ref(1)), enlist(book, ref(1_000))]).toEqual([true, false]);
    finish(book, ref(1_000), 7);
    expect(dismiss(book, ref(1_000), settings)).toBeUndefined();
    expect([wantsWork(book, ref(1_000), true, settings), book.done]).toEqual([undefined, 0]);
  });
});

type Step =
  | { readonly what: 'submit' }
  | { readonly what: 'ready' | 'finish' | 'finish-old' | 'gone'; readonly worker: number }
  | { readonly what: 'pass'; readonly ms: number };

const worker = fc.integer({ min: 1, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ what: 'submit' }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('ready' as const), worker }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('finish' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('finish-old' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('gone' as const), worker }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('pass' as const), ms: fc.nat({ max: 60 }) }) },
);

test('whatever workers do, an accepted job is open, done or given up, in one place only (seed 1)', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
      const book = emptyBook();
      let [accepted, nowMs] = [0, 0];
      /** Latest job that each worker was given: what it may say it has done, however late. */
      const held = new Map<number, number>();
      for (const one of steps) {
        if (one.what === 'submit') accepted += submit(book, accepted, settings) === undefined ? 0 : 1;
        else if (one.what === 'ready') ready(book, one.worker);
        else if (one.what === 'gone') dismiss(book, ref(one.worker), settings);
        else if (one.what === 'pass') nowMs += one.ms;
        else if (one.what === 'finish') finish(book, ref(one.worker), held.get(one.worker) ?? 0);
        else finish(book, ref(one.worker), 1);
        expireLeases(book, nowMs, settings);
        for (let next = assign(book, nowMs, settings); next !== undefined; next = assign(book, nowMs, settings)) {
          held.set(next.to.id, next.job.id);
        }
        const assigned = book.workers.flatMap(({ job, settled }) => (job === null || settled ? [] : [job.id]));
        const open = [...book.waiting.keys(), ...book.lost.map(({ id }) => id), ...assigned];
        expect(new Set(open).size).toBe(open.length);
        expect(openJobs(book)).toBe(open.length);
        expect(book.done + book.abandoned + open.length).toBe(accepted);
        expect(book.waiting.size).toBeLessThanOrEqual(settings.capacity);
        for (const { job, idle } of book.workers) expect(job !== null && idle).toBe(false);
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});
