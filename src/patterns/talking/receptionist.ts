/**
 * The receptionist: finds actors by what they do instead of by who started them (Pekko's Receptionist).
 *
 * A service key is a name with a protocol, so that what is found under it can be told that protocol's messages. Invariants:
 * an actor is listed at most once under a key, in the order of registration; one that has terminated is listed nowhere; who
 * has subscribed hears the listing as it is and then every change of it, in order. Entries survive the receptionist's own
 * failures, and the restarts of those that they stand for.
 */
import type { Behavior } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { checkWhole, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import { type Ref, sameRef } from '../../kernel/ref.ts';
import { type MessageOf, type Protocol, t } from '../../kernel/schema.ts';

const LISTING = { Listing: { key: t.string, services: t.array(t.ref()) } } as const;
const REGISTERED = { Registered: { key: t.string } } as const;
const SUBSCRIBED = { Subscribed: { key: t.string } } as const;

/** What the receptionist accepts; a service key makes these messages. */
const PROTOCOL = {
  /** Asked: the answer `Registered` says that it is listed. Again for the same actor changes nothing. */
  Register: { key: t.string, service: t.ref(), replyTo: t.ref(REGISTERED) },
  Deregister: { key: t.string, service: t.ref() },
  /** Asked: the answer is a `Listing`, empty where nobody is registered. */
  Find: { key: t.string, replyTo: t.ref(LISTING) },
  /** Asked: the answer `Subscribed` says that it holds. The listener gets a `Listing` at once, and with every change. */
  Subscribe: { key: t.string, listener: t.ref(LISTING), replyTo: t.ref(SUBSCRIBED) },
  Unsubscribe: { key: t.string, listener: t.ref() },
} as const;

/** What a receptionist accepts. */
export type ReceptionistProtocol = typeof PROTOCOL;
/** Who is registered under a key. */
export type Listing = MessageOf<typeof LISTING>;
type Listener = Ref<Listing>;
type Of<K extends keyof ReceptionistProtocol> = Omit<MessageOf<ReceptionistProtocol, K>, 'replyTo'>;

/** What a listener's protocol needs: `{ ...listingProtocol }`. */
export const listingProtocol = LISTING;

/** The name under which actors of one protocol are found, and the messages about it. */
export interface ServiceKey<P extends Protocol> {
  readonly name: string;
  /** To ask; only for actors that accept the key's protocol. */
  register(service: Ref<MessageOf<P>>): Of<'Register'>;
  /** To tell. */
  deregister(service: Ref<MessageOf<P>>): Of<'Deregister'>;
  /** To ask. */
  find(): Of<'Find'>;
  /** To ask. The listener keeps getting listings until it unsubscribes or stops. */
  subscribe(listener: Listener): Of<'Subscribe'>;
  /** To tell. */
  unsubscribe(listener: Listener): Of<'Unsubscribe'>;
  /** The actors of a listing, oldest first, ready to be told; undefined for the listing of another key. */
  services(listing: Listing): readonly Ref<MessageOf<P>>[] | undefined;
}

/**
 * A service key. Two keys of one name are one key: declare each once, and let both sides import it.
 * @param protocol what the actors registered under it accept; only its type is used
 * @throws PlayhouseError `invalid-configuration`, naming `name`
 */
export function serviceKey<const P extends Protocol>(name: string, protocol: P): ServiceKey<P> {
  checkKey(name);
  // Carried by the types alone: a receptionist knows names and addresses.
  void protocol;
  return {
    name,
    register: (service) => ({ kind: 'Register', key: name, service }),
    deregister: (service) => ({ kind: 'Deregister', key: name, service }),
    find: () => ({ kind: 'Find', key: name }),
    subscribe: (listener) => ({ kind: 'Subscribe', key: name, listener }),
    unsubscribe: (listener) => ({ kind: 'Unsubscribe', key: name, listener }),
    services: ({ key, services }) => (key === name ? (services as readonly Ref<MessageOf<P>>[]) : undefined),
  };
}

function checkKey(name: string): void {
  if (name.length >= 1 && name.length <= KEY_LENGTH_MAX) return;
  const text = `A service key has a name of 1 to ${KEY_LENGTH_MAX} characters, not ${name.length}.`;
  throw new PlayhouseError('invalid-configuration', text, 'name');
}

/** How much a receptionist remembers. */
export interface ReceptionistOptions {
  /** Keys that are in use at a time; default 1,000. */
  readonly keys?: number;
  /** Actors registered under one key; default 1,000. */
  readonly servicesPerKey?: number;
  /** Listeners subscribed to one key; default 1,000. */
  readonly listenersPerKey?: number;
}

const KEY_LENGTH_MAX = 256;
const BOUND_DEFAULT = 1_000;
const BOUND_MAX = 65_536;

/** Lists are replaced, never changed: they travel in messages. */
interface Entry {
  services: readonly Ref[];
  listeners: readonly Listener[];
}

interface State {
  readonly entries: Map<string, Entry>;
}

type ReceptionistContext = Pick<Context, 'tell' | 'fail' | 'watch' | 'countRejected' | 'path'>;

/**
 * An actor that knows which actors offer a service. Actors register themselves under a service key; others find them once,
 * or subscribe and hear of every change. Both are asks, and fail with `request-rejected` when there is no room.
 * Actors that terminate vanish from every listing, and their subscriptions with them.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the field
 */
export function receptionist(name: string, options: ReceptionistOptions = {}): Behavior<ReceptionistProtocol> {
  const { keys = BOUND_DEFAULT, servicesPerKey = BOUND_DEFAULT, listenersPerKey = BOUND_DEFAULT } = options;
  checkWhole('keys', keys, 1, BOUND_MAX, name);
  checkWhole('servicesPerKey', servicesPerKey, 1, BOUND_MAX, name);
  checkWhole('listenersPerKey', listenersPerKey, 1, BOUND_MAX, name);

  /** The entry of a key, made if there is room for one more; undefined otherwise. */
  const entryFor = ({ entries }: State, key: string): Entry | undefined => {
    const known = entries.get(key);
    if (known !== undefined || entries.size >= keys) return known;
    const entry: Entry = { services: [], listeners: [] };
    entries.set(key, entry);
    return entry;
  };

  const behavior = actor(name, {
    protocol: PROTOCOL,
    // What others have registered is worth more than a fresh start.
    onFailure: { '*': 'resume' },
    state: (): State => ({ entries: new Map() }),
    on: {
      Register(state, { key, service, replyTo }, ctx) {
        const entry = entryFor(state, key);
        const isKnown = entry !== undefined && holds(entry.services, service);
        if (entry === undefined || (!isKnown && entry.services.length >= servicesPerKey)) {
          return refuse(replyTo, `another service "${key}"`, ctx);
        }
        if (!isKnown) {
          entry.services = [...entry.services, service];
          ctx.watch(service);
          announce(key, entry, ctx);
        }
        ctx.tell(replyTo, { kind: 'Registered', key });
      },
      Deregister({ entries }, { key, service }, ctx) {
        const entry = entries.get(key);
        if (entry === undefined || !holds(entry.services, service)) return;
        entry.services = without(entry.services, service);
        announce(key, entry, ctx);
        tidy(entries, key, entry);
      },
      Find({ entries }, { key, replyTo }, ctx) {
        ctx.tell(replyTo, { kind: 'Listing', key, services: entries.get(key)?.services ?? [] });
      },
      Subscribe(state, { key, listener, replyTo }, ctx) {
        const entry = entryFor(state, key);
        const isKnown = entry !== undefined && holds(entry.listeners, listener);
        if (entry === undefined || (!isKnown && entry.listeners.length >= listenersPerKey)) {
          return refuse(replyTo, `another listener to "${key}"`, ctx);
        }
        if (!isKnown) {
          entry.listeners = [...entry.listeners, listener];
          ctx.watch(listener);
        }
        ctx.tell(replyTo, { kind: 'Subscribed', key });
        inform(listener, key, entry, ctx);
      },
      Unsubscribe({ entries }, { key, listener }) {
        const entry = entries.get(key);
        if (entry === undefined) return;
        entry.listeners = without(entry.listeners, listener);
        tidy(entries, key, entry);
      },
    },
    signals: {
      terminated({ entries }, { ref }, ctx) {
        for (const [key, entry] of entries) {
          entry.listeners = without(entry.listeners, ref);
          if (holds(entry.services, ref)) {
            entry.services = without(entry.services, ref);
            announce(key, entry, ctx);
          }
          tidy(entries, key, entry);
        }
      },
    },
  });
  return behavior as unknown as Behavior<ReceptionistProtocol>;
}

function refuse(replyTo: Ref, what: string, ctx: ReceptionistContext): void {
  ctx.countRejected();
  ctx.fail(replyTo, reportOf('request-rejected', `${ctx.path} has no room for ${what}.`));
}

function announce(key: string, entry: Entry, ctx: ReceptionistContext): void {
  for (const listener of entry.listeners) inform(listener, key, entry, ctx);
}

function inform(listener: Listener, key: string, { services }: Entry, ctx: ReceptionistContext): void {
  try {
    ctx.tell(listener, { kind: 'Listing', key, services });
  } catch (thrown) {
    // One that does not accept listings (its ref came from outside) must not cost the others theirs.
    if (!(thrown instanceof PlayhouseError)) throw thrown;
    ctx.countRejected();
  }
}

/** Keys that nobody uses take up no room. */
function tidy(entries: Map<string, Entry>, key: string, { services, listeners }: Entry): void {
  if (services.length === 0 && listeners.length === 0) entries.delete(key);
}

function holds(refs: readonly Ref[], ref: Ref): boolean {
  return refs.some((known) => sameRef(known, ref));
}

function without<R extends Ref>(refs: readonly R[], ref: Ref): R[] {
  return refs.filter((known) => !sameRef(known, ref));
}
