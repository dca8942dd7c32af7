/** Circuit breaker C1 to C10, and the other guards before an actor. */
import type { Case } from './case.ts';

export const GUARD_CASES: readonly Case[] = [];
