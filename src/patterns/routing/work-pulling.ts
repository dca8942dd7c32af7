/**
 * Work pulling: a queue that hands a job to a worker when the worker asks for one, so that nobody has more than one and the
 * quick ones do more. (Derek Wyatt's work-pulling pattern for Akka; Pekko's reliable delivery has one too. Giving a failed
 * worker's jobs to others is what qb calls delegation.)
 *
 *   producer ──Submit──▶ queue ──Work──▶ worker        worker ──Ready──▶ queue   once started, and now and then while idle
 *            ◀─Accepted─       ◀─Done──                worker ──Done───▶ queue   has done it, and wants the next one
 *
 * Delivery is at least once: a job whose worker crashes, restarts, stops or takes longer than its lease goes to the next
 * worker, before all other jobs. Without any of that it is done exactly once. The book of jobs is in job-book.ts. Nothing
 * is on disk: jobs are lost when the queue itself fails.
 */
import type { Behavior, BehaviorDefinition, MailboxOptions } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { checkNumber, checkWhole, reportOf } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { type Fields, type InferFields, type MessageOf, type Protocol, type Schema, t } from '../../kernel/schema.ts';
import {
  assign,
  type BookSettings,
  dismiss,
  emptyBook,
  enlist,
  expireLeases,
  finish,
  type Job,
  type JobBook,
  submit,
  wantsWork,
} from './job-book.ts';

/** What a worker must accept; spread it into a protocol of your own, or use `pullingWorker`. */
export type WorkProtocol<F extends Fields> = {
  /**
   * A job, until it says `Done` with the same `id`. `attempt` counts from 1; above 1 the job may have been done before, by
   * somebody who did not live to say so.
   */
  readonly Work: {
    readonly id: Schema<number>;
    readonly attempt: Schema<number>;
    readonly job: Schema<InferFields<F>>;
  };
};

/** What a work queue accepts. */
export type WorkQueueProtocol<F extends Fields> = {
  /** A job, as an ask: `Accepted`, or the error `request-rejected` when the queue is full. */
  readonly Submit: {
    readonly job: Schema<InferFields<F>>;
    readonly replyTo: Schema<Ref<{ readonly kind: 'Accepted'; readonly id: number }>>;
  };
  /** A job, as a tell: when the queue is full it is a dead letter. */
  readonly Enqueue: { readonly job: Schema<InferFields<F>> };
  /**
   * A worker wants a job. `started` when it has just started or restarted, so that what it had is lost; without it, it only
   * reminds the queue that it waits.
   */
  readonly Ready: { readonly worker: Schema<Ref<MessageOf<WorkProtocol<F>>>>; readonly started: Schema<boolean> };
  /** A worker has done a job and wants the next one. */
  readonly Done: { readonly worker: Schema<Ref<MessageOf<WorkProtocol<F>>>>; readonly id: Schema<number> };
};

/** How many jobs wait, how often one is tried, and how long it may take. */
export interface WorkQueueOptions<F extends Fields> {
  /** The fields of a job: `{ url: t.string }`. */
  readonly job: F;
  /** Jobs that may wait; 1 … 65,536, default 1,000. Lost ones always find a place. */
  readonly capacity?: number;
  /** How often a job is tried before it is given up and becomes a dead letter; 1 … 1,000, default 3. */
  readonly attemptsMax?: number;
  /** A job that is not done in this time is given to somebody else; in ms, default 30,000. */
  readonly leaseMs?: number;
  /** Of the queue. What workers say comes before what producers say, whatever the settings. */
  readonly mailbox?: Pick<MailboxOptions, 'capacity' | 'overflow'>;
}

/** A worker that does one job at a time and then asks for the next. */
export interface PullingWorkerOptions<F extends Fields, S, A> {
  /** The fields of a job: those of the queue. */
  readonly job: F;
  /** What the worker remembers from job to job: plain data. */
  readonly state: (args: A) => S;
  /** Does a job. When it throws, the worker fails and the job is tried again, perhaps by another one. @param attempt from 1 */
  readonly perform: (state: S, job: InferFields<NoInfer<F>>, ctx: Context, attempt: number) => void;
  /** How long an idle worker waits before it reminds the queue, in case that has restarted; in ms, default 5,000. */
  readonly remindMs?: number;
}

/** How a worker finds its queue. */
export interface PullingWorkerArgs<F extends Fields> {
  readonly queue: Ref<MessageOf<WorkQueueProtocol<F>>>;
}

interface QueueState {
  book: JobBook;
}

const CAPACITY = 1_000;
const ATTEMPTS_MAX = 3;
const LEASE_MS = 30_000;
const REMIND_MS = 5_000;
const DELAY_MS_MAX = 2 ** 31;
/** Ids of one life of a queue: far more than there will be. */
const IDS_A_LIFE = 2 ** 40;

/** The protocol of workers of a queue with such jobs, for workers with handlers of their own. */
export function workProtocol<const F extends Fields>(job: F): WorkProtocol<F> {
  return { Work: { id: t.float64, attempt: t.uint32, job: t.object(job) } };
}

/**
 * A queue of jobs that workers pull from. Takes up to 1,000 jobs; tells producers when there is no room (`Submit` fails with
 * `request-rejected`, and is counted as rejected). Each job is tried at most 3 times and may take 30 s.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function workQueue<const F extends Fields>(
  name: string,
  options: WorkQueueOptions<F>,
): Behavior<WorkQueueProtocol<F>, Record<string, never>> {
  const { capacity = CAPACITY, attemptsMax = ATTEMPTS_MAX, leaseMs = LEASE_MS, mailbox } = options;
  checkWhole('capacity', capacity, 1, 65_536, name);
  checkWhole('attemptsMax', attemptsMax, 1, 1_000, name);
  checkNumber('leaseMs', leaseMs, 1, DELAY_MS_MAX, name);
  const settings: BookSettings = { capacity, attemptsMax, leaseMs };
  const job = t.object(options.job);
  const worker = t.ref(workProtocol(options.job) as Protocol);

  const abandon = (given: Job | undefined, ctx: Context): void => {
    if (given !== undefined) ctx.deadLetter({ kind: 'Work' });
  };

  const handOut = ({ book }: QueueState, ctx: Context): void => {
    for (let next = assign(book, ctx.now(), settings); next !== undefined; next = assign(book, ctx.now(), settings)) {
      const { id, attempt, job: given } = next.job;
      const work: AnyMessage & Job = { kind: 'Work', id, attempt, job: given };
      ctx.tell(next.to, work);
    }
  };

  const definition: BehaviorDefinition<Protocol, QueueState, unknown, Protocol> = {
    protocol: {
      Submit: { job, replyTo: t.ref({ Accepted: { id: t.float64 } }) },
      Enqueue: { job },
      Ready: { worker, started: t.boolean },
      Done: { worker, id: t.float64 },
    },
    internal: { CheckLeases: {} },
    state: () => ({ book: emptyBook() }),
    on: {
      Submit(state: QueueState, message: AnyMessage, ctx: Context) {
        const { job: given, replyTo } = message as unknown as {
          readonly job: unknown;
          readonly replyTo: Ref<AnyMessage>;
        };
        const id = submit(state.book, given, settings);
        if (id === undefined) {
          ctx.countRejected();
          ctx.fail(replyTo, reportOf('request-rejected', `${ctx.path} has ${capacity} jobs waiting already.`));
          return;
        }
        const accepted: AnyMessage & { readonly id: number } = { kind: 'Accepted', id };
        ctx.tell(replyTo, accepted);
        handOut(state, ctx);
      },
      Enqueue(state: QueueState, message: AnyMessage, ctx: Context) {
        const { job: given } = message as unknown as { readonly job: unknown };
        if (submit(state.book, given, settings) === undefined) {
          ctx.countRejected();
          ctx.deadLetter(message);
        } else {
          handOut(state, ctx);
        }
      },
      Ready(state: QueueState, message: AnyMessage, ctx: Context) {
        const { worker: ref, started } = message as unknown as { readonly worker: Ref; readonly started: boolean };
        if (!enlist(state.book, ref)) {
          ctx.countRejected();
          return;
        }
        ctx.watch(ref);
        abandon(wantsWork(state.book, ref, started, settings), ctx);
        handOut(state, ctx);
      },
      Done(state: QueueState, message: AnyMessage, ctx: Context) {
        const { worker: ref, id } = message as unknown as { readonly worker: Ref; readonly id: number };
        finish(state.book, ref, id);
        handOut(state, ctx);
      },
      CheckLeases(state: QueueState, _message: AnyMessage, ctx: Context) {
        for (const given of expireLeases(state.book, ctx.now(), settings)) abandon(given, ctx);
        handOut(state, ctx);
      },
    },
    signals: {
      preStart(state, ctx) {
        // Ids of an earlier life may still come back as done.
        state.book = emptyBook((ctx.incarnation - 1) * IDS_A_LIFE);
        ctx.startPeriodicTimer('leases', { kind: 'CheckLeases' }, Math.max(1, leaseMs / 4));
      },
      terminated(state, { ref }, ctx) {
        abandon(dismiss(state.book, ref, settings), ctx);
        handOut(state, ctx);
      },
    },
    mailbox: { ...mailbox, priority: ({ kind }) => (kind === 'Ready' || kind === 'Done' ? 1 : 0) },
  };
  return actor(name, definition) as unknown as Behavior<WorkQueueProtocol<F>, Record<string, never>>;
}

/** Kinds and timer keys of a pulling worker itself; those that begin with `worker:` are its own. */
const AGAIN = 'worker:AskAgain';
const REMIND = 'worker:Remind';

interface WorkerState<S> {
  readonly queue: Ref<AnyMessage>;
  readonly own: S;
}

/**
 * A worker that pulls jobs from `args.queue` and does them one after another with `perform`. Spawn as many as wanted, on any
 * worker thread, by hand or as a `pool`. When `perform` throws, its supervisor decides about the worker as about any actor,
 * and the queue gives the job to the next one. Timer keys that begin with `worker:` are its own.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function pullingWorker<const F extends Fields, S, A = Record<never, never>>(
  name: string,
  options: PullingWorkerOptions<F, S, A>,
): Behavior<WorkProtocol<F>, A & PullingWorkerArgs<F>> {
  const { remindMs = REMIND_MS, perform } = options;
  checkNumber('remindMs', remindMs, 1, DELAY_MS_MAX, name);
  const ready = (state: WorkerState<S>, started: boolean, ctx: Context): void => {
    const message = { kind: 'Ready', worker: ctx.self, started };
    ctx.tell(state.queue, message);
  };

  /** A timer, not the receive time-out: that is left to `perform`. */
  const remindLater = (ctx: Context): void => ctx.startTimer(REMIND, { kind: REMIND }, remindMs);

  const definition: BehaviorDefinition<Protocol, WorkerState<S>, A & { readonly queue: Ref<AnyMessage> }, Protocol> = {
    protocol: workProtocol(options.job) as Protocol,
    internal: { [AGAIN]: {}, [REMIND]: {} },
    state: (args) => ({ queue: args.queue, own: options.state(args) }),
    on: {
      Work(state: WorkerState<S>, message: AnyMessage, ctx: Context) {
        const { id, attempt, job } = message as unknown as Job;
        remindLater(ctx);
        try {
          perform(state.own, job as InferFields<F>, ctx, attempt);
        } catch (thrown) {
          // If its supervisor lets it go on as it is, this tick tells the queue; a restart or a stop ends the timer.
          ctx.startTimer(AGAIN, { kind: AGAIN }, 0);
          throw thrown;
        }
        const done = { kind: 'Done', worker: ctx.self, id };
        ctx.tell(state.queue, done);
      },
      [AGAIN]: (state: WorkerState<S>, _message: AnyMessage, ctx: Context) => ready(state, true, ctx),
      [REMIND](state: WorkerState<S>, _message: AnyMessage, ctx: Context) {
        ready(state, false, ctx);
        remindLater(ctx);
      },
    },
    signals: {
      preStart(state, ctx) {
        ready(state, true, ctx);
        remindLater(ctx);
      },
    },
  };
  return actor(name, definition) as unknown as Behavior<WorkProtocol<F>, A & PullingWorkerArgs<F>>;
}
