/**
 * Runtime schemas: one declaration gives the TypeScript type of a message, its validation, its wire codec and the form
 * that the page shows for it. A schema is plain data, so every worker and every tool reads the same thing.
 */
import { PlayhouseError } from './errors.ts';
import type { AnyMessage, Ref } from './ref.ts';

/** Carries the TypeScript type of a schema's values; never present at run time. */
interface Typed<T> {
  readonly _type?: T;
}

export type SchemaData =
  | { readonly type: 'int32' | 'uint32' | 'float64' | 'boolean' | 'string' | 'any' }
  | { readonly type: 'literal'; readonly values: readonly string[] }
  | { readonly type: 'array'; readonly items: Schema }
  | { readonly type: 'object'; readonly fields: Fields }
  | { readonly type: 'optional'; readonly schema: Schema }
  | { readonly type: 'ref'; readonly protocol: Protocol };

/** The declaration of a value of type `T`: plain data, from the builders `t`. */
export type Schema<T = unknown> = SchemaData & Typed<T>;

/** The fields of one message kind, or of an object. */
export interface Fields {
  readonly [name: string]: Schema;
}

/** The set of messages an actor accepts: fields by message kind. */
export interface Protocol {
  readonly [kind: string]: Fields;
}

/** The TypeScript type of a schema's values. */
export type Infer<S> = S extends Typed<infer T> ? T : never;

type OptionalNames<F extends Fields> = {
  [N in keyof F]: undefined extends Infer<F[N]> ? (unknown extends Infer<F[N]> ? never : N) : never;
}[keyof F];

type Flat<T> = { [K in keyof T]: T[K] };

export type InferFields<F extends Fields> = Flat<
  { readonly [N in Exclude<keyof F, OptionalNames<F>>]: Infer<F[N]> } & {
    readonly [N in OptionalNames<F>]?: Infer<F[N]>;
  }
>;

/** The message type of one kind of a protocol, `{ kind, ...fields }`; without a kind, the union of all of them. */
export type MessageOf<P extends Protocol, K extends keyof P & string = keyof P & string> = {
  [Kind in K]: Flat<{ readonly kind: Kind } & InferFields<P[Kind]>>;
}[K];

function ref(): Schema<Ref>;
function ref<const P extends Protocol>(protocol: P): Schema<Ref<MessageOf<P>>>;
function ref(protocol: Protocol = {}): Schema<Ref<AnyMessage>> {
  return { type: 'ref', protocol };
}

/** The schema builders. Sizes are those on the wire between workers. */
export const t = {
  /** A whole number from −2³¹ to 2³¹ − 1; 4 bytes. */
  int32: { type: 'int32' } as Schema<number>,
  /** A whole number from 0 to 2³² − 1; 4 bytes. */
  uint32: { type: 'uint32' } as Schema<number>,
  /** Any number; 8 bytes. */
  float64: { type: 'float64' } as Schema<number>,
  /** true or false; 1 byte. */
  boolean: { type: 'boolean' } as Schema<boolean>,
  /** Text; 4 bytes and one or two bytes a UTF-16 unit. */
  string: { type: 'string' } as Schema<string>,
  /** Any plain data (null, booleans, numbers, text, arrays, objects); written with a general binary codec. */
  any: { type: 'any' } as Schema<unknown>,
  /** One of the given texts, at most 256 of them; 1 byte. @throws PlayhouseError `invalid-configuration` */
  literal<const V extends readonly string[]>(...values: V): Schema<V[number]> {
    if (values.length === 0 || values.length > 256) {
      throw new PlayhouseError(
        'invalid-configuration',
        `A literal has 1 to 256 values, not ${values.length}.`,
        'values',
      );
    }
    return { type: 'literal', values };
  },
  /** A list; 4 bytes and its items. */
  array<T>(items: Schema<T>): Schema<readonly T[]> {
    return { type: 'array', items };
  },
  /** An object with the given fields; the sum of its fields. */
  object<const F extends Fields>(fields: F): Schema<InferFields<F>> {
    return { type: 'object', fields };
  },
  /** A field that may be left out; 1 byte more. */
  optional<T>(schema: Schema<T>): Schema<T | undefined> {
    return { type: 'optional', schema };
  },
  /** The address of an actor that accepts (at least) the given protocol; 16 bytes. */
  ref,
} as const;
