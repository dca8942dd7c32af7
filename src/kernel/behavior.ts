/**
 * Behaviors: what authors write. A behavior is a definition, not an instance; every worker has the same ones and finds
 * them by name, so that a request to spawn is plain data.
 */
import type { Context } from './context.ts';
import type { ErrorReport } from './errors.ts';
import { checkWhole, PlayhouseError } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { MessageOf, Protocol } from './schema.ts';
import type { StopReason } from './trace.ts';

/** What a full mailbox does with one message too many. Either way exactly one message becomes a dead letter. */
export type OverflowStrategy = 'drop-newest' | 'drop-oldest';

export interface MailboxOptions {
  /** Messages that may wait; 1 … 65,536, default 1,000. Signals are not counted and never dropped. */
  readonly capacity?: number;
  /** Default `drop-newest`. */
  readonly overflow?: OverflowStrategy;
}

/**
 * How a parent supervises its children (Erlang/OTP's supervisor). Only the failed child is restarted. A restart is
 * refused when it would be the (intensity + 1)-th within `periodMs`: then the supervisor stops its children in reverse
 * order and fails itself, which is its own parent's business.
 */
export interface SupervisionOptions {
  readonly strategy?: 'one_for_one';
  /** Restarts allowed within the period, for all children together; default 3. 0: the first failure is fatal. */
  readonly intensity?: number;
  /** Length of the sliding period in ms; default 60,000. */
  readonly periodMs?: number;
}

/** How an ask ended. `context` is what the asker gave with it. */
export type AskOutcome<Reply extends AnyMessage = AnyMessage, C = unknown> = {
  readonly context: C;
  /** From the intended send time (or the ask, where none was given) to this outcome. */
  readonly elapsedMs: number;
} & ({ readonly ok: true; readonly reply: Reply } | { readonly ok: false; readonly error: ErrorReport });

export interface Terminated {
  readonly ref: Ref;
  readonly reason: StopReason;
}

/** Handlers for what the system sends, all optional. */
export interface SignalHandlers<P extends Protocol, S> {
  /** Before the first message of every incarnation; the place to spawn children and start timers. */
  readonly started?: (state: S, ctx: Context<P>) => void;
  /** After the last message, when all children have stopped. A failure here is reported and the stop completes. */
  readonly stopped?: (state: S, ctx: Context<P>) => void;
  /** A watched actor has terminated. */
  readonly terminated?: (state: S, signal: Terminated, ctx: Context<P>) => void;
}

export interface BehaviorDefinition<P extends Protocol, S, A> {
  /** Message kinds and their fields. */
  readonly protocol: P;
  /** The state of a new incarnation: plain data, from the arguments of the spawn. */
  readonly state: (args: A) => S;
  /** One handler for each kind of the protocol. Handlers are synchronous; asynchrony is a message. */
  readonly on: { readonly [K in keyof P & string]: (state: S, message: MessageOf<P, K>, ctx: Context<P>) => void };
  /** Handlers for the outcomes of asks, by the name given to `ctx.ask`. */
  // biome-ignore lint/suspicious/noExplicitAny: the author's annotation of `outcome` says what the reply is.
  readonly replies?: { readonly [name: string]: (state: S, outcome: any, ctx: Context<P>) => void };
  readonly signals?: SignalHandlers<P, S>;
  readonly mailbox?: MailboxOptions;
  readonly supervision?: SupervisionOptions;
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

/** A definition without its types: the kernel handles all behaviors alike. */
export interface ErasedDefinition {
  readonly protocol: Protocol;
  readonly state: (args: unknown) => unknown;
  readonly on: Readonly<Record<string, (state: unknown, message: AnyMessage, ctx: unknown) => void>>;
  readonly replies: Readonly<Record<string, (state: unknown, outcome: AskOutcome, ctx: unknown) => void>>;
  readonly started: ((state: unknown, ctx: unknown) => void) | undefined;
  readonly stopped: ((state: unknown, ctx: unknown) => void) | undefined;
  readonly terminated: ((state: unknown, signal: Terminated, ctx: unknown) => void) | undefined;
  readonly capacity: number;
  readonly overflow: OverflowStrategy;
  readonly intensity: number;
  readonly periodMs: number;
  readonly breaker: boolean;
}

/**
 * Defines a behavior.
 *
 * @param name unique within the scenario; shown on screen.
 * @throws PlayhouseError `invalid-configuration`, naming the field, when an option makes no sense.
 */
export function actor<const P extends Protocol, S, A = Record<string, never>>(
  name: string,
  definition: BehaviorDefinition<P, S, A>,
): Behavior<P, A> {
  if (name === '' || name.includes('/')) {
    throw new PlayhouseError('invalid-configuration', `A behavior needs a name without "/", not "${name}".`, 'name');
  }
  const { mailbox = {}, supervision = {}, signals = {} } = definition;
  const capacity = mailbox.capacity ?? LIMITS.mailboxCapacityDefault;
  const intensity = supervision.intensity ?? LIMITS.restartIntensityDefault;
  const periodMs = supervision.periodMs ?? LIMITS.restartPeriodMsDefault;
  checkWhole('mailbox.capacity', capacity, 1, LIMITS.mailboxCapacityMax, name);
  checkWhole('supervision.intensity', intensity, 0, LIMITS.restartIntensityMax, name);
  if (!(periodMs > 0)) {
    throw new PlayhouseError(
      'invalid-configuration',
      `${name}: supervision.periodMs must be more than 0, not ${periodMs}.`,
      'supervision.periodMs',
    );
  }
  const strategy: string = supervision.strategy ?? 'one_for_one';
  if (strategy !== 'one_for_one') {
    throw new PlayhouseError(
      'invalid-configuration',
      `${name}: supervision.strategy "${strategy}" is not known; use "one_for_one".`,
      'supervision.strategy',
    );
  }
  const overflow: string = mailbox.overflow ?? 'drop-newest';
  if (overflow !== 'drop-newest' && overflow !== 'drop-oldest') {
    throw new PlayhouseError(
      'invalid-configuration',
      `${name}: mailbox.overflow "${overflow}" is not known; use "drop-newest" or "drop-oldest".`,
      'mailbox.overflow',
    );
  }
  for (const kind of Object.keys(definition.protocol)) {
    if (typeof definition.on[kind] !== 'function') {
      throw new PlayhouseError('invalid-configuration', `${name}: no handler for "${kind}".`, `on.${kind}`);
    }
  }
  const erased = {
    protocol: definition.protocol,
    state: definition.state,
    on: definition.on,
    replies: definition.replies ?? {},
    started: signals.started,
    stopped: signals.stopped,
    terminated: signals.terminated,
    capacity,
    overflow,
    intensity,
    periodMs,
    breaker: definition.breaker ?? false,
  };
  return { name, protocol: definition.protocol, definition: erased as unknown as ErasedDefinition };
}
