/**
 * Checkout under fire: what overload and failures do to a shop, and what supervision and a circuit breaker do about it.
 *
 *   shop ─┬─ load ─▶ gateway ─▶ orders ─▶ worker-1 … worker-4 ─▶ payments ─▶ breaker ─▶ service
 *         ├─ gateway
 *         ├─ orders ──── worker-1 … worker-4
 *         └─ payments ── breaker, service
 */
import { actor, type Scenario } from '../../index.ts';
import { Gateway, LoadGenerator } from './load.ts';
import { Orders, OrderWorker } from './orders.ts';
import { PaymentBreaker, PaymentService, Payments } from './payments.ts';
import { properties } from './promises.ts';

const Shop = actor('Shop', {
  protocol: {},
  state: () => ({}),
  signals: {
    preStart(_, ctx) {
      const payments = ctx.spawn(Payments, { name: 'payments', placement: 'round-robin' });
      const orders = ctx.spawn(Orders, { name: 'orders', args: { payments }, placement: 'round-robin' });
      const gateway = ctx.spawn(Gateway, { name: 'gateway', args: { orders }, placement: 'round-robin' });
      ctx.spawn(LoadGenerator, { name: 'load', args: { target: gateway }, placement: 'round-robin' });
    },
  },
  on: {},
});

export const checkout: Scenario = {
  id: 'checkout',
  title: 'Checkout under fire',
  summary:
    'A shop takes orders at a steady rate, whether or not it can keep up. Payments go through a service that may fail, behind a circuit breaker.',
  experiments: [
    'Crash worker-1: its supervisor restarts it, and the load goes on.',
    'Slow worker-1 down by 1 ms, then raise the load to 4,000 req/s: one order in four waits in its mailbox, and P99 leaves P50 behind.',
    'Turn payment failures up to 60 %: after five in a row the breaker opens and refuses at once. Turn them down to 0: ten seconds later it tries three calls, and closes.',
    'Slow the service down by 5 ms: it cannot keep up, its mailbox overflows into dead letters, and the breaker opens before everybody drowns.',
    'Turn the burst size up to 2,000: as many requests a second as before, but the provider refuses all beyond 1,000 at a time, and the breaker opens.',
    'Crash the service four times within a minute: the restart budget runs out, payments gives up, and the shop starts it anew with fresh children.',
  ],
  parameters: {
    rate: {
      label: 'Load',
      unit: 'req/s',
      default: 2_000,
      min: 0,
      max: 20_000,
      step: 100,
      hint: 'Requests are sent at this rate whether or not earlier ones were answered (open loop).',
    },
    burst: {
      label: 'Burst size',
      unit: 'req',
      default: 1,
      min: 1,
      max: 2_000,
      step: 1,
      hint: 'So many requests come at once, with longer pauses between: the load stays the same on average. 1 spaces them evenly.',
    },
    failureRate: {
      label: 'Payment failures',
      unit: '%',
      default: 1,
      min: 0,
      max: 100,
      step: 1,
      hint: 'Share of charges that the payment service answers with an error.',
    },
    paymentMs: {
      label: 'Payment time',
      unit: 'ms',
      default: 4,
      min: 1,
      max: 200,
      step: 1,
      hint: 'How long the payment provider takes on average to answer.',
    },
    crashesPerMinute: {
      label: 'Service crashes',
      unit: '/min',
      default: 0,
      min: 0,
      max: 60,
      step: 1,
      hint: 'How often the payment service dies on average. More than three in a minute use up its restart budget.',
    },
    breakerResetMs: {
      label: 'Breaker reset time',
      unit: 'ms',
      default: 10_000,
      min: 500,
      max: 60_000,
      step: 500,
      hint: 'How long the open breaker refuses everything before it lets trial calls through.',
    },
  },
  simulation: { latencyMs: 0.2, jitterMs: 0.1 },
  properties,
  behaviors: [Shop, LoadGenerator, Gateway, Orders, OrderWorker, Payments, PaymentBreaker, PaymentService],
  root: { behavior: Shop, name: 'shop' },
};
