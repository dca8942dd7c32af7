/**
 * A bulkhead as an actor that stands before another one: so many calls are under way at a time, some more wait, and the
 * rest are refused. A target that has become slow then holds up that many callers, and not the whole ship.
 * (Nygard, Release It!, 2007; resilience4j's Bulkhead.)
 *
 * Invariant: at most `calls` are under way, and while one waits, exactly so many are.
 */
import type { AskOutcome } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { checkNumber, checkWhole } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import {
  answerCaller,
  type Call,
  callTarget,
  DELAY_MS_MAX,
  defineGuard,
  endWaiting,
  type Guard,
  type GuardedProtocol,
  refuseCall,
  WAITING_CALLS_MAX,
} from './guard.ts';

/** How many calls a bulkhead lets through at a time, and how many wait. `P`: the target's protocol. */
export interface BulkheadOptions<P extends GuardedProtocol> {
  /** What callers may send, and what the target accepts. Every kind has a `replyTo`. */
  readonly protocol: P;
  /** Calls that may be under way at a time; 1 … 65,536, default 25. */
  readonly calls?: number;
  /** Calls that may wait; 0 … 65,536, default 100. */
  readonly queue?: number;
  /** A call that has waited so long is refused, in ms; default: it waits for as long as it takes. */
  readonly maxWaitMs?: number;
  /** A call that is not answered in this time has failed, and its place is free again; default 30,000 ms. */
  readonly callTimeoutMs?: number;
}

interface CallContext {
  readonly replyTo: Ref<AnyMessage>;
}

interface Waiting {
  readonly message: Call;
  readonly sinceMs: number;
}

interface State {
  readonly target: Ref<AnyMessage>;
  underWay: number;
  /** In the order of arrival. */
  readonly waiting: Waiting[];
  refused: number;
}

const CALLS = 25;
const QUEUE = 100;
/** Only so that a call of which nothing is heard does not take up its place for ever. */
const BULKHEAD_CALL_TIMEOUT_MS = 30_000;
const PATIENCE_TIMER = 'patience';

/**
 * A bulkhead before `args.target`: at most `calls` (25) are under way, up to `queue` (100) more wait in order, for at most
 * `maxWaitMs`; everybody else is refused with `bulkhead-full`.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function bulkhead<const P extends GuardedProtocol>(name: string, options: BulkheadOptions<P>): Guard<P> {
  const { calls = CALLS, queue = QUEUE, maxWaitMs, callTimeoutMs = BULKHEAD_CALL_TIMEOUT_MS } = options;
  checkWhole('calls', calls, 1, WAITING_CALLS_MAX, name);
  checkWhole('queue', queue, 0, WAITING_CALLS_MAX, name);
  if (maxWaitMs !== undefined) checkNumber('maxWaitMs', maxWaitMs, 0, DELAY_MS_MAX, name);
  checkNumber('callTimeoutMs', callTimeoutMs, 1, DELAY_MS_MAX, name);

  const start = (state: State, message: Call, ctx: Context): void => {
    const context: CallContext = { replyTo: message.replyTo };
    callTarget(ctx, state.target, message, callTimeoutMs, context);
    state.underWay++;
  };

  const refuse = (state: State, message: Call, ctx: Context, why: string): void => {
    state.refused++;
    refuseCall(ctx, message, 'bulkhead-full', `${ctx.path} has ${calls} calls under way; ${why}.`);
  };

  /** The first one is always the one that has waited longest. */
  const awaitPatience = ({ waiting }: State, ctx: Context): void => {
    const first = waiting[0];
    if (maxWaitMs === undefined) return;
    if (first === undefined) return ctx.cancelTimer(PATIENCE_TIMER);
    const endMs = Math.ceil(first.sinceMs + maxWaitMs);
    ctx.startTimer(PATIENCE_TIMER, { kind: 'PatienceOver' }, Math.max(0, endMs - ctx.now()));
  };

  return defineGuard(name, options.protocol, {
    internal: { PatienceOver: {} },
    state: (target): State => ({ target, underWay: 0, waiting: [], refused: 0 }),
    call(state, message, ctx) {
      if (state.underWay < calls) return start(state, message, ctx);
      if (state.waiting.length >= queue) return refuse(state, message, ctx, `${queue} more wait already`);
      state.waiting.push({ message, sinceMs: ctx.now() });
      if (state.waiting.length === 1) awaitPatience(state, ctx);
    },
    on: {
      PatienceOver(state, _, ctx) {
        const nowMs = ctx.now();
        const patient = state.waiting.findIndex(({ sinceMs }) => nowMs < sinceMs + (maxWaitMs ?? Infinity));
        const given = state.waiting.splice(0, patient < 0 ? state.waiting.length : patient);
        for (const { message } of given) refuse(state, message, ctx, `none ended within ${maxWaitMs} ms`);
        awaitPatience(state, ctx);
      },
    },
    replies: {
      Settled(state, outcome: AskOutcome<AnyMessage, CallContext>, ctx) {
        state.underWay--;
        answerCaller(ctx, outcome.context.replyTo, outcome);
        const next = state.waiting.shift();
        if (next === undefined) return;
        start(state, next.message, ctx);
        awaitPatience(state, ctx);
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
