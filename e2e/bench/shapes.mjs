/**
 * The workloads that several systems run, so that all of them do the same: what they are called (Savina's names), how big
 * they are, what counts as one operation, and what must come out. Plain JavaScript, because Node runs the rivals as they are.
 *
 * @typedef {import('./workload.ts').Shape} Shape
 */

/**
 * The running checksum of every workload: depends on each value and on their order.
 * @param {number} checksum
 * @param {number} value
 * @returns {number}
 */
export function mix(checksum, value) {
  return (Math.imul(checksum, 31) + value) | 0;
}

/**
 * The checksum of the values 0 … count − 1, each passed through `value`.
 * @param {number} count
 * @param {(index: number) => number} value
 * @returns {number}
 */
export function expectedChecksum(count, value) {
  let checksum = 0;
  for (let index = 0; index < count; index++) checksum = mix(checksum, value(index));
  return checksum;
}

/**
 * The numbers 0 … count − 1 added up.
 * @param {number} count
 */
export const sum = (count) => (count * (count - 1)) / 2;

/**
 * A pseudo-random sequence of 32-bit numbers that every language can repeat: the next one after this.
 * @param {number} seed
 */
export function nextSeed(seed) {
  return (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
}

/**
 * A choice among so many, from such a number. Its high bits are the random ones.
 * @param {number} seed
 * @param {number} among
 */
export function chosen(seed, among) {
  return (seed >>> 8) % among;
}

/** Messages that a mailbox may hold: what one burst to one actor can be. */
export const BURST = 1_000_000;
export const RING_MEMBERS = 100;
export const FORK_JOIN_ACTORS = 60;
export const BIG_ACTORS = 200;
export const ACCOUNTS = 1_000;
/** What every account has at first; more than it can ever have to pay. */
export const OPENING = 1_000_000_000;
/** Transfers that the teller orders at once: Savina's number. */
export const TRANSFERS_AT_ONCE = 50_000;

/**
 * What several systems do, by a short name.
 * @satisfies {Record<string, Shape>}
 */
export const SHAPES = {
  /** Counting: numbered messages to one counter, which asks for the next burst when it has all of one. */
  counting: {
    title: 'counting: 1,000,000 messages in one burst',
    unit: 'M msg/s',
    size: BURST,
    slowSize: 200_000,
    operations: (size) => size,
    expected: sum,
  },
  /** Ping-pong: the number of the ping comes back in the pong. */
  pingPong: {
    title: 'ping-pong of two actors',
    unit: 'M msg/s',
    size: 1_000_000,
    slowSize: 50_000,
    operations: (size) => 2 * size,
    expected: (size) => size,
  },
  /** Thread ring: one token, so many hops. */
  threadRing: {
    title: `thread ring of ${RING_MEMBERS} actors`,
    unit: 'M msg/s',
    size: 2_000_000,
    slowSize: 100_000,
    operations: (size) => size,
    expected: (size) => expectedChecksum(size, (hop) => size - hop),
  },
  /** Fork-join throughput: one burst of so many messages to each of the actors, in turn. */
  forkJoin: {
    title: `fork-join throughput: 10,000 messages to each of ${FORK_JOIN_ACTORS} actors, one burst`,
    unit: 'M msg/s',
    size: 10_000,
    slowSize: 4_000,
    operations: (size) => size * FORK_JOIN_ACTORS,
    expected: (size) => FORK_JOIN_ACTORS * expectedChecksum(size, (index) => index),
  },
  /** Big: each actor pings others at random, one at a time, so many times. Counted by who sends and by who receives. */
  big: {
    title: `big: ${BIG_ACTORS} actors, all to all, pings and pongs`,
    unit: 'M msg/s',
    size: 10_000,
    slowSize: 500,
    operations: (size) => 2 * size * BIG_ACTORS,
    expected: (size) => 2 * BIG_ACTORS * sum(size + 1),
  },
  /** Banking: teller → source → target → source → teller, between accounts chosen at random. */
  banking: {
    title: `banking: ${ACCOUNTS.toLocaleString('en')} accounts, 4 messages a transfer`,
    unit: 'M transfers/s',
    size: 10 * TRANSFERS_AT_ONCE,
    slowSize: TRANSFERS_AT_ONCE,
    operations: (size) => size,
    // Every transfer is answered, and no money is made or lost.
    expected: (size) => sum(size) + ACCOUNTS * OPENING,
  },
  /** Each actor is told one message and answers whoever made it. */
  create40: {
    title: 'create an actor and process one message: 40,000',
    unit: 'K actors/s',
    size: 40_000,
    slowSize: 40_000,
    operations: (size) => size,
    expected: sum,
  },
  create200: {
    title: 'create an actor and process one message: 200,000',
    unit: 'K actors/s',
    size: 200_000,
    slowSize: 200_000,
    operations: (size) => size,
    expected: sum,
  },
  /** Actors that have processed one message each and wait for the next. */
  idle: {
    title: 'bytes per idle actor, of 100,000',
    unit: 'bytes',
    size: 100_000,
    slowSize: 100_000,
    operations: (size) => size,
    expected: sum,
  },
};
