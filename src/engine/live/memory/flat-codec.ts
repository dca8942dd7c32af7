/**
 * Writers and readers of message kinds whose length is known and fits one slot: straight code that works in the ring itself,
 * without a copy on the way. The bytes are those of codec.ts, so either side may use either. A slot that is being written is
 * not yet published, so nothing half-written is ever seen.
 */
import { compile, quote } from '../../../base/compile.ts';
import type { AnyMessage } from '../../../kernel/ref.ts';
import type { KindEntry } from '../../../kernel/registry.ts';
import type { Fields, Schema } from '../../../kernel/schema.ts';
import { INLINE_BYTES } from './ring.ts';

export interface FlatCodec {
  readonly bytes: number;
  /** @param at where the payload begins, in bytes. The message has been checked. */
  readonly write: (view: DataView, at: number, message: AnyMessage) => void;
  readonly read: (view: DataView, at: number) => AnyMessage;
}

/** Undefined for kinds that may be longer, that hold text or lists, and where no code may be generated. */
export function flatCodec({ kind, fields }: KindEntry): FlatCodec | undefined {
  const layout = new Layout();
  const value = layout.object('m', fields, `kind: ${quote(kind)}`);
  if (value === undefined || layout.bytes > INLINE_BYTES) return undefined;
  const write = `(d, o, m) => { ${layout.writes.join(' ')} }`;
  return compile(
    { texts: layout.texts, bytes: layout.bytes },
    `({ bytes, write: ${write}, read: (d, o) => (${value}) })`,
  );
}

/** Lays fields out one behind the other and collects the code for them: `d` is the view, `o` where the message begins. */
class Layout {
  bytes = 0;
  readonly writes: string[] = [];
  /** The values of each literal schema, by its number. */
  readonly texts: (readonly string[])[] = [];

  /** Code for an object of those fields; undefined when one of them has no fixed length. */
  object(source: string, fields: Fields, first?: string): string | undefined {
    const members = first === undefined ? [] : [first];
    for (const [name, schema] of Object.entries(fields)) {
      const read = this.value(`${source}[${quote(name)}]`, schema);
      // In an object literal `__proto__` is not a name.
      if (read === undefined || name === '__proto__') return undefined;
      members.push(`${quote(name)}: ${read}`);
    }
    return `{ ${members.join(', ')} }`;
  }

  /** Code that reads one value; what writes it is collected. */
  private value(source: string, schema: Schema): string | undefined {
    switch (schema.type) {
      case 'int32':
        return this.number('Int32', 4, source);
      case 'uint32':
        return this.number('Uint32', 4, source);
      case 'float64':
        return this.number('Float64', 8, source);
      case 'boolean':
        return `${this.number('Uint8', 1, `${source} === true ? 1 : 0`)} === 1`;
      case 'literal': {
        const texts = `texts[${this.texts.push(schema.values) - 1}]`;
        return `${texts}[${this.number('Uint8', 1, `${texts}.indexOf(${source})`)}]`;
      }
      case 'ref': {
        // In the order of codec.ts; the reader makes the object in the order of every other ref, so that all have one shape.
        const id = this.number('Int32', 4, `${source}.id`);
        const generation = this.number('Int32', 4, `${source}.generation`);
        const ask = this.number('Int32', 4, `${source}.ask`);
        const protocol = this.number('Uint16', 2, `${source}.protocol`);
        const node = this.number('Uint16', 2, `${source}.node`);
        return `{ node: ${node}, id: ${id}, generation: ${generation}, ask: ${ask}, protocol: ${protocol} }`;
      }
      case 'object':
        return this.object(source, schema.fields);
      default:
        return undefined;
    }
  }

  private number(type: string, bytes: number, source: string): string {
    const place = `o + ${this.bytes}`;
    this.bytes += bytes;
    this.writes.push(`d.set${type}(${place}, ${source}${bytes > 1 ? ', true' : ''});`);
    return `d.get${type}(${place}${bytes > 1 ? ', true' : ''})`;
  }
}
