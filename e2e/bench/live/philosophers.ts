/** Dining philosophers: an arbiter hands out forks or refuses; who is refused asks again. */
import { actor, type MessageOf, type Ref, t } from '../../../src/index.ts';
import { type ActorWorkload, begin, finish, outcome, scenarioOf } from './outcome.ts';

const PHILOSOPHERS = 20;

const PhilosopherProtocol = { Sit: { meals: t.int32 }, Eat: {}, Denied: {} } as const;
const ArbiterProtocol = { Hungry: { seat: t.int32 }, Full: { seat: t.int32, isLast: t.boolean } } as const;

type PhilosopherRef = Ref<MessageOf<typeof PhilosopherProtocol>>;

const Philosopher = actor('Philosopher', {
  protocol: PhilosopherProtocol,
  state: (args: { readonly seat: number; readonly arbiter: Ref<MessageOf<typeof ArbiterProtocol>> }) => ({
    seat: args.seat,
    arbiter: args.arbiter,
    left: 0,
  }),
  on: {
    Sit(state, { meals }, ctx) {
      state.left = meals;
      ctx.tell(state.arbiter, { kind: 'Hungry', seat: state.seat });
    },
    Denied: ({ seat, arbiter }, _, ctx) => ctx.tell(arbiter, { kind: 'Hungry', seat }),
    Eat(state, _, ctx) {
      const { seat, arbiter } = state;
      ctx.tell(arbiter, { kind: 'Full', seat, isLast: --state.left === 0 });
      if (state.left > 0) ctx.tell(arbiter, { kind: 'Hungry', seat });
    },
  },
});

/** Savina's arbitrator: it knows which forks are taken. */
const Arbiter = actor('Arbiter', {
  protocol: { Run: { size: t.int32 }, ...ArbiterProtocol },
  state: () => ({ ...outcome(), done: 0, taken: [] as boolean[], seats: [] as PhilosopherRef[] }),
  signals: {
    preStart(state, ctx) {
      for (let seat = 0; seat < PHILOSOPHERS; seat++) {
        state.taken.push(false);
        state.seats.push(ctx.spawn(Philosopher, { args: { seat, arbiter: ctx.self } }));
      }
    },
  },
  on: {
    Run(state, { size }, ctx) {
      begin(state, ctx);
      state.done = 0;
      for (const seat of state.seats) ctx.tell(seat, { kind: 'Sit', meals: size });
    },
    Hungry({ taken, seats }, { seat }, ctx) {
      const right = (seat + 1) % PHILOSOPHERS;
      const isFree = taken[seat] === false && taken[right] === false;
      if (isFree) {
        taken[seat] = true;
        taken[right] = true;
      }
      ctx.tell(seats[seat] as PhilosopherRef, { kind: isFree ? 'Eat' : 'Denied' });
    },
    Full(state, { seat, isLast }, ctx) {
      const right = (seat + 1) % PHILOSOPHERS;
      // A meal counts if both forks were really in hand.
      if (state.taken[seat] === true && state.taken[right] === true) state.checksum++;
      state.taken[seat] = false;
      state.taken[right] = false;
      if (isLast && ++state.done === PHILOSOPHERS) finish(state, ctx);
    },
  },
});

const MEALS = 10_000;

export const DINING: ActorWorkload = {
  shape: {
    title: `dining philosophers: ${PHILOSOPHERS} and an arbiter`,
    unit: 'K meals/s',
    size: MEALS,
    slowSize: MEALS,
    operations: (size) => size * PHILOSOPHERS,
    expected: (size) => size * PHILOSOPHERS,
  },
  workers: 1,
  scenario: scenarioOf('dining', Arbiter, [Philosopher]),
  warmSize: MEALS / 4,
};
