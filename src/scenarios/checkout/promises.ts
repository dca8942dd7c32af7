/** What should be true of every run of the shop. Some faults break these promises, and the simulator says at which step. */
import type { OpenLoopState, Scenario } from '../../index.ts';
import type { PaymentServiceState } from './payments.ts';

const LOAD = '/shop/load';
const SERVICE = '/shop/payments/service';
const BREAKER = '/shop/payments/breaker';
/** The reset time unless somebody turns it up, and a little for what is under way. */
const BREAKER_TRIES_WITHIN_MS = 11_000;

export const properties: NonNullable<Scenario['properties']> = [
  {
    // Holds under every fault: an ask has one outcome, however often the network repeats its answer.
    name: 'Every request has at most one outcome',
    type: 'always',
    watches: [LOAD],
    holds(world) {
      const load = world.state<OpenLoopState>(LOAD);
      return load === undefined || load.confirmed + load.failed <= load.sent;
    },
  },
  {
    // Broken by messages that come twice on their way to the service: it does not know that it has seen an order before.
    name: 'No order is charged twice at once',
    type: 'always',
    watches: [SERVICE],
    holds(world) {
      const pending = world.state<PaymentServiceState>(SERVICE)?.pending ?? [];
      // A turn adds at most one charge, at the end.
      const latest = pending.at(-1);
      return pending.findIndex((charge) => charge.order === latest?.order) === pending.length - 1;
    },
  },
  {
    // Broken by whatever is slower than the load, stopped, or dropped on its way. A comparison of numbers: after every step.
    name: 'No message is lost: there is no dead letter',
    type: 'never',
    holds: (world) => world.deadLetters > 0,
  },
  {
    // Broken by forcing it open, and by a reset time of more than 11 s.
    name: 'A breaker that opens tries again within 11 s',
    type: 'eventually',
    watches: [BREAKER],
    when: (world) => world.actor(BREAKER)?.breaker === 'open',
    holds: (world) => world.actor(BREAKER)?.breaker !== 'open',
    withinMs: BREAKER_TRIES_WITHIN_MS,
  },
];
