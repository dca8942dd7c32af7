/** Every conformance case. */

import { BACKOFF_CASES } from './backoff-cases.ts';
import type { Case } from './case.ts';
import { FAULT_CASES } from './fault-cases.ts';
import { GUARD_CASES } from './guard-cases.ts';
import { LIFECYCLE_CASES } from './lifecycle-cases.ts';
import { LOAD_CASES } from './load-cases.ts';
import { MAILBOX_CASES } from './mailbox-cases.ts';
import { PERSISTENCE_CASES } from './persistence-cases.ts';
import { ROUTER_CASES } from './router-cases.ts';
import { SUPERVISION_CASES } from './supervision-cases.ts';
import { TALKING_CASES } from './talking-cases.ts';
import { TOPIC_CASES } from './topic-cases.ts';
import { WORKER_LOSS_CASES } from './worker-loss-cases.ts';

export const CASES: readonly Case[] = [
  ...SUPERVISION_CASES,
  ...BACKOFF_CASES,
  ...LIFECYCLE_CASES,
  ...MAILBOX_CASES,
  ...TALKING_CASES,
  ...GUARD_CASES,
  ...ROUTER_CASES,
  ...LOAD_CASES,
  ...TOPIC_CASES,
  ...PERSISTENCE_CASES,
  ...FAULT_CASES,
  ...WORKER_LOSS_CASES,
];
