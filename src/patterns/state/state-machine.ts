/**
 * Finite-state machines as actors: states, the messages that each of them handles, and where they lead, all as data, so
 * that a machine can be checked when it is defined and drawn before it runs. (Erlang's gen_statem and Pekko's FSM: entry
 * and exit actions, state time-outs, postponed messages.)
 *
 *            message, or time-out            exit of the old state
 *   state ───────────────────────────▶ run ─────────────────────────▶ entry of the new state ──▶ what was put aside, again
 *
 * Invariant: the machine is in exactly one declared state, and leaves it only along a declared transition. A transition
 * without `to` stays: no exit, no entry, the time-out runs on. One to its own state leaves and enters it.
 *
 * What it does not do: states within states.
 */
import type { Behavior, BehaviorDefinition, MailboxOptions, SignalHandlers } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor, checkOneOf } from '../../kernel/definition.ts';
import { checkNumber, type ErrorCode, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { Protocol } from '../../kernel/schema.ts';
import { checkOwn } from './own-names.ts';
import type {
  MachineSignals,
  MachineState,
  StateMachineOptions,
  StateTransition,
  UnhandledPolicy,
} from './state-machine-options.ts';

/** A machine as a drawing needs it. */
export interface StateChart<N extends string = string> {
  readonly initial: N;
  readonly states: readonly N[];
  /** `on` is a message kind; `after` marks a time-out. Transitions that stay are not in it. */
  readonly transitions: readonly { readonly from: N; readonly to: N; readonly on: string }[];
}

/** The state of the actor: where the machine is, since when, and what it remembers. */
export interface MachineView<N extends string = string, D = object> {
  state: N;
  sinceMs: number;
  readonly data: D;
  /** States entered so far, the first one included. */
  entered: number;
  /** Messages that no state had a transition for, and that did not wait. */
  ignored: number;
}

type AnyState = MachineState<Protocol, string, object, Context>;
type AnyTransition = StateTransition<AnyMessage, string, object, Context>;
type AnyOptions = StateMachineOptions<Protocol, string, object, unknown, Protocol, string>;

/** Kind and timer key of the machine itself; kinds and timer keys that begin with `machine:` are its own. */
const OWN = 'machine:';
const TIMEOUT = `${OWN}StateTimeout`;

/**
 * A finite-state machine. Its `chart` is what can be drawn of it. A transition to a state that there is not does not
 * compile, and is refused when the machine is defined.
 *
 * Its state on screen is a `MachineView`. A failure restarts it in its initial state with new data. Kinds and timer keys
 * that begin with `machine:` are its own.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function stateMachine<
  const P extends Protocol,
  const N extends string,
  D,
  A = Record<string, never>,
  const I extends Protocol = Record<never, never>,
  R extends string = never,
>(name: string, options: StateMachineOptions<P, N, D, A, I, R>): Behavior<P, A> & { readonly chart: StateChart<N> } {
  const erased = options as unknown as AnyOptions;
  const { protocol, internal = {}, initial, unhandled = 'ignore', mailbox, supervision, onFailure } = erased;
  const { signals = {}, passivateAfterMs } = erased;
  checkMachine(name, erased);
  // Without a prototype: a state may have any name.
  const states: Readonly<Record<string, AnyState>> = Object.assign(Object.create(null), erased.states);

  const enter = (view: MachineView, to: string, ctx: Context): void => {
    const state = states[to] ?? {};
    view.state = to;
    view.sinceMs = ctx.now();
    view.entered++;
    state.entry?.(view.data, ctx);
    const { after } = state;
    if (after !== undefined) {
      const delayMs = typeof after.ms === 'number' ? after.ms : after.ms(view.data, ctx);
      ctx.startTimer(TIMEOUT, { kind: TIMEOUT }, delayMs);
    }
    if (state.final === true) ctx.stop();
  };

  const move = (view: MachineView, to: string | undefined, run: () => void, ctx: Context): void => {
    if (to === undefined) return run();
    const from = view.state;
    ctx.cancelTimer(TIMEOUT);
    states[from]?.exit?.(view.data, ctx);
    run();
    enter(view, to, ctx);
    if (to !== from) ctx.unstash();
  };

  const receive = (view: MachineView, message: AnyMessage, ctx: Context): void => {
    const state = states[view.state] ?? {};
    const transition = transitionsOf(state, message.kind).find(({ when }) => when?.(view.data, message) !== false);
    if (transition === undefined) return leave(view, message, state.unhandled ?? unhandled, ctx);
    move(view, transition.to, () => transition.run?.(view.data, message, ctx), ctx);
  };

  const timedOut = (view: MachineView, ctx: Context): void => {
    const after = states[view.state]?.after;
    if (after !== undefined) move(view, after.to, () => after.run?.(view.data, ctx), ctx);
  };

  const kinds = Object.keys({ ...protocol, ...internal });
  const definition: BehaviorDefinition<Protocol, MachineView, unknown, Protocol> = {
    protocol,
    internal: { ...internal, [TIMEOUT]: {} },
    state: (args) => ({ state: initial, sinceMs: 0, data: erased.data(args), entered: 0, ignored: 0 }),
    on: {
      ...Object.fromEntries(kinds.map((kind) => [kind, receive as never])),
      [TIMEOUT]: (view, _, ctx) => timedOut(view, ctx),
    },
    replies: Object.fromEntries(
      Object.entries(erased.replies ?? {}).map(([reply, handler]) => [
        reply,
        (view: MachineView, outcome: unknown, ctx: Context) => handler(view.data, outcome, ctx as never),
      ]),
    ),
    signals: { ...signalsOf(signals), preStart: (view, ctx) => enter(view, initial, ctx) },
    ...(mailbox === undefined ? {} : { mailbox: mailbox as MailboxOptions }),
    ...(supervision === undefined ? {} : { supervision }),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(passivateAfterMs === undefined ? {} : { passivateAfterMs }),
  };
  const behavior = actor(name, definition) as unknown as Behavior<P, A>;
  return { ...behavior, chart: chartOf(initial, states) as StateChart<N> };
}

type Signals = SignalHandlers<MachineView, Context>;

/** The author's handlers, with the data instead of the view; those that are missing must stay so. */
function signalsOf({ postStop, terminated, receiveTimeout, backpressure }: MachineSignals<object, never>): Signals {
  return {
    ...(postStop && { postStop: ({ data }: MachineView, ctx: Context) => postStop(data, ctx as never) }),
    ...(receiveTimeout && { receiveTimeout: ({ data }, ctx) => receiveTimeout(data, ctx as never) }),
    ...(terminated && { terminated: ({ data }, signal, ctx) => terminated(data, signal, ctx as never) }),
    ...(backpressure && { backpressure: ({ data }, signal, ctx) => backpressure(data, signal, ctx as never) }),
  };
}

function transitionsOf(state: AnyState, kind: string): readonly AnyTransition[] {
  const { on = {} } = state;
  const found = Object.hasOwn(on, kind) ? on[kind] : undefined;
  if (found === undefined) return [];
  if (typeof found === 'string') return [{ to: found }];
  return (Array.isArray(found) ? found : [found]) as readonly AnyTransition[];
}

/** A message that nothing is declared for. */
function leave(view: MachineView, message: AnyMessage, policy: UnhandledPolicy, ctx: Context): void {
  if (policy === 'ignore') {
    view.ignored++;
    refuse(message, 'request-rejected', `${ctx.path} does not take ${message.kind} while it is "${view.state}".`, ctx);
    return;
  }
  try {
    ctx.stash(message as never);
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError)) throw thrown;
    // The tick of a periodic timer, of which one waits already: one is as good as two.
    if (thrown.code === 'already-stashed') return;
    if (!refuse(message, thrown.code, thrown.message, ctx)) ctx.deadLetter(message);
  }
}

/** Tells the asker, where there is one. */
function refuse(message: AnyMessage, code: ErrorCode, text: string, ctx: Context): boolean {
  const { replyTo } = message as { readonly replyTo?: Ref };
  if (replyTo === undefined) return false;
  ctx.countRejected();
  ctx.fail(replyTo, reportOf(code, text));
  return true;
}

function chartOf(initial: string, states: Readonly<Record<string, AnyState>>): StateChart {
  const transitions = Object.entries(states).flatMap(([from, state]) => {
    const byMessage = Object.keys(state.on ?? {}).flatMap((on) =>
      transitionsOf(state, on).flatMap(({ to }) => (to === undefined ? [] : [{ from, to, on }])),
    );
    return state.after === undefined ? byMessage : [...byMessage, { from, to: state.after.to, on: 'after' }];
  });
  return { initial, states: Object.keys(states), transitions };
}

/** @throws PlayhouseError `invalid-configuration`, naming the option */
function checkMachine(name: string, { protocol, internal, states, initial, unhandled }: AnyOptions): void {
  const known = Object.keys(states);
  const kinds = Object.keys({ ...protocol, ...internal });
  checkOwn(name, 'protocol', protocol, OWN);
  checkOwn(name, 'internal', internal ?? {}, OWN);
  checkOneOf(name, 'initial', initial, known);
  if (unhandled !== undefined) checkOneOf(name, 'unhandled', unhandled, ['ignore', 'stash']);
  for (const [state, { on = {}, after, unhandled: own }] of Object.entries(states)) {
    const field = `states.${state}`;
    if (own !== undefined) checkOneOf(name, `${field}.unhandled`, own, ['ignore', 'stash']);
    for (const kind of Object.keys(on)) {
      checkOneOf(name, `${field}.on`, kind, kinds);
      for (const { to } of transitionsOf(states[state] as AnyState, kind)) {
        if (to !== undefined) checkOneOf(name, `${field}.on.${kind}.to`, to, known);
      }
    }
    if (after === undefined) continue;
    checkOneOf(name, `${field}.after.to`, after.to, known);
    if (typeof after.ms === 'number') checkNumber(`${field}.after.ms`, after.ms, 0, 2 ** 31, name);
  }
}
