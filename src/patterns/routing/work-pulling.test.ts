import fc from 'fast-check';
import { expect, test } from 'vitest';
import { actor } from '../../kernel/definition.ts';
import { injectFault } from '../../kernel/inject.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { type MessageOf, t } from '../../kernel/schema.ts';
import { TestSystem } from '../../kernel/testdata/test-system.ts';
import { type JobBook, openJobs } from './job-book.ts';
import { pullingWorker, workQueue } from './work-pulling.ts';

const job = { n: t.int32 } as const;
const Jobs = workQueue('Jobs', { job, attemptsMax: 1_000, capacity: 30 });

const Ledger = actor('Ledger', {
  protocol: { Did: { n: t.int32 } },
  mailbox: { capacity: 10_000 },
  state: () => ({ done: [] as number[] }),
  on: { Did: (state, { n }) => void state.done.push(n) },
});

type LedgerRef = Ref<MessageOf<typeof Ledger.protocol>>;

/** Fails now and then, before or after it has done what it was to do. */
const Worker = pullingWorker('Worker', {
  job,
  state: ({ ledger }: { readonly ledger: LedgerRef }) => ({ ledger }),
  perform({ ledger }, { n }, ctx) {
    const risk = ctx.parameter('risk');
    if (ctx.random() < risk) throw new Error('before');
    ctx.tell(ledger, { kind: 'Did', n });
    if (ctx.random() < risk) throw new Error('after');
  },
});

const WORKERS = 4;

const Foreman = actor('Foreman', {
  protocol: { Submit: { n: t.int32 }, Fire: { name: t.string }, Hire: { name: t.string, at: t.int32 } },
  supervision: { intensity: 1_000 },
  state: () => ({
    ledger: null as LedgerRef | null,
    jobs: null as Ref<MessageOf<typeof Jobs.protocol>> | null,
    accepted: [] as number[],
    refused: 0,
  }),
  signals: {
    preStart(state, ctx) {
      const ledger = ctx.spawn(Ledger, { name: 'ledger' });
      const jobs = ctx.spawn(Jobs, { name: 'jobs', placement: 1 });
      Object.assign(state, { ledger, jobs });
      for (let at = 0; at < WORKERS; at++) {
        ctx.spawn(Worker, { name: `worker-${at}`, args: { ledger, queue: jobs }, placement: at });
      }
    },
  },
  on: {
    Submit({ jobs }, { n }, ctx) {
      const options = { reply: 'Submitted' as const, timeoutMs: 60_000, context: n };
      if (jobs !== null) ctx.ask(jobs, { kind: 'Submit', job: { n } }, options);
    },
    Fire(_, { name }, ctx) {
      const ref = ctx.child(name);
      if (ref !== undefined) ctx.stop(ref);
    },
    Hire({ ledger, jobs }, { name, at }, ctx) {
      if (ledger === null || jobs === null || ctx.child(name) !== undefined) return;
      ctx.spawn(Worker, { name, args: { ledger, queue: jobs }, placement: at });
    },
  },
  replies: {
    Submitted(state, outcome: { readonly ok: boolean; readonly context: number }) {
      if (outcome.ok) state.accepted.push(outcome.context);
      else state.refused++;
    },
  },
});

type Step =
  | { readonly what: 'submit'; readonly count: number }
  | { readonly what: 'crash' | 'fire' | 'hire' | 'slow' | 'quick'; readonly worker: number }
  | { readonly what: 'pass'; readonly ms: number };

const worker = fc.nat({ max: WORKERS - 1 });
const submit = {
  weight: 6,
  arbitrary: fc.record({ what: fc.constant('submit' as const), count: fc.integer({ min: 1, max: 8 }) }),
};
const pass = { weight: 4, arbitrary: fc.record({ what: fc.constant('pass' as const), ms: fc.nat({ max: 40 }) }) };
const to = (what: 'crash' | 'fire' | 'hire' | 'slow' | 'quick', weight: number) => ({
  weight,
  arbitrary: fc.record({ what: fc.constant(what), worker }),
});

/** Plays the steps, then lets every worker come to an end. Returns the jobs accepted, and every time one was done. */
function play(steps: readonly Step[], risk: number) {
  const system = new TestSystem([Foreman, Jobs, Worker, Ledger], { workers: 2, parameters: { risk } });
  system.start('Foreman');
  let n = 0;
  const isThere = (path: string): boolean => system.cells().some((cell) => cell.path === path);
  const post = (message: AnyMessage & { readonly [field: string]: unknown }): void => system.post('/root', message);
  const fault = (at: number, kind: 'crash' | 'slow', delayMs: number): void => {
    const path = `/root/worker-${at}`;
    if (!isThere(path)) return;
    const { kernel, cell } = system.find(path);
    injectFault(kernel, cell, kind === 'crash' ? { kind, path } : { kind, path, delayMs });
  };
  for (const step of steps) {
    if (step.what === 'submit') {
      for (let count = 0; count < step.count; count++) post({ kind: 'Submit', n: ++n });
    } else if (step.what === 'pass') {
      system.advance(step.ms);
    } else if (step.what === 'crash') {
      fault(step.worker, 'crash', 0);
    } else if (step.what === 'slow' || step.what === 'quick') {
      fault(step.worker, 'slow', step.what === 'slow' ? 15 : 0);
    } else {
      const name = `worker-${step.worker}`;
      post(step.what === 'fire' ? { kind: 'Fire', name } : { kind: 'Hire', name, at: step.worker });
    }
    // Not always: what is under way meets what happens next.
    if (step.what !== 'submit') system.settle();
  }
  system.settle();
  for (let at = 0; at < WORKERS; at++) {
    fault(at, 'slow', 0);
    post({ kind: 'Hire', name: `worker-${at}`, at });
  }
  system.settle();
  system.advance(60_000);
  const { accepted, refused } = system.state<{ readonly accepted: number[]; readonly refused: number }>('/root');
  const { book } = system.state<{ readonly book: JobBook }>('/root/jobs');
  const { done } = system.state<{ readonly done: number[] }>('/root/ledger');
  expect(accepted.length + refused, 'every producer was told').toBe(n);
  expect(openJobs(book), 'jobs still open').toBe(0);
  expect([book.done, book.abandoned]).toEqual([accepted.length, 0]);
  return { accepted: accepted.toSorted((a, b) => a - b), done: done.toSorted((a, b) => a - b) };
}

test('without crashes every accepted job is done exactly once (seed 1)', () => {
  const steps = fc.array(fc.oneof(submit, pass, to('slow', 1), to('quick', 1)), { maxLength: 40, size: 'max' });
  fc.assert(
    fc.property(steps, (all) => {
      const { accepted, done } = play(all, 0);
      expect(done).toEqual(accepted);
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('whoever crashes, stops or comes, every accepted job is done at least once (seed 2)', () => {
  const kinds = [to('slow', 1), to('quick', 1), to('crash', 3), to('fire', 1), to('hire', 2)];
  const steps = fc.array(fc.oneof(submit, pass, ...kinds), { maxLength: 50, size: 'max' });
  fc.assert(
    fc.property(steps, fc.constantFrom(0, 0.2), (all, risk) => {
      const { accepted, done } = play(all, risk);
      expect([...new Set(done)]).toEqual(accepted);
    }),
    { seed: 2, numRuns: 80 },
  );
});
