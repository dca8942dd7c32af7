/**
 * The general binary codec, for payloads without a schema: a tag byte, then the value. Takes the plain data that
 * kernel/check.ts lets through: null, undefined, booleans, numbers, bigints, text, arrays, plain objects, Map, Set, typed
 * arrays and buffers.
 */
import { assert } from '../../../base/assert.ts';
import { PlayhouseError } from '../../../kernel/errors.ts';
import { readText, type Scratch, writeText } from './scratch.ts';

const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  int32: 4,
  float64: 5,
  string: 6,
  bigint: 7,
  array: 8,
  object: 9,
  map: 10,
  set: 11,
  bytes: 12,
} as const;

/** How binary data is called on the wire: the order is part of the format. */
const BINARY = [
  ArrayBuffer,
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

export function writePlainData(scratch: Scratch, value: unknown): void {
  switch (typeof value) {
    case 'undefined':
      return tag(scratch, TAG.undefined);
    case 'boolean':
      return tag(scratch, value ? TAG.true : TAG.false);
    case 'number':
      if ((value | 0) === value && !Object.is(value, -0)) {
        tag(scratch, TAG.int32);
        return scratch.view.setInt32(scratch.take(4), value, true);
      }
      tag(scratch, TAG.float64);
      return scratch.view.setFloat64(scratch.take(8), value, true);
    case 'string':
      tag(scratch, TAG.string);
      return writeText(scratch, value);
    case 'bigint':
      tag(scratch, TAG.bigint);
      return writeText(scratch, value.toString());
    case 'object':
      return writeObject(scratch, value);
    default:
      assert(false, `${typeof value} is not plain data`);
  }
}

function writeObject(scratch: Scratch, value: object | null): void {
  if (value === null) return tag(scratch, TAG.null);
  if (Array.isArray(value)) {
    tag(scratch, TAG.array);
    return writeItems(scratch, value.length, value);
  }
  if (value instanceof Map) {
    tag(scratch, TAG.map);
    scratch.view.setUint32(scratch.take(4), value.size, true);
    for (const [key, item] of value) {
      writePlainData(scratch, key);
      writePlainData(scratch, item);
    }
    return;
  }
  if (value instanceof Set) {
    tag(scratch, TAG.set);
    return writeItems(scratch, value.size, value);
  }
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return writeBinary(scratch, value);
  tag(scratch, TAG.object);
  const names = Object.keys(value);
  scratch.view.setUint32(scratch.take(4), names.length, true);
  for (const name of names) {
    writeText(scratch, name);
    writePlainData(scratch, (value as Record<string, unknown>)[name]);
  }
}

function writeItems(scratch: Scratch, count: number, items: Iterable<unknown>): void {
  scratch.view.setUint32(scratch.take(4), count, true);
  for (const item of items) writePlainData(scratch, item);
}

function writeBinary(scratch: Scratch, value: ArrayBufferLike | ArrayBufferView): void {
  const isView = ArrayBuffer.isView(value);
  const bytes = isView ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
  const type = (BINARY as readonly unknown[]).indexOf(value.constructor);
  if (type < 0) {
    const text = `Binary data of the class ${value.constructor.name} cannot travel to another worker.`;
    throw new PlayhouseError('invalid-message', text);
  }
  tag(scratch, TAG.bytes);
  scratch.view.setUint8(scratch.take(1), type);
  scratch.view.setUint32(scratch.take(4), bytes.length, true);
  scratch.bytes.set(bytes, scratch.take(bytes.length));
}

export function readPlainData(scratch: Scratch): unknown {
  const { view } = scratch;
  switch (view.getUint8(scratch.take(1))) {
    case TAG.undefined:
      return undefined;
    case TAG.null:
      return null;
    case TAG.false:
      return false;
    case TAG.true:
      return true;
    case TAG.int32:
      return view.getInt32(scratch.take(4), true);
    case TAG.float64:
      return view.getFloat64(scratch.take(8), true);
    case TAG.string:
      return readText(scratch);
    case TAG.bigint:
      return BigInt(readText(scratch));
    case TAG.array:
      return readItems(scratch);
    case TAG.set:
      return new Set(readItems(scratch));
    case TAG.map: {
      const map = new Map<unknown, unknown>();
      for (let left = view.getUint32(scratch.take(4), true); left > 0; left--) {
        map.set(readPlainData(scratch), readPlainData(scratch));
      }
      return map;
    }
    case TAG.object: {
      const value: Record<string, unknown> = {};
      for (let left = view.getUint32(scratch.take(4), true); left > 0; left--) {
        const name = readText(scratch);
        const item = readPlainData(scratch);
        // `__proto__` as a name must stay a name.
        if (name === '__proto__')
          Object.defineProperty(value, name, { value: item, enumerable: true, configurable: true, writable: true });
        else value[name] = item;
      }
      return value;
    }
    case TAG.bytes: {
      const type = BINARY[view.getUint8(scratch.take(1))];
      const length = view.getUint32(scratch.take(4), true);
      const at = scratch.take(length);
      const buffer = scratch.bytes.slice(at, at + length).buffer;
      assert(type !== undefined, 'binary data of an unknown class');
      return type === ArrayBuffer ? buffer : new (type as Uint8ArrayConstructor)(buffer);
    }
    default:
      return assert(false, 'unknown tag in a payload');
  }
}

function readItems(scratch: Scratch): unknown[] {
  const items: unknown[] = [];
  for (let left = scratch.view.getUint32(scratch.take(4), true); left > 0; left--) items.push(readPlainData(scratch));
  return items;
}

function tag(scratch: Scratch, value: number): void {
  scratch.view.setUint8(scratch.take(1), value);
}
