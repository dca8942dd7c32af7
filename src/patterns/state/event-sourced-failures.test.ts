/** Event sourcing when the author's code throws and the supervisor resumes, and when what waits is not what was counted. */
import { describe, expect, it } from 'vitest';
import type { AskOutcome, Decision, RefOf } from '../../kernel/behavior.ts';
import { actor } from '../../kernel/definition.ts';
import { t } from '../../kernel/schema.ts';
import { TestSystem } from '../../kernel/testdata/test-system.ts';
import { eventSourced } from './event-sourced.ts';
import { inMemoryPersistence } from './persistence.ts';

const Store = inMemoryPersistence('Store');

type Where = 'stored' | 'refused' | 'apply' | 'recovered' | 'commands' | '';

/** A sum, one of whose handlers throws at the number 1. */
function sum(throwsIn: Where, decision: Decision = 'resume') {
  const trip = (where: string, n: number): void => {
    if (where === throwsIn && n === 1) throw new Error(`${where} throws`);
  };
  return eventSourced('Sum', {
    protocol: { Add: { n: t.int32, replyTo: t.ref({ Total: { n: t.int32 } }) } },
    events: { Added: { n: t.int32 } },
    state: () => ({ n: 0 }),
    commands: {
      Add(_, { n }) {
        trip('commands', n);
        return { kind: 'Added', n };
      },
    },
    apply: {
      Added(state, { n }) {
        trip('apply', n);
        state.n += n;
      },
    },
    stored: {
      Add(state, { n, replyTo }, ctx) {
        trip('stored', n);
        ctx.tell(replyTo, { kind: 'Total', n: state.n });
      },
    },
    signals: { recovered: () => trip('recovered', 1), refused: (_, { n }) => trip('refused', n) },
    onFailure: { '*': decision },
    recoveryRetryMs: 10,
  });
}

type Sum = ReturnType<typeof sum>;

function root(behavior: Sum) {
  return actor('Root', {
    protocol: { Add: { from: t.int32, upTo: t.int32 }, Fail: { operation: t.literal('Append', 'LoadSnapshot') } },
    state: () => ({
      store: null as RefOf<typeof Store> | null,
      sum: null as RefOf<Sum> | null,
      heard: [] as string[],
    }),
    signals: {
      preStart(state, ctx) {
        state.store = ctx.spawn(Store, { name: 'store' });
        state.sum = ctx.spawn(behavior, { name: 'sum', args: { store: state.store } });
      },
    },
    on: {
      Add(state, { from, upTo }, ctx) {
        if (state.sum === null) return;
        for (let n = from; n <= upTo; n++) {
          ctx.ask(state.sum, { kind: 'Add', n }, { reply: 'Heard', timeoutMs: 2_000, context: n });
        }
      },
      Fail(state, { operation }, ctx) {
        if (state.store !== null) ctx.tell(state.store, { kind: 'FailNext', operation, how: 'refuse', count: 1 });
      },
    },
    replies: {
      Heard(state, outcome: AskOutcome<{ readonly kind: 'Total'; readonly n: number }, number>) {
        state.heard.push(`${outcome.context} → ${outcome.ok ? outcome.reply.n : outcome.error.code}`);
      },
    },
  });
}

function started(behavior: Sum): TestSystem {
  const Root = root(behavior);
  const system = new TestSystem([Root, behavior, Store]);
  system.start('Root');
  return system;
}

function add(system: TestSystem, from: number, upTo: number): void {
  const message = { kind: 'Add', from, upTo };
  system.tell('/root', message);
}

const heard = (system: TestSystem) => system.state<{ readonly heard: readonly string[] }>('/root').heard;
const sumOf = (system: TestSystem) =>
  system.state<{ readonly journal: { phase: string; waiting: number }; readonly state: { readonly n: number } }>(
    '/root/sum',
  );

describe('an event-sourced actor that is resumed', () => {
  it('goes on after a failing `stored`: its command hears of it, those that wait come in their order', () => {
    const system = started(sum('stored'));
    add(system, 1, 4);
    system.advance(100);
    expect(heard(system)).toEqual(['1 → handler-failed', '2 → 3', '3 → 6', '4 → 10']);
    expect(sumOf(system)).toMatchObject({ journal: { phase: 'ready', waiting: 0 }, state: { n: 10 } });
  });

  it('goes on after a failing `refused`', () => {
    const system = started(sum('refused'));
    const fail = { kind: 'Fail', operation: 'Append' };
    system.tell('/root', fail);
    add(system, 1, 3);
    system.advance(100);
    expect(heard(system)).toEqual(['1 → request-rejected', '2 → 2', '3 → 5']);
    expect(sumOf(system).journal.phase).toBe('ready');
  });

  it('goes on after a failing `recovered` and a failing command', () => {
    for (const where of ['recovered', 'commands'] as const) {
      const system = started(sum(where));
      add(system, 1, 3);
      system.advance(100);
      const expected = where === 'recovered' ? ['1 → 1', '2 → 3', '3 → 6'] : ['1 → handler-failed', '2 → 2', '3 → 5'];
      expect(heard(system)).toEqual(expected);
    }
  });

  it('does not go on with a state that is not that of the log: a failing `apply` stops it, naming the event', () => {
    const system = started(sum('apply'));
    add(system, 2, 2);
    add(system, 1, 1);
    add(system, 3, 3);
    system.advance(5_000);
    expect(heard(system)).toEqual(['2 → 2', '1 → handler-failed', '3 → target-stopped']);
    const failures = system.events.flatMap(({ body }) => (body.type === 'failed' ? [body] : []));
    expect(failures.at(-1)).toMatchObject({ path: '/root/sum', kind: 'recovery-failed' });
    expect(failures.at(-1)?.error).toContain('event 2 (Added)');
  });
});

describe('commands that wait', () => {
  it('keep their order when the one before them fails and the actor is restarted', () => {
    for (const where of ['commands', 'stored'] as const) {
      const system = started(sum(where, 'restart'));
      add(system, 1, 4);
      system.advance(100);
      const rest = where === 'commands' ? ['2 → 2', '3 → 5', '4 → 9'] : ['2 → 3', '3 → 6', '4 → 10'];
      expect(heard(system)).toEqual(['1 → handler-failed', ...rest]);
    }
  });

  it('all come back in their order, whatever is counted', () => {
    const system = started(sum(''));
    system.advance(10);
    const { cell } = system.find('/root/sum');
    // As if another incarnation had put them aside.
    const replyTo = system.find('/root').cell.ref;
    for (const n of [1, 2]) cell.stashed = [...(cell.stashed ?? []), { kind: 'Add', n, replyTo } as never];
    add(system, 3, 4);
    system.advance(100);
    expect(sumOf(system).state.n).toBe(10);
    expect(cell.stashed).toEqual([]);
    expect(sumOf(system).journal.waiting).toBe(0);
  });

  it('are answered with their own sums after an actor fell asleep while it recovered', () => {
    const Sleepy = eventSourced('Sum', {
      protocol: sum('').protocol,
      events: { Added: { n: t.int32 } },
      state: () => ({ n: 0 }),
      commands: { Add: (_, { n }) => ({ kind: 'Added', n }) },
      apply: {
        Added(state, { n }) {
          state.n += n;
        },
      },
      stored: { Add: (state, { replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Total', n: state.n }) },
      passivateAfterMs: 50,
    });
    const system = started(Sleepy);
    system.advance(200);
    const fail = { kind: 'Fail', operation: 'LoadSnapshot' };
    system.tell('/root', fail);
    for (const n of [1, 2, 3, 4]) {
      add(system, n, n);
      system.advance(5_000);
    }
    expect(heard(system)).toEqual(['1 → 1', '2 → 3', '3 → 6', '4 → 10']);
  });
});

describe('what the system sends to an event-sourced actor', () => {
  const Child = actor('Child', {
    protocol: { Fill: {} },
    mailbox: { capacity: 2, overflow: 'backpressure' },
    state: () => ({}),
    on: { Fill: () => undefined },
  });
  const Ears = eventSourced('Ears', {
    protocol: { Flood: {} },
    events: {},
    state: () => ({ child: null as RefOf<typeof Child> | null, heard: [] as string[] }),
    commands: {
      Flood(state, _, ctx) {
        const child = ctx.spawn(Child, { name: 'child' });
        for (let n = 0; n < 5; n++) ctx.tell(child, { kind: 'Fill' });
        ctx.setReceiveTimeout(20);
        state.heard.push('flood');
      },
    },
    apply: {},
    signals: {
      backpressure: ({ heard: log }, { active }) => void log.push(`backpressure: ${active}`),
      receiveTimeout({ heard: log }, ctx) {
        log.push('idle');
        ctx.stop();
      },
      postStop: ({ heard: log }) => void log.push('postStop'),
    },
  });
  const Parent = actor('Parent', {
    protocol: {},
    state: () => ({}),
    on: {},
    signals: {
      preStart: (_, ctx) =>
        void ctx.spawn(Ears, { name: 'ears', args: { store: ctx.spawn(Store, { name: 'store' }) } }),
    },
  });

  it("comes to the author's handlers, with the author's state", () => {
    const system = new TestSystem([Parent, Ears, Child, Store]);
    system.start('Parent');
    system.tell('/root/ears', { kind: 'Flood' });
    const { heard: log } = system.state<{ readonly state: { readonly heard: string[] } }>('/root/ears').state;
    system.advance(100);
    expect(log).toEqual(['flood', 'backpressure: true', 'backpressure: false', 'idle', 'postStop']);
  });
});

describe("the pattern's own names", () => {
  it.each(['protocol', 'internal', 'replies'])('are refused in %s', (field) => {
    const options = {
      protocol: {},
      events: {},
      state: () => ({}),
      commands: {},
      apply: {},
      [field]: { 'store:ReadAgain': {} },
    };
    expect(() => eventSourced('E', options as never)).toThrow(
      expect.objectContaining({ code: 'invalid-configuration', field: `${field}.store:ReadAgain` }),
    );
  });
});
