/** What a handler may do. Passed to every handler; valid only during that call. */
import type { Behavior } from './behavior.ts';
import type { ErrorReport } from './errors.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { MessageOf, Protocol } from './schema.ts';
import type { BreakerPhase } from './view.ts';

/** Beside its parent, on the next worker in turn, or on the worker with that number (modulo how many there are). */
export type Placement = 'parent' | 'round-robin' | number;

export interface SpawnOptions<A> {
  /** Unique among living siblings; letters, digits, `-`, `_` and `.`. Without one: the behavior's name and a number. */
  readonly name?: string;
  readonly args?: A;
  /** Default `parent`. */
  readonly placement?: Placement;
}

export interface AskOptions<C> {
  /** Name of the handler in the behavior's `replies` that receives the outcome. */
  readonly reply: string;
  /** Ends the ask with `ask-timeout`. At most 2³¹ ms; 0 or less fails at once. */
  readonly timeoutMs: number;
  /** Plain data given back with the outcome. */
  readonly context?: C;
  /**
   * When the request should have been sent, on the clock of `ctx.now()`. Marks the ask as load: its latency counts from
   * here (so a stalled generator cannot hide a delay) and goes into the system's latency figures.
   */
  readonly intendedAtMs?: number;
}

/** A message that can be asked: the kernel fills in `replyTo`. */
export type Askable<M extends AnyMessage> = M extends { readonly replyTo: Ref<never> }
  ? { [K in keyof M as K extends 'replyTo' ? never : K]: M[K] }
  : never;

export interface Context<P extends Protocol = Protocol> {
  readonly self: Ref<MessageOf<P>>;
  readonly path: string;
  /** The worker this actor lives on. */
  readonly worker: number;
  /** How many workers there are. */
  readonly workers: number;
  /** Engine time in ms: wall in live runs, virtual in simulated ones. Read once a batch, so it may be a little old. */
  now(): number;
  /** A number in [0, 1) from the engine's seeded generator. */
  random(): number;
  /** The present value of a parameter of the scenario. @throws PlayhouseError `unknown-parameter` */
  parameter(name: string): number;

  /**
   * Sends and forgets. Never fails because the receiver is slow, full or gone: such messages become dead letters.
   * @throws PlayhouseError `invalid-message`, naming the field, when the message does not fit the receiver's protocol.
   */
  tell<M extends AnyMessage>(to: Ref<M>, message: NoInfer<M>): void;

  /**
   * Sends a message with a one-shot reply address; exactly one outcome comes to the named reply handler: the first
   * reply, or an error (`ask-timeout`, `target-stopped`, `handler-failed`, or what the target gave to `fail`).
   * A reply after that is a dead letter.
   */
  ask<M extends AnyMessage, C>(to: Ref<M>, message: NoInfer<Askable<M>>, options: AskOptions<C>): void;

  /** Ends somebody's ask with an error. On a ref that is not a reply address it does nothing. */
  fail(replyTo: Ref, error: ErrorReport): void;

  /**
   * Starts a child and returns its ref at once; messages may follow immediately.
   * @throws PlayhouseError `duplicate-name`, `unknown-behavior`, `actor-limit` or `invalid-configuration`
   */
  spawn<Q extends Protocol, A>(behavior: Behavior<Q, A>, options?: SpawnOptions<NoInfer<A>>): Ref<MessageOf<Q>>;

  /** Stops this actor after the present turn, or one of its children. Overtakes queued messages. */
  stop(child?: Ref): void;

  /** Asks for one `terminated` signal when the actor has stopped; at once if it is already gone. */
  watch(ref: Ref): void;
  unwatch(ref: Ref): void;

  /** Tells itself a message after a delay. The same key replaces; the old tick is not delivered, even if queued. */
  startTimer(key: string, message: MessageOf<P>, delayMs: number): void;
  /** Tells itself a message every `periodMs` (at least 1). Missed ticks are merged into one. */
  startPeriodicTimer(key: string, message: MessageOf<P>, periodMs: number): void;
  /** Also drops a tick that is already queued. */
  cancelTimer(key: string): void;

  /** Counts a request that was refused without being tried. */
  countRejected(): void;
  /** Shows and records the breaker that this actor is. */
  breakerChanged(from: BreakerPhase, to: BreakerPhase, cause: string): void;
}
