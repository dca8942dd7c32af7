/** `actor(...)`: checks a definition once, fills in the defaults and takes off the types, for the kernel. */
import type {
  AskOutcome,
  Backpressure,
  BatchHandler,
  Behavior,
  BehaviorDefinition,
  Failure,
  FailureRules,
  MailboxOptions,
  OverflowStrategy,
  SupervisionOptions,
  SupervisionStrategy,
  Terminated,
} from './behavior.ts';
import { isObject } from './check.ts';
import { checkNumber, checkWhole, PlayhouseError } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { AnyMessage } from './ref.ts';
import type { Protocol } from './schema.ts';

type AnyHandler = (state: unknown, message: AnyMessage, ctx: unknown) => void;
export type AnyHandlers = Readonly<Record<string, AnyHandler | BatchHandler<AnyMessage, unknown, unknown>>>;

/** A definition without its types and with all its defaults: the kernel handles all behaviors alike. */
export interface ErasedDefinition {
  /** Internal kinds included. */
  readonly protocol: Protocol;
  readonly internalKinds: readonly string[];
  readonly state: (args: unknown) => unknown;
  readonly on: AnyHandlers;
  readonly become: Readonly<Record<string, AnyHandlers>>;
  readonly replies: Readonly<Record<string, (state: unknown, outcome: AskOutcome, ctx: unknown) => void>>;
  readonly preStart: ((state: unknown, ctx: unknown) => void) | undefined;
  readonly postStop: ((state: unknown, ctx: unknown) => void) | undefined;
  readonly preRestart: ((state: unknown, failure: Failure, ctx: unknown) => void) | undefined;
  readonly postRestart: ((state: unknown, failure: Failure, ctx: unknown) => void) | undefined;
  readonly terminated: ((state: unknown, signal: Terminated, ctx: unknown) => void) | undefined;
  readonly receiveTimeout: ((state: unknown, ctx: unknown) => void) | undefined;
  readonly backpressure: ((state: unknown, signal: Backpressure, ctx: unknown) => void) | undefined;
  readonly mailbox: ErasedMailbox;
  readonly supervision: ErasedSupervision;
  readonly onFailure: FailureRules;
  /** 0: never. */
  readonly passivateAfterMs: number;
  readonly breaker: boolean;
}

export interface ErasedMailbox {
  readonly capacity: number;
  /** The behavior says so itself; otherwise a run may have another default. */
  readonly saysCapacity: boolean;
  readonly overflow: OverflowStrategy;
  readonly priority: ((message: AnyMessage) => number) | undefined;
  readonly deadlineMs: ((message: AnyMessage) => number) | undefined;
  readonly drains: boolean;
  readonly stash: number;
}

export interface ErasedBackoff {
  readonly minMs: number;
  readonly maxMs: number;
  readonly jitter: number;
  readonly resetAfterMs: number;
  readonly stash: number;
}

export interface ErasedSupervision {
  readonly strategy: SupervisionStrategy;
  readonly intensity: number;
  readonly periodMs: number;
  readonly budget: 'per_supervisor' | 'per_child';
  readonly onFailure: FailureRules;
  readonly backoff: ErasedBackoff | undefined;
  readonly keepChildren: boolean;
}

/**
 * Defines a behavior.
 *
 * @param name unique within the scenario; shown on screen.
 * @throws PlayhouseError `invalid-configuration`, naming the field, when an option makes no sense.
 */
export function actor<
  const P extends Protocol,
  S,
  A = Record<string, never>,
  const I extends Protocol = Record<never, never>,
  B extends string = never,
  R extends string = never,
>(name: string, definition: BehaviorDefinition<P, S, A, I, B, R>): Behavior<P, A> {
  if (name === '' || name.includes('/')) {
    throw new PlayhouseError('invalid-configuration', `A behavior needs a name without "/", not "${name}".`, 'name');
  }
  checkParts(name, definition as unknown as Parts);
  const { internal, signals = {} } = definition;
  const internalKinds = Object.keys(internal ?? {});
  const clash = internalKinds.find((kind) => Object.hasOwn(definition.protocol, kind));
  if (clash !== undefined) refuse(name, `internal.${clash}`, 'is a kind of the protocol already');
  const protocol: Protocol = internal === undefined ? definition.protocol : { ...definition.protocol, ...internal };
  const on = definition.on as unknown as AnyHandlers;
  const become = (definition.become ?? {}) as Readonly<Record<string, AnyHandlers>>;
  checkHandlers(name, 'on', on, protocol);
  for (const kind of Object.keys(protocol)) {
    if (!Object.hasOwn(on, kind)) refuse(name, `on.${kind}`, `is missing: no handler for "${kind}"`);
  }
  for (const [other, handlers] of Object.entries(become)) checkHandlers(name, `become.${other}`, handlers, protocol);
  if (definition.passivateAfterMs !== undefined) {
    checkNumber('passivateAfterMs', definition.passivateAfterMs, 1, LIMITS.delayMsMax, name);
  }
  checkRules(name, 'onFailure', definition.onFailure ?? {});
  const erased: Record<keyof ErasedDefinition, unknown> = {
    protocol,
    internalKinds,
    state: definition.state,
    on,
    become,
    replies: definition.replies ?? {},
    preStart: signals.preStart,
    postStop: signals.postStop,
    preRestart: signals.preRestart,
    postRestart: signals.postRestart,
    terminated: signals.terminated,
    receiveTimeout: signals.receiveTimeout,
    backpressure: signals.backpressure,
    mailbox: eraseMailbox(name, (definition.mailbox ?? {}) as MailboxOptions),
    supervision: eraseSupervision(name, definition.supervision ?? {}),
    onFailure: definition.onFailure ?? {},
    passivateAfterMs: definition.passivateAfterMs ?? 0,
    breaker: definition.breaker ?? false,
  };
  return { name, protocol: definition.protocol, definition: erased as unknown as ErasedDefinition };
}

type Parts = Readonly<Record<string, unknown>>;

const SIGNALS: readonly string[] = [
  ...['preStart', 'postStop', 'preRestart', 'postRestart', 'terminated', 'receiveTimeout', 'backpressure'],
];

/** What the compiler has seen already, for definitions that it has not: written in the page, or in plain JavaScript. */
function checkParts(name: string, definition: Parts): void {
  for (const field of ['protocol', 'on']) {
    if (!isObject(definition[field])) refuse(name, field, 'must be an object');
  }
  if (typeof definition['state'] !== 'function') refuse(name, 'state', 'must be a function that makes a new state');
  for (const field of ['internal', 'become', 'replies', 'signals', 'mailbox', 'supervision', 'onFailure']) {
    const part = definition[field];
    if (part !== undefined && !isObject(part)) refuse(name, field, 'must be an object');
  }
  for (const [field, known] of [
    ['replies', undefined],
    ['signals', SIGNALS],
  ] as const) {
    for (const [key, handler] of Object.entries((definition[field] as Parts | undefined) ?? {})) {
      if (known !== undefined && !known.includes(key)) refuse(name, `${field}.${key}`, 'is not known');
      if (handler !== undefined && typeof handler !== 'function') refuse(name, `${field}.${key}`, 'must be a function');
    }
  }
}

function checkHandlers(name: string, field: string, handlers: AnyHandlers, protocol: Protocol): void {
  if (!isObject(handlers)) refuse(name, field, 'must be an object');
  for (const [kind, handler] of Object.entries(handlers)) {
    if (!Object.hasOwn(protocol, kind)) refuse(name, `${field}.${kind}`, 'is not a kind of the protocol');
    if (typeof handler === 'function') continue;
    if (typeof handler?.handle !== 'function') refuse(name, `${field}.${kind}`, 'must be a handler');
    checkWhole(`${field}.${kind}.upTo`, handler.upTo, 1, LIMITS.mailboxCapacityMax, name);
  }
}

function eraseMailbox(name: string, options: MailboxOptions): ErasedMailbox {
  const { capacity = LIMITS.mailboxCapacityDefault, overflow = 'drop-newest', onStop = 'dead-letters' } = options;
  const { priority, deadlineMs, stash = LIMITS.stashCapacityDefault } = options;
  checkWhole('mailbox.capacity', capacity, 1, LIMITS.mailboxCapacityMax, name);
  checkOneOf(name, 'mailbox.overflow', overflow, ['drop-newest', 'drop-oldest', 'block', 'backpressure']);
  checkOneOf(name, 'mailbox.onStop', onStop, ['dead-letters', 'drain']);
  checkWhole('mailbox.stash', stash, 1, LIMITS.mailboxCapacityMax, name);
  if (priority !== undefined && typeof priority !== 'function') refuse(name, 'mailbox.priority', 'must be a function');
  if (deadlineMs !== undefined && typeof deadlineMs !== 'number' && typeof deadlineMs !== 'function') {
    refuse(name, 'mailbox.deadlineMs', 'must be a number of ms or a function');
  }
  if (typeof deadlineMs === 'number') checkNumber('mailbox.deadlineMs', deadlineMs, 0, LIMITS.delayMsMax, name);
  return {
    capacity,
    saysCapacity: options.capacity !== undefined,
    overflow,
    priority,
    deadlineMs: typeof deadlineMs === 'number' ? () => deadlineMs : deadlineMs,
    drains: onStop === 'drain',
    stash,
  };
}

function eraseSupervision(name: string, options: SupervisionOptions): ErasedSupervision {
  const { strategy = 'one_for_one', budget = 'per_supervisor', onFailure = {}, keepChildren = false } = options;
  const { intensity = LIMITS.restartIntensityDefault, periodMs = LIMITS.restartPeriodMsDefault } = options;
  checkOneOf(name, 'supervision.strategy', strategy, ['one_for_one', 'one_for_all', 'rest_for_one']);
  checkOneOf(name, 'supervision.budget', budget, ['per_supervisor', 'per_child']);
  checkWhole('supervision.intensity', intensity, 0, LIMITS.restartIntensityMax, name);
  checkNumber('supervision.periodMs', periodMs, 1, LIMITS.delayMsMax, name);
  checkRules(name, 'supervision.onFailure', onFailure);
  const backoff = options.backoff === undefined ? undefined : eraseBackoff(name, options.backoff);
  return { strategy, intensity, periodMs, budget, onFailure, backoff, keepChildren };
}

function eraseBackoff(name: string, options: NonNullable<SupervisionOptions['backoff']>): ErasedBackoff {
  const { minMs, maxMs, jitter = 0.2, stash = LIMITS.stashCapacityDefault } = options;
  checkNumber('supervision.backoff.minMs', minMs, 1, LIMITS.delayMsMax, name);
  checkNumber('supervision.backoff.maxMs', maxMs, minMs, LIMITS.delayMsMax, name);
  checkNumber('supervision.backoff.jitter', jitter, 0, 1, name);
  const { resetAfterMs = (minMs + maxMs) / 2 } = options;
  checkNumber('supervision.backoff.resetAfterMs', resetAfterMs, 0, LIMITS.delayMsMax, name);
  checkWhole('supervision.backoff.stash', stash, 0, LIMITS.mailboxCapacityMax, name);
  return { minMs, maxMs, jitter, resetAfterMs, stash };
}

const DECISIONS: readonly string[] = ['resume', 'restart', 'stop', 'escalate'];

/** @throws PlayhouseError `invalid-configuration`, naming the rule */
export function checkRules(owner: string, field: string, rules: FailureRules): void {
  if (!isObject(rules)) refuse(owner, field, 'must be an object of decisions by kind of error');
  for (const [kind, decision] of Object.entries(rules)) checkOneOf(owner, `${field}.${kind}`, decision, DECISIONS);
}

/** @throws PlayhouseError `invalid-configuration`, naming the field */
export function checkOneOf(owner: string, field: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  refuse(owner, field, `"${value}" is not known; use ${known.map((one) => `"${one}"`).join(' or ')}`);
}

function refuse(owner: string, field: string, what: string): never {
  throw new PlayhouseError('invalid-configuration', `${owner}: ${field} ${what}.`, field);
}
