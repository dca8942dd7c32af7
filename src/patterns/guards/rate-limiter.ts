/**
 * A rate limiter as an actor that stands before another one. What may pass is handed on as it came, so the target answers
 * the caller directly: a limiter costs a message, and never waits for an answer.
 *
 * Invariant: over any span at most burst + rate × span calls are handed on, in the order in which they came.
 */
import type { Context } from '../../kernel/context.ts';
import { checkWhole } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import {
  type Adjustable,
  adjusted,
  type Call,
  checkAdjustable,
  defineGuard,
  endWaiting,
  type Guard,
  type GuardedProtocol,
  refuseCall,
  WAITING_CALLS_MAX,
} from './guard.ts';
import { type BucketSettings, fullBucket, type TokenBucket, take } from './token-bucket.ts';

/** How many calls a second pass, and how many may wait. `P`: the target's protocol. */
export interface RateLimiterOptions<P extends GuardedProtocol> {
  /** What callers may send, and what the target accepts. Every kind has a `replyTo`. */
  readonly protocol: P;
  /** Calls a second, 0.001 … 1,000,000. A function is asked at each call, so that a parameter can change it. */
  readonly perSecond: Adjustable;
  /** Calls that may pass at once after a pause; default 1. */
  readonly burst?: number;
  /** Calls that may wait for their turn; default 0: whoever is too early is refused. */
  readonly queue?: number;
}

interface Waiting {
  readonly message: Call;
  readonly dueMs: number;
}

interface State {
  readonly target: Ref<AnyMessage>;
  readonly bucket: TokenBucket;
  readonly waiting: Waiting[];
  passed: number;
  refused: number;
}

const PER_SECOND_MIN = 0.001;
const PER_SECOND_MAX = 1_000_000;
const TURN_TIMER = 'turn';

/**
 * A token-bucket rate limiter before `args.target`: `perSecond` calls a second, and after a pause up to `burst` at once.
 * A call that is too early waits for its turn where `queue` has room, and is otherwise refused with `rate-limited`, which
 * says when to come back.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function rateLimiter<const P extends GuardedProtocol>(name: string, options: RateLimiterOptions<P>): Guard<P> {
  const { perSecond, burst = 1, queue = 0 } = options;
  checkAdjustable('perSecond', perSecond, PER_SECOND_MIN, PER_SECOND_MAX, name);
  checkWhole('burst', burst, 1, 1_000_000, name);
  checkWhole('queue', queue, 0, WAITING_CALLS_MAX, name);

  const settingsFor = (ctx: Context): BucketSettings => ({
    perSecond: adjusted(perSecond, ctx, PER_SECOND_MIN, PER_SECOND_MAX),
    burst,
  });

  const refuse = (state: State, message: Call, ctx: Context, waitMs: number): void => {
    state.refused++;
    const text = `${ctx.path} lets no more through; try again in ${Math.ceil(Math.max(0, waitMs))} ms.`;
    refuseCall(ctx, message, 'rate-limited', text);
  };

  const call = (state: State, message: Call, ctx: Context): void => {
    const { bucket, waiting } = state;
    const nowMs = ctx.now();
    const first = waiting[0];
    if (first !== undefined && waiting.length >= queue) return refuse(state, message, ctx, first.dueMs - nowMs);
    const { taken, waitMs } = take(bucket, settingsFor(ctx), nowMs, queue);
    if (!taken) return refuse(state, message, ctx, waitMs);
    if (waitMs === 0 && first === undefined) {
      state.passed++;
      return ctx.forward(state.target, message);
    }
    // Whole milliseconds, so that a timer is never a hair too early; nobody overtakes.
    waiting.push({ message, dueMs: Math.max(Math.ceil(nowMs + waitMs), waiting.at(-1)?.dueMs ?? 0) });
    if (waiting.length === 1) awaitTurn(state, ctx);
  };

  return defineGuard(name, options.protocol, {
    internal: { Turn: {} },
    state: (target): State => ({ target, bucket: fullBucket(burst, 0), waiting: [], passed: 0, refused: 0 }),
    call,
    on: {
      Turn(state, _, ctx) {
        const nowMs = ctx.now();
        const stillWaiting = state.waiting.findIndex(({ dueMs }) => dueMs > nowMs);
        const due = state.waiting.splice(0, stillWaiting < 0 ? state.waiting.length : stillWaiting);
        for (const { message } of due) {
          state.passed++;
          ctx.forward(state.target, message);
        }
        awaitTurn(state, ctx);
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

function awaitTurn({ waiting }: State, ctx: Context): void {
  const first = waiting[0];
  if (first !== undefined) ctx.startTimer(TURN_TIMER, { kind: 'Turn' }, Math.max(0, first.dueMs - ctx.now()));
}
