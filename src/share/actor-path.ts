import { LIMITS } from '../kernel/limits.ts';
import { LINK_LIMITS } from './shared-run.ts';

/** Whether a value could be an actor's path: names of bounded length after slashes, without control characters. */
export function isActorPath(value: unknown): value is string {
  if (typeof value !== 'string' || value.length < 2 || value.length > LINK_LIMITS.pathLengthMax) return false;
  if (!value.startsWith('/')) return false;
  for (const name of value.slice(1).split('/')) {
    if (name.length === 0 || name.length > LIMITS.nameLengthMax) return false;
  }
  // Lone surrogates have no percent-encoding, and control characters have no business in a name.
  return !/[\p{Cc}\p{Cs}]/u.test(value);
}
