/**
 * The benchmark workloads as scenarios: ordinary behaviors on the public API, so that what is measured is what authors get.
 *
 * Each root starts on `Run`, measures itself with the engine's clock, and when everything has arrived counts one
 * "rejected": the page sees that number in shared memory without disturbing anybody, then reads the root's state.
 */
import { type AnyMessage, actor, type MessageOf, type Ref, type Scenario, t } from '../../src/index.ts';
import { RAW_RING, RAW_SPINNING } from './raw.ts';
import type { Unit } from './workload.ts';

/** State of every root, as the page reads it at the end. */
export interface Outcome {
  startedMs: number;
  elapsedMs: number;
  checksum: number;
}

const outcome = (): Outcome => ({ startedMs: 0, elapsedMs: 0, checksum: 0 });

interface Finisher {
  now(): number;
  countRejected(): void;
}

function finish(state: Outcome, ctx: Finisher): void {
  state.elapsedMs = ctx.now() - state.startedMs;
  ctx.countRejected();
}

function scenario(
  id: string,
  root: Scenario['root']['behavior'],
  others: Scenario['behaviors'],
  args: unknown,
): Scenario {
  return {
    id,
    title: id,
    summary: '',
    experiments: [],
    parameters: {},
    behaviors: [root, ...others],
    root: { behavior: root, name: 'root', args },
  };
}

// ── Ping-pong ───────────────────────────────────────────────────────────────────────────────────────────────────────

const PongProtocol = { Ping: { n: t.int32, from: t.ref({ Pong: { n: t.int32 } }) } } as const;

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
    ponger: null as Ref<MessageOf<typeof PongProtocol>> | null,
  }),
  signals: {
    preStart(state, ctx) {
      state.ponger = ctx.spawn(Ponger, { name: 'ponger', placement: state.placement });
    },
  },
  on: {
    Run(state, { size }, ctx) {
      state.startedMs = ctx.now();
      state.left = size;
      ctx.tell(state.ponger as Ref<MessageOf<typeof PongProtocol>>, { kind: 'Ping', n: size, from: ctx.self });
    },
    Pong(state, { n }, ctx) {
      // Counts only answers that come in order.
      if (n === state.left) state.checksum++;
      state.left--;
      if (state.left === 0) finish(state, ctx);
      else
        ctx.tell(state.ponger as Ref<MessageOf<typeof PongProtocol>>, { kind: 'Ping', n: state.left, from: ctx.self });
    },
  },
});

// ── One-way streams: counting inside one worker, 32-byte payloads across two ─────────────────────────────────────────

/** Messages between two grants; four grants are under way, so a mailbox of 64 K never overflows. */
const CHUNK = 8_192;
const GRANTS = 4;

const SourceRef = t.ref({ Grant: {}, Finished: { checksum: t.float64 } });

const CounterProtocol = {
  Expect: { count: t.int32, source: SourceRef },
  Increment: { n: t.int32 },
  Record: { n: t.int32, a: t.float64, b: t.float64, c: t.float64 },
} as const;

interface CounterState {
  count: number;
  seen: number;
  checksum: number;
  source: Ref<{ readonly kind: 'Grant' } | { readonly kind: 'Finished'; readonly checksum: number }> | null;
}

const Counter = actor('Counter', {
  protocol: CounterProtocol,
  mailbox: { capacity: 65_536 },
  state: (): CounterState => ({ count: 0, seen: 0, checksum: 0, source: null }),
  on: {
    Expect(state, { count, source }) {
      state.count = count;
      state.seen = 0;
      state.checksum = 0;
      state.source = source;
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

type CounterRef = Ref<MessageOf<typeof CounterProtocol>>;

function answer(state: CounterState, ctx: { tell<M extends AnyMessage>(to: Ref<M>, message: NoInfer<M>): void }): void {
  if (state.source === null) return;
  if (state.seen === state.count) ctx.tell(state.source, { kind: 'Finished', checksum: state.checksum });
  else if (state.seen % CHUNK === 0) ctx.tell(state.source, { kind: 'Grant' });
}

const Source = actor('Source', {
  protocol: { Run: { size: t.int32 }, Grant: {}, Finished: { checksum: t.float64 } },
  state: ({ placement, isWide }: { readonly placement: number; readonly isWide: boolean }) => ({
    ...outcome(),
    placement,
    isWide,
    size: 0,
    sent: 0,
    counter: null as CounterRef | null,
  }),
  signals: {
    preStart(state, ctx) {
      state.counter = ctx.spawn(Counter, { name: 'counter', placement: state.placement });
    },
  },
  on: {
    Run(state, { size }, ctx) {
      state.startedMs = ctx.now();
      state.size = size;
      ctx.tell(state.counter as CounterRef, { kind: 'Expect', count: size, source: ctx.self });
      for (let grant = 0; grant < GRANTS; grant++) sendChunk(state, ctx);
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
  readonly size: number;
  sent: number;
  readonly counter: CounterRef | null;
}

function sendChunk(
  state: SourceState,
  ctx: { tell<M extends AnyMessage>(to: Ref<M>, message: NoInfer<M>): void },
): void {
  const { counter, isWide } = state;
  if (counter === null) return;
  const end = Math.min(state.size, state.sent + CHUNK);
  for (let n = state.sent; n < end; n++) {
    if (isWide) ctx.tell(counter, { kind: 'Record', n, a: n + 0.5, b: -n, c: n * 2 });
    else ctx.tell(counter, { kind: 'Increment', n });
  }
  state.sent = end;
}

// ── Spawn, one message each ─────────────────────────────────────────────────────────────────────────────────────────

const ChildProtocol = { Hello: { n: t.int32, from: t.ref({ Born: { n: t.int32 } }) } } as const;

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

/** Children spawned in one turn. */
const BROOD = 500;

const Mother = actor('Mother', {
  protocol: { Run: { size: t.int32 }, More: {}, Born: { n: t.int32 } },
  mailbox: { capacity: 65_536 },
  state: () => ({ ...outcome(), size: 0, spawned: 0, born: 0 }),
  on: {
    Run(state, { size }, ctx) {
      state.startedMs = ctx.now();
      state.size = size;
      ctx.tell(ctx.self, { kind: 'More' });
    },
    More(state, _, ctx) {
      const end = Math.min(state.size, state.spawned + BROOD);
      for (; state.spawned < end; state.spawned++) {
        ctx.tell(ctx.spawn(Child), { kind: 'Hello', n: state.spawned, from: ctx.self });
      }
    },
    Born(state, { n }, ctx) {
      state.checksum += n;
      state.born++;
      if (state.born === state.size) finish(state, ctx);
      else if (state.born === state.spawned) ctx.tell(ctx.self, { kind: 'More' });
    },
  },
});

const SUM = (size: number): number => (size * (size - 1)) / 2;

export interface ActorWorkload {
  readonly name: string;
  readonly unit: Unit;
  readonly baseline?: string;
  readonly workers: number;
  readonly scenario: Scenario;
  /** What `Run` is given. */
  readonly size: number;
  /** Operations counted for the rate. */
  readonly operations: (size: number) => number;
  readonly expected: (size: number) => number;
  readonly actorRows?: number;
}

export const ACTOR_SCENARIOS: readonly ActorWorkload[] = [
  {
    name: 'counting, one receiver, one worker',
    unit: 'M msg/s',
    workers: 1,
    scenario: scenario('counting', Source, [Counter], { placement: 0, isWide: false }),
    size: 4_000_000,
    operations: (size) => size,
    expected: SUM,
  },
  {
    name: 'ping-pong, one worker',
    unit: 'M msg/s',
    workers: 1,
    scenario: scenario('ping-pong', Pinger, [Ponger], { placement: 0 }),
    size: 2_000_000,
    operations: (size) => size * 2,
    expected: (size) => size,
  },
  {
    name: 'ping-pong, two workers, a round trip',
    unit: 'µs',
    baseline: RAW_SPINNING,
    workers: 2,
    scenario: scenario('ping-pong-across', Pinger, [Ponger], { placement: 1 }),
    size: 100_000,
    operations: (size) => size,
    expected: (size) => size,
  },
  {
    name: 'one-way stream, two workers, 64-byte messages',
    unit: 'M msg/s',
    baseline: RAW_RING,
    workers: 2,
    scenario: scenario('stream-across', Source, [Counter], { placement: 1, isWide: true }),
    size: 2_000_000,
    operations: (size) => size,
    expected: SUM,
  },
  {
    name: 'spawn with one message each, one worker',
    unit: 'K/s',
    workers: 1,
    scenario: scenario('spawn', Mother, [Child], {}),
    size: 40_000,
    operations: (size) => size,
    expected: SUM,
    actorRows: 65_536,
  },
];
