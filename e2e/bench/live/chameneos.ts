/** Chameneos: creatures meet two by two in a mall and change their colours. */
import { actor, type MessageOf, type Ref, t } from '../../../src/index.ts';
import { type ActorWorkload, begin, finish, outcome, scenarioOf } from './outcome.ts';

const CREATURES = 100;
const COLOURS = 3;

const CreatureProtocol = {
  Begin: {},
  Met: { colour: t.int32, mate: t.ref({ Changed: { colour: t.int32 } }) },
  Changed: { colour: t.int32 },
  Closed: {},
} as const;
const MallProtocol = {
  Meet: { colour: t.int32, from: t.ref(CreatureProtocol) },
  Count: { meetings: t.int32 },
} as const;

type CreatureRef = Ref<MessageOf<typeof CreatureProtocol>>;

/** Two of one colour keep it; two of different ones take the third. */
function complement(mine: number, other: number): number {
  return mine === other ? mine : COLOURS - mine - other;
}

const Creature = actor('Creature', {
  protocol: CreatureProtocol,
  state: (args: { readonly colour: number; readonly mall: Ref<MessageOf<typeof MallProtocol>> }) => ({
    colour: args.colour,
    mall: args.mall,
    meetings: 0,
  }),
  on: {
    Begin(state, _, ctx) {
      state.meetings = 0;
      ctx.tell(state.mall, { kind: 'Meet', colour: state.colour, from: ctx.self });
    },
    Met(state, { colour, mate }, ctx) {
      state.colour = complement(state.colour, colour);
      state.meetings++;
      ctx.tell(mate, { kind: 'Changed', colour: state.colour });
      ctx.tell(state.mall, { kind: 'Meet', colour: state.colour, from: ctx.self });
    },
    Changed(state, { colour }, ctx) {
      state.colour = colour;
      state.meetings++;
      ctx.tell(state.mall, { kind: 'Meet', colour, from: ctx.self });
    },
    Closed: ({ mall, meetings }, _, ctx) => ctx.tell(mall, { kind: 'Count', meetings }),
  },
});

const Mall = actor('Mall', {
  protocol: { Run: { size: t.int32 }, ...MallProtocol },
  state: () => ({
    ...outcome(),
    left: 0,
    counted: 0,
    waiting: null as CreatureRef | null,
    creatures: [] as CreatureRef[],
  }),
  signals: {
    preStart(state, ctx) {
      for (let each = 0; each < CREATURES; each++) {
        state.creatures.push(ctx.spawn(Creature, { args: { colour: each % COLOURS, mall: ctx.self } }));
      }
    },
  },
  on: {
    Run(state, { size }, ctx) {
      begin(state, ctx);
      state.left = size;
      state.counted = 0;
      state.waiting = null;
      for (const creature of state.creatures) ctx.tell(creature, { kind: 'Begin' });
    },
    Meet(state, { colour, from }, ctx) {
      if (state.left === 0) {
        ctx.tell(from, { kind: 'Closed' });
      } else if (state.waiting === null) {
        state.waiting = from;
      } else {
        ctx.tell(state.waiting, { kind: 'Met', colour, mate: from });
        state.waiting = null;
        state.left--;
      }
    },
    Count(state, { meetings }, ctx) {
      state.checksum += meetings;
      if (++state.counted === CREATURES) finish(state, ctx);
    },
  },
});

const MEETINGS = 500_000;

export const CHAMENEOS: ActorWorkload = {
  shape: {
    title: `chameneos: ${CREATURES} creatures`,
    unit: 'M meetings/s',
    size: MEETINGS,
    slowSize: MEETINGS,
    operations: (size) => size,
    // Both of a pair count it.
    expected: (size) => 2 * size,
  },
  workers: 1,
  scenario: scenarioOf('chameneos', Mall, [Creature]),
  warmSize: MEETINGS / 4,
};
