/** Supervision: S1 to S18, backoff B1 to B3. */
import type { Case } from './case.ts';

export const SUPERVISION_CASES: readonly Case[] = [];
