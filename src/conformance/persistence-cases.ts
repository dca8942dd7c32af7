/** Event sourcing E1 to E3, sagas and finite-state machines. */
import { durablePersistence } from '../patterns/state/durable-persistence.ts';
import type { Case } from './case.ts';
import { DURABLE_CASES } from './persistence-durable-cases.ts';
import { EVENT_CASES } from './persistence-event-cases.ts';
import { MACHINE_CASES } from './persistence-machine-cases.ts';
import { SAGA_CASES } from './persistence-saga-cases.ts';

const Durable = durablePersistence('Store');

/** The same case with a store that outlives the run: in live runs in the browser's storage, in simulated ones in memory. */
function durably(one: Case): Case {
  const behaviors = one.behaviors.map((behavior) => (behavior.name === Durable.name ? Durable : behavior));
  return { ...one, id: `${one.id}-durable`, title: `${one.title} (durable store)`, behaviors };
}

export const PERSISTENCE_CASES: readonly Case[] = [
  ...EVENT_CASES,
  ...SAGA_CASES,
  ...MACHINE_CASES,
  ...[...EVENT_CASES, ...SAGA_CASES].map(durably),
  ...DURABLE_CASES,
];
