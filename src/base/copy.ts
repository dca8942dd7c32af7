/**
 * A deep copy of plain data. Messages inside one worker pass by reference, and a state that goes on changing must not
 * share a part with an event or a snapshot that a store keeps.
 *
 * It keeps no identities: something that is in the data twice is in the copy two times.
 */

/** A copy that shares nothing changeable with the original. Plain data only, as the kernel has checked. */
export function copyOf<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Map) return new Map([...value].map(([key, inner]) => [copy(key), copy(inner)]));
  if (value instanceof Set) return new Set([...value].map(copy));
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice();
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copy(inner)]));
}
