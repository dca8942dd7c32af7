/**
 * What routers and pools share: their strategies as options, and passing one message on. A router knows its routees by
 * their refs and a pool starts them itself; from there on they are the same.
 *
 * Messages go on as they came, so whoever gets one answers to its `replyTo`, and the router is out of the way. Only where
 * several are asked and one answer counts does the answer come through the router. A message that nobody is there to get
 * is a dead letter, and its asker hears `no-routees` at once. So is one that does not fit the routee whose turn it is: a
 * routee of another protocol (types forbid it, casts do not) costs its own share and takes nobody else's down.
 */
import type { BehaviorDefinition, MailboxOptions } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { checkOneOf } from '../../kernel/definition.ts';
import { checkNumber, checkWhole, type ErrorReport, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { MessageOf, Protocol, Schema } from '../../kernel/schema.ts';
import { VIRTUAL_NODES_DEFAULT } from './consistent-hash.ts';
import {
  CHOP_KIND,
  chopDue,
  endRaces,
  noRaces,
  RACE_REPLY,
  type RaceSettings,
  type RaceState,
  raceSettled,
  startRace,
} from './reply-race.ts';
import { chooseRoutee, noRoutees, type OneRouteeStrategy, type RouteeList, shuffled } from './routing.ts';

/** A field that every kind of the protocol has, and that a key can be taken from. */
export type KeyField<P extends Protocol> = Exclude<keyof MessageOf<P> & string, 'kind' | 'replyTo'>;

/** Every way to choose who gets a message. */
export type StrategyName = OneRouteeStrategy | 'broadcast' | 'scatter-gather' | 'tail-chopping';

/** How a router or a pool chooses, with what that way needs. Default `round-robin`. */
export type RoutingStrategy<P extends Protocol> =
  | {
      /**
       * - `round-robin`: in turn.
       * - `random`: with equal chances.
       * - `least-loaded`: the one with the fewest messages before it; `ctx.mailboxDepth` and what was sent from here lately.
       * - `broadcast`: to all. An ask gets the first answer, and the others are dead letters: `scatter-gather` is meant for asks.
       */
      readonly strategy?: 'round-robin' | 'random' | 'least-loaded' | 'broadcast';
    }
  | {
      /** The same key always goes to the same routee; one that joins takes about one in n of the keys, from all others. */
      readonly strategy: 'consistent-hash';
      /** Name of a field that every kind has, or a function of the message. */
      readonly key: KeyField<P> | ((message: MessageOf<P>) => string | number);
      /** Points a routee on the hash ring; 1 … 1,000, default 100. More make shares more even, and joining slower. */
      readonly virtualNodes?: number;
    }
  | {
      /** Asks all; the first success is the answer. Messages without a `replyTo` go to all. */
      readonly strategy: 'scatter-gather';
      /** When nobody has answered in this time the ask fails with `ask-timeout`; in ms, default 5,000 (Pekko's). */
      readonly withinMs?: number;
      /** Questions under way at a time, 1 … 65,536, default 10,000; a request beyond is refused with `request-rejected`. */
      readonly asksMax?: number;
    }
  | {
      /** Asks one at random, after an interval another one too, and so on; the first success is the answer. Messages without a `replyTo` go to one. */
      readonly strategy: 'tail-chopping';
      /** As for `scatter-gather`. */
      readonly withinMs?: number;
      /** In ms, default 10 (Pekko's). */
      readonly intervalMs?: number;
      /** As for `scatter-gather`. */
      readonly asksMax?: number;
    };

/** What routers and pools accept beside the messages that they pass on. */
export type RoutesControl<P extends Protocol> = {
  /** Who is there, in the order of joining. */
  readonly GetRoutees: { readonly replyTo: Schema<Ref<RouteesReply<P>>> };
};

/** Who a router's routees are. */
export interface RouteesReply<P extends Protocol> {
  readonly kind: 'Routees';
  readonly routees: readonly Ref<MessageOf<P>>[];
}

export interface RoutesState {
  readonly list: RouteeList;
  readonly races: RaceState;
}

interface Holder {
  readonly routes: RoutesState;
}

/** How long an answer may take when nothing is said; in ms. */
const WITHIN_MS = 5_000;
const INTERVAL_MS = 10;
const ASKS_DEFAULT = 10_000;
const ASKS_MAX = 65_536;
const VIRTUAL_NODES_MAX = 1_000;
/** Longest time that an option may say: 2³¹ ms. */
export const DELAY_MS_MAX = 2 ** 31;

const STRATEGIES: readonly StrategyName[] = [
  'round-robin',
  'random',
  'least-loaded',
  'consistent-hash',
  'broadcast',
  'scatter-gather',
  'tail-chopping',
];

/** The options of all strategies, without their types. */
interface ErasedStrategy {
  readonly strategy?: StrategyName;
  readonly key?: string | ((message: AnyMessage) => string | number);
  readonly virtualNodes?: number;
  readonly withinMs?: number;
  readonly intervalMs?: number;
  readonly asksMax?: number;
}

type Definition = BehaviorDefinition<Protocol, Holder, never, Protocol>;

/** One router's or pool's way of passing messages on, and the parts of a definition that it needs. */
export interface Routes {
  /** Nobody there yet. */
  start(): RoutesState;
  readonly internal: Protocol;
  /** Handlers of the author's kinds and of the internal ones. */
  readonly on: Definition['on'];
  readonly replies: NonNullable<Definition['replies']>;
  /** For `postStop`. */
  readonly stop: (holder: Holder, ctx: Context) => void;
}

/**
 * @param name of the behavior, for error texts
 * @param reserved kinds that the router itself has
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function routesFor<P extends Protocol>(
  name: string,
  protocol: P,
  options: RoutingStrategy<P>,
  reserved: readonly string[],
): Routes {
  const erased = options as ErasedStrategy;
  const { strategy = 'round-robin', virtualNodes = VIRTUAL_NODES_DEFAULT, asksMax = ASKS_DEFAULT } = erased;
  const { withinMs = WITHIN_MS, intervalMs = INTERVAL_MS } = erased;
  checkOneOf(name, 'strategy', strategy, STRATEGIES);
  checkWhole('virtualNodes', virtualNodes, 1, VIRTUAL_NODES_MAX, name);
  checkNumber('withinMs', withinMs, 1, DELAY_MS_MAX, name);
  checkNumber('intervalMs', intervalMs, 1, DELAY_MS_MAX, name);
  checkWhole('asksMax', asksMax, 1, ASKS_MAX, name);
  checkReserved(name, protocol, reserved);
  const keyOf = strategy === 'consistent-hash' ? keyFunction(name, protocol, erased.key) : undefined;
  const race: RaceSettings = { withinMs, asksMax, intervalMs: strategy === 'tail-chopping' ? intervalMs : 0 };

  const pass = ({ routes }: Holder, message: AnyMessage, ctx: Context): void => {
    const { list, races } = routes;
    if (list.routees.length === 0) return ctx.deadLetter(message);
    const asks = isAsk(message);
    if (asks && strategy === 'scatter-gather') {
      return startRace(
        races,
        race,
        message,
        list.routees.map(({ ref }) => ref),
        ctx,
      );
    }
    if (asks && strategy === 'tail-chopping') {
      const order = shuffled(list.routees, () => ctx.random());
      return startRace(
        races,
        race,
        message,
        order.map(({ ref }) => ref),
        ctx,
      );
    }
    if (strategy === 'broadcast' || strategy === 'scatter-gather') {
      return passOn(
        list.routees.map(({ ref }) => ref),
        message,
        ctx,
      );
    }
    const one = strategy === 'tail-chopping' ? 'random' : strategy;
    const chosen = chooseRoutee(list, one, ctx, keyOf?.(message));
    if (chosen === undefined) ctx.deadLetter(message);
    else passOn([chosen.ref], message, ctx);
  };

  return {
    start: () => ({ list: noRoutees(keyOf === undefined ? 0 : virtualNodes), races: noRaces() }),
    internal: { [CHOP_KIND]: {} },
    on: {
      ...Object.fromEntries(Object.keys(protocol).map((kind) => [kind, pass as never])),
      [CHOP_KIND]: ({ routes }: Holder, _message: AnyMessage, ctx: Context) => chopDue(routes.races, race, ctx),
      GetRoutees: ({ routes }: Holder, message: AnyMessage, ctx: Context) => {
        const { replyTo } = message as unknown as { readonly replyTo: Ref<AnyMessage> };
        const reply = { kind: 'Routees', routees: routes.list.routees.map(({ ref }) => ref) };
        ctx.tell(replyTo, reply);
      },
    },
    stop: ({ routes }, ctx) => endRaces(routes.races, ctx),
    replies: { [RACE_REPLY]: ({ routes }, outcome, ctx) => raceSettled(routes.races, race, outcome, ctx) },
  };
}

/** @throws PlayhouseError `invalid-configuration` when the author's protocol has a kind that the pattern needs itself */
export function checkReserved(name: string, protocol: Protocol, reserved: readonly string[]): void {
  const clash = reserved.find((kind) => Object.hasOwn(protocol, kind));
  if (clash === undefined) return;
  const text = `${name}: protocol.${clash} is a kind that ${name} needs itself; choose another name for it.`;
  throw new PlayhouseError('invalid-configuration', text, `protocol.${clash}`);
}

/**
 * Hands a message on as it came. For whom it does not fit, or cannot travel to, it is a dead letter; the asker hears
 * `no-routees`, and what is wrong, only when it reached nobody.
 */
export function passOn(refs: readonly Ref<AnyMessage>[], message: AnyMessage, ctx: Context): void {
  let reached = 0;
  let error: ErrorReport | undefined;
  for (const ref of refs) {
    try {
      ctx.forward(ref, message);
      reached++;
    } catch (thrown) {
      if (!(thrown instanceof PlayhouseError)) throw thrown;
      error = reportOf('no-routees', thrown.message, thrown.field);
      // Without its address: others may answer it.
      const { replyTo: _, ...lost } = message as AnyMessage & { readonly replyTo?: unknown };
      ctx.deadLetter(lost);
    }
  }
  if (reached === 0 && error !== undefined && isAsk(message)) ctx.fail(message.replyTo, error);
}

function isAsk(message: AnyMessage): message is AnyMessage & { readonly replyTo: Ref<AnyMessage> } {
  return (message as { readonly replyTo?: unknown }).replyTo !== undefined;
}

/** Types of fields that can be a key. */
const KEY_TYPES: readonly string[] = ['int32', 'uint32', 'float64', 'boolean', 'string', 'literal'];

function keyFunction(
  name: string,
  protocol: Protocol,
  key: string | ((message: AnyMessage) => string | number) | undefined,
): (message: AnyMessage) => string | number {
  if (typeof key === 'function') return key;
  for (const [kind, fields] of Object.entries(protocol)) {
    const schema = key === undefined ? undefined : fields[key];
    if (schema !== undefined && KEY_TYPES.includes(schema.type)) continue;
    const text = `${name}: key must be a field of text or number in every kind, or a function; ${kind} has no such "${key}".`;
    throw new PlayhouseError('invalid-configuration', text, 'key');
  }
  return (message) =>
    (message as unknown as Readonly<Record<string, string | number>>)[key as string] as string | number;
}

/** Options that routers and pools have in common. */
export interface RoutesOptions {
  /** Of the router itself; default 1,000 messages, `drop-newest`. */
  readonly mailbox?: MailboxOptions;
}
