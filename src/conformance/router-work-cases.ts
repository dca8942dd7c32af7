/** Work pulling: nobody has more than one job, none is lost, and producers are told when there is no room. */
import { ActorError, type AskOutcome, actor, type MessageOf, type Ref, t } from '../index.ts';
import { type JobBook, openJobs } from '../patterns/routing/job-book.ts';
import { pullingWorker, workQueue } from '../patterns/routing/work-pulling.ts';
import { type Case, type Driver, equal, events, holds } from './case.ts';

const LedgerProtocol = { Did: { text: t.string } } as const;
type LedgerRef = Ref<MessageOf<typeof LedgerProtocol>>;

const WorkLedger = actor('WorkLedger', {
  protocol: LedgerProtocol,
  mailbox: { capacity: 10_000 },
  state: () => ({ done: [] as string[] }),
  on: { Did: (state, { text }) => void state.done.push(text) },
});

/** `fails`: how many attempts at it fail. */
const job = { n: t.int32, fails: t.int32 } as const;

const Jobs = workQueue('Jobs', { job });
const FewJobs = workQueue('FewJobs', { job, capacity: 2 });
const LeasedJobs = workQueue('LeasedJobs', { job, leaseMs: 120 });

const Puller = pullingWorker('Puller', {
  job,
  state: ({ ledger }: { readonly ledger: LedgerRef }) => ({ ledger }),
  perform({ ledger }, { n, fails }, ctx, attempt) {
    if (attempt <= fails) throw new ActorError('Unlucky', `attempt ${attempt} at job ${n}`);
    ctx.tell(ledger, { kind: 'Did', text: attempt === 1 ? `${n}` : `${n} at attempt ${attempt}` });
  },
});

/** As `Puller`, and a failure changes nothing. */
const Stoic = pullingWorker('Stoic', {
  job,
  state: ({ ledger }: { readonly ledger: LedgerRef }) => ({ ledger }),
  perform({ ledger }, { n, fails }, ctx, attempt) {
    if (attempt <= fails) throw new ActorError('Forgiven', `attempt ${attempt} at job ${n}`);
    ctx.tell(ledger, { kind: 'Did', text: attempt === 1 ? `${n}` : `${n} at attempt ${attempt}` });
  },
});

interface ForemanState {
  readonly heard: readonly string[];
}

/** `/root`: a ledger, a queue as `/root/jobs` on the second worker, and whatever workers are started. */
function foreman(queue: typeof Jobs) {
  return actor('Foreman', {
    protocol: {
      Start: { name: t.string, at: t.int32 },
      StartStoic: { name: t.string },
      Fire: { name: t.string },
      Submit: { first: t.int32, last: t.int32, fails: t.int32 },
      Enqueue: { n: t.int32 },
    },
    supervision: { intensity: 100, onFailure: { Forgiven: 'resume' } },
    state: () => ({
      heard: [] as string[],
      ledger: null as LedgerRef | null,
      jobs: null as Ref<MessageOf<typeof queue.protocol>> | null,
    }),
    signals: {
      preStart(state, ctx) {
        state.ledger = ctx.spawn(WorkLedger, { name: 'ledger' });
        state.jobs = ctx.spawn(queue, { name: 'jobs', placement: 1 });
      },
    },
    on: {
      Start({ ledger, jobs }, { name, at }, ctx) {
        if (ledger === null || jobs === null) return;
        ctx.spawn(Puller, { name, args: { ledger, queue: jobs }, placement: at });
      },
      StartStoic({ ledger, jobs }, { name }, ctx) {
        if (ledger !== null && jobs !== null) ctx.spawn(Stoic, { name, args: { ledger, queue: jobs } });
      },
      Fire(_, { name }, ctx) {
        const ref = ctx.child(name);
        if (ref !== undefined) ctx.stop(ref);
      },
      Submit({ jobs }, { first, last, fails }, ctx) {
        if (jobs === null) return;
        for (let n = first; n <= last; n++) {
          const options = { reply: 'Submitted' as const, timeoutMs: 10_000, context: n };
          ctx.ask(jobs, { kind: 'Submit', job: { n, fails } }, options);
        }
      },
      Enqueue({ jobs }, { n }, ctx) {
        if (jobs !== null) ctx.tell(jobs, { kind: 'Enqueue', job: { n, fails: 0 } });
      },
    },
    replies: {
      Submitted(state, outcome: AskOutcome<{ readonly kind: 'Accepted'; readonly id: number }, number>) {
        state.heard.push(outcome.ok ? `${outcome.context} accepted` : `${outcome.context} ${outcome.error.code}`);
      },
    },
  });
}

function workCase(
  id: string,
  title: string,
  queue: typeof Jobs,
  run: (driver: Driver) => Promise<void>,
  options: Partial<Case> = {},
): Case {
  const root = foreman(queue);
  return { id, title, behaviors: [root, queue, Puller, Stoic, WorkLedger], root, run, ...options };
}

const startWorker = (driver: Driver, name: string, at: number): Promise<void> =>
  driver.send('/root', { kind: 'Start', name, at });
const submitJobs = (driver: Driver, first: number, last: number, fails = 0): Promise<void> =>
  driver.send('/root', { kind: 'Submit', first, last, fails });

async function book(driver: Driver): Promise<JobBook> {
  return (await driver.state<{ readonly book: JobBook }>('/root/jobs')).book;
}

async function done(driver: Driver): Promise<readonly string[]> {
  return (await driver.state<{ readonly done: readonly string[] }>('/root/ledger')).done;
}

async function heard(driver: Driver): Promise<readonly string[]> {
  return (await driver.state<ForemanState>('/root')).heard;
}

/** Until so many are accepted or refused, and none that was accepted is open. */
async function untilSettled(driver: Driver, submitted: number): Promise<void> {
  await driver.until('every job was accepted or refused', async () => (await heard(driver)).length === submitted);
  await driver.until('no job is open', async () => openJobs(await book(driver)) === 0);
  await driver.quiet();
}

const numbers = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `${first + index}`);
const inOrder = (texts: readonly string[]): string[] =>
  [...texts].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));

export const WORK_CASES: readonly Case[] = [
  workCase(
    'work-once',
    'without failures every job is done exactly once, by workers on both threads',
    Jobs,
    async (driver) => {
      for (const [index, name] of ['a', 'b', 'c'].entries()) await startWorker(driver, name, index % 2);
      await submitJobs(driver, 1, 200);
      await untilSettled(driver, 200);
      await driver.until('200 jobs done', async () => (await done(driver)).length === 200);
      equal(inOrder(await done(driver)), numbers(1, 200), 'jobs done');
      const { done: count, workers } = await book(driver);
      equal([count, workers.length], [200, 3], 'done, workers');
      holds(
        workers.every(({ idle }) => idle),
        'somebody is not idle at the end',
      );
    },
  ),
  workCase('work-order', 'one worker does jobs in the order of submission, lost ones first', Jobs, async (driver) => {
    await submitJobs(driver, 1, 1, 1);
    await submitJobs(driver, 2, 4);
    await driver.until('all accepted', async () => (await heard(driver)).length === 4);
    await startWorker(driver, 'a', 0);
    await untilSettled(driver, 4);
    await driver.until('4 jobs done', async () => (await done(driver)).length === 4);
    equal(await done(driver), ['1 at attempt 2', '2', '3', '4'], 'jobs done');
  }),
  workCase('work-gone', 'the job of a worker that stops goes to another one', Jobs, async (driver) => {
    await startWorker(driver, 'a', 0);
    await driver.until('a is known', async () => (await book(driver)).workers.length === 1);
    await driver.inject({ kind: 'slow', path: '/root/a', delayMs: 20_000 });
    await submitJobs(driver, 1, 3);
    await driver.until('a has one', async () => (await driver.actor('/root/a'))?.mailboxDepth === 1);
    await startWorker(driver, 'b', 1);
    await driver.send('/root', { kind: 'Fire', name: 'a' });
    await untilSettled(driver, 3);
    await driver.until('3 jobs done', async () => (await done(driver)).length === 3);
    equal(inOrder(await done(driver)), ['1 at attempt 2', '2', '3'], 'jobs done');
    equal((await book(driver)).workers.length, 1, 'workers');
  }),
  workCase('work-resumed', 'a worker that fails and is let go on asks again', Jobs, async (driver) => {
    await driver.send('/root', { kind: 'StartStoic', name: 'stoic' });
    await submitJobs(driver, 1, 1, 2);
    await submitJobs(driver, 2, 2);
    await untilSettled(driver, 2);
    await driver.until('2 jobs done', async () => (await done(driver)).length === 2);
    equal(inOrder(await done(driver)), ['1 at attempt 3', '2'], 'jobs done');
    equal((await driver.actor('/root/stoic'))?.restarts, 0, 'restarts');
  }),
  workCase(
    'work-abandoned',
    'a job is given up after its last attempt and becomes a dead letter',
    Jobs,
    async (driver) => {
      await startWorker(driver, 'a', 0);
      await submitJobs(driver, 1, 1, 1_000);
      await submitJobs(driver, 2, 3);
      await untilSettled(driver, 3);
      await driver.until('2 jobs done', async () => (await done(driver)).length === 2);
      equal(inOrder(await done(driver)), ['2', '3'], 'jobs done');
      equal((await book(driver)).abandoned, 1, 'jobs given up');
      equal((await driver.actor('/root/a'))?.failures, 3, 'attempts');
      await driver.until(
        'its dead letter',
        async () => (await events(driver, 'dead-letter', '/root/jobs')).length === 1,
      );
    },
  ),
  workCase('work-full', 'producers are told when the queue is full', FewJobs, async (driver) => {
    await submitJobs(driver, 1, 4);
    await driver.until('4 outcomes', async () => (await heard(driver)).length === 4);
    equal(
      inOrder(await heard(driver)),
      ['1 accepted', '2 accepted', '3 request-rejected', '4 request-rejected'],
      'outcomes',
    );
    await driver.send('/root', { kind: 'Enqueue', n: 5 });
    await driver.until('a dead letter', async () => (await driver.actor('/root/jobs'))?.deadLetters === 1);
    equal((await driver.actor('/root/jobs'))?.rejected, 3, 'rejected');
    await startWorker(driver, 'a', 0);
    await untilSettled(driver, 4);
    await driver.send('/root', { kind: 'Enqueue', n: 6 });
    await driver.until('3 jobs done', async () => (await done(driver)).length === 3);
    equal(await done(driver), ['1', '2', '6'], 'jobs done');
  }),
  workCase(
    'work-lease',
    'a job whose worker takes too long is given to somebody else, and counts once',
    LeasedJobs,
    async (driver) => {
      await startWorker(driver, 'a', 0);
      await driver.until('a is known', async () => (await book(driver)).workers.length === 1);
      await driver.inject({ kind: 'slow', path: '/root/a', delayMs: 20_000 });
      await submitJobs(driver, 1, 1);
      await driver.until('a has it', async () => (await driver.actor('/root/a'))?.mailboxDepth === 1);
      await startWorker(driver, 'b', 1);
      await driver.until('b has done it', async () => (await done(driver)).length === 1);
      equal(await done(driver), ['1 at attempt 2'], 'jobs done');
      await driver.inject({ kind: 'slow', path: '/root/a', delayMs: 0 });
      await driver.until('a has done it too', async () => (await done(driver)).length === 2);
      await untilSettled(driver, 1);
      equal((await book(driver)).done, 1, 'jobs counted as done');
    },
  ),
  workCase(
    'work-queue-restart',
    'workers come back to a queue that was restarted',
    Jobs,
    async (driver) => {
      await startWorker(driver, 'a', 0);
      await submitJobs(driver, 1, 2);
      await untilSettled(driver, 2);
      await driver.inject({ kind: 'crash', path: '/root/jobs' });
      await driver.until('the queue is back', async () => (await driver.actor('/root/jobs'))?.restarts === 1);
      await submitJobs(driver, 3, 4);
      await untilSettled(driver, 4);
      await driver.until('4 jobs done', async () => (await done(driver)).length === 4);
      equal(await done(driver), ['1', '2', '3', '4'], 'jobs done');
    },
    { virtualOnly: true },
  ),
];
