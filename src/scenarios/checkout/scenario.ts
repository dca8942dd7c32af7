import { type Scenario, actor } from '../../index.ts';

const Shop = actor('Shop', { protocol: {}, state: () => ({}), on: {} });

export const checkout: Scenario = {
  id: 'checkout',
  title: 'Checkout under fire',
  summary:
    'A shop takes orders at a steady rate, whether or not it can keep up. Payments go through a service that may fail, behind a circuit breaker.',
  experiments: [
    'Crash an order worker: its supervisor restarts it and the load goes on.',
    'Slow the payment service down and watch P99 leave P50 behind.',
    'Raise the failure rate until the breaker opens; then heal the service and wait for half-open.',
    'Crash the same actor four times within a minute: the budget runs out and its supervisor escalates.',
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
  behaviors: [Shop],
  root: { behavior: Shop, name: 'shop' },
};
