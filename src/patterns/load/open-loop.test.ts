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
