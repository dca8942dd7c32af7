/**
 * A time limit as an actor that stands before another one, for callers that cannot or should not know how long the target
 * may take. It ends the waiting, not the work: the target still does what it was asked.
 *
 * Invariant: every call is answered within the limit, with the target's answer or with `ask-timeout`.
 */
import type { AskOutcome } from '../../kernel/behavior.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import {
  type Adjustable,
  adjusted,
  answerCaller,
  CALL_TIMEOUT_MS,
  callTarget,
  checkAdjustable,
  DELAY_MS_MAX,
  defineGuard,
  type Guard,
  type GuardedProtocol,
} from './guard.ts';

/** How long a call may take. `P`: the target's protocol. */
export interface TimeoutOptions<P extends GuardedProtocol> {
  /** What callers may send, and what the target accepts. Every kind has a `replyTo`. */
  readonly protocol: P;
  /** How long the target may take, in ms, at least 1; default 1,000. A function is asked at each call. */
  readonly timeoutMs?: Adjustable;
}

interface CallContext {
  readonly replyTo: Ref<AnyMessage>;
}

interface State {
  readonly target: Ref<AnyMessage>;
  underWay: number;
  /** Calls that ended with the target's answer or error. */
  answered: number;
  timedOut: number;
}

/**
 * A time limit before `args.target`: a call that is not answered within `timeoutMs` (1,000 ms) ends with `ask-timeout`. An
 * answer that comes later goes nowhere: it is a dead letter of this guard, with the reason `late-reply`, and counted there.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function timeout<const P extends GuardedProtocol>(name: string, options: TimeoutOptions<P>): Guard<P> {
  const { timeoutMs = CALL_TIMEOUT_MS } = options;
  checkAdjustable('timeoutMs', timeoutMs, 1, DELAY_MS_MAX, name);
  return defineGuard(name, options.protocol, {
    state: (target): State => ({ target, underWay: 0, answered: 0, timedOut: 0 }),
    call(state, message, ctx) {
      const context: CallContext = { replyTo: message.replyTo };
      callTarget(ctx, state.target, message, adjusted(timeoutMs, ctx, 1, DELAY_MS_MAX), context);
      state.underWay++;
    },
    replies: {
      Settled(state, outcome: AskOutcome<AnyMessage, CallContext>, ctx) {
        state.underWay--;
        // A guard behind this one may have answered with a time-out of its own: it counts alike.
        if (outcome.ok || outcome.error.code !== 'ask-timeout') state.answered++;
        else state.timedOut++;
        answerCaller(ctx, outcome.context.replyTo, outcome);
      },
    },
  });
}
