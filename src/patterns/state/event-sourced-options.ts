/** What an author says about an event-sourced actor: types only. event-sourced.ts makes an actor of it. */
import type {
  Backpressure,
  FailureRules,
  MailboxOptions,
  SupervisionOptions,
  Terminated,
} from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import type { ErrorReport } from '../../kernel/errors.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import type { MessageOf, Protocol } from '../../kernel/schema.ts';
import type { PersistenceRef } from './persistence.ts';

/** What the handlers of an event-sourced actor may do: all but what it needs for itself. */
export type EventSourcedContext<P extends Protocol = Protocol, R extends string = string> = Omit<
  Context<P, never, R>,
  'become' | 'stash' | 'unstash'
>;

/** What a command decides: one event; several, stored together or not at all; or none (`[]`, or no return at all). */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler that decides nothing need not return anything.
export type DecidedEvents<E extends Protocol> = MessageOf<E> | readonly MessageOf<E>[] | undefined | void;

/**
 * What happens to an event-sourced actor beside commands. None of them changes the state: what follows from them is a
 * command to `ctx.self`. `M`: commands, `S`: state, `C`: context, `A`: arguments.
 */
export interface EventSourcedSignals<M extends AnyMessage, S, C, A> {
  /** The state is that of the log, for the first time in this incarnation. */
  readonly recovered?: (state: Readonly<S>, ctx: C, args: A) => void;
  /** What a command decided could not be stored, or the command had to wait and there was no room. An asker knows already. */
  readonly refused?: (state: Readonly<S>, command: M, error: ErrorReport, ctx: C, args: A) => void;
  /** A snapshot could not be saved, or old events not deleted. The actor goes on all the same. */
  readonly storeFailed?: (state: Readonly<S>, error: ErrorReport, ctx: C, args: A) => void;
  /** After the last message, and before a restart. Nothing can be stored any more, and recovery may not have ended. */
  readonly postStop?: (state: Readonly<S>, ctx: C, args: A) => void;
  readonly terminated?: (state: Readonly<S>, signal: Terminated, ctx: C, args: A) => void;
  /** No message for as long as `ctx.setReceiveTimeout` said; also while it recovers or writes. */
  readonly receiveTimeout?: (state: Readonly<S>, ctx: C, args: A) => void;
  readonly backpressure?: (state: Readonly<S>, signal: Backpressure, ctx: C, args: A) => void;
}

/**
 * `P`: commands, `E`: events, `S`: state, `A`: arguments of a spawn beside the store, `I`: internal commands, `R`: names of
 * reply handlers. All are inferred.
 */
export interface EventSourcedOptions<
  P extends Protocol,
  E extends Protocol,
  S,
  A,
  I extends Protocol = Record<never, never>,
  R extends string = string,
> {
  /** Commands: what others may send. */
  readonly protocol: P;
  /** Commands that only the actor itself sends. */
  readonly internal?: I;
  /** Event kinds and their fields. */
  readonly events: E;
  /** The state before the first event: plain data. */
  readonly state: (args: A) => S;
  /**
   * Decide events, and change nothing. Commands that decide nothing answer here themselves. `args` are those of the spawn:
   * the addresses of others belong there, not into a state that outlives them.
   */
  readonly commands: {
    readonly [K in keyof (P & I) & string]: (
      state: Readonly<NoInfer<S>>,
      command: MessageOf<NoInfer<P & I>, K>,
      ctx: EventSourcedContext<NoInfer<P & I>, NoInfer<R>>,
      args: NoInfer<A>,
    ) => DecidedEvents<NoInfer<E>>;
  };
  /** Fold an event into the state; the same whether it has just been stored or is replayed, so no context. */
  readonly apply: {
    readonly [K in keyof E & string]: (state: NoInfer<S>, event: MessageOf<NoInfer<E>, K>) => void;
  };
  /** After the events of a command are stored and applied: the place to answer. Not called in a replay. */
  readonly stored?: {
    readonly [K in keyof (P & I) & string]?: (
      state: Readonly<NoInfer<S>>,
      command: MessageOf<NoInfer<P & I>, K>,
      ctx: EventSourcedContext<NoInfer<P & I>, NoInfer<R>>,
      events: readonly MessageOf<NoInfer<E>>[],
      args: NoInfer<A>,
    ) => void;
  };
  /** Outcomes of asks, by name. They change nothing: what follows from an outcome is a command to `ctx.self`. */
  readonly replies?: {
    readonly [N in R]: (
      state: Readonly<NoInfer<S>>,
      // biome-ignore lint/suspicious/noExplicitAny: the author's annotation of `outcome` says what the reply is.
      outcome: any,
      ctx: EventSourcedContext<NoInfer<P & I>, R>,
      args: NoInfer<A>,
    ) => void;
  };
  readonly signals?: EventSourcedSignals<
    MessageOf<NoInfer<P & I>>,
    NoInfer<S>,
    EventSourcedContext<NoInfer<P & I>, NoInfer<R>>,
    NoInfer<A>
  >;
  /** Events between two snapshots; default 100, 0: none by count. */
  readonly snapshotEvery?: number;
  /** Also takes a snapshot after an event for which this is true. */
  readonly snapshotWhen?: (state: Readonly<NoInfer<S>>, event: MessageOf<NoInfer<E>>, sequence: number) => boolean;
  /** Delete the events that a saved snapshot contains; default false. */
  readonly deleteEvents?: boolean;
  /** How long the store may take to answer, in ms, at least 1; default 1,000. */
  readonly storeTimeoutMs?: number;
  /** Reads in a row that may fail before recovery has failed; 1 … 1,000, default 10. */
  readonly recoveryAttempts?: number;
  /**
   * Pause before the store is read again, in ms; default 100. Behind a circuit breaker, all attempts together must outlast its
   * reset time, or an open breaker is a failed recovery.
   */
  readonly recoveryRetryMs?: number;
  /**
   * `stash` (default 1,000, at most 64,512) is how many commands of the protocol may wait during recovery and writes; more
   * are refused, `stash-full`. The actor's own ones have 1,024 places beside those.
   */
  readonly mailbox?: MailboxOptions<MessageOf<NoInfer<P & I>>>;
  readonly supervision?: SupervisionOptions;
  /** Before the rule of its own: `recovery-failed` stops the actor, because the same log will fail again. */
  readonly onFailure?: FailureRules;
  readonly passivateAfterMs?: number;
}

/** What an event-sourced actor is spawned with, beside the author's arguments. */
export interface EventSourcedArgs {
  readonly store: PersistenceRef;
  /** Under which the store keeps its log, unique in that store; default: the actor's path. */
  readonly id?: string;
}
