/** How reading refuses: a coded error that names the field, thrown deep inside and turned into a result at the door. */
import { err, ok, type Result } from '../base/result.ts';
import { type ErrorCode, type ErrorReport, PlayhouseError } from '../kernel/errors.ts';

/** Calls, and turns what it refuses into a result. Anything else that is thrown is a bug, and goes on. */
export function refusing<T>(read: () => T): Result<T, ErrorReport> {
  try {
    return ok(read());
  } catch (thrown) {
    if (thrown instanceof PlayhouseError) return err(thrown.report());
    throw thrown;
  }
}

/** @throws PlayhouseError always; the field is undefined where it is the text as a whole */
export function refuse(field: string | undefined, message: string, code: ErrorCode = 'link-invalid'): never {
  throw new PlayhouseError(code, message, field);
}

const SHOWN_LENGTH_MAX = 60;

/** Hostile text is shown, but not all of it. */
export function shorten(text: string): string {
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`;
}

/** A hostile value for an error text: short, and on one line. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `"${shorten(value)}"`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return value === undefined ? 'nothing' : String(value);
}
