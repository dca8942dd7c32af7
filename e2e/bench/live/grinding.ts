/** Work for a processor rather than for mailboxes: actors that calculate for some microseconds a message. See stealing.ts. */
import { actor, type MessageOf, type Ref, t } from '../../../src/index.ts';
import { mix } from '../shapes.mjs';
import { begin, finish, outcome, scenarioOf } from './outcome.ts';

const GRINDERS = 64;
/** Rounds of arithmetic a message: some 20 µs. */
const ROUNDS = 16_000;

const GroundProtocol = { Ground: { sum: t.int32 } } as const;

const Grinder = actor('Grinder', {
  protocol: { Grind: { left: t.int32 } },
  state: ({ mill }: { readonly mill: Ref<MessageOf<typeof GroundProtocol>> }) => ({ mill, sum: 0 }),
  on: {
    Grind(state, { left }, ctx) {
      let sum = state.sum;
      for (let round = 0; round < ROUNDS; round++) sum = mix(sum, left);
      state.sum = sum;
      if (left === 1) ctx.tell(state.mill, { kind: 'Ground', sum });
      else ctx.tell(ctx.self, { kind: 'Grind', left: left - 1 });
    },
  },
});

const Mill = actor('Mill', {
  protocol: { Run: { size: t.int32 }, ...GroundProtocol },
  state: () => ({ ...outcome(), left: 0 }),
  on: {
    Run(state, { size }, ctx) {
      begin(state, ctx);
      state.left = GRINDERS;
      // All of them are born here: only stealing can take some of them away.
      for (let each = 0; each < GRINDERS; each++) {
        ctx.tell(ctx.spawn(Grinder, { args: { mill: ctx.self } }), { kind: 'Grind', left: size });
      }
    },
    Ground(state, { sum }, ctx) {
      state.checksum += sum;
      if (--state.left === 0) finish(state, ctx);
    },
  },
});

export const GRINDING = scenarioOf('grinding', Mill, [Grinder]);

export const grindingMessages = (size: number): number => size * GRINDERS;

export function grindingChecksum(size: number): number {
  let sum = 0;
  for (let left = size; left > 0; left--) for (let round = 0; round < ROUNDS; round++) sum = mix(sum, left);
  return sum * GRINDERS;
}
