/** Routers and pools R1 to R4, work pulling, batching and dispatch. */
import type { Case } from './case.ts';

export const ROUTER_CASES: readonly Case[] = [];
