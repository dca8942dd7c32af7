/** The load and the door it knocks on. */
import { type AskOutcome, actor, type MessageOf, type Ref, t } from '../../index.ts';
import { CheckoutReply, type OrderProtocol } from './orders.ts';

export const GatewayProtocol = {
  Checkout: { order: t.uint32, cents: t.uint32, replyTo: t.ref(CheckoutReply) },
} as const;

export const Gateway = actor('Gateway', {
  protocol: GatewayProtocol,
  state: ({ orders }: { readonly orders: Ref<MessageOf<typeof OrderProtocol>> }) => ({ orders, accepted: 0 }),
  on: {
    Checkout(state, { order, cents, replyTo }, ctx) {
      state.accepted++;
      ctx.tell(state.orders, { kind: 'PlaceOrder', order, cents, replyTo });
    },
  },
});

const TICK_MS = 1;
/** Requests in one tick: a generator that was held up catches up in steps and lets others have their turns. */
const BURST_MAX = 500;
const ANSWER_TIMEOUT_MS = 2_000;

/**
 * Open loop: requests are due at a fixed rate whether or not earlier ones were answered, and their latency counts from
 * when they were due. A generator that waited for answers would be slowed down by the very delays it should show.
 */
export const LoadGenerator = actor('LoadGenerator', {
  protocol: { Tick: {} },
  state: ({ gateway }: { readonly gateway: Ref<MessageOf<typeof GatewayProtocol>> }) => ({
    gateway,
    nextDueMs: 0,
    sent: 0,
    confirmed: 0,
    failed: 0,
  }),
  signals: {
    preStart(state, ctx) {
      state.nextDueMs = ctx.now();
      ctx.startPeriodicTimer('tick', { kind: 'Tick' }, TICK_MS);
    },
  },
  on: {
    Tick(state, _, ctx) {
      const rate = ctx.parameter('rate');
      const nowMs = ctx.now();
      if (rate <= 0) {
        state.nextDueMs = nowMs;
        return;
      }
      for (let burst = 0; burst < BURST_MAX && state.nextDueMs <= nowMs; burst++) {
        const request = { kind: 'Checkout', order: ++state.sent, cents: 100 + (state.sent % 9_900) } as const;
        ctx.ask(state.gateway, request, {
          reply: 'Answered',
          timeoutMs: ANSWER_TIMEOUT_MS,
          intendedAtMs: state.nextDueMs,
        });
        state.nextDueMs += 1_000 / rate;
      }
    },
  },
  replies: {
    Answered(state, outcome: AskOutcome<MessageOf<typeof CheckoutReply>>) {
      if (outcome.ok) state.confirmed++;
      else state.failed++;
    },
  },
});
