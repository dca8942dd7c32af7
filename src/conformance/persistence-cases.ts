/** Event sourcing E1 to E3, sagas and finite-state machines. */
import type { Case } from './case.ts';

export const PERSISTENCE_CASES: readonly Case[] = [];
