/** What was thrown, as plain data that supervision and people can use. Never throws, whatever was thrown. */
import type { Failure } from './behavior.ts';
import { ActorError, PlayhouseError } from './errors.ts';
import { LIMITS } from './limits.ts';

export function failureOf(thrown: unknown, during: string): Failure {
  return { kind: kindOf(thrown).slice(0, LIMITS.errorKindMax), error: textOf(thrown), during };
}

function kindOf(thrown: unknown): string {
  if (thrown instanceof ActorError) return shown(thrown.kind);
  if (thrown instanceof PlayhouseError) return thrown.code;
  return thrown instanceof Error ? shown(thrown.name) : typeof thrown;
}

/** Whatever was thrown: what an author throws must never throw again where it is looked at. */
function shown(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'something that cannot be shown';
  }
}

function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return shown(thrown).slice(0, LIMITS.errorTextMax);
  // `TypeError` and `Declined` tell something; `Error` and our own name do not.
  const isPlain = thrown.name === 'Error' || thrown instanceof PlayhouseError;
  const prefix = isPlain ? '' : `${kindOf(thrown)}: `;
  return `${prefix}${shown(thrown.message)}`.slice(0, LIMITS.errorTextMax);
}
