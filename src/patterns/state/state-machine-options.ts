/** What an author says about a finite-state machine: types only. state-machine.ts makes an actor of it. */
import type {
  Backpressure,
  FailureRules,
  MailboxOptions,
  SupervisionOptions,
  Terminated,
} from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import type { MessageOf, Protocol } from '../../kernel/schema.ts';

/** What the actions of a machine may do: all but what it needs for itself. */
export type StateMachineContext<P extends Protocol = Protocol, R extends string = string> = Omit<
  Context<P, never, R>,
  'become' | 'stash' | 'unstash'
>;

/** One way on. Of several for one message the first whose `when` holds is taken. `N`: state names, `D`: data. */
export interface StateTransition<M extends AnyMessage, N extends string, D, C> {
  /** The next state; without it the machine stays as it is. */
  readonly to?: N;
  readonly when?: (data: Readonly<D>, message: M) => boolean;
  readonly run?: (data: D, message: M, ctx: C) => void;
}

/**
 * What becomes of a message that a state has no transition for: it is counted and forgotten (an asker hears
 * `request-rejected`), or it waits for another state.
 */
export type UnhandledPolicy = 'ignore' | 'stash';

/** One state. `P`: messages, `N`: state names, `D`: data, `C`: context. */
export interface MachineState<P extends Protocol, N extends string, D, C> {
  readonly entry?: (data: D, ctx: C) => void;
  readonly exit?: (data: D, ctx: C) => void;
  /** By message kind: the next state, or one transition or several. */
  readonly on?: {
    readonly [K in keyof P & string]?:
      | N
      | StateTransition<MessageOf<P, K>, N, D, C>
      | readonly StateTransition<MessageOf<P, K>, N, D, C>[];
  };
  /** Where it goes after so many ms in this state; 0 is at once. */
  readonly after?: {
    readonly ms: number | ((data: Readonly<D>, ctx: C) => number);
    readonly to: N;
    readonly run?: (data: D, ctx: C) => void;
  };
  /** Default: that of the machine. */
  readonly unhandled?: UnhandledPolicy;
  /** The actor stops when it has entered this state; default false. */
  readonly final?: boolean;
}

/** Handlers for what the system sends, as in every behavior. `preStart` is the entry of the initial state. */
export interface MachineSignals<D, C> {
  /** After the last message, and before a restart; not the exit of a state. */
  readonly postStop?: (data: D, ctx: C) => void;
  readonly terminated?: (data: D, signal: Terminated, ctx: C) => void;
  /** No message for as long as `ctx.setReceiveTimeout` said; the time-out of a state is `after`. */
  readonly receiveTimeout?: (data: D, ctx: C) => void;
  readonly backpressure?: (data: D, signal: Backpressure, ctx: C) => void;
}

/** `P`: messages, `N`: state names, `D`: data, `A`: arguments, `I`: internal messages, `R`: reply handlers. All inferred. */
export interface StateMachineOptions<
  P extends Protocol,
  N extends string,
  D,
  A,
  I extends Protocol = Record<never, never>,
  R extends string = string,
> {
  readonly protocol: P;
  /** Kinds that only the actor itself sends. */
  readonly internal?: I;
  /** What the machine remembers beside its state: plain data. */
  readonly data: (args: A) => D;
  readonly initial: NoInfer<N>;
  readonly states: {
    readonly [S in N]: MachineState<
      NoInfer<P & I>,
      NoInfer<N>,
      NoInfer<D>,
      StateMachineContext<NoInfer<P & I>, NoInfer<R>>
    >;
  };
  /** Outcomes of asks, by name, whatever the state; what moves the machine is a message to `ctx.self`. */
  readonly replies?: {
    // biome-ignore lint/suspicious/noExplicitAny: the author's annotation of `outcome` says what the reply is.
    readonly [Q in R]: (data: NoInfer<D>, outcome: any, ctx: StateMachineContext<NoInfer<P & I>, R>) => void;
  };
  /** What the system sends, whatever the state; what moves the machine is a message to `ctx.self`. */
  readonly signals?: MachineSignals<NoInfer<D>, StateMachineContext<NoInfer<P & I>, NoInfer<R>>>;
  /** Default `ignore`. */
  readonly unhandled?: UnhandledPolicy;
  /** `stash` (default 1,000) is how many messages may wait for another state; more are refused with `stash-full`. */
  readonly mailbox?: MailboxOptions<MessageOf<NoInfer<P & I>>>;
  readonly supervision?: SupervisionOptions;
  readonly onFailure?: FailureRules;
  /** A machine idle for so many ms gives up its data; its next message starts it anew, in its initial state. */
  readonly passivateAfterMs?: number;
}
