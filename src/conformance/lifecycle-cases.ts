/** Lifecycle: L1 to L5, watch W1, timers T1 to T4. */
import type { Case } from './case.ts';

export const LIFECYCLE_CASES: readonly Case[] = [];
