/**
 * Actors that are made, process one message each and stay: how fast they are made, what one weighs, how many can be alive.
 * A probe goes to all of them and is answered by all.
 */
import { actor, type MessageOf, type Ref, t } from '../../../src/index.ts';
import { SHAPES, sum } from '../shapes.mjs';
import type { Goal, Shape } from '../workload.ts';
import { type ActorWorkload, begin, finish, outcome, scenarioOf } from './outcome.ts';

const ChildProtocol = { Hello: { n: t.int32, from: t.ref({ Born: { n: t.int32 } }) } } as const;

type ChildRef = Ref<MessageOf<typeof ChildProtocol>>;

const Child = actor('Child', {
  protocol: ChildProtocol,
  state: () => ({ n: 0 }),
  on: {
    Hello(state, { n, from }, ctx) {
      state.n = n;
      ctx.tell(from, { kind: 'Born', n });
    },
  },
});

/** Children spawned, or probed, in one turn. */
const BROOD = 500;

const Mother = actor('Mother', {
  protocol: { Run: { size: t.int32 }, Probe: {}, More: {}, Born: { n: t.int32 } },
  mailbox: { capacity: 65_536 },
  state: ({ placement }: { readonly placement: 'parent' | 'round-robin' }) => ({
    ...outcome(),
    placement,
    size: 0,
    greeted: 0,
    answered: 0,
    isProbing: false,
    /** Kept only for a probe. */
    children: [] as ChildRef[],
  }),
  on: {
    Run(state, { size }, ctx) {
      begin(state, ctx);
      state.size = size;
      state.greeted = 0;
      state.answered = 0;
      ctx.tell(ctx.self, { kind: 'More' });
    },
    Probe(state, _, ctx) {
      begin(state, ctx);
      state.children = ctx.children().map(({ ref }) => ref as ChildRef);
      state.size = state.children.length;
      state.isProbing = true;
      state.greeted = 0;
      state.answered = 0;
      ctx.tell(ctx.self, { kind: 'More' });
    },
    More(state, _, ctx) {
      const end = Math.min(state.size, state.greeted + BROOD);
      for (; state.greeted < end; state.greeted++) {
        const child = state.isProbing
          ? (state.children[state.greeted] as ChildRef)
          : ctx.spawn(Child, { placement: state.placement });
        ctx.tell(child, { kind: 'Hello', n: state.greeted, from: ctx.self });
      }
    },
    Born(state, { n }, ctx) {
      state.checksum += n;
      state.answered++;
      if (state.answered === state.size) {
        state.children = [];
        finish(state, ctx);
      } else if (state.answered === state.greeted) {
        ctx.tell(ctx.self, { kind: 'More' });
      }
    },
  },
});

/** Of the lap before the measured one; they stay alive. */
const WARM = 5_000;
/** For the mother. */
const OTHERS = 1_000;

function creating(id: string, shape: Shape, goal: Goal): ActorWorkload {
  return {
    shape,
    workers: 1,
    scenario: scenarioOf(id, Mother, [Child], { placement: 'parent' }),
    warmSize: WARM,
    goal,
    actorRows: WARM + shape.size + OTHERS,
  };
}

export const CREATE_40 = creating('create-40', SHAPES.create40, { atLeast: 1_500, mark: 779 });
export const CREATE_200 = creating('create-200', SHAPES.create200, { atLeast: 1_500, mark: 673 });

/** See idle-actors.ts. */
export const IDLE = creating('idle', SHAPES.idle, { atMost: 500, mark: 506 });

const MILLION = 1_000_000;

/** See idle-actors.ts. */
export const ALIVE: ActorWorkload = {
  ...creating(
    'alive',
    { ...SHAPES.create200, title: 'actors alive at once', size: MILLION, expected: sum },
    { atLeast: 1 },
  ),
  workers: 2,
  scenario: scenarioOf('alive', Mother, [Child], { placement: 'round-robin' }),
};
