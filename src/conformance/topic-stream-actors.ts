/** The actors of the stream cases: a source that counts, a reader that writes down what it hears, and a hall for both. */
import { actor, circuitBreaker, type RefOf, t } from '../index.ts';
import { streamOf } from '../patterns/talking/stream.ts';
import type { StreamOpening } from '../patterns/talking/stream-consumer.ts';
import { type Driver, equal } from './case.ts';

const Numbers = streamOf('Numbers', t.object({ n: t.uint32 }), { buffer: 4 });

const SourceProtocol = {
  Count: { upTo: t.uint32, ...Numbers.request },
  ...Numbers.source.protocol,
} as const;

interface Counting {
  next: number;
  readonly upTo: number;
}

/** Counts from 1 as far as it is let; fails at 13; says nothing from 1,000 on. */
export const Counter = actor('Counter', {
  protocol: { ...SourceProtocol, Push: { count: t.uint32 }, Quit: {} },
  state: () => ({ out: Numbers.source.state<Counting>(), mostCredit: 0, refused: 0, demands: 0 }),
  on: {
    Count(state, request, ctx) {
      Numbers.source.accept(state.out, request, { next: 1, upTo: request.upTo }, ctx);
    },
    NumbersDemand(state, demand, ctx) {
      state.demands++;
      const stream = Numbers.source.demanded(state.out, demand, ctx);
      if (stream === undefined) return;
      state.mostCredit = Math.max(state.mostCredit, stream.credit);
      const { context } = stream;
      if (context.upTo >= 1_000) return;
      while (stream.credit > 0 && context.next <= context.upTo) {
        Numbers.source.send(stream, { n: context.next++ }, ctx);
        if (context.upTo === 13 && context.next === 13) {
          Numbers.source.fail(state.out, stream, { code: 'request-rejected', message: 'no thirteenth' }, ctx);
        }
      }
      if (context.next > context.upTo) Numbers.source.end(state.out, stream, ctx);
    },
    Push(state, { count }, ctx) {
      for (const stream of state.out.streams.values()) {
        for (let index = 0; index < count; index++) {
          if (Numbers.source.send(stream, { n: stream.context.next }, ctx)) stream.context.next++;
          else state.refused++;
        }
      }
    },
    Quit: (_state, _message, ctx) => ctx.stop(),
  },
  signals: { terminated: (state, { ref }) => Numbers.source.stopped(state.out, ref) },
});

const ReaderProtocol = {
  Read: {
    source: t.ref({ Count: SourceProtocol.Count }),
    upTo: t.uint32,
    label: t.string,
    window: t.uint32,
    gapMs: t.float64,
    stopAt: t.uint32,
  },
  Grant: { count: t.uint32 },
  Quit: {},
} as const;

interface Label {
  readonly label: string;
  readonly stopAt: number;
}

/** Window 0: grants by hand. */
export const Reader = actor('Reader', {
  protocol: { ...ReaderProtocol, ...Numbers.consumer.protocol },
  state: () => ({
    in: Numbers.consumer.state<Label>(),
    heard: {} as Record<string, number[]>,
    ends: [] as string[],
    latest: 0,
  }),
  on: {
    Read(state, { source, upTo, label, window, gapMs, stopAt }, ctx) {
      const options = { context: { label, stopAt }, window: window === 0 ? 'manual' : window, gapMs } as const;
      state.latest = Numbers.consumer.open(state.in, source, { kind: 'Count', upTo }, options, ctx);
    },
    Grant: (state, { count }, ctx) => Numbers.consumer.grant(state.in, state.latest, count, ctx),
    Quit: (_state, _message, ctx) => ctx.stop(),
    Numbers(state, message, ctx) {
      const event = Numbers.consumer.receive(state.in, message, ctx);
      if (event === undefined) return;
      const { label, stopAt } = event.context;
      switch (event.type) {
        case 'part':
          state.heard[label] ??= [];
          state.heard[label].push(event.value.n);
          if (event.value.n === stopAt) Numbers.consumer.cancel(state.in, event.stream, ctx);
          return;
        case 'end':
          state.ends.push(`${label}: ${event.parts}`);
          return;
        case 'failed':
          state.ends.push(`${label}: ${event.error.code} after ${event.parts}`);
      }
    },
  },
  replies: {
    NumbersOpened: (state, outcome: StreamOpening<'Numbers'>, ctx) => Numbers.consumer.opened(state.in, outcome, ctx),
  },
  signals: { terminated: (state, { ref }, ctx) => Numbers.consumer.stopped(state.in, ref, ctx) },
});

export const Breaker = circuitBreaker('NumbersBreaker', { protocol: { Count: SourceProtocol.Count } });

export const Hall = actor('StreamHall', {
  protocol: {
    Read: {
      label: t.string,
      upTo: t.uint32,
      window: t.uint32,
      gapMs: t.float64,
      stopAt: t.uint32,
      guarded: t.boolean,
    },
    Trip: {},
  },
  state: () => ({
    counter: null as RefOf<typeof Counter> | null,
    breaker: null as RefOf<typeof Breaker> | null,
    reader: null as RefOf<typeof Reader> | null,
  }),
  signals: {
    preStart(state, ctx) {
      state.counter = ctx.spawn(Counter, { name: 'counter', placement: 1 });
      state.breaker = ctx.spawn(Breaker, { name: 'breaker', args: { target: state.counter } });
      state.reader = ctx.spawn(Reader, { name: 'reader', placement: 0 });
    },
  },
  on: {
    Read({ reader, counter, breaker }, { guarded, ...read }, ctx) {
      if (reader === null || counter === null || breaker === null) return;
      ctx.tell(reader, { ...read, kind: 'Read', source: guarded ? breaker : counter });
    },
    Trip: ({ breaker }, _message, ctx) => void (breaker === null || ctx.tell(breaker, { kind: 'Trip' })),
  },
});

interface ReaderState {
  readonly in: { readonly streams: Map<number, unknown> };
  readonly heard: Readonly<Record<string, readonly number[]>>;
  readonly ends: readonly string[];
}

interface CounterState {
  readonly out: {
    readonly streams: Map<string, { readonly sent: number; readonly waiting: readonly unknown[] }>;
  };
  readonly mostCredit: number;
  readonly refused: number;
  readonly demands: number;
}

export const reader = (driver: Driver) => driver.state<ReaderState>('/root/reader');
export const counter = (driver: Driver) => driver.state<CounterState>('/root/counter');
export const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

export async function read(driver: Driver, label: string, count: number, options: object = {}): Promise<void> {
  const defaults = { window: 4, gapMs: 10_000, stopAt: 0, guarded: false };
  await driver.send('/root', { kind: 'Read', label, upTo: count, ...defaults, ...options });
}

export async function ends(driver: Driver, expected: readonly string[]): Promise<void> {
  await driver.until(`ends ${expected.join(', ')}`, async () => (await reader(driver)).ends.length >= expected.length);
  equal([...(await reader(driver)).ends].sort(), [...expected].sort(), 'ends');
  equal((await reader(driver)).in.streams.size, 0, 'open streams of the reader');
}

export const noStreamsLeft = (driver: Driver) =>
  driver.until('the source forgets the stream', async () => (await counter(driver)).out.streams.size === 0);
