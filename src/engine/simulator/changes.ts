/** How two pieces of plain data differ, field by field. */
import type { StateChange } from '../simulation.ts';
import { jsonText } from './json-text.ts';

/** Differences that one comparison lists. */
const CHANGES_MAX = 200;
/** Deeper parts are compared as a whole. */
const DEPTH_MAX = 12;

/** @param max stops after so many */
export function changesBetween(before: unknown, after: unknown, max = CHANGES_MAX): readonly StateChange[] {
  const found: StateChange[] = [];
  compare('', before, after, 0, found, max);
  return found;
}

function compare(
  field: string,
  before: unknown,
  after: unknown,
  depth: number,
  found: StateChange[],
  max: number,
): void {
  if (found.length >= max || Object.is(before, after)) return;
  const [left, right] = [partsOf(before), partsOf(after)];
  const isSameShape = left !== undefined && right !== undefined && left.kind === right.kind;
  if (!isSameShape || depth >= DEPTH_MAX) {
    if (isSameShape && jsonText(before) === jsonText(after)) return;
    found.push({ field, change: 'changed', before, after });
    return;
  }
  for (const [key, inner] of left.parts) {
    if (found.length >= max) return;
    const path = nested(field, key, left);
    if (right.parts.has(key)) compare(path, inner, right.parts.get(key), depth + 1, found, max);
    else found.push({ field: path, change: 'removed', before: inner, after: undefined });
  }
  for (const [key, inner] of right.parts) {
    if (found.length >= max) return;
    if (left.parts.has(key)) continue;
    found.push({ field: nested(field, key, right), change: 'added', before: undefined, after: inner });
  }
}

interface Parts {
  readonly kind: 'list' | 'fields' | 'map' | 'set';
  /** By index, name, or what `keyOf` makes of the key of a map or the item of a set. */
  readonly parts: ReadonlyMap<unknown, unknown>;
}

function partsOf(value: unknown): Parts | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return { kind: 'list', parts: new Map(value.entries()) };
  if (value instanceof ArrayBuffer) return partsOf(new Uint8Array(value));
  if (value instanceof DataView) return partsOf(value.buffer);
  if (ArrayBuffer.isView(value)) return { kind: 'list', parts: new Map((value as Uint8Array).entries()) };
  if (value instanceof Map) {
    return { kind: 'map', parts: new Map([...value].map(([key, inner]) => [keyOf(key), inner])) };
  }
  if (value instanceof Set) return { kind: 'set', parts: new Map([...value].map((item) => [keyOf(item), item])) };
  return { kind: 'fields', parts: new Map(Object.entries(value)) };
}

/** Two copies of a key are the same one: 1, 1n and '1' are three. */
function keyOf(key: unknown): unknown {
  return typeof key === 'object' ? jsonText(key) : key;
}

function nested(field: string, key: unknown, { kind }: Parts): string {
  const name = typeof key === 'bigint' ? `${key}n` : String(key);
  if (kind === 'list') return `${field}[${name}]`;
  return field === '' ? name : `${field}.${name}`;
}
