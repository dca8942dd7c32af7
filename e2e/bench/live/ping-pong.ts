/** Two actors and one message between them: inside one worker, across two that spin, and across two that sleep meanwhile. */
import { actor, type MessageOf, type Ref, t } from '../../../src/index.ts';
import { PARKED_TITLE, RAW_PARKED, RAW_SPINNING, SPINNING_TITLE } from '../raw-names.ts';
import { SHAPES } from '../shapes.mjs';
import type { Shape } from '../workload.ts';
import { type ActorWorkload, begin, finish, outcome, scenarioOf } from './outcome.ts';

const PongProtocol = { Ping: { n: t.int32, from: t.ref({ Pong: { n: t.int32 } }) } } as const;

type PongerRef = Ref<MessageOf<typeof PongProtocol>>;

const Ponger = actor('Ponger', {
  protocol: PongProtocol,
  state: () => ({}),
  on: { Ping: (_, { n, from }, ctx) => ctx.tell(from, { kind: 'Pong', n }) },
});

const Pinger = actor('Pinger', {
  protocol: { Run: { size: t.int32 }, Pong: { n: t.int32 } },
  state: ({ placement }: { readonly placement: number }) => ({
    ...outcome(),
    placement,
    left: 0,
    ponger: null as PongerRef | null,
  }),
  signals: {
    preStart(state, ctx) {
      state.ponger = ctx.spawn(Ponger, { name: 'ponger', placement: state.placement });
    },
  },
  on: {
    Run(state, { size }, ctx) {
      begin(state, ctx);
      state.left = size;
      ctx.tell(state.ponger as PongerRef, { kind: 'Ping', n: size, from: ctx.self });
    },
    Pong(state, { n }, ctx) {
      // Counts only answers that come in order.
      if (n === state.left) state.checksum++;
      state.left--;
      if (state.left === 0) finish(state, ctx);
      else ctx.tell(state.ponger as PongerRef, { kind: 'Ping', n: state.left, from: ctx.self });
    },
  },
});

export const PING_PONG: ActorWorkload = {
  shape: SHAPES.pingPong,
  workers: 1,
  scenario: scenarioOf('ping-pong', Pinger, [Ponger], { placement: 0 }),
  warmSize: SHAPES.pingPong.size / 4,
  goal: { atLeast: 15, mark: 13.5 },
};

function roundTrip(title: string, size: number): Shape {
  return { title, unit: 'µs', size, slowSize: size, operations: (trips) => trips, expected: (trips) => trips };
}

export const SPINNING: ActorWorkload = {
  shape: roundTrip(SPINNING_TITLE, 100_000),
  workers: 2,
  scenario: scenarioOf('ping-pong-across', Pinger, [Ponger], { placement: 1 }),
  warmSize: 25_000,
  baseline: RAW_SPINNING,
  goal: { atMost: 5, mark: 3.2, of: 'ratio' },
};

/** No worker looks for work before it sleeps, so that each trip wakes two; the page checks that they slept (actors.ts). */
export const PARKED: ActorWorkload = {
  shape: roundTrip(PARKED_TITLE, 5_000),
  workers: 2,
  scenario: scenarioOf('ping-pong-parked', Pinger, [Ponger], { placement: 1 }),
  warmSize: 500,
  settings: { spinsMax: 0 },
  baseline: RAW_PARKED,
  goal: { atMost: 80, mark: 41 },
  parksPerOperation: 1,
};
