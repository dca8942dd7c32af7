/**
 * Copies of plain data that belong together: whatever is in it twice, or in two values given to the same copier, is in the
 * copies once as well. Key order, the order of maps and sets, frozenness and cycles are kept.
 *
 * What cannot change is shared instead of copied: data that is frozen all the way down, and refs. What cannot be copied
 * (functions, instances of foreign classes) is shared too, and noted, because it may carry changes from one copy to another.
 */
import { isRef } from './check.ts';
import { fieldOf } from './snapshot-field.ts';

/** Something in an actor that cannot be copied. */
export interface Uncloneable {
  /** Path of the actor; empty for what belongs to none. */
  readonly path: string;
  /** What of the actor it is in. */
  readonly part: Part;
  /** Where in that: `pending[2].callback`; empty for the whole. */
  readonly field: string;
}

export type Part = 'state' | 'arguments' | 'message' | 'signal' | 'ask' | 'value';

/** So many are noted by one copier: the first ones tell what is wrong. */
const UNCLONEABLE_MAX = 20;
/** Deeper parts are filled in later, so that a long list in a state does not exhaust the stack. */
const DEPTH_MAX = 400;
/** Fields of a ref. */
const REF_SIZE = 5;

type Kind = 'object' | 'array' | 'map' | 'set' | 'buffer' | 'view' | 'foreign';
type Fields = Record<string, unknown>;
type ViewConstructor = new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView;

const TYPED_ARRAY: unknown = Object.getPrototypeOf(Uint8Array.prototype);

export class PlainCopier {
  /** Changeable objects that were copied so far: what the copies cost in time and memory. */
  objects = 0;
  /** The first things found that cannot be copied. */
  readonly uncloneable: Uncloneable[] = [];

  /** Copies by their originals; what is shared is its own copy. */
  private readonly memo = new Map<unknown, unknown>();
  /** Frozen, with a part that can change. */
  private readonly halfFrozen = new Set<object>();
  private readonly lookedAt = new Set<object>();
  private readonly postponed: (readonly [original: object, copy: object, kind: Kind])[] = [];
  private depth = 0;
  /** What is being copied, for notes. */
  private path = '';
  private part: Part = 'value';
  private root: unknown;

  /** A copy of plain data. */
  value<T>(value: T): T {
    return this.partOf('', 'value', value);
  }

  /** A copy of plain data that belongs to an actor. */
  protected partOf<T>(path: string, part: Part, value: T): T {
    if (typeof value !== 'object' && typeof value !== 'function') return value;
    this.path = path;
    this.part = part;
    this.root = value;
    const copy = this.copyOf(value);
    for (let next = this.postponed.pop(); next !== undefined; next = this.postponed.pop()) {
      this.fill(next[0], next[1], next[2]);
    }
    return copy as T;
  }

  protected known<T extends object>(original: T): T | undefined {
    return this.memo.get(original) as T | undefined;
  }

  protected remember(original: object, copy: object): void {
    this.memo.set(original, copy);
    this.objects++;
  }

  private copyOf(value: unknown): unknown {
    if (typeof value !== 'object' && typeof value !== 'function') return value;
    if (value === null) return value;
    const known = this.memo.get(value);
    if (known !== undefined) return known;
    const kind = kindOf(value);
    if (kind === 'foreign') return this.noted(value);
    if (kind === 'object' && isSharedRef(value)) return value;
    if (!Object.isExtensible(value) && Object.isFrozen(value) && this.isImmutable(value)) return value;
    const copy = this.emptyCopy(value, kind);
    if (copy === value) return value;
    this.remember(value, copy);
    if (this.depth >= DEPTH_MAX) {
      this.postponed.push([value, copy, kind]);
    } else {
      this.depth++;
      this.fill(value, copy, kind);
      this.depth--;
    }
    return copy;
  }

  /** A copy whose parts are yet to be copied. */
  private emptyCopy(value: object, kind: Kind): object {
    switch (kind) {
      case 'array':
        return (value as unknown[]).slice();
      case 'map':
        return new Map();
      case 'set':
        return new Set();
      case 'buffer':
        // Nothing in it can change; one that was given away would throw.
        return (value as ArrayBuffer).byteLength === 0 ? value : (value as ArrayBuffer).slice(0);
      case 'view':
        return this.viewOf(value as ArrayBufferView);
      default:
        // A spread: all copies of one shape have one hidden class, however often they are copied again.
        return Object.getPrototypeOf(value) === null ? Object.assign(Object.create(null), value) : { ...value };
    }
  }

  /** Two views of one buffer stay two views of one buffer. */
  private viewOf(view: ArrayBufferView): ArrayBufferView {
    if (view.buffer.byteLength === 0) return view;
    const buffer = this.copyOf(view.buffer) as ArrayBufferLike;
    const length = view instanceof DataView ? view.byteLength : (view as Uint8Array).length;
    return new (view.constructor as ViewConstructor)(buffer, view.byteOffset, length);
  }

  private fill(original: object, copy: object, kind: Kind): void {
    switch (kind) {
      case 'array': {
        const items = copy as unknown[];
        for (let index = 0; index < items.length; index++) {
          const item = items[index];
          // Nothing is written where nothing has to be: a hole stays one.
          if (isObject(item)) items[index] = this.copyOf(item);
        }
        break;
      }
      case 'object': {
        const fields = copy as Fields;
        for (const name of Object.keys(fields)) {
          const field = fields[name];
          if (isObject(field)) fields[name] = this.copyOf(field);
        }
        break;
      }
      case 'map':
        for (const [key, value] of original as ReadonlyMap<unknown, unknown>) {
          (copy as Map<unknown, unknown>).set(this.copyOf(key), this.copyOf(value));
        }
        break;
      case 'set':
        for (const item of original as ReadonlySet<unknown>) (copy as Set<unknown>).add(this.copyOf(item));
        break;
    }
    if (Object.isExtensible(original)) return;
    this.closing(original, copy);
    closeLike(original, copy);
  }

  /** For subclasses: a copy has all its parts and can be closed as its original is; afterwards nothing can be put on it. */
  protected closing(_original: object, _copy: object): void {}

  /** Whether frozen data is frozen all the way down, apart from what is shared anyway. */
  private isImmutable(value: object): boolean {
    this.lookedAt.clear();
    const isImmutable = this.looksImmutable(value, 0);
    // With a leaf alone, looking again is as fast as looking it up.
    if (isImmutable && this.lookedAt.size > 1) for (const part of this.lookedAt) this.memo.set(part, part);
    return isImmutable;
  }

  private looksImmutable(value: unknown, depth: number): boolean {
    if (!isObject(value)) return true;
    const known = this.memo.get(value);
    if (known !== undefined) return known === value;
    // Within a cycle: it is immutable if everything else is.
    if (this.lookedAt.has(value)) return true;
    const kind = kindOf(value);
    if (kind === 'foreign') return this.noted(value) === value;
    if (kind === 'object' && isSharedRef(value)) return true;
    if ((kind !== 'object' && kind !== 'array') || !Object.isFrozen(value) || this.halfFrozen.has(value)) return false;
    if (depth > DEPTH_MAX) return false;
    this.lookedAt.add(value);
    for (const name of Object.keys(value)) {
      if (this.looksImmutable((value as Fields)[name], depth + 1)) continue;
      this.halfFrozen.add(value);
      return false;
    }
    return true;
  }

  /** What cannot be copied is its own copy. */
  private noted(value: object): object {
    this.memo.set(value, value);
    if (this.uncloneable.length < UNCLONEABLE_MAX) {
      this.uncloneable.push({ path: this.path, part: this.part, field: fieldOf(this.root, value) });
    }
    return value;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' ? value !== null : typeof value === 'function';
}

function kindOf(value: object): Kind {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return 'object';
  if (prototype === Array.prototype) return 'array';
  if (prototype === Map.prototype) return 'map';
  if (prototype === Set.prototype) return 'set';
  if (prototype === ArrayBuffer.prototype) return 'buffer';
  // Of a subclass nobody knows what its constructor wants.
  const isView = prototype === DataView.prototype || Object.getPrototypeOf(prototype) === TYPED_ARRAY;
  return isView && ArrayBuffer.isView(value) ? 'view' : 'foreign';
}

/** Refs never change, and copies of them would cost as much as all the rest. */
function isSharedRef(value: object): boolean {
  if ((value as Fields)['generation'] === undefined) return false;
  return isRef(value) && Object.keys(value).length === REF_SIZE;
}

function closeLike(original: object, copy: object): void {
  if (Object.isFrozen(original)) Object.freeze(copy);
  else if (Object.isSealed(original)) Object.seal(copy);
  else Object.preventExtensions(copy);
}
