/**
 * What all guards share. A guard is an actor that stands before another one, its target: callers send it what they would
 * send the target, and it answers with the target's answer or with a coded error. Because a guard accepts what its target
 * accepts, guards stand before guards: the target of a bulkhead may be a circuit breaker.
 *
 * Invariant: every call that a guard lets through or keeps ends in exactly one answer to its caller, as long as the guard
 * lives. A guard that stops or restarts answers what it still keeps with `target-stopped`, but not the calls that are under
 * way: their callers hear nothing and run into their own time-outs, and what the target answers then is a dead letter. Nor
 * can it know of a caller that has given up meanwhile: such an answer is a dead letter as well.
 *
 * What guards do not do: remember anything over their own restart. The new incarnation begins like the first one.
 */
import type { AskOutcome, Behavior, BehaviorDefinition, SignalHandlers } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { checkNumber, type ErrorCode, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { MessageOf, Protocol, Schema } from '../../kernel/schema.ts';

/** A protocol that can be guarded: every kind has a `replyTo`, because a guard answers every call. */
export interface GuardedProtocol {
  readonly [kind: string]: { readonly replyTo: Schema<Ref>; readonly [field: string]: Schema };
}

/**
 * The behavior of a guard before an actor that accepts `P`; `Own` are kinds that the guard has beside those. When it stops or
 * restarts, calls that it keeps waiting are answered with `target-stopped`; those under way at the target are not answered.
 */
export type Guard<P extends Protocol, Own extends Protocol = Record<never, never>> = Behavior<
  P & Own,
  { readonly target: Ref<MessageOf<P>> }
>;

/** A call as a guard sees it. */
export type Call = AnyMessage & { readonly replyTo: Ref<AnyMessage> };

/** A number, or a function that is asked each time it is needed: `(ctx) => ctx.parameter('resetMs')`. */
export type Adjustable = number | ((ctx: Pick<Context, 'parameter'>) => number);

/** What a guard does: its definition without what is the same for all guards. `S` is its state. */
export interface GuardParts<S> {
  /** Kinds of its own, beside those of the target. */
  readonly own?: Protocol;
  readonly internal?: Protocol;
  readonly state: (target: Ref<AnyMessage>) => S;
  /** Handles every kind of the target's protocol. */
  readonly call: (state: S, message: Call, ctx: Context) => void;
  /** Handlers of the kinds in `own` and `internal`. */
  readonly on?: Readonly<Record<string, (state: S, message: never, ctx: Context) => void>>;
  readonly replies?: Readonly<Record<string, (state: S, outcome: never, ctx: Context) => void>>;
  readonly signals?: SignalHandlers<S, Context>;
  readonly breaker?: boolean;
}

/**
 * How long a guard waits for the target's answer before the call has failed with `ask-timeout`, in ms, where its options
 * do not say.
 */
export const CALL_TIMEOUT_MS = 1_000;
/** Calls that a guard may keep waiting, and calls that it may have under way: what the kernel allows one actor to ask. */
export const WAITING_CALLS_MAX = 65_536;
/** The longest time that guards deal in: 2³¹ ms, more than 24 days, as for timers and time-outs. */
export const DELAY_MS_MAX = 2 ** 31;

/**
 * Makes the behavior of a guard.
 *
 * @throws PlayhouseError `invalid-configuration` when a kind of the protocol has no `replyTo`, or is a kind of the guard's
 */
export function defineGuard<P extends Protocol, Own extends Protocol, S>(
  name: string,
  protocol: P,
  parts: GuardParts<S>,
): Guard<P, Own> {
  const { own = {}, internal = {}, state, call, on = {}, replies = {}, signals = {}, breaker = false } = parts;
  for (const [kind, fields] of Object.entries(protocol)) {
    const field = `protocol.${kind}`;
    if (fields['replyTo']?.type !== 'ref') {
      const text = `${name}: ${kind} has no replyTo; a guard answers every call, so every kind needs one.`;
      throw new PlayhouseError('invalid-configuration', text, `${field}.replyTo`);
    }
    if (Object.hasOwn(own, kind)) {
      throw new PlayhouseError('invalid-configuration', `${name}: ${kind} is a kind of the guard itself.`, field);
    }
  }
  const definition: BehaviorDefinition<Protocol, S, { readonly target: Ref<AnyMessage> }, Protocol> = {
    breaker,
    protocol: { ...protocol, ...own },
    internal,
    state: ({ target }) => state(target),
    on: { ...Object.fromEntries(Object.keys(protocol).map((kind) => [kind, call as never])), ...(on as object) },
    replies: replies as never,
    signals: signals as never,
  };
  // The one seam: inside, guards handle all protocols alike; outside, callers see the author's own.
  return actor(name, definition) as unknown as Guard<P, Own>;
}

/**
 * Asks the target on behalf of a caller; the outcome comes to the reply handler `Settled`.
 *
 * @param context given back with the outcome: the caller's address, and what the guard needs to know then
 */
export function callTarget<C extends { readonly replyTo: Ref<AnyMessage> }>(
  ctx: Context,
  target: Ref<AnyMessage>,
  message: Call,
  timeoutMs: number,
  context: C,
): void {
  const { replyTo: _, ...request } = message;
  ctx.ask(target, request as never, { reply: 'Settled', timeoutMs, context });
}

/** Gives the target's answer, or its error, to the caller. */
export function answerCaller(ctx: Context, replyTo: Ref<AnyMessage>, outcome: AskOutcome): void {
  if (outcome.ok) ctx.tell(replyTo, outcome.reply);
  else ctx.fail(replyTo, outcome.error);
}

/** Refuses a call that was not tried: it counts as rejected, and its caller hears why at once. */
export function refuseCall(ctx: Context, { replyTo }: Call, code: ErrorCode, text: string): void {
  ctx.countRejected();
  ctx.fail(replyTo, reportOf(code, text));
}

/** For `postStop`: ends the calls that a guard keeps waiting, with `target-stopped`; not those that are under way. */
export function endWaiting(ctx: Context, messages: readonly Call[]): void {
  for (const { replyTo, kind } of messages) {
    ctx.fail(replyTo, reportOf('target-stopped', `${ctx.path} stopped before it passed ${kind} on.`));
  }
}

/** Checks a setting that is known already; one that is a function is checked when it is asked. */
export function checkAdjustable(field: string, value: Adjustable, min: number, max: number, owner: string): void {
  if (typeof value === 'number') checkNumber(field, value, min, max, owner);
}

/**
 * The present value of a setting, kept within its bounds: a parameter that is dragged past them must not end the guard.
 */
export function adjusted(value: Adjustable, ctx: Context, min: number, max: number): number {
  if (typeof value === 'number') return value;
  const asked = value(ctx);
  return asked >= min ? Math.min(asked, max) : min;
}
