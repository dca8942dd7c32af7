/**
 * The benchmark workloads as scenarios: ordinary behaviors on the public API, so that what is measured is what authors get.
 * One file a workload in live/; to add one, write it there and name it here.
 */
import type { Scenario } from '../../src/index.ts';
import { BANKING } from './live/banking.ts';
import { BIG } from './live/big.ts';
import { BOUNDED_BUFFER } from './live/bounded-buffer.ts';
import { CHAMENEOS } from './live/chameneos.ts';
import { COUNTING, STREAM } from './live/counting.ts';
import { ALIVE, CREATE_40, CREATE_200, IDLE } from './live/create.ts';
import { FORK_JOIN, FORK_JOIN_CREATE } from './live/fork-join.ts';
import { GRINDING } from './live/grinding.ts';
import type { ActorWorkload } from './live/outcome.ts';
import { DINING } from './live/philosophers.ts';
import { PARKED, PING_PONG, SPINNING } from './live/ping-pong.ts';
import { THREAD_RING } from './live/thread-ring.ts';

/** Measured by their roots: see actors.ts. */
export const ACTOR_SCENARIOS: readonly ActorWorkload[] = [
  COUNTING,
  PING_PONG,
  THREAD_RING,
  FORK_JOIN,
  BIG,
  BANKING,
  STREAM,
  SPINNING,
  PARKED,
  CREATE_40,
  CREATE_200,
  FORK_JOIN_CREATE,
  DINING,
  BOUNDED_BUFFER,
  CHAMENEOS,
];

/** Whatever the workers of the page may be asked for. */
export const SCENARIOS: readonly Scenario[] = [
  ...[...ACTOR_SCENARIOS, IDLE, ALIVE].map(({ scenario }) => scenario),
  GRINDING,
];
