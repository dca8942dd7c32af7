/** How two pieces of plain data differ, field by field. */
import type { StateChange } from '../simulation.ts';

/** Differences that one comparison lists. */
export const CHANGES_MAX = 200;
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
    if (isSameShape && JSON.stringify(before) === JSON.stringify(after)) return;
    found.push({ field, change: 'changed', before, after });
    return;
  }
  const isList = left.kind === 'list';
  for (const [name, inner] of left.parts) {
    if (found.length >= max) return;
    const path = nested(field, name, isList);
    if (right.parts.has(name)) compare(path, inner, right.parts.get(name), depth + 1, found, max);
    else found.push({ field: path, change: 'removed', before: inner, after: undefined });
  }
  for (const [name, inner] of right.parts) {
    if (found.length >= max) return;
    if (!left.parts.has(name)) {
      found.push({ field: nested(field, name, isList), change: 'added', before: undefined, after: inner });
    }
  }
}

interface Parts {
  readonly kind: 'list' | 'fields' | 'map' | 'set';
  readonly parts: ReadonlyMap<string, unknown>;
}

function partsOf(value: unknown): Parts | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return { kind: 'list', parts: new Map(value.map((item, index) => [`${index}`, item])) };
  if (value instanceof ArrayBuffer) return partsOf(new Uint8Array(value));
  if (ArrayBuffer.isView(value)) {
    return { kind: 'list', parts: new Map([...(value as Uint8Array)].map((item, index) => [`${index}`, item])) };
  }
  if (value instanceof Map) {
    return { kind: 'map', parts: new Map([...value].map(([key, inner]) => [textOf(key), inner])) };
  }
  if (value instanceof Set) return { kind: 'set', parts: new Map([...value].map((item) => [textOf(item), item])) };
  return { kind: 'fields', parts: new Map(Object.entries(value)) };
}

function textOf(key: unknown): string {
  return typeof key === 'string' ? key : (JSON.stringify(key) ?? String(key));
}

function nested(field: string, name: string, isList: boolean): string {
  if (isList) return `${field}[${name}]`;
  return field === '' ? name : `${field}.${name}`;
}
