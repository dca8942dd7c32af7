/** The load and the door it knocks on. */
import { actor, type MessageOf, openLoop, type Ref, t } from '../../index.ts';
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

const ANSWER_TIMEOUT_MS = 2_000;

/** Customers, who come when they come: the shop's delays do not keep them away. */
export const LoadGenerator = openLoop('LoadGenerator', {
  protocol: GatewayProtocol,
  profile: (ctx) => ({ shape: 'bursts', perSecond: ctx.parameter('rate'), burst: ctx.parameter('burst') }),
  request: (order) => ({ kind: 'Checkout', order, cents: 100 + (order % 9_900) }),
  timeoutMs: ANSWER_TIMEOUT_MS,
});
