/** Thread ring: a token goes round among actors that each know the next one. */
import { actor, type MessageOf, type Ref, t } from '../../../src/index.ts';
import { mix, RING_MEMBERS, SHAPES } from '../shapes.mjs';
import { type ActorWorkload, begin, finish, outcome, scenarioOf } from './outcome.ts';

const TokenProtocol = { Token: { left: t.int32, sum: t.int32 } } as const;
const HomeProtocol = { Finished: { sum: t.int32 } } as const;

type TokenRef = Ref<MessageOf<typeof TokenProtocol>>;

const Member = actor('Member', {
  protocol: { Join: { next: t.ref(TokenProtocol) }, ...TokenProtocol },
  state: ({ home }: { readonly home: Ref<MessageOf<typeof HomeProtocol>> }) => ({
    home,
    next: null as TokenRef | null,
  }),
  on: {
    Join(state, { next }) {
      state.next = next;
    },
    Token(state, { left, sum }, ctx) {
      const mixed = mix(sum, left);
      if (left === 1) ctx.tell(state.home, { kind: 'Finished', sum: mixed });
      else ctx.tell(state.next as TokenRef, { kind: 'Token', left: left - 1, sum: mixed });
    },
  },
});

const Ring = actor('Ring', {
  protocol: { Run: { size: t.int32 }, ...HomeProtocol },
  state: () => ({ ...outcome(), first: null as TokenRef | null }),
  signals: {
    preStart(state, ctx) {
      const members = Array.from({ length: RING_MEMBERS }, () => ctx.spawn(Member, { args: { home: ctx.self } }));
      for (const [place, member] of members.entries()) {
        ctx.tell(member, { kind: 'Join', next: members[(place + 1) % RING_MEMBERS] as TokenRef });
      }
      state.first = members[0] as TokenRef;
    },
  },
  on: {
    Run(state, { size }, ctx) {
      begin(state, ctx);
      ctx.tell(state.first as TokenRef, { kind: 'Token', left: size, sum: 0 });
    },
    Finished(state, { sum }, ctx) {
      state.checksum = sum;
      finish(state, ctx);
    },
  },
});

export const THREAD_RING: ActorWorkload = {
  shape: SHAPES.threadRing,
  workers: 1,
  scenario: scenarioOf('thread-ring', Ring, [Member]),
  warmSize: SHAPES.threadRing.size / 4,
  goal: { atLeast: 15, mark: 12 },
};
