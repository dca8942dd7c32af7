/**
 * An adaptive limit on calls under way, as an actor that stands before another one. Nobody has to know how much the target
 * can bear: the limit grows while its latency is near the minimum and shrinks when that rises or calls time out. The
 * algorithm is in adaptive-limit.ts.
 *
 * Invariant: a call is passed on only while fewer than the limit are under way. When the limit shrinks, what is under way
 * already may exceed it for a while.
 */
import type { AskOutcome } from '../../kernel/behavior.ts';
import { checkNumber, checkWhole, type ErrorCode } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import {
  ADAPTIVE_LIMIT_DEFAULTS,
  type AdaptiveLimit,
  type AdaptiveLimitSettings,
  admitCall,
  callAnswered,
  callOverloaded,
  presentLimit,
  startLimit,
} from './adaptive-limit.ts';
import {
  answerCaller,
  CALL_TIMEOUT_MS,
  callTarget,
  DELAY_MS_MAX,
  defineGuard,
  type Guard,
  type GuardedProtocol,
  refuseCall,
  WAITING_CALLS_MAX,
} from './guard.ts';

/** Where an adaptive limit starts and how far it may go. `P`: the target's protocol. */
export interface ConcurrencyLimitOptions<P extends GuardedProtocol> extends Partial<AdaptiveLimitSettings> {
  /** What callers may send, and what the target accepts. Every kind has a `replyTo`. */
  readonly protocol: P;
  /** A call that is not answered in this time has failed, which is a sign of overload; default 1,000 ms. */
  readonly callTimeoutMs?: number;
}

interface CallContext {
  readonly replyTo: Ref<AnyMessage>;
  readonly epoch: number;
}

interface State {
  readonly target: Ref<AnyMessage>;
  /** Calls that may be under way now: what the algorithm has come to. */
  limit: number;
  underWay: number;
  refused: number;
  readonly algorithm: AdaptiveLimit;
}

/** Errors that say that somebody has too much to do. Others come back too soon or too late to say anything. */
const OVERLOAD: readonly ErrorCode[] = [
  'ask-timeout',
  'bulkhead-full',
  'concurrency-limited',
  'deadline-exceeded',
  'mailbox-full',
  'rate-limited',
];

/**
 * An adaptive concurrency limit before `args.target`: 20 calls under way at first; one more for each 10 calls that took no
 * longer than twice the minimum on average, a tenth less after slower ones or a time-out, never below 3. Calls beyond are
 * refused with `concurrency-limited`. The limit is in the state (`limit`); every 60 s a short probe with 3 calls under way
 * measures the minimum anew.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function concurrencyLimit<const P extends GuardedProtocol>(
  name: string,
  options: ConcurrencyLimitOptions<P>,
): Guard<P> {
  const { callTimeoutMs = CALL_TIMEOUT_MS } = options;
  const settings = checkedSettings(name, options);
  checkNumber('callTimeoutMs', callTimeoutMs, 1, DELAY_MS_MAX, name);
  return defineGuard(name, options.protocol, {
    state: (target): State => ({
      target,
      limit: settings.initialLimit,
      underWay: 0,
      refused: 0,
      algorithm: startLimit(settings),
    }),
    call(state, message, ctx) {
      const epoch = admitCall(state.algorithm, settings, state.underWay, ctx.now());
      state.limit = presentLimit(state.algorithm, settings);
      if (epoch === undefined) {
        state.refused++;
        const text = `${ctx.path} has ${state.underWay} calls under way and allows ${state.limit} at present.`;
        return refuseCall(ctx, message, 'concurrency-limited', text);
      }
      const context: CallContext = { replyTo: message.replyTo, epoch };
      callTarget(ctx, state.target, message, callTimeoutMs, context);
      state.underWay++;
    },
    replies: {
      Settled(state, outcome: AskOutcome<AnyMessage, CallContext>, ctx) {
        const { replyTo, epoch } = outcome.context;
        state.underWay--;
        if (outcome.ok) callAnswered(state.algorithm, settings, epoch, outcome.elapsedMs, ctx.now());
        else if (OVERLOAD.includes(outcome.error.code)) callOverloaded(state.algorithm, settings, epoch);
        state.limit = presentLimit(state.algorithm, settings);
        answerCaller(ctx, replyTo, outcome);
      },
    },
  });
}

function checkedSettings(name: string, options: Partial<AdaptiveLimitSettings>): AdaptiveLimitSettings {
  const { minLimit = ADAPTIVE_LIMIT_DEFAULTS.minLimit, maxLimit = ADAPTIVE_LIMIT_DEFAULTS.maxLimit } = options;
  const { initialLimit = Math.min(maxLimit, Math.max(minLimit, ADAPTIVE_LIMIT_DEFAULTS.initialLimit)) } = options;
  const { tolerance = ADAPTIVE_LIMIT_DEFAULTS.tolerance, backoff = ADAPTIVE_LIMIT_DEFAULTS.backoff } = options;
  const { windowCalls = ADAPTIVE_LIMIT_DEFAULTS.windowCalls } = options;
  const { probeAfterMs = ADAPTIVE_LIMIT_DEFAULTS.probeAfterMs } = options;
  checkWhole('minLimit', minLimit, 1, WAITING_CALLS_MAX, name);
  checkWhole('maxLimit', maxLimit, minLimit, WAITING_CALLS_MAX, name);
  checkWhole('initialLimit', initialLimit, minLimit, maxLimit, name);
  checkNumber('tolerance', tolerance, 1, 100, name);
  checkNumber('backoff', backoff, 0.1, 0.99, name);
  checkWhole('windowCalls', windowCalls, 1, 10_000, name);
  checkNumber('probeAfterMs', probeAfterMs, 1, DELAY_MS_MAX, name);
  return { initialLimit, minLimit, maxLimit, tolerance, backoff, windowCalls, probeAfterMs };
}
