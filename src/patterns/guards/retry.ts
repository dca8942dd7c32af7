/**
 * Retries as an actor that stands before another one: a call that failed is tried again after a while, and again, as long
 * as attempts and the budget of retries last. The decisions are in retry-policy.ts.
 *
 * Invariant: over any time there are at most `reserve + share × calls + perSecond × seconds` retries.
 *
 * A call that seemed to fail may have been carried out all the same (its answer was late or lost). So the target sees some
 * calls twice, and must not mind: at-least-once is what retries give. For the same reason a caller never hears a plain
 * refusal after an attempt that is in doubt (in-doubt.ts): it would take the call for one that was certainly not made.
 */
import type { AskOutcome } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { checkNumber, checkWhole, type ErrorCode, type ErrorReport, reportOf } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import {
  type Adjustable,
  adjusted,
  answerCaller,
  CALL_TIMEOUT_MS,
  type Call,
  callTarget,
  checkAdjustable,
  DELAY_MS_MAX,
  defineGuard,
  endWaiting,
  type Guard,
  type GuardedProtocol,
  WAITING_CALLS_MAX,
} from './guard.ts';
import { isInDoubt } from './in-doubt.ts';
import {
  type Due,
  earnRetry,
  fullBudget,
  insertDue,
  RETRY_BUDGET_DEFAULTS,
  type RetryBudget,
  type RetryDelays,
  retryDelayMs,
  spendRetry,
  takeDue,
} from './retry-policy.ts';
import type { TokenBucket } from './token-bucket.ts';

/** Which calls are tried again, how often, and within which budget. `P`: the target's protocol. */
export interface RetryOptions<P extends GuardedProtocol> extends Partial<RetryDelays> {
  /** What callers may send, and what the target accepts. Every kind has a `replyTo`. */
  readonly protocol: P;
  /** Attempts for a call, the first one included; 1 … 100, default 3. */
  readonly attempts?: number;
  /**
   * Errors that may pass by themselves; all others are handed on at once, refusals after an attempt in doubt as
   * `retries-exhausted`. Default `ask-timeout`, `handler-failed`, `mailbox-full`, `request-rejected` and `worker-lost`.
   */
  readonly retriedErrors?: readonly ErrorCode[];
  /** How many retries there may be in all; settings left out have their defaults. */
  readonly budget?: Partial<RetryBudget>;
  /** An attempt that is not answered in this time has failed, in ms; default 1,000. A function is asked at each attempt. */
  readonly callTimeoutMs?: Adjustable;
  /** Calls that may wait for their next attempt; 0 … 65,536, default 1,000. */
  readonly waitingCalls?: number;
}

interface CallContext {
  readonly replyTo: Ref<AnyMessage>;
  readonly message: Call;
  /** From 1. */
  readonly attempt: number;
  /** Why an earlier attempt may have been carried out: the text of its error; null when none may. */
  readonly doubt: string | null;
}

interface Waiting extends Due {
  readonly message: Call;
  /** The one that it waits for. */
  readonly attempt: number;
  readonly doubt: string | null;
}

interface State {
  readonly target: Ref<AnyMessage>;
  readonly budget: TokenBucket;
  /** In the order of their time. */
  readonly waiting: Waiting[];
  calls: number;
  retries: number;
  exhausted: number;
}

const ATTEMPTS = 3;
const DELAYS: RetryDelays = { minMs: 100, maxMs: 10_000, factor: 2, jitter: 0.5 };
const RETRIED: readonly ErrorCode[] = [
  'ask-timeout',
  'handler-failed',
  'mailbox-full',
  'request-rejected',
  'worker-lost',
];
const WAITING_CALLS = 1_000;
const RETRY_TIMER = 'retry';

/**
 * Retries before `args.target`: a call that fails with one of `retriedErrors` is tried again, at most `attempts` (3) times
 * in all, after 100 ms, 200 ms, 400 ms … and up to half as much again. Retries are also limited for all calls together, to
 * a fifth of them (see `RetryBudget`). When attempts, budget or room run out, the caller gets `retries-exhausted` with the
 * text of the last error, and that of an earlier one that left it open whether the call was carried out (see `isInDoubt`).
 * A refusal that comes after such an attempt is `retries-exhausted` too.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function retry<const P extends GuardedProtocol>(name: string, options: RetryOptions<P>): Guard<P> {
  const { attempts = ATTEMPTS, retriedErrors = RETRIED } = options;
  const { callTimeoutMs = CALL_TIMEOUT_MS, waitingCalls = WAITING_CALLS } = options;
  const delays = checkedDelays(name, options);
  const budget = checkedBudget(name, options.budget ?? {});
  checkWhole('attempts', attempts, 1, 100, name);
  checkAdjustable('callTimeoutMs', callTimeoutMs, 1, DELAY_MS_MAX, name);
  checkWhole('waitingCalls', waitingCalls, 0, WAITING_CALLS_MAX, name);

  const attemptCall = (state: State, call: Omit<CallContext, 'replyTo'>, ctx: Context): void => {
    const { message } = call;
    const context: CallContext = { replyTo: message.replyTo, ...call };
    callTarget(ctx, state.target, message, adjusted(callTimeoutMs, ctx, 1, DELAY_MS_MAX), context);
  };

  /** Why there is no other attempt; undefined when there is one. */
  const exhaustedBy = (state: State, attempt: number, nowMs: number): string | undefined => {
    if (attempt >= attempts) return `${attempt} of ${attempts} attempts failed`;
    if (state.waiting.length >= waitingCalls) return `${waitingCalls} calls wait for their next attempt already`;
    if (!spendRetry(state.budget, budget, nowMs)) return `no retries are left after ${attempt} of ${attempts} attempts`;
    return undefined;
  };

  const failed = (state: State, call: CallContext, error: ErrorReport, ctx: Context): void => {
    const { message, attempt, doubt: earlier } = call;
    const isRetried = retriedErrors.includes(error.code);
    const hidesDoubt = earlier !== null && !isInDoubt(error);
    if (!isRetried && !hidesDoubt) return ctx.fail(message.replyTo, error);
    const nowMs = ctx.now();
    const why = isRetried ? exhaustedBy(state, attempt, nowMs) : `attempt ${attempt} was refused`;
    if (why !== undefined) {
      state.exhausted++;
      const last = `${ctx.path}: ${why}; the last error: ${error.message}`;
      const text = hidesDoubt ? `${last}; an earlier attempt may have been carried out: ${earlier}` : last;
      return ctx.fail(message.replyTo, reportOf('retries-exhausted', text));
    }
    const doubt = isInDoubt(error) ? error.message : earlier;
    // Whole milliseconds, so that a timer is never a hair too early.
    const dueMs = Math.ceil(nowMs + retryDelayMs(attempt, delays, ctx.random()));
    const waiting: Waiting = { message, attempt: attempt + 1, doubt, dueMs };
    insertDue(state.waiting, waiting);
    if (state.waiting[0] === waiting) awaitRetry(state, ctx);
  };

  return defineGuard(name, options.protocol, {
    internal: { RetryDue: {} },
    state: (target): State => ({
      target,
      budget: fullBudget(budget),
      waiting: [],
      calls: 0,
      retries: 0,
      exhausted: 0,
    }),
    call(state, message, ctx) {
      state.calls++;
      earnRetry(state.budget, budget);
      attemptCall(state, { message, attempt: 1, doubt: null }, ctx);
    },
    on: {
      RetryDue(state, _, ctx) {
        for (const { message, attempt, doubt } of takeDue(state.waiting, ctx.now())) {
          state.retries++;
          attemptCall(state, { message, attempt, doubt }, ctx);
        }
        awaitRetry(state, ctx);
      },
    },
    replies: {
      Settled(state, outcome: AskOutcome<AnyMessage, CallContext>, ctx) {
        if (outcome.ok) answerCaller(ctx, outcome.context.replyTo, outcome);
        else failed(state, outcome.context, outcome.error, ctx);
      },
    },
    signals: {
      postStop: (state, ctx) =>
        endWaiting(
          ctx,
          state.waiting.map(({ message }) => message),
        ),
    },
  });
}

function awaitRetry({ waiting }: State, ctx: Context): void {
  const first = waiting[0];
  if (first !== undefined) ctx.startTimer(RETRY_TIMER, { kind: 'RetryDue' }, Math.max(0, first.dueMs - ctx.now()));
}

function checkedDelays(name: string, options: Partial<RetryDelays>): RetryDelays {
  const { minMs = DELAYS.minMs, factor = DELAYS.factor, jitter = DELAYS.jitter } = options;
  const { maxMs = Math.max(minMs, DELAYS.maxMs) } = options;
  checkNumber('minMs', minMs, 0, DELAY_MS_MAX / 2, name);
  // With the random share it may be twice as long, and a timer takes no more.
  checkNumber('maxMs', maxMs, minMs, DELAY_MS_MAX / 2, name);
  checkNumber('factor', factor, 1, 1_000, name);
  checkNumber('jitter', jitter, 0, 1, name);
  return { minMs, maxMs, factor, jitter };
}

function checkedBudget(name: string, budget: Partial<RetryBudget>): RetryBudget {
  const settings = { ...RETRY_BUDGET_DEFAULTS, ...budget };
  checkNumber('budget.share', settings.share, 0, 100, name);
  checkNumber('budget.perSecond', settings.perSecond, 0, 1_000_000, name);
  checkWhole('budget.reserve', settings.reserve, 1, 1_000_000, name);
  return settings;
}
