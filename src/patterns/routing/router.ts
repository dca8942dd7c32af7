/**
 * A router: one address for several actors that exist already. Who gets a message is a matter of its strategy.
 *
 * Invariant: an actor is a routee at most once, and only while it lives: the router watches it. The router does not own its
 * routees; stopping it leaves them alone (pool.ts starts and supervises its own).
 */
import type { Behavior, BehaviorDefinition } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { type MessageOf, type Protocol, type Schema, t } from '../../kernel/schema.ts';
import { type RoutesControl, type RoutesOptions, type RoutesState, type RoutingStrategy, routesFor } from './routes.ts';
import { addRoutee, ROUTEES_MAX, removeRoutee } from './routing.ts';

/** How a router deals messages to its routees. */
export type RouterOptions<P extends Protocol> = RoutesOptions & {
  /** What callers may send, and what every routee accepts. */
  readonly protocol: P;
} & RoutingStrategy<NoInfer<P>>;

/** What a router accepts beside the messages that it passes on. */
export type RouterControl<P extends Protocol> = RoutesControl<P> & {
  /** One more; somebody who is there already stays once. Beyond 256 it is refused: a dead letter. */
  readonly AddRoutee: { readonly routee: Schema<Ref<MessageOf<P>>> };
  /** Gets nothing more from here on, and keeps running. */
  readonly RemoveRoutee: { readonly routee: Schema<Ref<MessageOf<P>>> };
};

/** The routees that a router starts with. */
export interface RouterArgs<P extends Protocol> {
  /** To begin with; at most 256, default none. */
  readonly routees?: readonly Ref<MessageOf<P>>[];
}

interface State {
  readonly initial: readonly Ref[];
  readonly routes: RoutesState;
}

/**
 * A router over actors that exist already: `args.routees`, and whoever is added by `AddRoutee`. One that stops is removed;
 * one that restarts stays. Its own restart begins again with `args.routees`.
 *
 * Messages go on as they came, and answers go straight to the asker. Without routees they are dead letters, and asks fail
 * with `no-routees` at once; so is what does not fit a routee that was given by a cast. The strategies are described at `RoutingStrategy`; default `round-robin`. (Pekko's group routers.)
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function router<const P extends Protocol>(
  name: string,
  options: RouterOptions<P>,
): Behavior<P & RouterControl<P>, RouterArgs<P>> {
  const { protocol, mailbox } = options;
  const routes = routesFor(name, protocol, options as RoutingStrategy<P>, ['AddRoutee', 'RemoveRoutee', 'GetRoutees']);
  const routee = t.ref(protocol);

  const add = (state: State, ref: Ref, ctx: Context): boolean => {
    const outcome = addRoutee(state.routes.list, nameOf(ref), ref);
    if (outcome === 'added') ctx.watch(ref);
    return outcome !== 'full';
  };

  const definition: BehaviorDefinition<Protocol, State, { readonly routees?: readonly Ref[] }, Protocol> = {
    protocol: {
      ...protocol,
      AddRoutee: { routee },
      RemoveRoutee: { routee },
      GetRoutees: { replyTo: t.ref({ Routees: { routees: t.array(routee) } }) },
    },
    internal: routes.internal,
    state({ routees = [] }) {
      if (routees.length > ROUTEES_MAX) {
        const text = `${name}: ${routees.length} routees are too many; a router has at most ${ROUTEES_MAX}.`;
        throw new PlayhouseError('invalid-configuration', text, 'routees');
      }
      return { initial: routees, routes: routes.start() };
    },
    on: {
      ...(routes.on as object),
      AddRoutee(state: State, message: AnyMessage, ctx: Context) {
        if (add(state, routeeOf(message), ctx)) return;
        ctx.countRejected();
        ctx.deadLetter(message);
      },
      RemoveRoutee({ routes: { list } }: State, message: AnyMessage, ctx: Context) {
        if (removeRoutee(list, routeeOf(message))) ctx.unwatch(routeeOf(message));
      },
    },
    replies: routes.replies,
    signals: {
      postStop: routes.stop,
      preStart(state, ctx) {
        for (const ref of state.initial) add(state, ref, ctx);
      },
      terminated: ({ routes: { list } }, { ref }) => void removeRoutee(list, ref),
    },
    ...(mailbox === undefined ? {} : { mailbox }),
  };
  return actor(name, definition) as unknown as Behavior<P & RouterControl<P>, RouterArgs<P>>;
}

function routeeOf(message: AnyMessage): Ref {
  return (message as unknown as { readonly routee: Ref }).routee;
}

/** What a hash ring knows an actor by: restarts do not change it. */
function nameOf({ node, id, generation }: Ref): string {
  return `${node}.${id}.${generation}`;
}
