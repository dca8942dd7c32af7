/** Orders: a supervisor that deals orders out to its workers, spread over all threads. */
import { type AskOutcome, actor, type MessageOf, type Ref, t } from '../../index.ts';
import type { ChargeProtocol } from './payments.ts';

/** What the customer hears when all went well; otherwise the request fails with the reason. */
export const CheckoutReply = { Confirmed: { order: t.uint32 } } as const;

export const OrderProtocol = {
  PlaceOrder: { order: t.uint32, cents: t.uint32, replyTo: t.ref(CheckoutReply) },
} as const;

type PaymentsRef = Ref<MessageOf<typeof ChargeProtocol>>;
type Customer = Ref<MessageOf<typeof CheckoutReply>>;

interface OrderContext {
  readonly order: number;
  readonly customer: Customer;
}

const POOL_SIZE = 4;
/** Longer than the breaker waits, so that the breaker speaks first. */
const CHARGE_TIMEOUT_MS = 1_500;

export const OrderWorker = actor('OrderWorker', {
  protocol: OrderProtocol,
  state: ({ payments }: { readonly payments: PaymentsRef }) => ({ payments, confirmed: 0, declined: 0 }),
  on: {
    PlaceOrder(state, { order, cents, replyTo }, ctx) {
      const context: OrderContext = { order, customer: replyTo };
      ctx.ask(
        state.payments,
        { kind: 'Charge', order, cents },
        { reply: 'Charged', timeoutMs: CHARGE_TIMEOUT_MS, context },
      );
    },
  },
  replies: {
    Charged(state, outcome: AskOutcome<{ readonly kind: 'Paid' }, OrderContext>, ctx) {
      const { order, customer } = outcome.context;
      if (outcome.ok) {
        state.confirmed++;
        ctx.tell(customer, { kind: 'Confirmed', order });
      } else {
        state.declined++;
        ctx.fail(customer, outcome.error);
      }
    },
  },
});

export const Orders = actor('Orders', {
  protocol: OrderProtocol,
  state: ({ payments }: { readonly payments: PaymentsRef }) => ({
    payments,
    workers: [] as Ref<MessageOf<typeof OrderProtocol>>[],
    next: 0,
  }),
  signals: {
    preStart(state, ctx) {
      for (let index = 0; index < POOL_SIZE; index++) {
        const args = { payments: state.payments };
        state.workers.push(ctx.spawn(OrderWorker, { name: `worker-${index + 1}`, args, placement: index }));
      }
    },
  },
  on: {
    PlaceOrder(state, order, ctx) {
      const worker = state.workers[state.next];
      state.next = (state.next + 1) % state.workers.length;
      if (worker !== undefined) ctx.tell(worker, order);
    },
  },
});
