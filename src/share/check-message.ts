/** Messages from outside, as links and files carry them: JSON objects with a `kind`, of bounded size and depth. */
import { isObject } from '../kernel/check.ts';
import type { AnyMessage } from '../kernel/ref.ts';
import { refuse, show } from './refusal.ts';
import { LINK_LIMITS } from './shared-run.ts';

/** @throws PlayhouseError `link-invalid` with that field */
export function checkMessage(value: unknown, field: string): AnyMessage {
  if (!isObject(value)) return refuse(field, `A message is an object with a kind, not ${show(value)}.`);
  const kind = value['kind'];
  if (typeof kind !== 'string' || kind === '')
    return refuse(field, `The kind of a message is text, not ${show(kind)}.`);
  if (!isJson(value, 0)) {
    const depth = LINK_LIMITS.messageDepthMax;
    return refuse(field, `A message in a link is plain JSON, at most ${depth} deep and without "__proto__".`);
  }
  const { length } = JSON.stringify(value);
  if (length > LINK_LIMITS.messageLengthMax) {
    return refuse(field, `A message has at most ${LINK_LIMITS.messageLengthMax} characters as JSON, not ${length}.`);
  }
  return value as unknown as AnyMessage;
}

/** A message as JSON; `null`, which no reader accepts, where JSON would change it. */
export function messageText(message: AnyMessage): string {
  return isJson(message, 0) ? JSON.stringify(message) : 'null';
}

/** Whether a value is the same after its way through JSON. Members that are undefined may get lost. */
function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  // JSON can be read as −0, and writes it as 0.
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || depth >= LINK_LIMITS.messageDepthMax) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.entries(value).every(
    ([name, member]) => name !== '__proto__' && (member === undefined || isJson(member, depth + 1)),
  );
}
