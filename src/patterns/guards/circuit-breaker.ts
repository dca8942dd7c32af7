/**
 * The circuit breaker as an actor that stands before another one: it asks on behalf of its callers, or refuses. The state
 * machine is in breaker-state.ts; here are its surroundings: calls, the reset timer, the person's hand, and listeners.
 *
 * Invariant: each transition is exactly one `breaker` event in the trace, and one `BreakerChanged` to each listener.
 */
import type { AskOutcome } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { checkNumber, checkWhole, type ErrorCode, type ErrorReport, PlayhouseError } from '../../kernel/errors.ts';
import { type AnyMessage, type Ref, sameRef } from '../../kernel/ref.ts';
import { t } from '../../kernel/schema.ts';
import type { BreakerPhase } from '../../kernel/view.ts';
import {
  admit,
  BREAKER_DEFAULTS,
  type BreakerSettings,
  type BreakerState,
  type CallResult,
  closedBreaker,
  enter,
  resetDue,
  settle,
  type Transition,
} from './breaker-state.ts';
import { RATE_DEFAULTS, type RateSettings, ratesOf, WINDOW_CALLS_MAX } from './call-window.ts';
import {
  type Adjustable,
  adjusted,
  answerCaller,
  type Call,
  callTarget,
  checkAdjustable,
  DELAY_MS_MAX,
  defineGuard,
  type Guard,
  type GuardedProtocol,
  refuseCall,
  WAITING_CALLS_MAX,
} from './guard.ts';

/** What a circuit breaker counts and how it recovers. `P`: the target's protocol. */
export interface CircuitBreakerOptions<P extends GuardedProtocol>
  extends Partial<Omit<BreakerSettings, 'resetTimeoutMs' | 'rate'>> {
  /** What callers may send, and what the target accepts. Every kind has a `replyTo`. */
  readonly protocol: P;
  /** In ms; default 30,000. A function is asked each time the breaker opens. */
  readonly resetTimeoutMs?: Adjustable;
  /** Opens by the rate of failed or slow calls instead of a count in a row; settings left out have their defaults. */
  readonly rate?: Partial<RateSettings>;
  /** Errors that say nothing about the target's health: they count neither as a failure nor as a success. Default none. */
  readonly ignoredErrors?: readonly ErrorCode[];
}

const PHASE = t.literal('closed', 'open', 'half-open');

/** What listeners of a circuit breaker accept: one message for each of its transitions. */
export const BreakerEvents = { BreakerChanged: { from: PHASE, to: PHASE, cause: t.string } } as const;

/** Kinds of the breaker itself: a person's hand on it, and who wants to hear of its transitions. */
const HAND = {
  /** Opens it; after the reset time it tries again. */
  Trip: {},
  /** Closes it, and ends what was forced. */
  Reset: {},
  /** Opens it until it is reset. */
  ForceOpen: {},
  /** Closes it until it is reset, whatever fails. */
  ForceClose: {},
  Subscribe: { listener: t.ref(BreakerEvents) },
  Unsubscribe: { listener: t.ref(BreakerEvents) },
} as const;

type Listener = Ref<{ kind: 'BreakerChanged'; from: BreakerPhase; to: BreakerPhase; cause: string }>;

interface CallContext {
  readonly replyTo: Ref<AnyMessage>;
  readonly epoch: number;
}

interface State {
  readonly target: Ref<AnyMessage>;
  readonly breaker: BreakerState;
  readonly listeners: Listener[];
}

/** Listeners of one breaker; a subscription beyond them is refused: it counts as rejected. */
export const BREAKER_LISTENERS_MAX = 1_000;

const RESET_TIMER = 'reset-timeout';

/**
 * A circuit breaker before `args.target`. Callers send it what they would send the target; while it is closed their
 * requests go through and answers come back. A failed ask (time-out, crash, an error given with `ctx.fail`) counts as a
 * failure when it is known. While it is open, callers get the error `breaker-open` at once, with the time left, and the
 * target gets nothing. After the reset time it is half-open: a few trial calls go through and decide.
 *
 * It opens after 5 failures in a row, or, with `rate`, when the share of failed or slow ones among the last calls is too
 * high. `Trip` opens it and `Reset` closes it by hand, from any phase; `ForceOpen` and `ForceClose` hold it there until
 * `Reset`, and `Trip` does nothing meanwhile. Each transition is one `breaker` event in the trace, and one `BreakerChanged`
 * for every actor that has sent `Subscribe` (see `BreakerEvents`; an actor that stops is forgotten).
 *
 * A breaker that is restarted begins closed and without listeners.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function circuitBreaker<const P extends GuardedProtocol>(
  name: string,
  options: CircuitBreakerOptions<P>,
): Guard<P, typeof HAND> {
  const { ignoredErrors = [], resetTimeoutMs = BREAKER_DEFAULTS.resetTimeoutMs } = options;
  const fixed = checkedSettings(name, options);
  const settingsFor = (ctx: Context): BreakerSettings => ({
    ...fixed,
    resetTimeoutMs: adjusted(resetTimeoutMs, ctx, 0, DELAY_MS_MAX),
  });

  const change = (state: State, ctx: Context, to: BreakerPhase, cause: string, forced = false): void => {
    const { breaker } = state;
    const from = breaker.phase;
    enter(breaker, to, to === 'open' ? settingsFor(ctx) : fixed, ctx.now(), forced);
    ctx.breakerChanged(from, to, cause);
    if (from !== to) {
      for (const listener of state.listeners) ctx.tell(listener, { kind: 'BreakerChanged', from, to, cause });
    }
    if (to === 'open' && !forced) {
      ctx.startTimer(RESET_TIMER, { kind: 'ResetTimeout' }, Math.max(0, breaker.halfOpenAtMs - ctx.now()));
    } else ctx.cancelTimer(RESET_TIMER);
  };

  const call = (state: State, message: Call, ctx: Context): void => {
    const { breaker } = state;
    if (resetDue(breaker, ctx.now())) change(state, ctx, 'half-open', 'reset timeout');
    const admission = admit(breaker, fixed, ctx.now());
    if (!admission.admitted) {
      refuseCall(ctx, message, 'breaker-open', `${ctx.path} is ${breaker.phase}; ${whenAgain(breaker, admission)}.`);
      return;
    }
    const context: CallContext = { replyTo: message.replyTo, epoch: admission.epoch };
    callTarget(ctx, state.target, message, fixed.callTimeoutMs, context);
  };

  const settled = (state: State, outcome: AskOutcome<AnyMessage, CallContext>, ctx: Context): void => {
    const { replyTo, epoch } = outcome.context;
    const result: CallResult = outcome.ok
      ? 'success'
      : ignoredErrors.includes(outcome.error.code)
        ? 'ignored'
        : 'failure';
    const transition = settle(state.breaker, fixed, epoch, result, outcome.elapsedMs);
    if (transition !== undefined) {
      const error = outcome.ok ? undefined : outcome.error;
      change(state, ctx, transition.to, causeOf(transition, state.breaker, fixed, error));
    }
    answerCaller(ctx, replyTo, outcome);
  };

  return defineGuard<P, typeof HAND, State>(name, options.protocol, {
    breaker: true,
    own: HAND,
    internal: { ResetTimeout: {} },
    state: (target) => ({ target, breaker: closedBreaker(), listeners: [] }),
    call,
    on: {
      Trip(state, _, ctx) {
        if (!state.breaker.forced) change(state, ctx, 'open', 'tripped by hand');
      },
      Reset: (state, _, ctx) => change(state, ctx, 'closed', 'reset by hand'),
      ForceOpen: (state, _, ctx) => change(state, ctx, 'open', 'forced open by hand', true),
      ForceClose: (state, _, ctx) => change(state, ctx, 'closed', 'forced closed by hand', true),
      Subscribe: (state, message: { readonly listener: Listener }, ctx) => subscribe(state, message.listener, ctx),
      Unsubscribe: (state, message: { readonly listener: Listener }, ctx) => unsubscribe(state, message.listener, ctx),
      ResetTimeout(state, _, ctx) {
        // Whatever else moves it on cancels the timer; so if it is open, this is its time.
        if (state.breaker.phase === 'open') change(state, ctx, 'half-open', 'reset timeout');
      },
    },
    replies: { Settled: settled },
    signals: {
      preStart: (state, ctx) => ctx.breakerChanged(state.breaker.phase, state.breaker.phase, 'started'),
      preRestart(state, { error }, ctx) {
        // Its phase ends with its incarnation, and no transition goes unseen.
        if (state.breaker.phase !== 'closed') change(state, ctx, 'closed', `restarted: ${error}`);
      },
      terminated: (state, { ref }) => forget(state, ref),
    },
  });
}

/** @throws PlayhouseError `invalid-configuration` @returns the settings, with a reset time that only counts if fixed */
function checkedSettings<P extends GuardedProtocol>(name: string, options: CircuitBreakerOptions<P>): BreakerSettings {
  const { failureThreshold = BREAKER_DEFAULTS.failureThreshold, rate } = options;
  const { resetTimeoutMs = BREAKER_DEFAULTS.resetTimeoutMs, resetMaxMs = BREAKER_DEFAULTS.resetMaxMs } = options;
  const { successThreshold = BREAKER_DEFAULTS.successThreshold, halfOpenCalls = successThreshold } = options;
  const { resetFactor = BREAKER_DEFAULTS.resetFactor, callTimeoutMs = BREAKER_DEFAULTS.callTimeoutMs } = options;
  if (rate !== undefined && options.failureThreshold !== undefined) {
    const text = `${name}: failureThreshold counts failures in a row; with rate it means nothing, so leave one out.`;
    throw new PlayhouseError('invalid-configuration', text, 'failureThreshold');
  }
  checkWhole('failureThreshold', failureThreshold, 1, 1_000_000, name);
  checkWhole('successThreshold', successThreshold, 1, 1_000_000, name);
  checkWhole('halfOpenCalls', halfOpenCalls, 1, WAITING_CALLS_MAX, name);
  checkAdjustable('resetTimeoutMs', resetTimeoutMs, 0, DELAY_MS_MAX, name);
  checkNumber('resetFactor', resetFactor, 1, 1_000, name);
  checkNumber('resetMaxMs', resetMaxMs, 0, DELAY_MS_MAX, name);
  checkNumber('callTimeoutMs', callTimeoutMs, 1, DELAY_MS_MAX, name);
  return {
    failureThreshold,
    resetTimeoutMs: typeof resetTimeoutMs === 'number' ? resetTimeoutMs : BREAKER_DEFAULTS.resetTimeoutMs,
    successThreshold,
    halfOpenCalls,
    resetFactor,
    resetMaxMs,
    callTimeoutMs,
    rate: rate === undefined ? null : checkedRate(name, rate),
  };
}

function checkedRate(name: string, rate: Partial<RateSettings>): RateSettings {
  const { windowCalls = RATE_DEFAULTS.windowCalls, minimumCalls = windowCalls } = rate;
  const settings: RateSettings = { ...RATE_DEFAULTS, ...rate, windowCalls, minimumCalls };
  checkWhole('rate.windowCalls', windowCalls, 1, WINDOW_CALLS_MAX, name);
  checkWhole('rate.minimumCalls', minimumCalls, 1, windowCalls, name);
  checkNumber('rate.failureRatePercent', settings.failureRatePercent, 0.001, 100, name);
  checkNumber('rate.slowCallMs', settings.slowCallMs, 0, DELAY_MS_MAX, name);
  checkNumber('rate.slowRatePercent', settings.slowRatePercent, 0.001, 100, name);
  return settings;
}

function whenAgain(breaker: BreakerState, { remainingMs }: { readonly remainingMs: number }): string {
  if (breaker.forced) return 'it stays so until it is reset';
  return breaker.phase === 'open' ? `try again in ${Math.ceil(remainingMs)} ms` : 'trial calls are under way';
}

/** @param error of the call that decided, where it failed */
function causeOf(
  { because }: Transition,
  { recent }: BreakerState,
  { rate }: BreakerSettings,
  error: ErrorReport | undefined,
): string {
  const rates = rate === null ? undefined : ratesOf(recent, rate.minimumCalls);
  const ofCalls = `of ${recent.outcomes.length} calls`;
  switch (because) {
    case 'failure-rate':
      return `${Math.round(rates?.failurePercent ?? 0)} % ${ofCalls} failed`;
    case 'slow-rate':
      return `${Math.round(rates?.slowPercent ?? 0)} % ${ofCalls} took longer than ${rate?.slowCallMs} ms`;
    case 'slow-trial':
      return `a trial call took longer than ${rate?.slowCallMs} ms`;
    case 'successes':
      return 'enough trial calls succeeded';
    default:
      return error?.message ?? because;
  }
}

function subscribe(state: State, listener: Listener, ctx: Context): void {
  if (state.listeners.some((known) => sameRef(known, listener))) return;
  if (state.listeners.length >= BREAKER_LISTENERS_MAX) return ctx.countRejected();
  state.listeners.push(listener);
  ctx.watch(listener);
}

function unsubscribe(state: State, listener: Listener, ctx: Context): void {
  forget(state, listener);
  ctx.unwatch(listener);
}

function forget({ listeners }: State, gone: Ref): void {
  const index = listeners.findIndex((listener) => sameRef(listener, gone));
  if (index >= 0) listeners.splice(index, 1);
}
