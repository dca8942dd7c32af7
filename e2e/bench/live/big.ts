/** Big: every actor pings others, chosen at random, one at a time. What was sent and what was received are both counted. */
import { actor, type MessageOf, type Ref, t } from '../../../src/index.ts';
import { BIG_ACTORS, chosen, nextSeed, SHAPES } from '../shapes.mjs';
import { type ActorWorkload, begin, finish, outcome, scenarioOf, type Teller } from './outcome.ts';

const PongProtocol = { Pong: { n: t.int32 } } as const;
const PingProtocol = { Ping: { n: t.int32, from: t.ref(PongProtocol) } } as const;
const HostProtocol = { Done: {}, Counted: { pings: t.float64, pongs: t.float64 } } as const;
const GuestProtocol = {
  Meet: { others: t.array(t.ref(PingProtocol)) },
  Begin: { pings: t.int32 },
  Count: {},
  ...PingProtocol,
  ...PongProtocol,
} as const;

type PingRef = Ref<MessageOf<typeof PingProtocol>>;
type GuestRef = Ref<MessageOf<typeof GuestProtocol>>;

interface GuestState {
  seed: number;
  others: readonly PingRef[];
  sent: number;
  pings: number;
  toSend: number;
}

function pingSomebody(state: GuestState, self: GuestRef, ctx: Teller): void {
  state.seed = nextSeed(state.seed);
  const other = state.others[chosen(state.seed, state.others.length)] as PingRef;
  ctx.tell(other, { kind: 'Ping', n: ++state.sent, from: self });
}

const Guest = actor('Guest', {
  protocol: GuestProtocol,
  state: (args: { readonly seed: number; readonly host: Ref<MessageOf<typeof HostProtocol>> }) => ({
    seed: args.seed,
    host: args.host,
    others: [] as readonly PingRef[],
    toSend: 0,
    sent: 0,
    /** Numbers of the pings that came, and of the pongs that came in order, added up. */
    pings: 0,
    pongs: 0,
  }),
  on: {
    Meet(state, { others }) {
      state.others = others;
    },
    Begin(state, { pings }, ctx) {
      state.toSend = pings;
      state.sent = 0;
      pingSomebody(state, ctx.self, ctx);
    },
    Ping(state, { n, from }, ctx) {
      state.pings += n;
      ctx.tell(from, { kind: 'Pong', n });
    },
    Pong(state, { n }, ctx) {
      if (n === state.sent) state.pongs += n;
      if (state.sent === state.toSend) ctx.tell(state.host, { kind: 'Done' });
      else pingSomebody(state, ctx.self, ctx);
    },
    Count(state, _, ctx) {
      ctx.tell(state.host, { kind: 'Counted', pings: state.pings, pongs: state.pongs });
      state.pings = 0;
      state.pongs = 0;
    },
  },
});

const Host = actor('Host', {
  protocol: { Run: { size: t.int32 }, ...HostProtocol },
  state: () => ({ ...outcome(), done: 0, counted: 0, guests: [] as GuestRef[] }),
  signals: {
    preStart(state, ctx) {
      for (let seed = 0; seed < BIG_ACTORS; seed++)
        state.guests.push(ctx.spawn(Guest, { args: { seed, host: ctx.self } }));
      for (const guest of state.guests) {
        ctx.tell(guest, { kind: 'Meet', others: state.guests.filter((other) => other !== guest) });
      }
    },
  },
  on: {
    Run(state, { size }, ctx) {
      begin(state, ctx);
      state.done = 0;
      state.counted = 0;
      for (const guest of state.guests) ctx.tell(guest, { kind: 'Begin', pings: size });
    },
    Done(state, _, ctx) {
      if (++state.done < state.guests.length) return;
      for (const guest of state.guests) ctx.tell(guest, { kind: 'Count' });
    },
    Counted(state, { pings, pongs }, ctx) {
      state.checksum += pings + pongs;
      if (++state.counted === state.guests.length) finish(state, ctx);
    },
  },
});

export const BIG: ActorWorkload = {
  shape: SHAPES.big,
  workers: 1,
  scenario: scenarioOf('big', Host, [Guest]),
  warmSize: SHAPES.big.size / 4,
  goal: { atLeast: 25, mark: 46 },
};
