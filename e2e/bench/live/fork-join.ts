/** Fork-join: throughput (one burst of messages to many actors in turn) and create (as many actors as messages, which then stop). */
import { actor, type MessageOf, type Ref, t } from '../../../src/index.ts';
import { FORK_JOIN_ACTORS, mix, SHAPES, sum } from '../shapes.mjs';
import { type ActorWorkload, begin, finish, outcome, scenarioOf } from './outcome.ts';

const DoneProtocol = { Done: { sum: t.int32 } } as const;
const LegProtocol = { Expect: { count: t.int32 }, Work: { n: t.int32 } } as const;

type LegRef = Ref<MessageOf<typeof LegProtocol>>;

const Leg = actor('Leg', {
  protocol: LegProtocol,
  mailbox: { capacity: 16_384 },
  state: ({ fork }: { readonly fork: Ref<MessageOf<typeof DoneProtocol>> }) => ({ fork, left: 0, sum: 0 }),
  on: {
    Expect(state, { count }) {
      state.left = count;
      state.sum = 0;
    },
    Work(state, { n }, ctx) {
      state.sum = mix(state.sum, n);
      if (--state.left === 0) ctx.tell(state.fork, { kind: 'Done', sum: state.sum });
    },
  },
});

const Fork = actor('Fork', {
  protocol: { Run: { size: t.int32 }, ...DoneProtocol },
  state: () => ({ ...outcome(), done: 0, legs: [] as LegRef[] }),
  signals: {
    preStart(state, ctx) {
      for (let leg = 0; leg < FORK_JOIN_ACTORS; leg++) state.legs.push(ctx.spawn(Leg, { args: { fork: ctx.self } }));
    },
  },
  on: {
    Run(state, { size }, ctx) {
      begin(state, ctx);
      state.done = 0;
      for (const leg of state.legs) ctx.tell(leg, { kind: 'Expect', count: size });
      for (let n = 0; n < size; n++) for (const leg of state.legs) ctx.tell(leg, { kind: 'Work', n });
    },
    Done(state, { sum: legSum }, ctx) {
      state.checksum += legSum;
      if (++state.done === state.legs.length) finish(state, ctx);
    },
  },
});

export const FORK_JOIN: ActorWorkload = {
  shape: SHAPES.forkJoin,
  workers: 1,
  scenario: scenarioOf('fork-join', Fork, [Leg]),
  warmSize: SHAPES.forkJoin.size / 4,
  goal: { atLeast: 12, mark: 10.9 },
};

const TaskProtocol = { Work: { n: t.int32 } } as const;

const Task = actor('Task', {
  protocol: TaskProtocol,
  state: ({ fork }: { readonly fork: Ref<MessageOf<typeof DoneProtocol>> }) => ({ fork }),
  on: {
    Work(state, { n }, ctx) {
      ctx.tell(state.fork, { kind: 'Done', sum: n });
      ctx.stop();
    },
  },
});

const Creator = actor('Creator', {
  protocol: { Run: { size: t.int32 }, ...DoneProtocol },
  mailbox: { capacity: 65_536 },
  state: () => ({ ...outcome(), left: 0 }),
  on: {
    Run(state, { size }, ctx) {
      begin(state, ctx);
      state.left = size;
      for (let n = 0; n < size; n++) ctx.tell(ctx.spawn(Task, { args: { fork: ctx.self } }), { kind: 'Work', n });
    },
    Done(state, { sum: n }, ctx) {
      state.checksum += n;
      if (--state.left === 0) finish(state, ctx);
    },
  },
});

const TASKS = 40_000;

export const FORK_JOIN_CREATE: ActorWorkload = {
  shape: {
    title: 'fork-join create: 40,000 actors in one burst, which stop after one message',
    unit: 'K actors/s',
    size: TASKS,
    slowSize: TASKS,
    operations: (size) => size,
    expected: sum,
  },
  workers: 1,
  scenario: scenarioOf('fork-join-create', Creator, [Task]),
  warmSize: TASKS / 4,
};
