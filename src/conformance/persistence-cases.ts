/** Event sourcing E1 to E3, sagas and finite-state machines. */
import type { Case } from './case.ts';
import { EVENT_CASES } from './persistence-event-cases.ts';
import { MACHINE_CASES } from './persistence-machine-cases.ts';
import { SAGA_CASES } from './persistence-saga-cases.ts';

export const PERSISTENCE_CASES: readonly Case[] = [...EVENT_CASES, ...SAGA_CASES, ...MACHINE_CASES];
