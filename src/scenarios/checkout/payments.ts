/** Payments: a facade that supervises a flaky payment service behind a circuit breaker. */
import { actor, circuitBreaker, type Ref, type RefOf, t } from '../../index.ts';

export const ChargeProtocol = {
  Charge: { order: t.uint32, cents: t.uint32, replyTo: t.ref({ Paid: { order: t.uint32 } }) },
} as const;

type Answer = Ref<{ readonly kind: 'Paid'; readonly order: number }>;

/** A charge that the provider is working on. */
interface Pending {
  readonly charge: number;
  readonly order: number;
  readonly fails: boolean;
  readonly replyTo: Answer;
}

export interface PaymentServiceState {
  charged: number;
  failed: number;
  /** Charges taken so far; the latest one has this number. */
  taken: number;
  pending: Pending[];
}

/** Charges that the provider works on at a time; it refuses more. */
const CONCURRENCY = 1_000;
const TICK_MS = 100;

/** Stands for a payment provider on the network: takes its time, sometimes fails, sometimes dies. */
export const PaymentService = actor('PaymentService', {
  protocol: { ...ChargeProtocol, Tick: {} },
  internal: { Settle: { charge: t.uint32 } },
  state: (): PaymentServiceState => ({ charged: 0, failed: 0, taken: 0, pending: [] }),
  signals: {
    preStart: (_, ctx) => ctx.startPeriodicTimer('tick', { kind: 'Tick' }, TICK_MS),
  },
  on: {
    Charge(state, { order, replyTo }, ctx) {
      if (state.pending.length >= CONCURRENCY) {
        ctx.fail(replyTo, {
          code: 'request-rejected',
          message: `The provider has ${CONCURRENCY} charges to do already.`,
        });
        return;
      }
      const charge = ++state.taken;
      const takesMs = ctx.parameter('paymentMs') * (0.5 + ctx.random());
      const fails = ctx.random() * 100 < ctx.parameter('failureRate');
      state.pending.push({ charge, order, fails, replyTo });
      ctx.startTimer(`charge-${charge}`, { kind: 'Settle', charge }, takesMs);
    },
    Settle(state, { charge }, ctx) {
      const settled = state.pending.find((pending) => pending.charge === charge);
      if (settled === undefined) return;
      state.pending.splice(state.pending.indexOf(settled), 1);
      const { order, fails, replyTo } = settled;
      if (fails) {
        state.failed++;
        ctx.fail(replyTo, { code: 'request-rejected', message: `The provider declined order ${order}.` });
      } else {
        state.charged++;
        ctx.tell(replyTo, { kind: 'Paid', order });
      }
    },
    Tick(_state, _message, ctx) {
      if (ctx.random() * 60_000 < ctx.parameter('crashesPerMinute') * TICK_MS)
        throw new Error('connection to the provider lost');
    },
  },
});

export const PaymentBreaker = circuitBreaker('PaymentBreaker', {
  protocol: ChargeProtocol,
  callTimeoutMs: 1_000,
  resetTimeoutMs: (ctx) => ctx.parameter('breakerResetMs'),
});

/** Callers know this address only, whatever becomes of what is behind it. */
export const Payments = actor('Payments', {
  protocol: ChargeProtocol,
  state: () => ({ breaker: null as RefOf<typeof PaymentBreaker> | null }),
  signals: {
    preStart(state, ctx) {
      const service = ctx.spawn(PaymentService, { name: 'service', placement: 'round-robin' });
      state.breaker = ctx.spawn(PaymentBreaker, { name: 'breaker', args: { target: service } });
    },
  },
  on: {
    Charge(state, charge, ctx) {
      if (state.breaker !== null) ctx.tell(state.breaker, charge);
    },
  },
});
