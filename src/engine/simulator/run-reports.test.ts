// biome-ignore-all lint/suspicious/noAssignInExpressions: changing something is all that these handlers do.
/** What breaks the rules that make a run repeatable is reported, with who, when and what; and the run repeats all the same. */
import { describe, expect, it } from 'vitest';
import type { AnyBehavior } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import { t } from '../../kernel/schema.ts';
import { choicesOf } from './choices.ts';
import type { Simulator } from './simulator.ts';
import { photograph } from './testdata/photograph.ts';
import { parentOf, scenarioOf, start } from './testdata/small-actors.ts';

const Anything = { Take: { value: t.any } } as const;

/** A sender and a receiver of one message, each of which may do something to it. */
function pair(
  message: () => object,
  { sender, receiver }: { sender?: (message: never) => void; receiver?: (message: never) => void },
  receiverAt = 0,
): Simulator {
  const Receiver = actor('Receiver', {
    protocol: Anything,
    state: () => ({ seen: 0 }),
    on: {
      Take(state, taken) {
        state.seen++;
        receiver?.(taken as never);
      },
    },
  });
  const Sender = actor('Sender', {
    protocol: { Go: {} },
    state: () => ({}),
    signals: {
      preStart(_, ctx) {
        ctx.spawn(Receiver, { name: 'receiver', placement: receiverAt });
        ctx.startTimer('go', { kind: 'Go' }, 1);
      },
    },
    on: {
      Go(_, __, ctx) {
        const sent = { kind: 'Take', value: null, ...message() } as const;
        ctx.tell(ctx.child('receiver') as never, sent as never);
        sender?.(sent as never);
      },
    },
  });
  const simulator = start(scenarioOf(parentOf([Sender, 0]), [Sender, Receiver]), { workers: 2 });
  simulator.seek(100);
  return simulator;
}

describe('a message that was changed', () => {
  const CASES: readonly (readonly [
    what: string,
    message: () => object,
    change: (message: never) => void,
    field: string,
  ])[] = [
    ['a field', () => ({ value: 1 }), (message: { value: number }) => void (message.value = 2), 'value'],
    [
      'a nested field',
      () => ({ value: { a: { b: 1 } } }),
      ({ value }: { value: { a: { b: number } } }) => void (value.a.b = 2),
      'value.a.b',
    ],
    ['a new field', () => ({ value: {} }), ({ value }: { value: { more?: number } }) => void (value.more = 1), 'more'],
    [
      'a field that goes',
      () => ({ value: { a: 1 } }),
      ({ value }: { value: { a?: number } }) => void delete value.a,
      'value.a',
    ],
    ['a list that grows', () => ({ value: [1] }), ({ value }: { value: number[] }) => void value.push(2), 'value[1]'],
    ['a list that shrinks', () => ({ value: [1] }), ({ value }: { value: number[] }) => void value.pop(), 'value[0]'],
    ['a sorted list', () => ({ value: [2, 1] }), ({ value }: { value: number[] }) => void value.sort(), 'value[0]'],
    [
      'a map',
      () => ({ value: new Map([['a', 1]]) }),
      ({ value }: { value: Map<string, number> }) => void value.set('a', 2),
      'value.a',
    ],
    [
      'a map with bigints as keys',
      () => ({
        value: new Map<unknown, number>([
          [1n, 1],
          [1, 1],
        ]),
      }),
      ({ value }: { value: Map<unknown, number> }) => void value.set(1n, 2),
      'value.1n',
    ],
    [
      'a nested set',
      () => ({ value: { s: new Set([1]) } }),
      ({ value }: { value: { s: Set<number> } }) => void value.s.add(2),
      'value.s.2',
    ],
    [
      'a typed array',
      () => ({ value: new Uint8Array(2) }),
      ({ value }: { value: Uint8Array }) => void (value[1] = 7),
      'value[1]',
    ],
    [
      'a part of a frozen one',
      () => ({ value: Object.freeze({ list: [1] }) }),
      ({ value }: { value: { list: number[] } }) => void value.list.push(2),
      'value.list[1]',
    ],
    [
      'a map in a frozen one',
      () => ({ value: Object.freeze({ m: new Map() }) }),
      ({ value }: { value: { m: Map<string, number> } }) => void value.m.set('x', 2),
      'value.m.x',
    ],
  ] as never;

  for (const [what, message, change, field] of CASES) {
    for (const who of ['sender', 'receiver'] as const) {
      it(`by its ${who}: ${what}`, () => {
        const simulator = pair(message, { [who]: change as never });
        expect(simulator.system.reports()).toMatchObject([
          { what: 'mutated-message', path: `/root/sender${who === 'sender' ? '' : '/receiver'}`, field },
        ]);
        const [report] = simulator.system.reports();
        // What can be frozen fails where it is changed; of the rest the sender's hand is seen when it is handled.
        const isSoft = /map|set|typed/.test(what);
        expect(report?.during).toBe(who === 'sender' && !isSoft ? 'Go' : 'Take');
        // Again, the same.
        simulator.seek(2);
        expect(simulator.system.reports()).toEqual([]);
        simulator.seek(100);
        expect(simulator.system.reports()).toMatchObject([report as object]);
      });
    }
  }

  it('from outside is one too', () => {
    const Careless = actor('Careless', {
      protocol: Anything,
      state: () => ({}),
      on: { Take: (_, message) => void ((message.value as number[]).length = 0) },
    });
    const simulator = start(scenarioOf(Careless));
    simulator.seek(1);
    simulator.send('/root', { kind: 'Take', value: [1] } as AnyMessage);
    simulator.run(100, 100, Number.POSITIVE_INFINITY);
    expect(simulator.system.reports()).toMatchObject([{ what: 'mutated-message', path: '/root', during: 'Take' }]);
  });

  it('is not one where an author changes what is the author’s own', () => {
    const own = Object.freeze({ a: 1 }) as { a: number };
    const Silly = actor('Silly', {
      protocol: Anything,
      state: () => ({}),
      signals: { preStart: () => void (own.a = 2) },
      on: { Take: () => undefined },
    });
    const simulator = start(scenarioOf(Silly));
    simulator.seek(10);
    expect(simulator.system.reports()).toEqual([]);
  });

  it('that is a map stays as it was sent, in whatever order time is gone through', () => {
    // A map that its receiver counts up: on its way while a keyframe is taken.
    const Counter = actor('Counter', {
      protocol: Anything,
      state: () => ({ sum: 0 }),
      on: {
        Take(state, { value }) {
          const map = value as Map<string, number>;
          state.sum += map.get('n') ?? 0;
          map.set('n', (map.get('n') ?? 0) + 100);
        },
      },
    });
    const Busy = actor('Busy', {
      protocol: { Go: {} },
      state: () => ({ n: 0 }),
      signals: {
        preStart(_, ctx) {
          ctx.spawn(Counter, { name: 'counter', placement: 1 });
          ctx.startPeriodicTimer('go', { kind: 'Go' }, 1);
        },
      },
      on: {
        Go: (state, _, ctx) =>
          ctx.tell(ctx.child('counter') as never, { kind: 'Take', value: new Map([['n', ++state.n]]) } as never),
      },
    });
    const scenario = scenarioOf(Busy, [Counter], { simulation: { latencyMs: 50 } });
    const simulator = start(scenario, { workers: 2 });
    simulator.seek(3_000);
    const before = photograph(simulator);
    simulator.seek(1_100);
    simulator.seek(3_000);
    expect(photograph(simulator)).toEqual(before);
  });
});

describe('hidden time and chance', () => {
  type Ask = (ctx: Context) => unknown;
  const HIDDEN: readonly (readonly [name: string, what: string, ask: Ask])[] = [
    ['Date.now()', 'hidden-time', () => Date.now()],
    ['new Date()', 'hidden-time', () => new Date().toISOString()],
    ['Date()', 'hidden-time', () => Date()],
    ['performance.now()', 'hidden-time', () => performance.now()],
    ['Math.random()', 'hidden-chance', () => Math.random()],
    ['crypto.getRandomValues()', 'hidden-chance', () => [...crypto.getRandomValues(new Uint32Array(2))]],
    ['crypto.randomUUID()', 'hidden-chance', () => crypto.randomUUID()],
  ];

  function asking(ask: Ask): AnyBehavior {
    return actor('Asking', {
      protocol: { Go: {} },
      state: () => ({ answers: [] as unknown[] }),
      signals: { preStart: (_, ctx) => ctx.startPeriodicTimer('go', { kind: 'Go' }, 1) },
      on: { Go: (state, _, ctx) => void state.answers.push(ask(ctx as never)) },
    });
  }

  for (const [name, what, ask] of HIDDEN) {
    it(`${name} is reported, and answers the same in every run`, () => {
      const scenario = scenarioOf(asking(ask));
      const simulator = start(scenario);
      simulator.seek(40);
      expect(simulator.system.reports()).toMatchObject([{ what, path: '/root', during: 'Go', field: name }]);
      const straight = photograph(simulator);
      simulator.seek(7);
      choicesOf(simulator);
      simulator.seek(40);
      expect(photograph(simulator)).toEqual(straight);
      const again = start(scenario);
      again.seek(40);
      expect(photograph(again)).toEqual(straight);
    });
  }

  it('in a mailbox’s priority is answered the same in every run', () => {
    const Ranked = actor('Ranked', {
      protocol: Anything,
      mailbox: { priority: () => Math.floor(Math.random() * 10) },
      state: () => ({ order: [] as unknown[] }),
      on: {
        Take(state, { value }, ctx) {
          state.order.push(value);
          ctx.busy(3);
          if (ctx.random() < 0.3) Math.random();
        },
      },
    });
    const Feeder = actor('Feeder', {
      protocol: { Go: {} },
      state: () => ({ n: 0 }),
      signals: {
        preStart(_, ctx) {
          ctx.spawn(Ranked, { name: 'ranked', placement: 1 });
          ctx.startPeriodicTimer('go', { kind: 'Go' }, 2);
        },
      },
      on: {
        Go: (state, _, ctx) => ctx.tell(ctx.child('ranked') as never, { kind: 'Take', value: ++state.n } as never),
      },
    });
    const scenario = scenarioOf(Feeder, [Ranked]);
    const straight = start(scenario, { workers: 2 });
    straight.seek(200);
    expect(straight.system.reports()).toMatchObject([{ what: 'hidden-chance', path: '/root/ranked', during: 'Take' }]);
    const simulator = start(scenario, { workers: 2 });
    for (let step = 1; step <= 200; step += 7) {
      simulator.seek(step);
      choicesOf(simulator);
      simulator.seek(Math.max(0, step - 3));
    }
    simulator.seek(200);
    expect(photograph(simulator)).toEqual(photograph(straight));
  });

  it('leaves the platform as it was, also when something throws', () => {
    const names = ['Date', 'performance', 'crypto', 'Math'] as const;
    const seen = () => ({
      now: Object.getOwnPropertyDescriptor(Date, 'now'),
      date: Object.getOwnPropertyDescriptor(globalThis, 'Date'),
      random: Object.getOwnPropertyDescriptor(Math, 'random'),
      performance: Object.getOwnPropertyDescriptor(performance, 'now'),
      values: Object.getOwnPropertyDescriptor(crypto, 'getRandomValues'),
      uuid: Object.getOwnPropertyDescriptor(crypto, 'randomUUID'),
      keys: names.map((name) => Object.getOwnPropertyNames(globalThis[name])),
    });
    const before = seen();
    const Throwing = asking(() => {
      throw new Error(`at ${Date.now()}`);
    });
    const simulator = start(scenarioOf(Throwing));
    simulator.seek(50);
    expect(seen()).toEqual(before);
    expect(() =>
      simulator.run(60, 10, Number.POSITIVE_INFINITY, () => {
        throw new Error('stop');
      }),
    ).not.toThrow();
    const going = start(scenarioOf(asking(() => 1)));
    expect(() =>
      going.run(60, 10, Number.POSITIVE_INFINITY, () => {
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(() =>
      going.lookAhead(() => {
        throw new Error('look');
      }),
    ).toThrow('look');
    expect(seen()).toEqual(before);
    expect(Math.abs(Date.now() - Date.parse(new Date().toISOString()))).toBeLessThan(1_000);
  });
});

class Point {
  x = 1;
}

describe('a state that cannot be cloned', () => {
  function keeping(value: () => unknown): AnyBehavior {
    return actor('Keeping', {
      protocol: { Go: {}, Keep: {} },
      state: () => ({ n: 0, kept: { inner: [] as unknown[] } }),
      signals: {
        preStart(_, ctx) {
          ctx.startPeriodicTimer('go', { kind: 'Go' }, 1);
          ctx.startTimer('keep', { kind: 'Keep' }, 100.5);
        },
      },
      on: {
        Go: (state) => void state.n++,
        Keep: (state) => void state.kept.inner.push(value()),
      },
    });
  }

  for (const [what, value] of [
    ['a function', () => () => 1],
    ['an instance of a class', () => new Point()],
    ['a promise', () => Promise.resolve(1)],
  ] as const) {
    it(`because of ${what}: actor, field, and the message`, () => {
      const simulator = start(scenarioOf(keeping(value)));
      simulator.seek(5_000);
      const [report, ...more] = simulator.system.reports();
      expect(more).toEqual([]);
      expect(report).toMatchObject({ what: 'state-not-cloneable', path: '/root', field: 'kept.inner[0]' });
      // States are looked through after 128 turns: that is soon after the one that was to blame.
      expect(report?.step).toBeGreaterThan(200);
      expect(report?.step).toBeLessThan(260);
    });

    it(`because of ${what}, from the start: at once`, () => {
      const Starting = actor('Starting', {
        protocol: {},
        state: () => ({ kept: null as unknown }),
        signals: {
          preStart(state) {
            state.kept = value();
          },
        },
        on: {},
      });
      const simulator = start(scenarioOf(Starting));
      simulator.seek(1);
      expect(simulator.system.reports()).toMatchObject([
        { what: 'state-not-cloneable', path: '/root', field: 'kept', during: 'start', step: 1 },
      ]);
    });

    it(`because of ${what}: the same report however one got there`, () => {
      const scenario = scenarioOf(keeping(value));
      const straight = start(scenario);
      straight.seek(5_000);
      const simulator = start(scenario);
      simulator.seek(150);
      choicesOf(simulator);
      expect(simulator.system.reports()).toEqual([]);
      simulator.seek(500);
      expect(simulator.system.reports()).toHaveLength(1);
      simulator.seek(20);
      expect(simulator.system.reports()).toEqual([]);
      simulator.seek(3_000);
      simulator.seek(2_000);
      simulator.seek(5_000);
      expect(simulator.system.reports()).toEqual(straight.system.reports());
    });
  }
});
