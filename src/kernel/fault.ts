import { describe, isObject } from './check.ts';
import { PlayhouseError } from './errors.ts';

/** Faults: what a person or a plan does to a running system. Plain data, the same in both engines. */
export type Fault =
  /** The actor fails as if a handler had thrown; its supervisor decides. `errorKind` is what its rules match; `Crash` without. */
  | { readonly kind: 'crash'; readonly path: string; readonly error?: string; readonly errorKind?: string }
  /**
   * A turn of the actor does not end for so long, and nobody else on its worker has one. Without `forMs` (simulated runs
   * only): until the fault is taken back, with `forMs` 0.
   */
  | { readonly kind: 'hang'; readonly path: string; readonly forMs?: number }
  /**
   * Each message of the actor takes this much longer; timers and replies do not. The actor waits, its worker does not.
   * `factor` multiplies what `ctx.busy` says. `delayMs` 0 without a factor takes the fault back.
   */
  | { readonly kind: 'slow'; readonly path: string; readonly delayMs: number; readonly factor?: number }
  /** The actor handles no messages until it is resumed; system signals go on. */
  | { readonly kind: 'pause' | 'resume'; readonly path: string }
  /** A message that makes whoever handles it fail. */
  | { readonly kind: 'poison'; readonly path: string }
  /** So many messages at once that do nothing but take up room and a turn each. */
  | { readonly kind: 'flood'; readonly path: string; readonly count: number }
  | { readonly kind: 'trip-breaker' | 'reset-breaker'; readonly path: string }
  /** Open or closed until it is reset, whatever happens. */
  | { readonly kind: 'force-breaker'; readonly path: string; readonly to: 'open' | 'closed' }
  | { readonly kind: 'set-parameter'; readonly name: string; readonly value: number }
  /** All its actors are lost. Simulated runs only. */
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

/** Slower than this is a hang by another name. */
export const SLOW_MS_MAX = 60_000;

/**
 * A fault from outside, typed by hand or by a script: a copy with what belongs to it and nothing else.
 * @throws PlayhouseError `invalid-configuration`, naming the field
 */
export function checkFault(value: unknown): Fault {
  if (!isObject(value)) throw wrong('kind', 'a fault is an object with a `kind`', value);
  const fault = value as Fault;
  switch (fault.kind) {
    case 'crash':
      checkText(fault.path, 'path');
      if (fault.error !== undefined) checkText(fault.error, 'error');
      if (fault.errorKind !== undefined) checkText(fault.errorKind, 'errorKind');
      return {
        kind: fault.kind,
        path: fault.path,
        ...(fault.error === undefined ? {} : { error: fault.error }),
        ...(fault.errorKind === undefined ? {} : { errorKind: fault.errorKind }),
      };
    case 'slow': {
      checkText(fault.path, 'path');
      const { delayMs } = fault;
      if (Number.isInteger(delayMs) && delayMs >= 0 && delayMs <= SLOW_MS_MAX) {
        return { kind: fault.kind, path: fault.path, delayMs };
      }
      throw wrong('delayMs', `delayMs must be a whole number from 0 to ${SLOW_MS_MAX}`, delayMs);
    }
    case 'trip-breaker':
    case 'reset-breaker':
      checkText(fault.path, 'path');
      return { kind: fault.kind, path: fault.path };
    case 'set-parameter':
      checkText(fault.name, 'name');
      if (typeof fault.value === 'number') return { kind: fault.kind, name: fault.name, value: fault.value };
      throw wrong('value', 'value must be a number', fault.value);
    default:
      return unknownKind(fault);
  }
}

function unknownKind(fault: never): never {
  const { kind } = fault as { readonly kind?: unknown };
  const known = 'crash, slow, trip-breaker, reset-breaker, set-parameter';
  throw wrong('kind', `a fault's kind is one of ${known}`, kind);
}

function checkText(value: unknown, field: string): void {
  if (typeof value !== 'string') throw wrong(field, `${field} must be text`, value);
}

function wrong(field: string, text: string, value: unknown): PlayhouseError {
  return new PlayhouseError('invalid-configuration', `Fault: ${text}, not ${describe(value)}.`, field);
}
