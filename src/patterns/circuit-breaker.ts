/** The circuit breaker as an actor that stands before another one: it asks on behalf of its callers, or refuses. */
import type { AskOutcome, Behavior, BehaviorDefinition } from '../kernel/behavior.ts';
import type { Context } from '../kernel/context.ts';
import { actor } from '../kernel/definition.ts';
import { reportOf } from '../kernel/errors.ts';
import type { AnyMessage, Ref } from '../kernel/ref.ts';
import type { MessageOf, Protocol } from '../kernel/schema.ts';
import type { BreakerPhase } from '../kernel/view.ts';
import {
  admit,
  BREAKER_DEFAULTS,
  type BreakerSettings,
  type BreakerState,
  closedBreaker,
  enter,
  resetDue,
  settle,
} from './breaker-state.ts';

export interface CircuitBreakerOptions<P extends Protocol> extends Partial<Omit<BreakerSettings, 'resetTimeoutMs'>> {
  /** What callers may send, and what the target accepts. Every kind has a `replyTo`. */
  readonly protocol: P;
  /** A call that is not answered in this time has failed; default 1,000 ms. */
  readonly callTimeoutMs?: number;
  /** In ms; default 30,000. A function is asked each time the breaker opens. */
  readonly resetTimeoutMs?: number | ((ctx: Pick<Context, 'parameter'>) => number);
}

/** The person's hand on the breaker. */
const HAND = { Trip: {}, Reset: {}, ResetTimeout: {} } as const;

interface CallContext {
  readonly replyTo: Ref<AnyMessage>;
  readonly epoch: number;
}

interface State {
  readonly target: Ref<AnyMessage>;
  readonly breaker: BreakerState;
}

const CALL_TIMEOUT_MS = 1_000;
const RESET_TIMER = 'reset-timeout';

/**
 * A circuit breaker before `args.target`. Callers send it what they would send the target; while it is closed their
 * requests go through and answers come back. A failed ask (time-out, crash, an error given with `ctx.fail`) counts as a
 * failure. While it is open, callers get the error `breaker-open` at once, with the time left, and the target gets nothing.
 *
 * `Trip` opens it and `Reset` closes it by hand, from any phase. Each transition is one `breaker` event in the trace.
 *
 * @param name of the behavior
 */
export function circuitBreaker<const P extends Protocol>(
  name: string,
  options: CircuitBreakerOptions<P>,
): Behavior<P & typeof HAND, { readonly target: Ref<MessageOf<P>> }> {
  const { protocol, callTimeoutMs = CALL_TIMEOUT_MS, resetTimeoutMs = BREAKER_DEFAULTS.resetTimeoutMs } = options;
  const settingsFor = (ctx: Context): BreakerSettings => ({
    failureThreshold: options.failureThreshold ?? BREAKER_DEFAULTS.failureThreshold,
    successThreshold: options.successThreshold ?? BREAKER_DEFAULTS.successThreshold,
    resetTimeoutMs: typeof resetTimeoutMs === 'number' ? resetTimeoutMs : resetTimeoutMs(ctx),
  });

  const change = (state: State, ctx: Context, to: BreakerPhase, cause: string): void => {
    const from = state.breaker.phase;
    const settings = settingsFor(ctx);
    enter(state.breaker, to, settings, ctx.now());
    ctx.breakerChanged(from, to, cause);
    if (to === 'open') ctx.startTimer(RESET_TIMER, { kind: 'ResetTimeout' }, settings.resetTimeoutMs);
    else ctx.cancelTimer(RESET_TIMER);
  };

  const call = (state: State, message: AnyMessage & { readonly replyTo: Ref<AnyMessage> }, ctx: Context): void => {
    const { breaker } = state;
    if (resetDue(breaker, ctx.now())) change(state, ctx, 'half-open', 'reset timeout');
    const admission = admit(breaker, settingsFor(ctx), ctx.now());
    if (!admission.admitted) {
      ctx.countRejected();
      const when =
        breaker.phase === 'open' ? `try again in ${Math.ceil(admission.remainingMs)} ms` : 'trial calls are under way';
      ctx.fail(message.replyTo, reportOf('breaker-open', `${ctx.path} is ${breaker.phase}; ${when}.`));
      return;
    }
    const { replyTo, ...request } = message;
    const context: CallContext = { replyTo, epoch: admission.epoch };
    ctx.ask(state.target, request as never, { reply: 'Settled', timeoutMs: callTimeoutMs, context });
  };

  const settled = (state: State, outcome: AskOutcome<AnyMessage, CallContext>, ctx: Context): void => {
    const { replyTo, epoch } = outcome.context;
    const next = settle(state.breaker, settingsFor(ctx), epoch, outcome.ok);
    if (next !== state.breaker.phase) {
      change(state, ctx, next, outcome.ok ? 'enough trial calls succeeded' : outcome.error.message);
    }
    if (outcome.ok) ctx.tell(replyTo, outcome.reply);
    else ctx.fail(replyTo, outcome.error);
  };

  const definition: BehaviorDefinition<Protocol, State, { readonly target: Ref<AnyMessage> }> = {
    breaker: true,
    protocol: { ...protocol, ...HAND },
    state: ({ target }) => ({ target, breaker: closedBreaker() }),
    on: {
      ...Object.fromEntries(Object.keys(protocol).map((kind) => [kind, call as never])),
      Trip: (state, _, ctx) => change(state, ctx, 'open', 'tripped by hand'),
      Reset: (state, _, ctx) => change(state, ctx, 'closed', 'reset by hand'),
      ResetTimeout(state, _, ctx) {
        if (state.breaker.phase === 'open') change(state, ctx, 'half-open', 'reset timeout');
      },
    },
    replies: { Settled: settled },
    signals: {
      preStart: (state, ctx) => ctx.breakerChanged(state.breaker.phase, state.breaker.phase, 'started'),
    },
  };
  return actor(name, definition) as unknown as Behavior<P & typeof HAND, { readonly target: Ref<MessageOf<P>> }>;
}
