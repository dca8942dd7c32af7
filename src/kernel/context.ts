/** What a handler may do. Passed to every handler; valid only during that call. */
import type { Behavior, FailureRules, RestartType } from './behavior.ts';
import type { ErrorReport } from './errors.ts';
import type { JournalBounds, JournalStorage } from './journal-storage.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { MessageOf, Protocol } from './schema.ts';
import type { BreakerPhase } from './view.ts';

/**
 * Beside its parent; on the next worker in turn; where fewest actors have something to do, and of those where fewest live;
 * or on the worker with that number (modulo how many there are).
 */
export type Placement = 'parent' | 'round-robin' | 'least-loaded' | number;

/** How a child starts, stops and is started again. All optional. */
export interface SpawnOptions<A> {
  /** Unique among living siblings; letters, digits, `-`, `_` and `.`. Without one: the behavior's name and a number. */
  readonly name?: string;
  readonly args?: A;
  /** Default `parent`. */
  readonly placement?: Placement;
  /**
   * When the parent starts it again. Default: as `transient`, after a failure but not after it stopped itself; and forgotten when
   * it has stopped. With an explicit `transient` or `permanent` the spec is kept (the latest 1,024): see `restartChild`.
   */
  readonly restart?: RestartType;
  /** How long it may take to stop before it is killed; default 5,000 ms, at most 2³¹. */
  readonly shutdownMs?: number;
  /** Decisions about its failures, after those of its behavior and before those of the parent. */
  readonly onFailure?: FailureRules;
  /** Take up no room until the first message comes, which starts it; default false. */
  readonly lazy?: boolean;
}

/** Options of a spawn: optional, unless the behavior cannot do without arguments. */
export type SpawnArguments<A> = [A] extends [never]
  ? [options?: SpawnOptions<A>]
  : Record<never, never> extends A
    ? [options?: SpawnOptions<A>]
    : [options: SpawnOptions<A> & { readonly args: A }];

/** A child as its parent knows it. */
export interface ChildView {
  readonly name: string;
  readonly ref: Ref;
  /** False for a child with an explicit restart type `transient` or `permanent` that has stopped: its spec is kept, its name stays taken. */
  readonly running: boolean;
}

/** Who gets the outcome of an ask, and when it is given up. */
export interface AskOptions<C, R extends string = string> {
  /** Name of the handler in the behavior's `replies` that receives the outcome. */
  readonly reply: R;
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

/** Who gets the outcome of a promise, and when it is given up. */
export interface PipeOptions<C, R extends string = string> {
  /** Name of the handler in the behavior's `replies` that receives the outcome. */
  readonly reply: R;
  /** Ends the pipe with `ask-timeout`; the promise itself cannot be stopped. At most 2³¹ ms. */
  readonly timeoutMs: number;
  /** Plain data given back with the outcome. */
  readonly context?: C;
}

/** A message that can be asked: the kernel fills in `replyTo`. */
export type Askable<M extends AnyMessage> = M extends { readonly replyTo: Ref<never> }
  ? { [K in keyof M as K extends 'replyTo' ? never : K]: M[K] }
  : never;

/** What a handler may do; valid only during its call. `P`: the actor's protocol, `B`: names that it may become, `R`: names of its reply handlers. */
export interface Context<P extends Protocol = Protocol, B extends string = string, R extends string = string> {
  readonly self: Ref<MessageOf<P>>;
  readonly path: string;
  /** The worker this actor lives on. */
  readonly worker: number;
  /** How many workers there are. */
  readonly workers: number;
  /** 1 for the first life of this actor, one more after each restart. */
  readonly incarnation: number;
  /** Engine time in ms: wall in live runs, virtual in simulated ones. Read once a batch, so it may be a little old. */
  now(): number;
  /**
   * Service time: occupies this actor's worker for so long, and with it everybody who lives there. Live runs burn the time, in
   * simulated ones virtual time passes. From 0 to 10,000 ms; a `slow` fault may multiply it, to 60,000 ms at most. In live runs
   * each call takes 8,000 ms at most, so that the worker does not count as lost.
   * @throws PlayhouseError `invalid-configuration`
   */
  busy(ms: number): void;
  /** A number in [0, 1) from the engine's seeded generator. */
  random(): number;
  /** The present value of a parameter of the scenario. @throws PlayhouseError `unknown-parameter` */
  parameter(name: string): number;

  // ── Talking ────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Sends and forgets. Never fails because the receiver is slow, full or gone: such messages become dead letters.
   * @throws PlayhouseError `invalid-message`, naming the field, when the message does not fit the receiver's protocol.
   */
  tell<M extends AnyMessage>(to: Ref<M>, message: NoInfer<M>): void;

  /** Hands a message on as it came: whoever is told answers to its `replyTo`, so this actor is out of the way. */
  forward<M extends AnyMessage>(to: Ref<M>, message: NoInfer<M>): void;

  /**
   * Sends a message with a one-shot reply address; exactly one outcome comes to the named reply handler: the first
   * reply, or an error (`ask-timeout`, `target-stopped`, `handler-failed`, or what the target gave to `fail`).
   * A reply after that is a dead letter.
   */
  ask<M extends AnyMessage, C>(to: Ref<M>, message: NoInfer<Askable<M>>, options: AskOptions<C, R>): void;

  /** Ends somebody's ask with an error. On a ref that is not a reply address it does nothing. */
  fail(replyTo: Ref, error: ErrorReport): void;

  /**
   * Makes a message a dead letter, because there is nobody to pass it on to; if it was an ask, its asker hears
   * `no-routees`.
   */
  deadLetter(message: AnyMessage): void;

  /**
   * Live runs only: starts something that makes a promise, and brings its outcome to the named reply handler as
   * `{ ok: true, reply: value }` or `{ ok: false, error }` with `pipe-failed`. The value must be plain data.
   * @throws PlayhouseError `not-available` in a simulated run, where nothing may depend on the world outside
   */
  pipe<T, C>(start: () => PromiseLike<T>, options: PipeOptions<C, R>): void;

  /**
   * Live runs only: storage that outlives the run, of this scenario and under that name; its promises are for `pipe`.
   * Undefined in a simulated run. Authors want `durablePersistence`, which stands on it.
   */
  storage(name: string, bounds: JournalBounds): JournalStorage | undefined;

  // ── Mailbox ────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Puts a message aside. Stashed messages survive a restart: the new incarnation gets them first.
   * @throws PlayhouseError `already-stashed` when it was put aside in this turn already, `stash-full`
   */
  stash(message: MessageOf<P>): void;
  /** Puts what was stashed first, up to `count` (default: all) messages in their order, before what waits in the mailbox. */
  unstash(count?: number): void;
  /** Messages that wait in the mailbox of an actor, at most a few ms ago; 0 for one that is gone. */
  mailboxDepth(ref: Ref): number;

  // ── Behaviour ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** From the next message on, uses the named handlers of `become` before those of `on`; without a name, only `on`. */
  become(name?: B): void;
  /** Calls the `receiveTimeout` handler after each `ms` without a message; timers do not count. 0 ends that. */
  setReceiveTimeout(ms: number): void;

  // ── Other actors ───────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Starts a child and returns its ref at once; messages may follow immediately.
   * @throws PlayhouseError `duplicate-name`, `unknown-behavior`, `actor-limit`, `invalid-configuration`, or `not-started` in
   * `postStop` and `preRestart`, where nothing may be begun any more
   */
  spawn<Q extends Protocol, A>(behavior: Behavior<Q, A>, ...options: SpawnArguments<NoInfer<A>>): Ref<MessageOf<Q>>;

  /**
   * Stops this actor after the present turn, or one of its children; overtakes queued messages. A permanent child that
   * stops itself is started again. Stopping one that is gone already does nothing.
   * @throws PlayhouseError `actor-not-found` for a living actor that is no child
   */
  stop(child?: Ref): void;

  /** Children in the order of their start. */
  children(): readonly ChildView[];
  /** The ref of a running child, by name. */
  child(name: string): Ref | undefined;
  /**
   * Starts a child again that has stopped and whose spec was kept, and returns its new ref (OTP's restart_child). It counts as
   * the one started last.
   * @throws PlayhouseError `actor-not-found`, or `already-started` when it runs
   */
  restartChild(name: string): Ref;
  /** Forgets the spec of a child that has stopped (OTP's delete_child). @throws PlayhouseError `actor-not-found`, `already-started` */
  deleteChild(name: string): void;

  /** Asks for one `terminated` signal when the actor has stopped; at once if it is already gone. */
  watch(ref: Ref): void;
  unwatch(ref: Ref): void;

  // ── Timers ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Tells itself a message after a delay. The same key replaces; the old tick is not delivered, even if queued. */
  startTimer(key: string, message: MessageOf<P>, delayMs: number): void;
  /** Tells itself a message every `periodMs` (at least 1). Missed ticks are merged into one. */
  startPeriodicTimer(key: string, message: MessageOf<P>, periodMs: number): void;
  /** Also drops a tick that is already queued. */
  cancelTimer(key: string): void;

  // ── What observers see ─────────────────────────────────────────────────────────────────────────────────────────

  /** Counts a request that was refused without being tried. */
  countRejected(): void;
  /** Shows and records the breaker that this actor is. */
  breakerChanged(from: BreakerPhase, to: BreakerPhase, cause: string): void;
}
