/**
 * Messages are frozen when they are sent: whoever changes one afterwards fails, at the very line that does it. What cannot
 * be frozen (maps, sets, buffers) is noted, so that it can be compared when it is handled.
 */
import { fieldOf } from '../../kernel/snapshot-field.ts';

/** Deeper data than this is taken for what cannot be frozen, so that a ring ends. */
const DEPTH_MAX = 200;

export class Freezer {
  /** Frozen objects with parts, that were looked through: whether something in them cannot be frozen. */
  private readonly known = new WeakMap<object, boolean>();

  /** Freezes plain data all the way down. True when something in it cannot be frozen. */
  freeze(value: unknown, depth = 0): boolean {
    if (typeof value !== 'object' || value === null) return false;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Map || value instanceof Set) {
      return true;
    }
    if (depth > DEPTH_MAX) return true;
    const wasFrozen = Object.isFrozen(value);
    if (wasFrozen) {
      const known = this.known.get(value);
      if (known !== undefined) return known;
    }
    let isSoft = false;
    let hasParts = false;
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        const item: unknown = value[index];
        if (typeof item !== 'object' || item === null) continue;
        hasParts = true;
        if (this.freeze(item, depth + 1)) isSoft = true;
      }
    } else {
      for (const name in value) {
        const inner = (value as Readonly<Record<string, unknown>>)[name];
        if (typeof inner !== 'object' || inner === null) continue;
        hasParts = true;
        if (this.freeze(inner, depth + 1)) isSoft = true;
      }
    }
    if (!wasFrozen) Object.freeze(value);
    // Only what comes a second time: most messages are sent once.
    else if (hasParts) this.known.set(value, isSoft);
    return isSoft;
  }
}

/** What somebody tried to do to a frozen object. */
export interface Forbidden {
  /** Undefined where the browser does not say. */
  readonly name: string | undefined;
  readonly isNew: boolean;
}

/** By browser: Chromium, Firefox, Safari. */
const CHANGED = [/read only property '([^']*)'/, /"([^"]*)" is read-only/, /readonly property/];
const REMOVED = [
  /Cannot delete property '([^']*)'/,
  /property "?([^"]*?)"? is non-configurable and can't be deleted/,
  /Unable to delete property/,
];
const ADDED = [
  /Cannot (?:add|define) property (.*), object is not extensible/,
  /can't define (?:array index )?property "?([^"]*?)"?(?: past the end|: .* is not extensible)/,
  /object that is not extensible/,
];

/** What the text of an error says was tried; undefined where it is another error. */
export function forbiddenIn(error: string): Forbidden | undefined {
  for (const [texts, isNew] of [
    [CHANGED, false],
    [REMOVED, false],
    [ADDED, true],
  ] as const) {
    for (const text of texts) {
      const found = text.exec(error);
      if (found !== null) return { name: found[1], isNew };
    }
  }
  return undefined;
}

/** Parts that are looked through. */
const PARTS_MAX = 10_000;

/**
 * Where in these values that can have been: `items[2]`, or the name alone where it can have been in several places. Undefined
 * where nothing in them is frozen like that.
 */
export function frozenPart(forbidden: Forbidden, roots: readonly unknown[]): string | undefined {
  const { name = '' } = forbidden;
  for (const root of roots) {
    const [part, ...others] = frozenIn(root, forbidden);
    if (part === undefined) continue;
    if (others.length > 0) return name;
    const within = fieldOf(root, part);
    if (name === '') return within;
    if (Array.isArray(part) && name !== 'length') return `${within}[${name}]`;
    return within === '' ? name : `${within}.${name}`;
  }
  return undefined;
}

function frozenIn(root: unknown, { name, isNew }: Forbidden): readonly object[] {
  const seen = new Set<unknown>([root]);
  const found: object[] = [];
  for (const part of seen) {
    if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part) || seen.size > PARTS_MAX) continue;
    if (Object.isFrozen(part) && (name === undefined || fits(part, name, isNew))) found.push(part);
    const inner = part instanceof Map || part instanceof Set ? part.values() : Object.values(part);
    for (const value of inner) seen.add(value);
  }
  return found;
}

function fits(part: object, name: string, isNew: boolean): boolean {
  if (!isNew) return Object.hasOwn(part, name);
  // Lists grow at their end.
  return /^\d+$/.test(name) ? Array.isArray(part) && `${part.length}` === name : !Object.hasOwn(part, name);
}
