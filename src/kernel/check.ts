/**
 * Validation of messages against their schema, compiled once a kind. A check returns undefined for a
 * value that fits, otherwise what is wrong; it never throws and never changes the value.
 */
import { unreachable } from '../base/assert.ts';
import { compile, quote } from '../base/compile.ts';
import type { Fields, Schema } from './schema.ts';

export interface Mismatch {
  /** Path of the field: `items[3].price`; empty for the value itself. */
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

export type Check = (value: unknown) => Mismatch | undefined;

type FieldsObject = Readonly<Record<string, unknown>>;

export function compileCheck(schema: Schema): Check {
  switch (schema.type) {
    case 'int32':
      return (value) => (typeof value === 'number' && (value | 0) === value ? undefined : mismatch('int32', value));
    case 'uint32':
      return (value) => (typeof value === 'number' && value >>> 0 === value ? undefined : mismatch('uint32', value));
    case 'float64':
      return (value) => (typeof value === 'number' ? undefined : mismatch('float64', value));
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? undefined : mismatch('boolean', value));
    case 'string':
      return (value) => (typeof value === 'string' ? undefined : mismatch('string', value));
    case 'any':
      return plainDataMismatch;
    case 'literal': {
      const values = new Set<unknown>(schema.values);
      const expected = schema.values.map((value) => `"${value}"`).join(' or ');
      return (value) => (values.has(value) ? undefined : mismatch(expected, value));
    }
    case 'array': {
      const item = compileCheck(schema.items);
      return (value) => {
        if (!Array.isArray(value)) return mismatch('array', value);
        for (let index = 0; index < value.length; index++) {
          const wrong = item(value[index]);
          if (wrong !== undefined) return within(`[${index}]`, wrong);
        }
        return undefined;
      };
    }
    case 'object': {
      const fields = compileFieldsCheck(schema.fields);
      return (value) => (isObject(value) ? fields(value) : mismatch('object', value));
    }
    case 'optional': {
      const inner = compileCheck(schema.schema);
      return (value) => (value === undefined ? undefined : inner(value));
    }
    case 'ref':
      return (value) => (isRef(value) ? undefined : mismatch('ref', value));
    default:
      return unreachable(schema, 'schema');
  }
}

export type FieldsCheck = (value: object) => Mismatch | undefined;

/** The check of a message kind's fields: generated code where that is allowed, because it runs for every message sent. */
export function compileFieldsCheck(fields: Fields): FieldsCheck {
  const interpreted = interpretFieldsCheck(fields);
  return generateFieldsCheck(fields, interpreted) ?? interpreted;
}

/** The authority: says what is wrong, and with which field. */
export function interpretFieldsCheck(fields: Fields): FieldsCheck {
  const names = Object.keys(fields);
  const checks = names.map((name) => compileCheck(fields[name] as Schema));
  return (value) => {
    for (let index = 0; index < names.length; index++) {
      const wrong = (checks[index] as Check)((value as FieldsObject)[names[index] as string]);
      if (wrong !== undefined) return within(names[index] as string, wrong);
    }
    return undefined;
  };
}

/** Lets through what certainly fits, and asks the authority about everything else. */
export function generateFieldsCheck(fields: Fields, authority: FieldsCheck): FieldsCheck | undefined {
  return compile({ authority }, `(m) => { let v; return ${certainTests(fields)} ? undefined : authority(m); }`);
}

/** Code about a message `m`, with a variable `v` to use: true only when all fields certainly fit. */
export function certainTests(fields: Fields): string {
  const tests = Object.keys(fields).map((name) => {
    const test = CERTAIN[(fields[name] as Schema).type];
    return test === undefined ? 'false' : `(v = m[${quote(name)}], ${test})`;
  });
  return tests.length === 0 ? 'true' : tests.join(' && ');
}

const isNumber = (value: string): string => `typeof ${value} === 'number'`;
const isInt = (value: string): string => `${isNumber(value)} && (${value} | 0) === ${value}`;

/** When a value of a type certainly fits, as code about `v`; types without an entry are left to the authority. */
const CERTAIN: Readonly<Partial<Record<Schema['type'], string>>> = {
  int32: isInt('v'),
  uint32: `${isNumber('v')} && (v >>> 0) === v`,
  float64: isNumber('v'),
  boolean: "typeof v === 'boolean'",
  string: "typeof v === 'string'",
  ref: `typeof v === 'object' && v !== null && ${['id', 'generation', 'ask', 'node', 'protocol'].map((name) => isInt(`v.${name}`)).join(' && ')}`,
};

/** The first field of a value that a declaration does not have: for messages from outside, typed by hand. */
export function unknownField(fields: Fields, value: object): string | undefined {
  return Object.keys(value).find((name) => name !== 'kind' && !Object.hasOwn(fields, name));
}

/**
 * What keeps a value from being plain data (null, booleans, numbers, text, arrays, plain objects, Map, Set,
 * typed arrays and buffers), or undefined. State and schemaless payloads must be plain: they get copied, compared and moved.
 */
export function plainDataMismatch(value: unknown): Mismatch | undefined {
  return plainData(value, 0);
}

/** Nesting deeper than this is refused: it is a cycle or a mistake. */
const DEPTH_MAX = 64;

function plainData(value: unknown, depth: number): Mismatch | undefined {
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
    case 'string':
    case 'bigint':
      return undefined;
    case 'function':
    case 'symbol':
      return mismatch('plain data', value);
    case 'object':
      break;
  }
  if (value === null) return undefined;
  if (depth > DEPTH_MAX) return { field: '', expected: 'plain data', found: `nesting deeper than ${DEPTH_MAX}` };
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const wrong = plainData(value[index], depth + 1);
      if (wrong !== undefined) return within(`[${index}]`, wrong);
    }
    return undefined;
  }
  if (value instanceof Map || value instanceof Set) {
    let index = 0;
    for (const item of value instanceof Map ? [...value].flat() : value) {
      const wrong = plainData(item, depth + 1);
      if (wrong !== undefined) return within(`[${index}]`, wrong);
      index++;
    }
    return undefined;
  }
  if (value instanceof ArrayBuffer || (ArrayBuffer.isView(value) && !(value instanceof DataView))) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return mismatch('plain data', value);
  // Of plain objects nothing is inherited that could be listed, and this way no list is made.
  for (const name in value) {
    const wrong = plainData((value as FieldsObject)[name], depth + 1);
    if (wrong !== undefined) return within(name, wrong);
  }
  return undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isRef(value: unknown): boolean {
  if (!isObject(value)) return false;
  return (
    Number.isInteger(value['id']) &&
    Number.isInteger(value['generation']) &&
    Number.isInteger(value['ask']) &&
    Number.isInteger(value['node']) &&
    Number.isInteger(value['protocol'])
  );
}

function mismatch(expected: string, value: unknown): Mismatch {
  return { field: '', expected, found: describe(value) };
}

function within(name: string, inner: Mismatch): Mismatch {
  const separator = inner.field === '' || inner.field.startsWith('[') ? '' : '.';
  return { ...inner, field: name + separator + inner.field };
}

/** A short description of a value for an error text. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return value.length > 24 ? `"${value.slice(0, 24)}…"` : `"${value}"`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') {
    const name = value.constructor?.name;
    return name === undefined || name === 'Object' ? 'an object' : `a ${name}`;
  }
  return String(value);
}
