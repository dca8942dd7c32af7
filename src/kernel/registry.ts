/**
 * The registry: every behavior, protocol and message kind of a scenario, numbered. Built once from the scenario's list of
 * behaviors and the same in every worker, because numbering follows the list alone; so a number means the same thing
 * everywhere and can stand for the thing in refs, in tables and on the wire.
 */

import { compile, quote } from '../base/compile.ts';
import type { AnyBehavior, AskOutcome } from './behavior.ts';
import { certainTests, compileFieldsCheck, type Mismatch, unknownField } from './check.ts';
import type { ErasedDefinition } from './definition.ts';
import { PlayhouseError } from './errors.ts';
import { Handlers } from './handlers.ts';
import { LIMITS } from './limits.ts';
import type { AnyMessage } from './ref.ts';
import type { Fields, Protocol, Schema } from './schema.ts';

export interface KindEntry {
  /** Number of this kind, unique over all protocols. */
  readonly index: number;
  readonly kind: string;
  readonly fields: Fields;
  readonly check: (message: object) => Mismatch | undefined;
  /** The protocol that `replyTo` accepts, where the kind has that field; −1 otherwise. */
  readonly replyProtocol: number;
  /** Only the actor itself may send it. */
  readonly isInternal: boolean;
}

export interface ProtocolEntry {
  readonly index: number;
  /** For error texts: the behavior's name, or where a reply protocol was declared. */
  readonly name: string;
  readonly kinds: ReadonlyMap<string, KindEntry>;
  /**
   * The entry of a message's kind, where its fields certainly fit; undefined says nothing. Generated code where that is
   * allowed, because it runs for every message sent.
   */
  readonly accept: (message: AnyMessage) => KindEntry | undefined;
}

export type ReplyHandler = (state: unknown, outcome: AskOutcome, ctx: unknown) => void;

export interface BehaviorEntry {
  readonly index: number;
  readonly name: string;
  /** What actors without a name of their own are called, before their number. */
  readonly stem: string;
  readonly definition: ErasedDefinition;
  readonly protocol: ProtocolEntry;
  readonly handlers: Handlers;
  /** Complete handlers of each behaviour that it may become. */
  readonly become: ReadonlyMap<string, Handlers>;
  readonly replies: ReadonlyMap<string, ReplyHandler>;
}

export class Registry {
  readonly behaviors: readonly BehaviorEntry[];
  readonly protocols: readonly ProtocolEntry[];
  readonly kinds: readonly KindEntry[];
  /** Whether any mailbox asks its senders to wait: without one nobody needs to look. */
  readonly someMailboxesPress: boolean;
  private readonly byName = new Map<string, BehaviorEntry>();

  /**
   * @param mailboxCapacity of behaviors that do not say
   * @throws PlayhouseError `invalid-configuration` when two behaviors share a name.
   */
  constructor(behaviors: readonly AnyBehavior[], mailboxCapacity: number = LIMITS.mailboxCapacityDefault) {
    const numbering = new Numbering();
    const entries: BehaviorEntry[] = [];
    for (const behavior of behaviors) {
      if (this.byName.has(behavior.name)) {
        throw new PlayhouseError(
          'invalid-configuration',
          `Two behaviors are named "${behavior.name}".`,
          `behaviors.${behavior.name}`,
        );
      }
      const definition = withCapacity(behavior.definition, mailboxCapacity);
      const entry: BehaviorEntry = {
        index: entries.length,
        name: behavior.name,
        stem: stemOf(behavior.name),
        definition,
        protocol: numbering.protocol(behavior.name, definition.protocol, definition.internalKinds),
        handlers: new Handlers(definition.on),
        become: new Map(
          Object.entries(definition.become).map(([name, handlers]) => [
            name,
            new Handlers({ ...definition.on, ...handlers }),
          ]),
        ),
        replies: new Map(Object.entries(definition.replies)),
      };
      entries.push(entry);
      this.byName.set(behavior.name, entry);
    }
    this.someMailboxesPress = entries.some(({ definition }) => !definition.mailbox.overflow.startsWith('drop'));
    this.behaviors = entries;
    this.protocols = numbering.protocols;
    this.kinds = numbering.kinds;
  }

  find(name: string): BehaviorEntry | undefined {
    return this.byName.get(name);
  }

  /**
   * The entry of a message's kind, after checking its fields.
   * @throws PlayhouseError `invalid-message`, naming the field.
   */
  checked(protocol: ProtocolEntry, message: AnyMessage): KindEntry {
    return protocol.accept(message) ?? this.looked(protocol, message);
  }

  /** The authority behind `accept`. */
  private looked(protocol: ProtocolEntry, message: AnyMessage): KindEntry {
    const entry = protocol.kinds.get(message.kind);
    if (entry === undefined) throw unknownKind(protocol, message);
    const wrong = entry.check(message);
    if (wrong !== undefined) throw wrongField(protocol, entry, wrong);
    return entry;
  }

  /** What somebody hears who sends a kind that is the actor's own. */
  refusedInternal(
    entry: Pick<BehaviorEntry, 'protocol' | 'definition'> | undefined,
    message: AnyMessage,
  ): PlayhouseError {
    if (entry !== undefined) return unknownKind(entry.protocol, message, entry.definition.internalKinds);
    return new PlayhouseError('invalid-message', `"${message.kind}" is an internal kind of its actor.`, 'kind');
  }

  /** As `checked`, and refuses internal kinds and fields that the protocol does not have: for messages from outside. */
  checkedStrictly(
    { protocol, definition }: Pick<BehaviorEntry, 'protocol' | 'definition'>,
    message: AnyMessage,
  ): KindEntry {
    if (definition.internalKinds.includes(message.kind)) throw this.refusedInternal({ protocol, definition }, message);
    const entry = this.checked(protocol, message);
    const extra = unknownField(entry.fields, message);
    if (extra === undefined) return entry;
    throw new PlayhouseError('invalid-message', `${protocol.name}.${entry.kind} has no field "${extra}".`, extra);
  }
}

class Numbering {
  readonly protocols: ProtocolEntry[] = [];
  readonly kinds: KindEntry[] = [];
  private readonly byIdentity = new Map<Protocol, ProtocolEntry>();

  protocol(name: string, protocol: Protocol, internalKinds: readonly string[] = []): ProtocolEntry {
    const known = this.byIdentity.get(protocol);
    if (known !== undefined) return known;
    const kinds = new Map<string, KindEntry>();
    const entry: Writable<ProtocolEntry> = { index: this.protocols.length, name, kinds, accept: () => undefined };
    this.protocols.push(entry);
    this.byIdentity.set(protocol, entry);
    for (const [kind, fields] of Object.entries(protocol)) {
      const replyTo = fields['replyTo'];
      const replyProtocol =
        replyTo?.type === 'ref' ? this.protocol(`reply to ${name}.${kind}`, replyTo.protocol) : undefined;
      const kindEntry: KindEntry = {
        index: this.kinds.length,
        kind,
        fields,
        check: compileFieldsCheck(fields),
        replyProtocol: replyProtocol?.index ?? -1,
        isInternal: internalKinds.includes(kind),
      };
      this.kinds.push(kindEntry);
      kinds.set(kind, kindEntry);
      for (const [field, schema] of Object.entries(fields)) this.nested(`${name}.${kind}.${field}`, schema);
    }
    entry.accept = generateAccept(kinds) ?? entry.accept;
    return entry;
  }

  /** Refs inside lists and objects have protocols too. */
  private nested(name: string, schema: Schema): void {
    if (schema.type === 'ref') this.protocol(name, schema.protocol);
    if (schema.type === 'array') this.nested(name, schema.items);
    if (schema.type === 'optional') this.nested(name, schema.schema);
    if (schema.type === 'object') {
      for (const [field, inner] of Object.entries(schema.fields)) this.nested(`${name}.${field}`, inner);
    }
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function generateAccept(kinds: ReadonlyMap<string, KindEntry>): ProtocolEntry['accept'] | undefined {
  const entries = [...kinds.values()];
  const captured = Object.fromEntries(entries.map((entry, index) => [`k${index}`, entry]));
  const cases = entries.map(
    ({ kind, fields }, index) => `case ${quote(kind)}: return ${certainTests(fields)} ? k${index} : undefined;`,
  );
  return compile(captured, `(m) => { let v; switch (m.kind) { ${cases.join(' ')} } return undefined; }`);
}

function withCapacity(definition: ErasedDefinition, capacity: number): ErasedDefinition {
  const { mailbox } = definition;
  if (mailbox.saysCapacity || mailbox.capacity === capacity) return definition;
  return { ...definition, mailbox: { ...mailbox, capacity } };
}

function stemOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_.-]/g, '-')
    .slice(0, LIMITS.nameLengthMax - 12);
}

function unknownKind(
  protocol: ProtocolEntry,
  message: AnyMessage,
  internalKinds: readonly string[] = [],
): PlayhouseError {
  const known = [...protocol.kinds.keys()].filter((kind) => !internalKinds.includes(kind)).join(', ') || 'no messages';
  return new PlayhouseError(
    'invalid-message',
    `${protocol.name} does not accept "${String(message.kind)}"; it accepts ${known}.`,
    'kind',
  );
}

function wrongField(protocol: ProtocolEntry, entry: KindEntry, wrong: Mismatch): PlayhouseError {
  return new PlayhouseError(
    'invalid-message',
    `${protocol.name}.${entry.kind}: field "${wrong.field}" must be ${wrong.expected}, not ${wrong.found}.`,
    wrong.field,
  );
}
