/** Circuit breaker C1 to C10, and the other guards before an actor. */
import type { Case } from './case.ts';
import { ABANDONED_CASES } from './guard-abandoned-cases.ts';
import { BREAKER_CASES } from './guard-breaker-cases.ts';
import { BREAKER_HAND_CASES } from './guard-breaker-hand-cases.ts';
import { FLOW_CASES } from './guard-flow-cases.ts';
import { RETRY_CASES } from './guard-retry-cases.ts';

export const GUARD_CASES: readonly Case[] = [
  ...BREAKER_CASES,
  ...ABANDONED_CASES,
  ...BREAKER_HAND_CASES,
  ...FLOW_CASES,
  ...RETRY_CASES,
];
