/** Open-loop loads: what their options refuse and what does not compile. What they do is in src/conformance/load-cases.ts. */
import { describe, expect, it } from 'vitest';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import type { Ref } from '../../kernel/ref.ts';
import { type MessageOf, t } from '../../kernel/schema.ts';
import { TestSystem } from '../../kernel/testdata/test-system.ts';
import { type OpenLoopState, openLoop } from './open-loop.ts';

const protocol = {
  Buy: { item: t.uint32, replyTo: t.ref({ Bought: { item: t.uint32 } }) },
  Look: { item: t.uint32, replyTo: t.ref({ Seen: {} }) },
  Wave: { hand: t.literal('left', 'right') },
} as const;
const calls = { Buy: protocol.Buy } as const;
type ShopRef = Ref<MessageOf<typeof protocol>>;

const profile = { shape: 'constant', perSecond: 10 } as const;
const timeoutMs = 100;

const Buyers = openLoop('Buyers', { protocol, profile, timeoutMs, request: (n) => ({ kind: 'Buy', item: n }) });
const Wavers = openLoop('Wavers', {
  protocol,
  profile,
  mode: 'tell',
  request: (n) => ({ kind: 'Wave', hand: n % 2 === 0 ? 'left' : 'right' }),
});
const Turned = openLoop('Turned', {
  protocol: calls,
  profile: (ctx) => ({ shape: 'bursts', perSecond: ctx.parameter('rate'), burst: ctx.parameter('burst') }),
  request: (n, ctx) => ({ kind: 'Buy', item: n + Math.floor(ctx.random() * 5) }),
  timeoutMs: (ctx) => ctx.parameter('patience'),
});
const Mixed = openLoop('Mixed', {
  protocol,
  profile: { shape: 'ramp', fromPerSecond: 0, toPerSecond: 100, overMs: 1_000, gaps: 'exponential' },
  mode: 'ask',
  request: (n) => (n % 2 === 0 ? { kind: 'Buy', item: n } : { kind: 'Look', item: n }),
  timeoutMs,
});

/** Never called: compiling it is the test. */
function mistakes(ctx: Context, shop: ShopRef, other: Ref<{ readonly kind: 'Other' }>): void {
  const buyers = ctx.spawn(Buyers, { args: { target: shop } });
  // A target that accepts more than the load sends.
  ctx.spawn(Turned, { args: { target: shop } });
  // @ts-expect-error a load needs a target
  ctx.spawn(Buyers);
  // @ts-expect-error a target that does not accept the protocol
  ctx.spawn(Buyers, { args: { target: other } });
  // @ts-expect-error the kind of its own timer is nobody else's business
  ctx.tell(buyers, { kind: 'Due' });
  // @ts-expect-error unknown kind
  openLoop('L', { protocol, profile, timeoutMs, request: () => ({ kind: 'Sell', item: 1 }) });
  // @ts-expect-error missing field
  openLoop('L', { protocol, profile, timeoutMs, request: () => ({ kind: 'Buy' }) });
  // @ts-expect-error a kind without a replyTo cannot be asked
  openLoop('L', { protocol, profile, timeoutMs, request: () => ({ kind: 'Wave', hand: 'left' }) });
  // @ts-expect-error a message that is told needs all its fields
  openLoop('L', { protocol, profile, mode: 'tell', request: (n) => ({ kind: 'Buy', item: n }) });
  // @ts-expect-error an ask needs a time-out
  openLoop('L', { protocol, profile, request: (n) => ({ kind: 'Buy', item: n }) });
  // @ts-expect-error nobody waits for an answer to what is told
  openLoop('L', { protocol, profile, mode: 'tell', timeoutMs, request: () => ({ kind: 'Wave', hand: 'left' }) });
  // @ts-expect-error bursts of how many?
  openLoop('L', { protocol, profile: { shape: 'bursts', perSecond: 1 }, mode: 'tell', request: (): Wave => wave });
  // @ts-expect-error no such shape
  openLoop('L', { protocol, profile: { shape: 'square', perSecond: 1 }, mode: 'tell', request: (): Wave => wave });
}

type Wave = MessageOf<typeof protocol, 'Wave'>;
const wave: Wave = { kind: 'Wave', hand: 'right' };

describe('open-loop loads', () => {
  it('mistakes do not compile', () => expect([mistakes, Wavers, Mixed]).toHaveLength(3));

  const request = (n: number) => ({ kind: 'Buy' as const, item: n });
  const refused: readonly [string, () => unknown, string][] = [
    [
      'a rate below 0',
      () => openLoop('L', { protocol, profile: { ...profile, perSecond: -1 }, timeoutMs, request }),
      'profile.perSecond',
    ],
    ['no time to answer', () => openLoop('L', { protocol, profile, timeoutMs: 0, request }), 'timeoutMs'],
    [
      'a time-out that is no number',
      () => openLoop('L', { protocol, profile, timeoutMs: Number.NaN, request }),
      'timeoutMs',
    ],
    ['another mode', () => openLoop('L', { protocol, profile, mode: 'shout' as 'ask', timeoutMs, request }), 'mode'],
  ];
  for (const [what, make, field] of refused) {
    it(`${what} is refused, naming ${field}`, () => {
      expect(make).toThrowError(expect.objectContaining({ code: 'invalid-configuration', field }));
    });
  }

  const Shop = actor('Shop', {
    protocol: calls,
    state: () => ({ bought: 0 }),
    on: {
      Buy(state, { item, replyTo }, ctx) {
        state.bought++;
        ctx.tell(replyTo, { kind: 'Bought', item });
      },
    },
  });
  const Root = actor('Root', {
    protocol: {},
    state: () => ({}),
    signals: {
      preStart: (_, ctx) =>
        void ctx.spawn(Turned, { name: 'load', args: { target: ctx.spawn(Shop, { name: 'shop' }) } }),
    },
    on: {},
  });

  it('takes one turn a request and no more: nothing ticks in between', () => {
    const parameters = { rate: 100, burst: 1, patience: 100 };
    const system = new TestSystem([Root, Turned, Shop], { parameters });
    system.start('Root');
    system.advance(995);
    const { cell } = system.find('/root/load');
    expect(system.state<OpenLoopState>('/root/load')).toMatchObject({ sent: 100, confirmed: 100, failed: 0 });
    // The start, a hundred answers, and a turn for each request but the first.
    expect(cell.processed).toBeLessThanOrEqual(202);
  });

  it('keeps within its bounds whatever its parameters say', () => {
    const system = new TestSystem([Root, Turned, Shop], { parameters: { rate: 100, burst: 1, patience: -7 } });
    system.start('Root');
    for (const [name, value] of [
      ['burst', -3],
      ['rate', Number.NaN],
      ['burst', 1e9],
      ['rate', -1],
    ] as const) {
      system.setParameter(name, value);
      system.advance(200);
    }
    const { profile: now, sent, failed } = system.state<OpenLoopState>('/root/load');
    expect(now).toEqual({ shape: 'bursts', perSecond: 0, burst: 65_536 });
    expect(failed).toBe(0);
    // 200 ms at 100 a second, and the one that is due when it sees that there is no rate any more.
    expect(sent).toBe(22);
  });

  it('its state is plain data: a copy is the same', () => {
    const system = new TestSystem([Root, Turned, Shop], { parameters: { rate: 0, burst: 4, patience: 50 } });
    system.start('Root');
    const paused = system.state<OpenLoopState>('/root/load');
    expect(JSON.parse(JSON.stringify(paused))).toEqual(paused);
    expect(paused.nextDueMs).toBeNull();
    system.setParameter('rate', 40);
    system.advance(60);
    const state = system.state<OpenLoopState>('/root/load');
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    expect(state.nextDueMs).toBeCloseTo(150, 6);
  });
});

describe('a load that is behind', () => {
  const Changing = openLoop('Changing', {
    protocol: { Wave: protocol.Wave },
    profile: (ctx) => ({ shape: 'constant', perSecond: ctx.parameter('rate') }),
    mode: 'tell',
    request: () => wave,
  });
  const Crowd = actor('Crowd', {
    protocol: { Wave: protocol.Wave },
    state: () => ({ waves: 0 }),
    on: { Wave: (state) => void state.waves++ },
  });
  const Square = actor('Square', {
    protocol: {},
    state: () => ({}),
    signals: {
      preStart: (_, ctx) =>
        void ctx.spawn(Changing, { name: 'load', args: { target: ctx.spawn(Crowd, { name: 'crowd' }) } }),
    },
    on: {},
  });

  /** At 20,000 a second, before anything but its first request was sent. */
  function started(): TestSystem {
    const system = new TestSystem([Square, Changing, Crowd], { parameters: { rate: 20_000 } });
    system.start('Square');
    expect(stateOf(system).sent).toBe(1);
    return system;
  }

  function stateOf(system: TestSystem): OpenLoopState {
    return system.state<OpenLoopState>('/root/load');
  }

  /** One turn of the load at that time, and all that others have to do. */
  function turnAt(system: TestSystem, nowMs: number): void {
    const { cell } = system.find('/root/load');
    const before = cell.processed;
    system.nowMs = nowMs;
    for (const kernel of system.kernels) kernel.advance(nowMs);
    system.settle();
    expect(cell.processed).toBe(before + 1);
    const state = stateOf(system);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  }

  /** Time stands still until nothing is overdue. */
  function catchUp(system: TestSystem): void {
    for (let turns = 0; system.nextDueMs() <= system.nowMs; turns++) {
      expect(turns).toBeLessThan(200);
      turnAt(system, system.nowMs);
    }
    expect(stateOf(system).changes).toEqual([]);
    expect(system.state<{ waves: number }>('/root/crowd').waves).toBe(stateOf(system).sent);
  }

  it('sends what it owed when it saw that its rate is 0, and nothing for the time after', () => {
    const system = started();
    turnAt(system, 1_000);
    expect(stateOf(system).sent).toBe(501);
    system.setParameter('rate', 0);
    turnAt(system, 2_000);
    expect(stateOf(system)).toMatchObject({
      sent: 1_001,
      profile: { perSecond: 20_000 },
      changes: [{ profile: { perSecond: 0 }, sinceMs: 2_000 }],
    });
    turnAt(system, 3_000);
    expect(stateOf(system).sent).toBe(1_501);
    catchUp(system);
    // The one at the start, and two seconds of 20,000.
    expect(stateOf(system)).toMatchObject({ sent: 40_001, profile: { perSecond: 0 }, nextDueMs: null });
    system.advance(1_000);
    expect(stateOf(system).sent).toBe(40_001);
  });

  it('remembers each rate for as long as it lasted', () => {
    const system = started();
    turnAt(system, 1_000);
    const rates = [
      [1_500, 0],
      [2_000, 4_000],
      [2_250, 4_000],
      [2_500, 0],
      [3_000, 1_000],
    ] as const;
    for (const [nowMs, rate] of rates) {
      system.setParameter('rate', rate);
      turnAt(system, nowMs);
    }
    expect(stateOf(system).changes.map(({ sinceMs }) => sinceMs)).toEqual([1_500, 2_000, 2_500, 3_000]);
    turnAt(system, 3_100);
    catchUp(system);
    expect(stateOf(system).sent).toBe(1 + 1.5 * 20_000 + 0.5 * 4_000 + 0.1 * 1_000);
    expect(stateOf(system).profile).toEqual({ shape: 'constant', perSecond: 1_000 });
  });

  it('remembers 16 of them; a further one takes the place of the last', () => {
    const system = started();
    turnAt(system, 1_000);
    for (let n = 1; n <= 20; n++) {
      system.setParameter('rate', (n + 1) * 1_000);
      turnAt(system, 1_000 + n);
      expect(stateOf(system).changes).toHaveLength(Math.min(n, 16));
    }
    expect(stateOf(system).changes.at(-1)).toEqual({
      profile: { shape: 'constant', perSecond: 21_000 },
      sinceMs: 1_016,
    });
    catchUp(system);
    // 20 a ms for 1,001 ms; then 2, 3, … 16 of them for 1 ms each; and 21 for the last 4.
    const between = Array.from({ length: 15 }, (_, index) => index + 2).reduce((sum, rate) => sum + rate, 0);
    expect(stateOf(system).sent).toBe(1 + 20 * 1_001 + between + 21 * 4);
    expect(stateOf(system).profile).toEqual({ shape: 'constant', perSecond: 21_000 });
  });
});
