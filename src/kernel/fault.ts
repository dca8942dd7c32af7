import { describe, isObject } from './check.ts';
import { PlayhouseError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** Faults: what a person or a plan does to a running system. Plain data, the same in both engines. */
export type Fault =
  /** The actor fails as if a handler had thrown; its supervisor decides. `errorKind` is what its rules match; `Crash` without. */
  | { readonly kind: 'crash'; readonly path: string; readonly error?: string; readonly errorKind?: string }
  /**
   * A turn of the actor does not end for so long, and nobody else on its worker has one. Without `forMs`: for ever, in a
   * simulated run until the fault is taken back, with `forMs` 0. In a live run the worker is replaced after 2 s.
   */
  | { readonly kind: 'hang'; readonly path: string; readonly forMs?: number }
  /**
   * Each message of the actor takes this much longer; timers and replies do not. The actor waits, its worker does not.
   * `factor` multiplies what `ctx.busy` says. Replaces the `slow` before it: `delayMs` 0 without a factor takes that back.
   */
  | { readonly kind: 'slow'; readonly path: string; readonly delayMs: number; readonly factor?: number }
  /** The actor handles no messages, ticks and replies until it is resumed, over restarts too; system signals go on. */
  | { readonly kind: 'pause' | 'resume'; readonly path: string }
  /** A message that makes whoever handles it fail. */
  | { readonly kind: 'poison'; readonly path: string }
  /** So many messages at once that do nothing but take up room and a turn each. */
  | { readonly kind: 'flood'; readonly path: string; readonly count: number }
  | { readonly kind: 'trip-breaker' | 'reset-breaker'; readonly path: string }
  /** Open or closed until it is reset, whatever happens. */
  | { readonly kind: 'force-breaker'; readonly path: string; readonly to: 'open' | 'closed' }
  | { readonly kind: 'set-parameter'; readonly name: string; readonly value: number }
  /** All its actors are lost, and an empty worker takes its place. */
  | { readonly kind: 'kill-worker'; readonly worker: number }
  /**
   * The network: what happens to messages to an actor (from anybody, or from one sender) with that probability; 0 takes the
   * fault back. `delay` keeps the order of each sender, `reorder` holds a message back alone. Simulated runs only.
   */
  | { readonly kind: 'drop' | 'duplicate'; readonly to: string; readonly from?: string; readonly probability: number }
  | {
      readonly kind: 'delay' | 'reorder';
      readonly to: string;
      readonly from?: string;
      readonly probability: number;
      readonly delayMs: number;
    }
  /** One message that is on its way, by its number. Simulated runs only. */
  | {
      readonly kind: 'in-flight';
      readonly message: number;
      readonly action: 'drop' | 'duplicate' | 'delay';
      /** For `delay`. */
      readonly delayMs?: number;
    };

/** Faults that concern one actor, by its path. */
export type ActorFault = Extract<Fault, { readonly path: string }>;

export function isActorFault(fault: Fault): fault is ActorFault {
  return 'path' in fault;
}

/** Every bound of a fault, by name. */
export const FAULT_LIMITS = {
  /** Of a slow actor, and of the network. Slower than this is a hang by another name. */
  delayMsMax: 60_000,
  slowFactorMin: 0.01,
  slowFactorMax: 1_000,
  /** A hang that is to end by itself. */
  hangMsMax: 60_000,
  /** Messages of one flood: as many as the largest mailbox holds. */
  floodMax: 65_536,
} as const;

const KINDS = [
  'crash',
  'hang',
  'slow',
  'pause',
  'resume',
  'poison',
  'flood',
  'trip-breaker',
  'reset-breaker',
  'force-breaker',
  'set-parameter',
  'kill-worker',
  'drop',
  'duplicate',
  'delay',
  'reorder',
  'in-flight',
] as const satisfies readonly Fault['kind'][];

/**
 * A fault from outside, typed by hand or by a script: a copy with what belongs to it and nothing else.
 * @throws PlayhouseError `invalid-configuration`, naming the field
 */
export function checkFault(value: unknown): Fault {
  if (!isObject(value)) throw wrong('kind', 'a fault is an object with a `kind`', value);
  const fault = value as Fault;
  switch (fault.kind) {
    case 'crash': {
      const { kind, error, errorKind } = fault;
      return {
        kind,
        path: text(fault.path, 'path'),
        ...(error === undefined ? {} : { error: text(error, 'error') }),
        ...(errorKind === undefined ? {} : { errorKind: text(errorKind, 'errorKind') }),
      };
    }
    case 'hang': {
      const { kind, forMs } = fault;
      const path = text(fault.path, 'path');
      return forMs === undefined
        ? { kind, path }
        : { kind, path, forMs: whole(forMs, 'forMs', 0, FAULT_LIMITS.hangMsMax) };
    }
    case 'slow': {
      const { kind, factor } = fault;
      const { slowFactorMin, slowFactorMax } = FAULT_LIMITS;
      return {
        kind,
        path: text(fault.path, 'path'),
        delayMs: delay(fault.delayMs),
        ...(factor === undefined ? {} : { factor: number(factor, 'factor', slowFactorMin, slowFactorMax) }),
      };
    }
    case 'pause':
    case 'resume':
    case 'poison':
    case 'trip-breaker':
    case 'reset-breaker':
      return { kind: fault.kind, path: text(fault.path, 'path') };
    case 'flood': {
      const count = whole(fault.count, 'count', 1, FAULT_LIMITS.floodMax);
      return { kind: fault.kind, path: text(fault.path, 'path'), count };
    }
    case 'force-breaker':
      return { kind: fault.kind, path: text(fault.path, 'path'), to: oneOf(fault.to, 'to', ['open', 'closed']) };
    case 'set-parameter':
      if (typeof fault.value !== 'number') throw wrong('value', 'value must be a number', fault.value);
      return { kind: fault.kind, name: text(fault.name, 'name'), value: fault.value };
    case 'kill-worker':
      return { kind: fault.kind, worker: whole(fault.worker, 'worker', 0, LIMITS.workersMax - 1) };
    case 'drop':
    case 'duplicate':
      return { kind: fault.kind, ...betweenActors(fault) };
    case 'delay':
    case 'reorder':
      return { kind: fault.kind, ...betweenActors(fault), delayMs: delay(fault.delayMs) };
    case 'in-flight': {
      const message = whole(fault.message, 'message', 1, Number.MAX_SAFE_INTEGER);
      const action = oneOf(fault.action, 'action', ['drop', 'duplicate', 'delay']);
      const delayed = action === 'delay' ? { delayMs: delay(fault.delayMs) } : {};
      return { kind: fault.kind, message, action, ...delayed };
    }
    default:
      return unknownKind(fault);
  }
}

interface BetweenActors {
  readonly to: string;
  readonly from?: string;
  readonly probability: number;
}

function betweenActors({ to, from, probability }: BetweenActors): BetweenActors {
  return {
    to: text(to, 'to'),
    ...(from === undefined ? {} : { from: text(from, 'from') }),
    probability: number(probability, 'probability', 0, 1),
  };
}

function unknownKind(fault: never): never {
  const { kind } = fault as { readonly kind?: unknown };
  throw wrong('kind', `a fault's kind is one of ${KINDS.join(', ')}`, kind);
}

function text(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw wrong(field, `${field} must be text`, value);
}

function number(value: unknown, field: string, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw wrong(field, `${field} must be a number from ${min} to ${max}`, value);
}

function whole(value: unknown, field: string, min: number, max: number): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw wrong(field, `${field} must be a whole number from ${min} to ${max}`, value);
}

function delay(value: unknown): number {
  return whole(value, 'delayMs', 0, FAULT_LIMITS.delayMsMax);
}

function oneOf<const T extends string>(value: unknown, field: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw wrong(field, `${field} must be one of ${allowed.join(', ')}`, value);
}

function wrong(field: string, what: string, value: unknown): PlayhouseError {
  return new PlayhouseError('invalid-configuration', `Fault: ${what}, not ${describe(value)}.`, field);
}
