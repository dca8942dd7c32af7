/**
 * The event bus: publish and subscribe, with topics as in NATS (topics.ts).
 *
 * Invariant: a listener gets each published message at most once, however many of its patterns fit; nothing is sent to it
 * after its `Unsubscribe` has been handled, nor after its end is known. Messages of one publisher arrive in their order.
 * The bus keeps nothing: who subscribes later has missed what came before. Its subscriptions survive its own failures.
 */
import type { Behavior } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { checkWhole, type ErrorReport, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { type Fields, type InferFields, type MessageOf, type Schema, t } from '../../kernel/schema.ts';
import {
  addMember,
  checkSubject,
  emptyTopicTree,
  membersFor,
  patternMismatch,
  removeMember,
  subjectMismatch,
  type TopicTree,
} from './topics.ts';

/** What is published on a bus, and how much it remembers. */
export interface EventBusOptions<F extends Fields, K extends string> {
  /** The fields of what is published, beside `topic`. */
  readonly event: F;
  /** The kind of message that listeners get; default `Published`. Another one for an actor that listens to two buses. */
  readonly kind?: K;
  /** Subscriptions at a time, counted by pattern; default 10,000. One more is refused with `request-rejected`. */
  readonly capacity?: number;
}

/** What a listener accepts: one kind, with the topic and the fields of the event. To spread into its protocol. */
export type PublishedProtocol<F extends Fields, K extends string> = {
  readonly [Kind in K]: { readonly topic: Schema<string> } & F;
};

/** What an event bus accepts. */
export type EventBusProtocol<F extends Fields, K extends string> = {
  /** To all who want that topic. With an invalid topic it goes nowhere and counts as rejected. */
  readonly Publish: { readonly topic: Schema<string> } & F;
  /** Asked: the answer says that it holds, or names the field that is wrong. */
  readonly Subscribe: {
    readonly pattern: Schema<string>;
    readonly listener: Schema<Ref<MessageOf<PublishedProtocol<F, K>>>>;
    readonly replyTo: Schema<Ref<MessageOf<typeof SUBSCRIBED>>>;
  };
  /** From one pattern; without a pattern, from all. Unknown subscriptions are none. */
  readonly Unsubscribe: { readonly pattern: Schema<string | undefined>; readonly listener: Schema<Ref> };
  /** How many listeners a message with that topic would reach. */
  readonly CountListeners: {
    readonly topic: Schema<string>;
    readonly replyTo: Schema<Ref<MessageOf<typeof LISTENERS>>>;
  };
};

/** The behavior of an event bus, with what its users need. */
export interface EventBus<F extends Fields, K extends string> extends Behavior<EventBusProtocol<F, K>> {
  /** To spread into a listener's protocol. */
  readonly published: PublishedProtocol<F, K>;
  /** A `Publish` whose topic has been checked where the mistake is made. @throws PlayhouseError `invalid-message`, naming `topic` */
  publish(topic: string, event: InferFields<F>): MessageOf<EventBusProtocol<F, K>, 'Publish'>;
}

const SUBSCRIBED = { Subscribed: { pattern: t.string } } as const;
const LISTENERS = { Listeners: { topic: t.string, count: t.uint32 } } as const;

/** The protocol as the bus itself sees it: whatever the fields are, they are passed on. */
const UNTYPED = {
  Publish: { topic: t.string },
  Subscribe: { pattern: t.string, listener: t.ref(), replyTo: t.ref(SUBSCRIBED) },
  Unsubscribe: { pattern: t.optional(t.string), listener: t.ref() },
  CountListeners: { topic: t.string, replyTo: t.ref(LISTENERS) },
} as const;

interface Listener {
  readonly number: number;
  readonly ref: Ref<AnyMessage>;
  readonly patterns: string[];
}

interface State {
  readonly tree: TopicTree;
  readonly listeners: Map<number, Listener>;
  /** Numbers of listeners by their address. */
  readonly numbers: Map<string, number>;
  nextNumber: number;
  subscriptions: number;
  published: number;
  delivered: number;
  refused: number;
  /** Why the latest message was refused. */
  lastRefusal: ErrorReport | null;
}

type BusContext = Pick<Context, 'tell' | 'fail' | 'watch' | 'unwatch' | 'countRejected' | 'path'>;

const CAPACITY_DEFAULT = 10_000;
const CAPACITY_MAX = 1_000_000;

/**
 * An actor that passes what is published under a topic to all who have subscribed to a pattern that fits. `*` in a pattern
 * stands for exactly one token, `>` at its end for one or more.
 *
 * - Subscribing to the same pattern again changes nothing, and overlapping patterns deliver once.
 * - A listener that has terminated is removed and no longer counted. One that restarts keeps its subscriptions.
 * - `Subscribe` is an ask; it fails with `invalid-message`, naming `pattern`, or with `request-rejected` when the bus is full.
 * - Messages that wait in a listener's mailbox when it unsubscribes still reach it.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the field
 */
export function eventBus<const F extends Fields, const K extends string = 'Published'>(
  name: string,
  options: EventBusOptions<F, K>,
): EventBus<F, K> {
  const { event, kind = 'Published' as K, capacity = CAPACITY_DEFAULT } = options;
  checkWhole('capacity', capacity, 1, CAPACITY_MAX, name);
  for (const field of ['topic', 'kind']) {
    if (!Object.hasOwn(event, field)) continue;
    const text = `${name}: event.${field} is taken: every published message has it already.`;
    throw new PlayhouseError('invalid-configuration', text, `event.${field}`);
  }
  const fields = { topic: t.string, ...event };
  const published = { [kind]: fields };
  const protocol = {
    ...UNTYPED,
    Publish: fields,
    Subscribe: { ...UNTYPED.Subscribe, listener: t.ref(published) },
  } as unknown as typeof UNTYPED;

  const behavior = actor(name, {
    protocol,
    // What a listener has subscribed to is worth more than a fresh start.
    onFailure: { '*': 'resume' },
    state: (): State => ({
      tree: emptyTopicTree(),
      listeners: new Map(),
      numbers: new Map(),
      nextNumber: 1,
      subscriptions: 0,
      published: 0,
      delivered: 0,
      refused: 0,
      lastRefusal: null,
    }),
    on: {
      Publish(state, message, ctx) {
        const wrong = subjectMismatch(message.topic);
        if (wrong !== undefined) return void refuse(state, ctx, wrong);
        state.published++;
        const delivery = { ...message, kind };
        for (const number of membersFor(state.tree, message.topic)) deliver(state, number, delivery, ctx);
      },
      Subscribe(state, { pattern, listener, replyTo }, ctx) {
        const error = subscribe(state, pattern, listener as Ref<AnyMessage>, capacity, ctx);
        if (error === undefined) ctx.tell(replyTo, { kind: 'Subscribed', pattern });
        else ctx.fail(replyTo, refuse(state, ctx, error));
      },
      Unsubscribe(state, { pattern, listener }, ctx) {
        const known = state.listeners.get(state.numbers.get(addressOf(listener)) ?? 0);
        if (known === undefined) return;
        for (const one of pattern === undefined ? [...known.patterns] : [pattern]) unsubscribe(state, known, one);
        if (known.patterns.length > 0) return;
        forget(state, known);
        ctx.unwatch(listener);
      },
      CountListeners(state, { topic, replyTo }, ctx) {
        const wrong = subjectMismatch(topic);
        if (wrong !== undefined) return ctx.fail(replyTo, refuse(state, ctx, wrong));
        ctx.tell(replyTo, { kind: 'Listeners', topic, count: membersFor(state.tree, topic).length });
      },
    },
    signals: {
      terminated(state, { ref }) {
        const known = state.listeners.get(state.numbers.get(addressOf(ref)) ?? 0);
        if (known === undefined) return;
        for (const pattern of [...known.patterns]) unsubscribe(state, known, pattern);
        forget(state, known);
      },
    },
  });
  const publish = (topic: string, fieldsOfEvent: InferFields<F>) => {
    checkSubject(topic);
    return { ...fieldsOfEvent, kind: 'Publish', topic };
  };
  return { ...behavior, published, publish } as unknown as EventBus<F, K>;
}

function deliver(state: State, number: number, message: AnyMessage, ctx: BusContext): void {
  const listener = state.listeners.get(number);
  if (listener === undefined) return;
  try {
    ctx.tell(listener.ref, message);
    state.delivered++;
  } catch (thrown) {
    // One that does not accept the message (its ref came from outside) must not cost the others theirs.
    if (!(thrown instanceof PlayhouseError)) throw thrown;
    refuse(state, ctx, thrown.report());
  }
}

/** @returns why not, when it is refused */
function subscribe(
  state: State,
  pattern: string,
  ref: Ref<AnyMessage>,
  capacity: number,
  ctx: BusContext,
): ErrorReport | undefined {
  const wrong = patternMismatch(pattern);
  if (wrong !== undefined) return wrong;
  const address = addressOf(ref);
  const known = state.listeners.get(state.numbers.get(address) ?? 0);
  if (known?.patterns.includes(pattern)) return undefined;
  if (state.subscriptions >= capacity) {
    return reportOf('request-rejected', `${ctx.path} has ${capacity} subscriptions already.`);
  }
  const listener = known ?? { number: state.nextNumber++, ref, patterns: [] };
  if (known === undefined) {
    state.listeners.set(listener.number, listener);
    state.numbers.set(address, listener.number);
    ctx.watch(ref);
  }
  addMember(state.tree, pattern, listener.number);
  listener.patterns.push(pattern);
  state.subscriptions++;
  return undefined;
}

function unsubscribe(state: State, listener: Listener, pattern: string): void {
  if (!removeMember(state.tree, pattern, listener.number)) return;
  listener.patterns.splice(listener.patterns.indexOf(pattern), 1);
  state.subscriptions--;
}

function forget(state: State, { number, ref }: Listener): void {
  state.listeners.delete(number);
  state.numbers.delete(addressOf(ref));
}

function refuse(state: State, ctx: BusContext, error: ErrorReport): ErrorReport {
  state.refused++;
  state.lastRefusal = error;
  ctx.countRejected();
  return error;
}

function addressOf({ node, id, generation }: Ref): string {
  return `${node}.${id}.${generation}`;
}
