/** Asks A1, pipes, and what is measured X1 to X3. */
import type { Case } from './case.ts';

export const TALKING_CASES: readonly Case[] = [];
