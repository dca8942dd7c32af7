/** Streams under random pushes, grants, cancellations, crashes and silences; and what does not compile. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RefOf } from '../../kernel/behavior.ts';
import { actor } from '../../kernel/definition.ts';
import { t } from '../../kernel/schema.ts';
import { TestSystem } from '../../kernel/testdata/test-system.ts';
import { streamOf } from './stream.ts';
import type { StreamOpening } from './stream-consumer.ts';

const BUFFER = 5;
const Numbers = streamOf('Numbers', t.uint32, { buffer: BUFFER });
const Words = streamOf('Words', t.string);

const Source = actor('Source', {
  protocol: {
    Count: { ...Numbers.request },
    ...Numbers.source.protocol,
    Push: { count: t.uint32 },
    End: {},
    Quit: {},
  },
  state: () => ({ out: Numbers.source.state<{ next: number }>() }),
  on: {
    Count: (state, request, ctx) => void Numbers.source.accept(state.out, request, { next: 1 }, ctx),
    NumbersDemand: (state, demand, ctx) => void Numbers.source.demanded(state.out, demand, ctx),
    Push(state, { count }, ctx) {
      for (const stream of state.out.streams.values()) {
        for (let index = 0; index < count; index++) {
          if (Numbers.source.send(stream, stream.context.next, ctx)) stream.context.next++;
        }
      }
    },
    End(state, _message, ctx) {
      for (const stream of state.out.streams.values()) Numbers.source.end(state.out, stream, ctx);
    },
    Quit: (_state, _message, ctx) => ctx.stop(),
  },
  signals: { terminated: (state, { ref }) => Numbers.source.stopped(state.out, ref) },
});

const Reader = actor('Reader', {
  protocol: {
    ...Numbers.consumer.protocol,
    Open: { source: t.ref({ Count: Numbers.request }), window: t.uint32 },
    Grant: { count: t.uint32 },
    Cancel: {},
    Quit: {},
  },
  state: () => ({
    in: Numbers.consumer.state(),
    heard: new Map<number, number[]>(),
    ends: new Map<number, string>(),
    cancelled: new Set<number>(),
  }),
  on: {
    Open(state, { source, window }, ctx) {
      const options = { window: window === 0 ? 'manual' : window, gapMs: 50 } as const;
      state.heard.set(Numbers.consumer.open(state.in, source, { kind: 'Count' }, options, ctx), []);
    },
    Grant(state, { count }, ctx) {
      for (const [stream, { window }] of state.in.streams) {
        if (window === 0) Numbers.consumer.grant(state.in, stream, count, ctx);
      }
    },
    Cancel(state, _message, ctx) {
      const [first] = state.in.streams.keys();
      if (first === undefined) return;
      Numbers.consumer.cancel(state.in, first, ctx);
      state.cancelled.add(first);
    },
    Quit: (_state, _message, ctx) => ctx.stop(),
    Numbers(state, message, ctx) {
      const event = Numbers.consumer.receive(state.in, message, ctx);
      if (event === undefined) return;
      expect(state.cancelled.has(event.stream) || state.ends.has(event.stream)).toBe(false);
      if (event.type === 'part') state.heard.get(event.stream)?.push(event.value);
      else state.ends.set(event.stream, event.type === 'end' ? 'end' : event.error.code);
    },
  },
  replies: {
    NumbersOpened: (state, outcome: StreamOpening<'Numbers'>, ctx) => Numbers.consumer.opened(state.in, outcome, ctx),
  },
  signals: { terminated: (state, { ref }, ctx) => Numbers.consumer.stopped(state.in, ref, ctx) },
});

const Root = actor('Root', {
  protocol: { Open: { window: t.uint32 } },
  state: () => ({ source: null as RefOf<typeof Source> | null, reader: null as RefOf<typeof Reader> | null }),
  supervision: { intensity: 1_000 },
  signals: {
    preStart(state, ctx) {
      state.source = ctx.spawn(Source, { name: 'source', placement: 1 });
      state.reader = ctx.spawn(Reader, { name: 'reader', placement: 0 });
    },
  },
  on: {
    Open({ source, reader }, { window }, ctx) {
      if (source !== null && reader !== null) ctx.tell(reader, { kind: 'Open', source, window });
    },
  },
});

type Step =
  | { readonly do: 'open'; readonly window: number }
  | { readonly do: 'push' | 'grant' | 'wait'; readonly count: number }
  | { readonly do: 'end' | 'cancel' | 'crash-source' | 'crash-reader' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('open' as const), window: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ do: fc.constantFrom('push' as const, 'grant' as const), count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ do: fc.constantFrom('push' as const, 'wait' as const), count: fc.integer({ min: 1, max: 70 }) }),
  fc.record({ do: fc.constantFrom('end', 'cancel', 'crash-source', 'crash-reader') }),
);

function crash(system: TestSystem, path: string): void {
  const { kernel, cell } = system.find(path);
  kernel.enqueueSignal(cell, { type: 'crash', kind: 'Crash', error: 'test' });
  system.settle();
}

function take(system: TestSystem, one: Step): void {
  switch (one.do) {
    case 'open':
      return system.tell('/root', { kind: 'Open', window: one.window } as { kind: string });
    case 'push':
      return system.tell('/root/source', { kind: 'Push', count: one.count } as { kind: string });
    case 'grant':
      return system.tell('/root/reader', { kind: 'Grant', count: one.count } as { kind: string });
    case 'wait':
      return system.advance(one.count);
    case 'end':
      return system.tell('/root/source', { kind: 'End' });
    case 'cancel':
      return system.tell('/root/reader', { kind: 'Cancel' });
    case 'crash-source':
      return crash(system, '/root/source');
    case 'crash-reader':
      return crash(system, '/root/reader');
  }
}

type ReaderState =
  ReturnType<typeof Numbers.consumer.state> extends infer In
    ? { in: In; heard: Map<number, number[]>; ends: Map<number, string>; cancelled: Set<number> }
    : never;
type SourceState = { out: ReturnType<typeof Numbers.source.state<{ next: number }>> };

function check(system: TestSystem): void {
  const reader = system.state<ReaderState>('/root/reader');
  for (const [stream, parts] of reader.heard) {
    expect(parts).toEqual(parts.map((_, index) => index + 1));
    const isOpen = reader.in.streams.has(stream);
    expect([isOpen, reader.ends.has(stream), reader.cancelled.has(stream)].filter(Boolean)).toHaveLength(1);
  }
  for (const { received, granted, window } of reader.in.streams.values()) {
    expect(received).toBeLessThanOrEqual(granted);
    if (window > 0) expect(granted - received).toBeLessThanOrEqual(window);
  }
  for (const { number, sent, credit, waiting } of system.state<SourceState>('/root/source').out.streams.values()) {
    expect(waiting.length).toBeLessThanOrEqual(BUFFER);
    expect(credit).toBeGreaterThanOrEqual(0);
    const granted = reader.in.streams.get(number)?.granted;
    if (granted !== undefined) expect(sent + credit).toBe(granted);
  }
}

describe('streams', () => {
  it('keep order, demand and bounds, and end exactly once, whatever happens (seed 21)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30, size: 'max' }), (steps) => {
        const system = new TestSystem([Root, Source, Reader], { workers: 2 });
        system.start('Root');
        for (const one of steps) {
          take(system, one);
          check(system);
        }
        expect(system.events.filter(({ body }) => body.type === 'failed' && body.kind !== 'Crash')).toEqual([]);
        system.tell('/root/source', { kind: 'Quit' });
        system.advance(200);
        expect(system.state<ReaderState>('/root/reader').in.streams.size).toBe(0);
        system.tell('/root/reader', { kind: 'Quit' });
      }),
      { seed: 21, numRuns: 200 },
    );
  });

  it('are forgotten by their source when the reader stops (seed 22)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20, size: 'max' }), (steps) => {
        const system = new TestSystem([Root, Source, Reader], { workers: 2 });
        system.start('Root');
        for (const one of steps) take(system, one);
        system.tell('/root/reader', { kind: 'Quit' });
        expect(system.state<SourceState>('/root/source').out.streams.size).toBe(0);
      }),
      { seed: 22, numRuns: 100 },
    );
  });

  it('of which 256 are open: one more is refused', () => {
    const system = new TestSystem([Root, Source, Reader], { workers: 2 });
    system.start('Root');
    for (let count = 0; count < 256; count++) system.tell('/root', { kind: 'Open', window: 1 } as { kind: string });
    expect(system.state<SourceState>('/root/source').out.streams.size).toBe(256);
    system.tell('/root', { kind: 'Open', window: 1 } as { kind: string });
    const failed = system.events.flatMap(({ body }) => (body.type === 'failed' ? [body.kind] : []));
    expect(failed).toEqual(['request-rejected']);
  });

  it.each([
    ['name', () => streamOf('no-dashes', t.string)],
    ['buffer', () => streamOf('A', t.string, { buffer: -1 })],
  ])('a wrong %s is refused', (field, make) => {
    expect(make).toThrowError(expect.objectContaining({ code: 'invalid-configuration', field }));
  });
});

/** Never called: compiling it is the test. */
actor('Mistakes', {
  protocol: { ...Numbers.consumer.protocol, Go: { source: t.ref({ Count: { from: t.uint32, ...Numbers.request } }) } },
  state: () => ({ numbers: Numbers.consumer.state<{ label: string }>(), words: Words.consumer.state() }),
  on: {
    Go(state, { source }, ctx) {
      const context = { label: 'x' };
      Numbers.consumer.open(state.numbers, source, { kind: 'Count', from: 1 }, { context }, ctx);
      // @ts-expect-error a field of the request is missing
      Numbers.consumer.open(state.numbers, source, { kind: 'Count' }, { context }, ctx);
      // @ts-expect-error unknown kind
      Numbers.consumer.open(state.numbers, source, { kind: 'Sing', from: 1 }, { context }, ctx);
      // @ts-expect-error the context is missing
      Numbers.consumer.open(state.numbers, source, { kind: 'Count', from: 1 }, {}, ctx);
      // @ts-expect-error the source sends another stream
      Words.consumer.open(state.words, source, { kind: 'Count', from: 1 }, {}, ctx);
    },
    Numbers(state, message, ctx) {
      const event = Numbers.consumer.receive(state.numbers, message, ctx);
      if (event?.type !== 'part') return;
      const { value, context }: { value: number; context: { label: string } } = event;
      // @ts-expect-error parts are numbers
      const text: string = event.value;
      // @ts-expect-error another stream's message
      Words.consumer.receive(state.words, message, ctx);
      void [value, context, text];
    },
  },
  replies: { NumbersOpened: () => undefined },
});
