/**
 * The wire codec: one writer and one reader for each message kind, generated from its schema. Both sides number kinds
 * alike (kernel/registry.ts), so nothing but field values travels.
 *
 * It works on unshared scratch memory: browsers refuse text codecs on shared memory, and how long a message is shows only
 * when it is written. Kinds whose messages all fit one slot are written in the ring itself (flat-codec.ts). Little-endian; layouts are given beside the builders in kernel/schema.ts.
 */
import { unreachable } from '../../../base/assert.ts';
import { compile, quote } from '../../../base/compile.ts';
import { PlayhouseError } from '../../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../../kernel/ref.ts';
import type { KindEntry, Registry } from '../../../kernel/registry.ts';
import type { Fields, Schema } from '../../../kernel/schema.ts';
import { type FlatCodec, flatCodec } from './flat-codec.ts';
import { readPlainData, writePlainData } from './plain-data-codec.ts';
import { readText, type Scratch, writeText } from './scratch.ts';

interface FieldCodec {
  readonly write: (scratch: Scratch, value: unknown) => void;
  readonly read: (scratch: Scratch) => unknown;
}

type MutableObject = Record<string, unknown>;

export interface KindCodec {
  /** Writes the fields at the start of the scratch and returns their length in bytes. @throws PlayhouseError `message-too-large` */
  encode(scratch: Scratch, message: AnyMessage): number;
  decode(scratch: Scratch): AnyMessage;
  /** Reads and writes the same bytes in the ring itself; undefined for kinds that may need more than one slot. */
  readonly flat: FlatCodec | undefined;
}

/** Codecs of all kinds of a registry, by their number: generated code where that is allowed. */
export function generateCodecs(registry: Registry): readonly KindCodec[] {
  return registry.kinds.map((entry) => {
    const interpreted = interpretedCodec(entry.fields);
    const codec = generatedCodec(entry, interpreted) ?? withKind(entry.kind, interpreted);
    return kindCodec(entry, codec, flatCodec(entry));
  });
}

/** The same codecs without generated code. */
export function interpretCodecs(registry: Registry): readonly KindCodec[] {
  return registry.kinds.map((entry) =>
    kindCodec(entry, withKind(entry.kind, interpretedCodec(entry.fields)), undefined),
  );
}

interface MessageCodec {
  readonly write: (scratch: Scratch, message: object) => void;
  readonly read: (scratch: Scratch) => AnyMessage;
}

function kindCodec({ kind }: KindEntry, { write, read }: MessageCodec, flat: FlatCodec | undefined): KindCodec {
  return {
    flat,
    encode: (scratch, message) => encodeBounded(scratch, kind, write, message),
    decode(scratch) {
      scratch.offset = 0;
      return read(scratch);
    },
  };
}

function withKind(kind: string, codec: FieldsCodec): MessageCodec {
  return {
    write: codec.write,
    read(scratch) {
      const message = { kind };
      codec.read(scratch, message);
      return message;
    },
  };
}

/** Runs a writer from the start of the scratch; what does not fit is an operating error that names the message. */
export function encodeBounded<T>(
  scratch: Scratch,
  what: string,
  write: (scratch: Scratch, value: T) => void,
  value: T,
): number {
  scratch.offset = 0;
  try {
    write(scratch, value);
  } catch (thrown) {
    // The scratch is as large as the largest message: running over its end is how a message is found too large.
    if (!(thrown instanceof RangeError)) throw thrown;
    const text = `${what} needs more than the ${scratch.bytes.length} bytes that one message may have.`;
    throw new PlayhouseError('message-too-large', text, what);
  }
  return scratch.offset;
}

interface FieldsCodec {
  readonly write: (scratch: Scratch, value: object) => void;
  readonly read: (scratch: Scratch, into: object) => void;
  readonly fields: readonly FieldCodec[];
}

function interpretedCodec(fields: Fields): FieldsCodec {
  const names = Object.keys(fields);
  const codecs = names.map((name) => fieldCodec(fields[name] as Schema));
  return {
    fields: codecs,
    write(scratch, value) {
      for (let index = 0; index < names.length; index++) {
        (codecs[index] as FieldCodec).write(scratch, (value as MutableObject)[names[index] as string]);
      }
    },
    read(scratch, into) {
      for (let index = 0; index < names.length; index++) {
        const value = (codecs[index] as FieldCodec).read(scratch);
        if (value !== undefined) (into as MutableObject)[names[index] as string] = value;
      }
    },
  };
}

/** Sizes and DataView accessors of the types that generated code handles in place. */
const SCALARS: Readonly<Partial<Record<Schema['type'], { readonly bytes: number; readonly accessor: string }>>> = {
  int32: { bytes: 4, accessor: 'Int32' },
  uint32: { bytes: 4, accessor: 'Uint32' },
  float64: { bytes: 8, accessor: 'Float64' },
};

/** Straight code for one kind: scalars in place, everything else through its own codec. */
function generatedCodec({ kind, fields }: KindEntry, interpreted: FieldsCodec): MessageCodec | undefined {
  const names = Object.keys(fields);
  // A field that may be missing must stay missing, so the object cannot be written down as one literal.
  // (And in a literal `__proto__` is not a name.)
  if (names.some((name) => name === '__proto__' || ['optional', 'any'].includes((fields[name] as Schema).type)))
    return undefined;
  const writes: string[] = [];
  const reads: string[] = [];
  for (const [index, name] of names.entries()) {
    const scalar = SCALARS[(fields[name] as Schema).type];
    const property = `m[${quote(name)}]`;
    if (scalar === undefined) {
      writes.push(`s.offset = o; f[${index}].write(s, ${property}); o = s.offset;`);
      reads.push(`s.offset = o; const v${index} = f[${index}].read(s); o = s.offset;`);
    } else {
      writes.push(`d.set${scalar.accessor}(o, ${property}, true); o += ${scalar.bytes};`);
      reads.push(`const v${index} = d.get${scalar.accessor}(o, true); o += ${scalar.bytes};`);
    }
  }
  const values = [`kind: ${quote(kind)}`, ...names.map((name, index) => `${quote(name)}: v${index}`)];
  const write = `(s, m) => { const d = s.view; let o = s.offset; ${writes.join(' ')} s.offset = o; }`;
  const read = `(s) => { const d = s.view; let o = s.offset; ${reads.join(' ')} s.offset = o; return { ${values.join(', ')} }; }`;
  return compile({ f: interpreted.fields }, `({ write: ${write}, read: ${read} })`);
}

function fieldCodec(schema: Schema): FieldCodec {
  switch (schema.type) {
    case 'int32':
      return INT32;
    case 'uint32':
      return UINT32;
    case 'float64':
      return FLOAT64;
    case 'boolean':
      return BOOLEAN;
    case 'string':
      return STRING;
    case 'any':
      return { write: writePlainData, read: readPlainData };
    case 'ref':
      return REF;
    case 'literal': {
      const { values } = schema;
      return {
        write: (scratch, value) => scratch.view.setUint8(scratch.take(1), values.indexOf(value as string)),
        read: (scratch) => values[scratch.view.getUint8(scratch.take(1))],
      };
    }
    case 'array': {
      const item = fieldCodec(schema.items);
      return {
        write(scratch, value) {
          const items = value as readonly unknown[];
          scratch.view.setUint32(scratch.take(4), items.length, true);
          for (const element of items) item.write(scratch, element);
        },
        read(scratch) {
          const length = scratch.view.getUint32(scratch.take(4), true);
          const items: unknown[] = [];
          for (let index = 0; index < length; index++) items.push(item.read(scratch));
          return items;
        },
      };
    }
    case 'object': {
      const codec = interpretedCodec(schema.fields);
      return {
        write: (scratch, value) => codec.write(scratch, value as object),
        read(scratch) {
          const value = {};
          codec.read(scratch, value);
          return value;
        },
      };
    }
    case 'optional': {
      const codec = fieldCodec(schema.schema);
      return {
        write(scratch, value) {
          scratch.view.setUint8(scratch.take(1), value === undefined ? 0 : 1);
          if (value !== undefined) codec.write(scratch, value);
        },
        read: (scratch) => (scratch.view.getUint8(scratch.take(1)) === 0 ? undefined : codec.read(scratch)),
      };
    }
    default:
      return unreachable(schema, 'schema');
  }
}

const INT32: FieldCodec = {
  write: (scratch, value) => scratch.view.setInt32(scratch.take(4), value as number, true),
  read: (scratch) => scratch.view.getInt32(scratch.take(4), true),
};

const UINT32: FieldCodec = {
  write: (scratch, value) => scratch.view.setUint32(scratch.take(4), value as number, true),
  read: (scratch) => scratch.view.getUint32(scratch.take(4), true),
};

const FLOAT64: FieldCodec = {
  write: (scratch, value) => scratch.view.setFloat64(scratch.take(8), value as number, true),
  read: (scratch) => scratch.view.getFloat64(scratch.take(8), true),
};

const BOOLEAN: FieldCodec = {
  write: (scratch, value) => scratch.view.setUint8(scratch.take(1), value === true ? 1 : 0),
  read: (scratch) => scratch.view.getUint8(scratch.take(1)) === 1,
};

const STRING: FieldCodec = {
  write: (scratch, value) => writeText(scratch, value as string),
  read: readText,
};

const REF: FieldCodec = {
  write(scratch, value) {
    const ref = value as Ref;
    const { view } = scratch;
    const at = scratch.take(16);
    view.setInt32(at, ref.id, true);
    view.setInt32(at + 4, ref.generation, true);
    view.setInt32(at + 8, ref.ask, true);
    view.setUint16(at + 12, ref.protocol, true);
    view.setUint16(at + 14, ref.node, true);
  },
  read(scratch) {
    const { view } = scratch;
    const at = scratch.take(16);
    return {
      node: view.getUint16(at + 14, true),
      id: view.getInt32(at, true),
      generation: view.getInt32(at + 4, true),
      ask: view.getInt32(at + 8, true),
      protocol: view.getUint16(at + 12, true),
    };
  },
};
