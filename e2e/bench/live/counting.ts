/**
 * One-way streams to one counter. Inside one worker in one burst, far beyond the capacity of a mailbox that loses nothing and
 * suspends its sender once its turn is over; across two workers in a window.
 */
import { actor, type MessageOf, type Ref, t } from '../../../src/index.ts';
import { RAW_RING, STREAM_TITLE } from '../raw-names.ts';
import { BURST, SHAPES, sum } from '../shapes.mjs';
import { type ActorWorkload, begin, finish, outcome, scenarioOf, type Teller } from './outcome.ts';

const SourceRef = t.ref({ Grant: {}, Finished: { checksum: t.float64 } });

const CounterProtocol = {
  Expect: { count: t.int32, chunk: t.int32, grants: t.int32, source: SourceRef },
  Increment: { n: t.int32 },
  Record: { n: t.int32, a: t.float64, b: t.float64, c: t.float64 },
} as const;

interface CounterState {
  count: number;
  chunk: number;
  seen: number;
  checksum: number;
  source: Ref<{ readonly kind: 'Grant' } | { readonly kind: 'Finished'; readonly checksum: number }> | null;
}

const counterWith = (overflow: 'block' | 'drop-newest') =>
  actor('Counter', {
    protocol: CounterProtocol,
    mailbox: { capacity: 65_536, overflow },
    state: (): CounterState => ({ count: 0, chunk: 0, seen: 0, checksum: 0, source: null }),
    on: {
      Expect(state, { count, chunk, grants, source }, ctx) {
        state.count = count;
        state.chunk = chunk;
        state.seen = 0;
        state.checksum = 0;
        state.source = source;
        for (let grant = 0; grant < grants; grant++) ctx.tell(source, { kind: 'Grant' });
      },
      Increment(state, { n }, ctx) {
        // In order, each once: n must be the next number.
        if (n === state.seen) state.checksum += n;
        state.seen++;
        answer(state, ctx);
      },
      Record(state, { n, a, b, c }, ctx) {
        if (n === state.seen && a === n + 0.5 && b === -n && c === n * 2) state.checksum += n;
        state.seen++;
        answer(state, ctx);
      },
    },
  });

/** Of two scenarios: one that loses nothing of a burst, and one in which all that is under way has room. */
const Counter = counterWith('block');
const WindowCounter = counterWith('drop-newest');

type CounterRef = Ref<MessageOf<typeof CounterProtocol>>;

function answer(state: CounterState, ctx: Teller): void {
  if (state.source === null) return;
  if (state.seen === state.count) ctx.tell(state.source, { kind: 'Finished', checksum: state.checksum });
  else if (state.seen % state.chunk === 0) ctx.tell(state.source, { kind: 'Grant' });
}

interface SourceArgs {
  readonly placement: number;
  readonly isWide: boolean;
  /** Messages between two grants. */
  readonly chunk: number;
  /** Chunks that may be under way. */
  readonly grants: number;
}

const Source = actor('Source', {
  protocol: { Run: { size: t.int32 }, Grant: {}, Finished: { checksum: t.float64 } },
  state: (args: SourceArgs) => ({ ...outcome(), ...args, size: 0, sent: 0, counter: null as CounterRef | null }),
  signals: {
    preStart(state, ctx) {
      state.counter = ctx.spawn(Counter, { name: 'counter', placement: state.placement });
    },
  },
  on: {
    Run(state, { size }, ctx) {
      begin(state, ctx);
      const { chunk, grants } = state;
      state.size = size;
      state.sent = 0;
      ctx.tell(state.counter as CounterRef, { kind: 'Expect', count: size, chunk, grants, source: ctx.self });
    },
    Grant: (state, _, ctx) => sendChunk(state, ctx),
    Finished(state, { checksum }, ctx) {
      state.checksum = checksum;
      finish(state, ctx);
    },
  },
});

interface SourceState {
  readonly isWide: boolean;
  readonly chunk: number;
  readonly size: number;
  sent: number;
  readonly counter: CounterRef | null;
}

function sendChunk(state: SourceState, ctx: Teller): void {
  const { counter, isWide } = state;
  if (counter === null) return;
  const end = Math.min(state.size, state.sent + state.chunk);
  for (let n = state.sent; n < end; n++) {
    if (isWide) ctx.tell(counter, { kind: 'Record', n, a: n + 0.5, b: -n, c: n * 2 });
    else ctx.tell(counter, { kind: 'Increment', n });
  }
  state.sent = end;
}

export const COUNTING: ActorWorkload = {
  shape: SHAPES.counting,
  workers: 1,
  scenario: scenarioOf('counting', Source, [Counter], { placement: 0, isWide: false, chunk: BURST, grants: 1 }),
  warmSize: BURST / 4,
  goal: { atLeast: 10, mark: 14.6 },
};

const STREAM_SIZE = 2_000_000;
/** What is under way has room in the outbox of the sending worker, should the ring be full. */
const WINDOW = { chunk: 4_096, grants: 4 };

export const STREAM: ActorWorkload = {
  shape: {
    title: STREAM_TITLE,
    unit: 'M msg/s',
    size: STREAM_SIZE,
    slowSize: STREAM_SIZE,
    operations: (size) => size,
    expected: sum,
  },
  workers: 2,
  scenario: scenarioOf('stream-across', Source, [WindowCounter], { placement: 1, isWide: true, ...WINDOW }),
  warmSize: STREAM_SIZE / 4,
  baseline: RAW_RING,
  goal: { atLeast: 10 },
};
