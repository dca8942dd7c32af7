/**
 * A pool: one address for several actors of one behavior, which the pool starts, supervises, and makes more or fewer of.
 *
 * Invariant: there are as many routees as wanted, or a refill is on its way; never fewer than 1 are wanted. A routee that
 * leaves gets no more messages from the moment on in which it is told to stop; those that wait for it are its behavior's
 * choice (`mailbox.onStop: 'drain'` handles them first). A pool holds no messages itself.
 */
import type { Behavior, BehaviorDefinition, SupervisionOptions } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { type Protocol, type Schema, t } from '../../kernel/schema.ts';
import {
  type CrewPlacement,
  type CrewSettings,
  type CrewState,
  checkCrew,
  fillLater,
  newCrew,
  REFILL_KIND,
  spawnOne,
} from './crew.ts';
import { checkSizing, nextSize, POOL_SIZING_DEFAULTS, type PoolSizing, within } from './pool-size.ts';
import { type RoutesControl, type RoutesOptions, type RoutesState, type RoutingStrategy, routesFor } from './routes.ts';
import { addRoutee, leastOf, ROUTEES_MAX, removeRoutee } from './routing.ts';

/** What a pool's routees are, how many, and how messages are dealt to them. */
export type PoolOptions<P extends Protocol, A> = RoutesOptions & {
  /** Of the routees. It must be in the scenario's `behaviors`, as the pool itself. */
  readonly behavior: Behavior<P, A>;
  /** Routees to begin with; 1 … 256, default one a worker. With `resize`, brought into its bounds. */
  readonly size?: number;
  /** Default `round-robin`: spread over all workers. A list names the workers to use in turn. */
  readonly placement?: CrewPlacement;
  /** Change the size with the load; default: it stays as it is. */
  readonly resize?: Partial<PoolSizing>;
  /** Of the routees; default: restart, at most 3 times in 60 s for all together. */
  readonly supervision?: SupervisionOptions;
  /** How long a routee may take to stop, its queued messages included, before it is killed; default 60,000 ms. */
  readonly shutdownMs?: number;
} & RoutingStrategy<NoInfer<P>>;

/** What a pool accepts beside the messages that it passes on. */
export type PoolControl<P extends Protocol> = RoutesControl<P> & {
  /** From now on so many, but never fewer than 1, and within the bounds of `resize`. */
  readonly Resize: { readonly size: Schema<number> };
};

interface State {
  readonly args: unknown;
  readonly crew: CrewState;
  readonly routes: RoutesState;
}

const SHUTDOWN_MS = 60_000;
const RESIZE_TIMER = 'measure';

/**
 * A pool of actors of one behavior. Its arguments are those of its routees: each gets the same.
 *
 * Messages go on as they came, by the strategy (default `round-robin`), and answers go straight to the asker. A routee that
 * fails is restarted and keeps its place; one that stops for good is replaced after a second. With `resize` the pool grows
 * when on average more than 10 messages wait a routee and shrinks when fewer than 1 do, between 1 and 10 routees, at most one
 * step a second; it lets go of the one with the fewest messages. (Pekko's pool routers with a resizer.)
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function pool<const P extends Protocol, A>(
  name: string,
  options: PoolOptions<P, A>,
): Behavior<P & PoolControl<P>, A> {
  const { behavior, size, supervision, mailbox, placement = 'round-robin', shutdownMs = SHUTDOWN_MS } = options;
  const { protocol } = behavior;
  const settings: CrewSettings = { behavior, placement, shutdownMs };
  checkCrew(name, size, settings);
  const sizing: PoolSizing = { ...POOL_SIZING_DEFAULTS, ...options.resize };
  checkSizing(name, sizing);
  const resizes = options.resize !== undefined;
  const bounds = resizes ? sizing : { lower: 1, upper: ROUTEES_MAX };
  const routes = routesFor(name, protocol, options as RoutingStrategy<P>, [
    'Resize',
    'Measure',
    'GetRoutees',
    REFILL_KIND,
  ]);

  const adopt = (state: State, routee: { readonly name: string; readonly ref: Ref }, ctx: Context): void => {
    if (addRoutee(state.routes.list, routee.name, routee.ref) === 'added') ctx.watch(routee.ref);
  };

  const grow = (state: State, ctx: Context): void => {
    const { list } = state.routes;
    while (list.routees.length < state.crew.wanted) {
      const routee = spawnOne(state.crew, settings, state.args, ctx);
      if (routee === undefined) return;
      adopt(state, routee, ctx);
    }
  };

  const shrink = (state: State, ctx: Context): void => {
    const { list } = state.routes;
    while (list.routees.length > state.crew.wanted) {
      const depths = list.routees.map(({ ref }) => ctx.mailboxDepth(ref));
      // Of equals the youngest: the oldest know the most.
      const leaving = list.routees[depths.length - 1 - leastOf(depths.toReversed(), 0)];
      if (leaving === undefined) return;
      removeRoutee(list, leaving.ref);
      ctx.unwatch(leaving.ref);
      ctx.stop(leaving.ref);
    }
  };

  const resizeTo = (state: State, wanted: number, ctx: Context): void => {
    state.crew.wanted = within(wanted, bounds);
    grow(state, ctx);
    shrink(state, ctx);
  };

  const definition: BehaviorDefinition<Protocol, State, unknown, Protocol> = {
    protocol: {
      ...protocol,
      Resize: { size: t.uint32 },
      GetRoutees: { replyTo: t.ref({ Routees: { routees: t.array(t.ref(protocol)) } }) },
    },
    internal: { ...routes.internal, [REFILL_KIND]: {}, Measure: {} },
    state: (args) => ({ args, crew: newCrew(1), routes: routes.start() }),
    on: {
      ...(routes.on as object),
      Resize: (state: State, message: AnyMessage, ctx: Context) =>
        resizeTo(state, (message as unknown as { readonly size: number }).size, ctx),
      [REFILL_KIND](state: State, _message: AnyMessage, ctx: Context) {
        state.crew.refilling = false;
        grow(state, ctx);
      },
      Measure(state: State, _message: AnyMessage, ctx: Context) {
        const { routees } = state.routes.list;
        const waiting = routees.reduce((sum, { ref }) => sum + ctx.mailboxDepth(ref), 0);
        resizeTo(state, nextSize(routees.length, waiting, sizing), ctx);
      },
    },
    replies: routes.replies,
    signals: {
      postStop: routes.stop,
      preStart(state, ctx) {
        // After a restart with `keepChildren` they are all there still.
        for (const child of ctx.children()) if (child.running) adopt(state, child, ctx);
        state.crew.wanted = within(size ?? ctx.workers, bounds);
        grow(state, ctx);
        shrink(state, ctx);
        if (resizes) ctx.startPeriodicTimer(RESIZE_TIMER, { kind: 'Measure' }, sizing.intervalMs);
      },
      terminated(state, { ref }, ctx) {
        if (removeRoutee(state.routes.list, ref)) fillLater(state.crew, ctx);
      },
    },
    ...(supervision === undefined ? {} : { supervision }),
    ...(mailbox === undefined ? {} : { mailbox }),
  };
  return actor(name, definition) as unknown as Behavior<P & PoolControl<P>, A>;
}
