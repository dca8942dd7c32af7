/**
 * Behaviors: what authors write. A behavior is a definition, not an instance; every worker has the same ones and finds
 * them by name, so that a request to spawn is plain data. `actor(...)` in definition.ts makes one.
 */
import type { Context } from './context.ts';
import type { ErasedDefinition } from './definition.ts';
import type { ErrorReport } from './errors.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { MessageOf, Protocol } from './schema.ts';
import type { StopReason } from './trace.ts';

/**
 * What a full mailbox does with one message too many.
 *
 * - `drop-newest`, `drop-oldest`: one message becomes a dead letter.
 * - `block`: nothing is lost; the sender is suspended until the mailbox is half empty. Its thread goes on with others.
 * - `backpressure`: nothing is lost; the sender's `backpressure` signal handler is told, and told again when it is over.
 *
 * With `block` and `backpressure` up to 65,536 messages wait beyond the capacity; more become dead letters. Two actors never
 * block each other; three or more that block each other in a ring wait until one of them is stopped or restarted.
 */
export type OverflowStrategy = 'drop-newest' | 'drop-oldest' | 'block' | 'backpressure';

/** How messages wait. `M`: the messages of the actor's protocol. */
export interface MailboxOptions<M extends AnyMessage = AnyMessage> {
  /** Messages that may wait; 1 … 65,536, default 1,000. Signals are not counted and never dropped. */
  readonly capacity?: number;
  /** Default `drop-newest`. In a mailbox with priorities the messages of the lowest priority are dropped first. */
  readonly overflow?: OverflowStrategy;
  /** From 0 (the default) to 9; higher first, in the order of arrival among equals. */
  readonly priority?: (message: M) => number;
  /** Ms that a message may wait; one that has waited longer becomes a dead letter instead of being handled. */
  readonly deadlineMs?: number | ((message: M) => number);
  /** What a stop does with waiting messages: make them dead letters (the default), or handle them first, up to the first failure. */
  readonly onStop?: 'dead-letters' | 'drain';
  /** Messages that may be stashed; 1 … 65,536, default 1,000. */
  readonly stash?: number;
}

/** Which children a failure concerns: the failed one, all of them, or the failed one and those started after it. */
export type SupervisionStrategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

/** What a supervisor does about a failure. */
export type Decision = 'resume' | 'restart' | 'stop' | 'escalate';

/**
 * Decisions by kind of error: the kind of an `ActorError`, the code of a `PlayhouseError`, the `name` of any other error
 * (`TypeError`; a class of your own has the name `Error` unless it sets one), `string` and the like for what is no error;
 * `'*'` for all others. Kinds know no hierarchy: a rule for `Error` says nothing about a `TypeError`.
 * `WorkerLost` is the kind of a child whose worker was lost: it has no state to go on with, so `resume` restarts it too.
 */
export type FailureRules = { readonly [errorKind: string]: Decision };

/**
 * Waiting before a restart (Pekko's backoff supervisor): min·2ⁿ for the n-th failure in a row, at most max, plus a random
 * share of up to `jitter` of it.
 */
export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** Share from 0 to 1; default 0.2. */
  readonly jitter?: number;
  /** The count of failures starts again after this long without one; default (minMs + maxMs) / 2. */
  readonly resetAfterMs?: number;
  /** Messages that may arrive during the wait, as many as wait already aside; default 1,000, the rest are dead letters. */
  readonly stash?: number;
}

/** How a parent supervises its children (Erlang/OTP's supervisor, with Pekko's decisions). */
export interface SupervisionOptions {
  /** Default `one_for_one`. */
  readonly strategy?: SupervisionStrategy;
  /** Restarts allowed within the period; default 3. 0: the first failure is fatal. */
  readonly intensity?: number;
  /** Length of the period in ms; default 60,000. */
  readonly periodMs?: number;
  /**
   * - `per_supervisor` (the default, OTP's): a sliding log of all children's restarts. When it is used up, the supervisor
   *   stops its children in reverse order and fails itself, which is its own parent's business.
   * - `per_child` (Pekko's): a tumbling window a child. When it is used up, that child is stopped.
   */
  readonly budget?: 'per_supervisor' | 'per_child';
  /** Decisions about children that have no rule of their own for the error; everything else restarts. */
  readonly onFailure?: FailureRules;
  /** Default: restart at once. */
  readonly backoff?: BackoffOptions;
  /** On its own restart, keep children running instead of stopping them; default false. `postRestart` then finds them with `ctx.children()`; a plain `preStart` would start them twice. */
  readonly keepChildren?: boolean;
}

/** When a child is started again (OTP's restart types): after any exit, after a failure, never. */
export type RestartType = 'permanent' | 'transient' | 'temporary';

/** How an ask ended. `context` is what the asker gave with it. */
export type AskOutcome<Reply extends AnyMessage = AnyMessage, C = unknown> = {
  readonly context: C;
  /** From the intended send time (or the ask, where none was given) to this outcome. */
  readonly elapsedMs: number;
} & ({ readonly ok: true; readonly reply: Reply } | { readonly ok: false; readonly error: ErrorReport });

/** How a promise given to `ctx.pipe` ended. */
export type PipeOutcome<T = unknown, C = unknown> = {
  readonly context: C;
  readonly elapsedMs: number;
} & ({ readonly ok: true; readonly reply: T } | { readonly ok: false; readonly error: ErrorReport });

/** A watched actor is gone, and why: by itself, by its parent, because it failed, or killed because it took too long. */
export interface Terminated {
  readonly ref: Ref;
  readonly reason: StopReason;
}

/** Why an actor failed, as its hooks see it. */
export interface Failure {
  /** What failure rules match; see `FailureRules`. */
  readonly kind: string;
  readonly error: string;
  /** The message kind, hook or reply handler that failed. */
  readonly during: string;
}

/** A mailbox that asks its senders to slow down, or to go on. */
export interface Backpressure {
  /** The actor whose mailbox is full. */
  readonly by: Ref;
  /** False when it has room again. */
  readonly active: boolean;
}

/** Hooks and handlers for what the system sends, all optional. `C` is the context. */
export interface SignalHandlers<S, C> {
  /** Before the first message; the place to spawn children and start timers. */
  readonly preStart?: (state: S, ctx: C) => void;
  /** After the last message, when all children have stopped. A failure here is reported and the stop completes. */
  readonly postStop?: (state: S, ctx: C) => void;
  /** On a restart, with the old state, when all children have stopped. Without it: `postStop`. */
  readonly preRestart?: (state: S, failure: Failure, ctx: C) => void;
  /** On a restart, with the new state, before the next message. Without it: `preStart`. */
  readonly postRestart?: (state: S, failure: Failure, ctx: C) => void;
  /** A watched actor has terminated. */
  readonly terminated?: (state: S, signal: Terminated, ctx: C) => void;
  /** No message for as long as `ctx.setReceiveTimeout` said. Comes again after the same time until it is set to 0. */
  readonly receiveTimeout?: (state: S, ctx: C) => void;
  /** The mailbox of somebody told is full, or has room again; from receivers with the overflow strategy `backpressure`. */
  readonly backpressure?: (state: S, signal: Backpressure, ctx: C) => void;
}

/** Handles one message. */
export type MessageHandler<M extends AnyMessage, S, C> = (state: S, message: M, ctx: C) => void;

/** Handles up to so many messages of one kind that wait one behind the other, in one turn. */
export interface BatchHandler<M extends AnyMessage, S, C> {
  readonly upTo: number;
  readonly handle: (state: S, messages: readonly M[], ctx: C) => void;
}

export type Handlers<P extends Protocol, S, C> = {
  readonly [K in keyof P & string]: MessageHandler<MessageOf<P, K>, S, C> | BatchHandler<MessageOf<P, K>, S, C>;
};

/**
 * `P`: protocol, `S`: state, `A`: arguments of a spawn, `I`: internal protocol, `B`: names of behaviours to become,
 * `R`: names of reply handlers. All are inferred.
 */
export interface BehaviorDefinition<
  P extends Protocol,
  S,
  A,
  I extends Protocol = Record<never, never>,
  B extends string = string,
  R extends string = string,
> {
  /** Message kinds and their fields. */
  readonly protocol: P;
  /** Kinds that only the actor itself sends, by timers and to `ctx.self`; nobody else sees them. */
  readonly internal?: I;
  /** The state of a new incarnation: plain data, from the arguments of the spawn. */
  readonly state: (args: A) => S;
  /** One handler for each kind. Handlers are synchronous; asynchrony is a message. */
  readonly on: Handlers<NoInfer<P & I>, S, Context<NoInfer<P & I>, B, R>>;
  /** Named behaviours for `ctx.become`: handlers that replace those of `on`, which handles all other kinds. */
  readonly become?: { readonly [N in B]: Partial<Handlers<NoInfer<P & I>, S, Context<NoInfer<P & I>, B, R>>> };
  /** Handlers for the outcomes of asks and pipes, by the name given to `ctx.ask`. */
  // biome-ignore lint/suspicious/noExplicitAny: the author's annotation of `outcome` says what the reply is.
  readonly replies?: { readonly [N in R]: (state: S, outcome: any, ctx: Context<NoInfer<P & I>, B, R>) => void };
  readonly signals?: SignalHandlers<S, Context<NoInfer<P & I>, B, R>>;
  readonly mailbox?: MailboxOptions<MessageOf<NoInfer<P & I>>>;
  readonly supervision?: SupervisionOptions;
  /** Decisions about this actor's own failures; the innermost rules, before those of its spawn and of its parent. */
  readonly onFailure?: FailureRules;
  /** An actor without a message for so many ms gives up its state, children, timers and watches; its next message starts it anew. Stashed messages and asks under way keep it awake. */
  readonly passivateAfterMs?: number;
  /** True for circuit breakers: the protocol then has `Trip` and `Reset`. Set by `circuitBreaker`. */
  readonly breaker?: boolean;
}

/** A named definition, from `actor(...)`. `P` is the protocol, `A` the arguments of a spawn. */
export interface Behavior<P extends Protocol = Protocol, A = never> {
  readonly name: string;
  readonly protocol: P;
  /** What the kernel runs; authors never call it. */
  readonly definition: ErasedDefinition;
  /** Carries the type of the arguments; never present at run time. */
  readonly _args?: (args: A) => void;
}

/** The ref of an actor of a behavior: `RefOf<typeof Account>`. */
export type RefOf<B extends { readonly protocol: Protocol }> = Ref<MessageOf<B['protocol']>>;

export type AnyBehavior = Behavior<Protocol, never>;
