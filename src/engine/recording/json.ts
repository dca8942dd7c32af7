/** Data from outside, as a track carries it: JSON, where that changes nothing. */

/** Deeper data is refused. */
const DEPTH_MAX = 64;

/** Undefined where the value would not be the same after its way through JSON. Members that are undefined may get lost. */
export function jsonOf(value: unknown): string | undefined {
  return isJson(value, 0) ? JSON.stringify(value) : undefined;
}

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || depth >= DEPTH_MAX) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.entries(value).every(
    ([name, member]) => name !== '__proto__' && (member === undefined || isJson(member, depth + 1)),
  );
}
