/** Finite-state machines: what a chart says, what is refused and what does not compile. */
import { describe, expect, it } from 'vitest';
import type { RefOf } from '../../kernel/behavior.ts';
import { actor } from '../../kernel/definition.ts';
import { type Protocol, t } from '../../kernel/schema.ts';
import { TestSystem } from '../../kernel/testdata/test-system.ts';
import { type MachineView, stateMachine } from './state-machine.ts';
import type { StateMachineOptions } from './state-machine-options.ts';

const protocol = { Coin: { cents: t.uint32 }, Push: {}, Close: {} } as const;

const Turnstile = stateMachine('Turnstile', {
  protocol,
  data: ({ price = 100 }: { readonly price?: number }) => ({ price, paid: 0, log: [] as string[] }),
  initial: 'locked',
  states: {
    locked: {
      entry: (data) => void data.log.push('lock'),
      exit: (data) => void data.log.push('unlock'),
      on: {
        Coin: [
          {
            when: ({ paid, price }, { cents }) => paid + cents >= price,
            to: 'open',
            run: (data) => {
              data.paid = 0;
              data.log.push('run');
            },
          },
          {
            run: (data, { cents }) => {
              data.paid += cents;
            },
          },
        ],
        Close: 'closed',
      },
    },
    open: {
      entry: (data) => void data.log.push('open'),
      on: { Push: 'locked', Coin: 'open' },
      after: { ms: 1_000, to: 'locked', run: (data) => void data.log.push('too late') },
    },
    closed: { final: true },
  },
});

function started(): TestSystem {
  const system = new TestSystem([Turnstile]);
  system.start('Turnstile');
  return system;
}
type View = MachineView<'locked' | 'open', { readonly paid: number; readonly log: readonly string[] }>;
const view = (system: TestSystem): View => system.state<View>('/root');
const send = (system: TestSystem, kind: string, cents?: number): void =>
  system.tell('/root', { kind, ...(cents === undefined ? {} : { cents }) });

describe('a state machine', () => {
  it('can be drawn', () => {
    expect(Turnstile.chart).toEqual({
      initial: 'locked',
      states: ['locked', 'open', 'closed'],
      transitions: [
        { from: 'locked', to: 'open', on: 'Coin' },
        { from: 'locked', to: 'closed', on: 'Close' },
        { from: 'open', to: 'locked', on: 'Push' },
        { from: 'open', to: 'open', on: 'Coin' },
        { from: 'open', to: 'locked', on: 'after' },
      ],
    });
  });

  it('takes the first transition whose guard holds; exit, run, entry in that order', () => {
    const system = started();
    send(system, 'Coin', 60);
    expect(view(system)).toMatchObject({ state: 'locked', entered: 1, data: { paid: 60, log: ['lock'] } });
    send(system, 'Coin', 60);
    expect(view(system)).toMatchObject({ state: 'open', entered: 2, data: { log: ['lock', 'unlock', 'run', 'open'] } });
  });

  it('times out of a state, counted anew each time it is entered', () => {
    const system = started();
    send(system, 'Coin', 100);
    system.advance(900);
    send(system, 'Coin', 100);
    system.advance(900);
    expect(view(system).state).toBe('open');
    system.advance(100);
    expect(view(system)).toMatchObject({ state: 'locked', sinceMs: 1_900 });
    expect(view(system).data.log.slice(-2)).toEqual(['too late', 'lock']);
    send(system, 'Coin', 100);
    send(system, 'Push');
    system.advance(5_000);
    expect(view(system).entered).toBe(6);
  });

  it('counts what no state has a transition for', () => {
    const system = started();
    send(system, 'Push');
    send(system, 'Push');
    expect(view(system)).toMatchObject({ state: 'locked', ignored: 2, entered: 1 });
  });

  it('stops in a final state', () => {
    const system = started();
    send(system, 'Close');
    expect(system.cells()).toHaveLength(0);
  });
});

describe('options', () => {
  type Options = StateMachineOptions<typeof protocol, 'a' | 'b', object, Record<string, never>>;
  const minimal = { protocol, data: () => ({}), initial: 'a', states: { a: {}, b: {} } };
  const refused: readonly [string, object, string][] = [
    ['an unknown initial state', { initial: 'c' }, 'initial'],
    ['an unknown kind', { states: { a: { on: { Knock: 'b' } }, b: {} } }, 'states.a.on'],
    ['an unknown target', { states: { a: { on: { Push: 'c' } }, b: {} } }, 'states.a.on.Push.to'],
    [
      'an unknown target in a list',
      { states: { a: { on: { Push: [{}, { to: 'c' }] } }, b: {} } },
      'states.a.on.Push.to',
    ],
    ['an unknown target of a time-out', { states: { a: { after: { ms: 1, to: 'c' } }, b: {} } }, 'states.a.after.to'],
    ['a negative time-out', { states: { a: { after: { ms: -1, to: 'b' } }, b: {} } }, 'states.a.after.ms'],
    ['an unknown policy', { unhandled: 'explode' }, 'unhandled'],
    ['an unknown policy of a state', { states: { a: { unhandled: 'x' }, b: {} } }, 'states.a.unhandled'],
  ];
  for (const [what, options, field] of refused) {
    it(`${what} is refused, naming ${field}`, () => {
      const make = () => stateMachine('M', { ...minimal, ...options } as unknown as Options);
      expect(make).toThrowError(expect.objectContaining({ code: 'invalid-configuration', field }));
    });
  }
});

/** Never called: compiling it is the test. */
function mistakes(): void {
  const base = { protocol, data: () => ({ n: 0 }) };
  stateMachine('A', { ...base, initial: 'a', states: { a: { on: { Push: 'b' } }, b: {} } });
  // @ts-expect-error no such state to begin in
  stateMachine('B', { ...base, initial: 'c', states: { a: {}, b: {} } });
  // @ts-expect-error no such state to go to
  stateMachine('C', { ...base, initial: 'a', states: { a: { on: { Push: 'c' } }, b: {} } });
  // @ts-expect-error no such message
  stateMachine('D', { ...base, initial: 'a', states: { a: { on: { Knock: 'b' } }, b: {} } });
  // @ts-expect-error no such state after the time
  stateMachine('E', { ...base, initial: 'a', states: { a: { after: { ms: 1, to: 'c' } }, b: {} } });
  stateMachine('F', {
    ...base,
    initial: 'a',
    // @ts-expect-error no such field in the message
    states: { a: { on: { Push: { run: (data, { cents }) => void Object.assign(data, { n: cents }) } } } },
  });
  // @ts-expect-error guards change nothing
  stateMachine('G', { ...base, initial: 'a', states: { a: { on: { Push: { when: (data) => data.n++ > 0 } } } } });
}

it('mistakes do not compile', () => expect(mistakes).toBeTypeOf('function'));

describe("a machine's own names", () => {
  const states = { a: { on: {} } };
  const refusal = (own: { readonly protocol?: Protocol; readonly internal?: Protocol }): unknown => {
    try {
      stateMachine('M', { protocol: {}, data: () => ({}), initial: 'a', states, ...own } as never);
      return undefined;
    } catch (thrown) {
      return (thrown as { readonly field?: string }).field;
    }
  };

  it('are refused among the kinds of its author, each with its field', () => {
    expect(refusal({ internal: { 'machine:StateTimeout': {} } })).toBe('internal.machine:StateTimeout');
    expect(refusal({ protocol: { 'machine:Anything': {} } })).toBe('protocol.machine:Anything');
    expect(refusal({ protocol: { Go: {} }, internal: { StateTimeout: {} } })).toBeUndefined();
  });

  it('leave the obvious ones to the author: an internal kind and a timer named StateTimeout', () => {
    const Mixed = stateMachine('Mixed', {
      protocol: { Go: {} },
      internal: { StateTimeout: { n: t.int32 } },
      data: () => ({ heard: [] as number[] }),
      initial: 'a',
      states: {
        a: { on: { Go: 'b' } },
        b: {
          entry: (_, ctx) => ctx.startTimer('StateTimeout', { kind: 'StateTimeout', n: 5 }, 10),
          on: { StateTimeout: { run: (data, { n }) => void data.heard.push(n) } },
          after: { ms: 1_000, to: 'a' },
        },
      },
    });
    const system = new TestSystem([Mixed]);
    system.start('Mixed');
    system.tell('/root', { kind: 'Go' });
    system.advance(500);
    expect(system.state('/root')).toMatchObject({ state: 'b', data: { heard: [5] } });
    system.advance(600);
    expect(system.state('/root')).toMatchObject({ state: 'a', data: { heard: [5] } });
  });
});

describe('what the system sends to a machine', () => {
  const Child = actor('Child', {
    protocol: { Quit: {}, Fill: {} },
    mailbox: { capacity: 2, overflow: 'backpressure' },
    state: () => ({}),
    on: { Quit: (_state, _message, ctx) => ctx.stop(), Fill: () => undefined },
  });
  const Watcher = stateMachine('Watcher', {
    protocol: { Quit: {}, Flood: {}, End: {} },
    data: () => ({ child: null as RefOf<typeof Child> | null, heard: [] as string[] }),
    initial: 'a',
    states: {
      a: {
        entry(data, ctx) {
          data.child = ctx.spawn(Child, { name: 'child' });
          ctx.watch(data.child);
          ctx.setReceiveTimeout(50);
        },
        on: {
          Quit: { run: ({ child }, _, ctx) => void (child !== null && ctx.tell(child, { kind: 'Quit' })) },
          Flood: {
            run({ child }, _, ctx) {
              for (let n = 0; n < 5; n++) if (child !== null) ctx.tell(child, { kind: 'Fill' });
            },
          },
        },
      },
    },
    signals: {
      terminated: (data, { reason }) => void data.heard.push(`terminated: ${reason}`),
      receiveTimeout(data, ctx) {
        data.heard.push('idle');
        ctx.setReceiveTimeout(0);
      },
      backpressure: (data, { active }) => void data.heard.push(`backpressure: ${active}`),
      postStop: (data) => void data.heard.push('postStop'),
    },
    passivateAfterMs: 1_000,
  });
  const heard = (system: TestSystem) =>
    system.state<MachineView<'a', { readonly heard: readonly string[] }>>('/root').data.heard;

  it('comes to its handlers, with its data', () => {
    const system = new TestSystem([Watcher, Child]);
    system.start('Watcher');
    system.tell('/root', { kind: 'Flood' });
    system.tell('/root', { kind: 'Quit' });
    system.advance(60);
    expect(heard(system)).toEqual(['backpressure: true', 'backpressure: false', 'terminated: normal', 'idle']);
    const known = heard(system);
    system.advance(1_000);
    expect(known.at(-1)).toBe('postStop');
    expect(system.events.some(({ body }) => body.type === 'passivated')).toBe(true);
    system.tell('/root', { kind: 'Quit' });
    expect(heard(system)).toEqual(['terminated: normal']);
  });
});
