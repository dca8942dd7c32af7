/** Random protocols, and random messages that fit them. */
import fc from 'fast-check';
import { actor } from '../../../src/index.ts';
import type { AnyMessage } from '../../../src/kernel/ref.ts';
import { Registry } from '../../../src/kernel/registry.ts';
import type { Fields, Protocol, Schema } from '../../../src/kernel/schema.ts';

/** UTF-16 units of any kind, lone surrogates among them. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
);

export const plainData: fc.Arbitrary<unknown> = fc.anything({
  withBigInt: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  values: [
    fc.boolean(),
    fc.integer(),
    fc.double(),
    anyText,
    fc.constant(null),
    fc.constant(undefined),
    fc.bigInt(),
    fc.constant(-0),
  ],
  key: anyText,
});

const fieldName = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,11}$/).filter((name) => name !== 'kind' && !(name in {}));

const schemaTie = fc.letrec<{ schema: Schema; fields: Fields }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('int32', 'uint32', 'float64', 'boolean', 'string', 'any').map((type) => ({ type }) as Schema),
    fc.uniqueArray(anyText, { minLength: 1, maxLength: 8 }).map((values): Schema => ({ type: 'literal', values })),
    fc.constant<Schema>({ type: 'ref', protocol: {} }),
    tie('schema').map((items): Schema => ({ type: 'array', items })),
    tie('schema').map((schema): Schema => ({ type: 'optional', schema })),
    tie('fields').map((fields): Schema => ({ type: 'object', fields })),
  ),
  fields: fc.dictionary(fieldName, tie('schema'), { maxKeys: 5, noNullPrototype: true }),
}));

export const protocol: fc.Arbitrary<Protocol> = fc.dictionary(fieldName, schemaTie.fields, {
  minKeys: 1,
  maxKeys: 4,
  noNullPrototype: true,
});

/** The registry of a system whose only behavior has this protocol. */
export function registryOf(messages: Protocol): Registry {
  // Handlers are never called here; only their names must match.
  const on = Object.fromEntries(Object.keys(messages).map((kind) => [kind, () => {}]));
  return new Registry([actor('Receiver', { protocol: messages, state: () => ({}), on })]);
}

/** A message of any kind of a protocol. */
export function messageOf(messages: Protocol): fc.Arbitrary<AnyMessage> {
  return fc.oneof(
    ...Object.entries(messages).map(([kind, fields]) => valuesOfFields(fields).map((values) => ({ kind, ...values }))),
  );
}

function valuesOfFields(fields: Fields): fc.Arbitrary<Record<string, unknown>> {
  const members = Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, valuesOf(schema)]));
  // The codec leaves a field without a value out, which reads the same.
  return fc
    .record(members, { noNullPrototype: true })
    .map((value) => Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)));
}

function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'int32':
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case 'uint32':
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
    case 'float64':
      return fc.double();
    case 'boolean':
      return fc.boolean();
    case 'string':
      return anyText;
    case 'any':
      return plainData;
    case 'literal':
      return fc.constantFrom(...schema.values);
    case 'array':
      return fc.array(valuesOf(schema.items), { maxLength: 6 });
    case 'optional':
      return fc.option(valuesOf(schema.schema), { nil: undefined });
    case 'object':
      return valuesOfFields(schema.fields);
    case 'ref':
      return fc.record(
        {
          node: fc.integer({ min: 0, max: 0xffff }),
          id: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
          generation: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
          ask: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
          protocol: fc.integer({ min: 0, max: 0xffff }),
        },
        { noNullPrototype: true },
      );
  }
}
