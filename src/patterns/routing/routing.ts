/**
 * Who gets the next message: the decisions of routers and pools, as plain data and pure functions.
 *
 * - round robin: in turn, in the order in which the routees joined; one that leaves takes its own turn with it and nobody
 *   else's, one that joins has its first turn at the end of the round.
 * - random: each with the same chance.
 * - least loaded: the one with the fewest messages before it, as far as can be known here; equals take turns.
 * - consistent hash: the one that owns the key (consistent-hash.ts).
 *
 * Invariant: `next` is the place of the routee whose turn it is, for as long as there are routees. Nothing here sends,
 * knows the time or rolls dice: the caller passes all that in. (Pekko's documentation, "Routers", describes the strategies.)
 */
import { unreachable } from '../../base/assert.ts';
import { type AnyMessage, type Ref, sameRef } from '../../kernel/ref.ts';
import { emptyRing, type HashRing, joinRing, leaveRing, memberFor } from './consistent-hash.ts';

/** Strategies that send a message to one routee. */
export type OneRouteeStrategy = 'round-robin' | 'random' | 'least-loaded' | 'consistent-hash';

/** Most routees of one router or pool. */
export const ROUTEES_MAX = 256;

/** How long it may take until a message that was sent shows in the receiver's mailbox depth, in ms. */
export const DEPTH_STALE_MS = 5;

/** Messages sent of late, to somebody whose mailbox depth may not show them yet. */
export interface RecentSends {
  /** Start of the present window of `DEPTH_STALE_MS`, in ms. */
  windowMs: number;
  /** Sent in this window. */
  current: number;
  /** Sent in the window before. */
  previous: number;
}

/** Somebody that a router passes messages on to. */
export interface Routee {
  /** Unique among the routees; what a hash ring knows it by. */
  readonly name: string;
  readonly ref: Ref<AnyMessage>;
  readonly sends: RecentSends;
}

export interface RouteeList {
  /** In the order of joining; at most `ROUTEES_MAX`. */
  readonly routees: Routee[];
  /** Whose turn it is. */
  next: number;
  /** Only for consistent hashing. */
  readonly ring: HashRing | null;
}

/** What a choice depends on beside the list. */
export interface Circumstances {
  /** A number in [0, 1). */
  random(): number;
  /** Messages in the mailbox of an actor, as far as known. */
  mailboxDepth(ref: Ref): number;
  /** In ms. */
  now(): number;
}

export function noSends(): RecentSends {
  return { windowMs: 0, current: 0, previous: 0 };
}

/** Nobody. @param virtualNodes points a routee on the hash ring; 0 for no ring */
export function noRoutees(virtualNodes: number): RouteeList {
  return { routees: [], next: 0, ring: virtualNodes > 0 ? emptyRing(virtualNodes) : null };
}

/** Whether it was added, is there already, or finds the list full. */
export function addRoutee(list: RouteeList, name: string, ref: Ref): 'added' | 'known' | 'full' {
  if (list.routees.some((routee) => sameRef(routee.ref, ref))) return 'known';
  if (list.routees.length >= ROUTEES_MAX) return 'full';
  list.routees.push({ name, ref: ref as Ref<AnyMessage>, sends: noSends() });
  if (list.ring !== null) joinRing(list.ring, name);
  return 'added';
}

/** False when it is not there. */
export function removeRoutee(list: RouteeList, ref: Ref): boolean {
  const index = list.routees.findIndex((routee) => sameRef(routee.ref, ref));
  if (index < 0) return false;
  const [gone] = list.routees.splice(index, 1);
  if (index < list.next) list.next--;
  if (list.next >= list.routees.length) list.next = 0;
  if (list.ring !== null && gone !== undefined) leaveRing(list.ring, gone.name);
  return true;
}

/** The routee whose turn it is; its turn is over then. Undefined without any. */
export function takeTurn(list: RouteeList): Routee | undefined {
  const routee = list.routees[list.next];
  list.next = list.next + 1 >= list.routees.length ? 0 : list.next + 1;
  return routee;
}

/** @param key for consistent hashing; ignored by the others */
export function chooseRoutee(
  list: RouteeList,
  strategy: OneRouteeStrategy,
  circumstances: Circumstances,
  key: string | number = '',
): Routee | undefined {
  switch (strategy) {
    case 'round-robin':
      return takeTurn(list);
    case 'random':
      return list.routees[Math.floor(circumstances.random() * list.routees.length)];
    case 'least-loaded':
      return leastLoaded(list, circumstances);
    case 'consistent-hash': {
      const member = list.ring === null ? undefined : memberFor(list.ring, key);
      return list.routees.find(({ name }) => name === member);
    }
    default:
      return unreachable(strategy, 'strategy');
  }
}

/**
 * Load is what waits in the mailbox, as its row says, and what was sent from here lately: the row may be a few ms behind
 * and does not show that yet. A message that is in both is counted twice for a moment, for everybody alike.
 */
function leastLoaded(list: RouteeList, circumstances: Circumstances): Routee | undefined {
  const nowMs = circumstances.now();
  const loads = list.routees.map(({ ref, sends }) => circumstances.mailboxDepth(ref) + recentSends(sends, nowMs));
  const index = leastOf(loads, list.next);
  const routee = list.routees[index];
  if (routee === undefined) return undefined;
  list.next = (index + 1) % list.routees.length;
  noteSend(routee.sends, nowMs);
  return routee;
}

/** Place of the smallest number, the first at or after `from` among equals; −1 of none. */
export function leastOf(loads: readonly number[], from: number): number {
  let best = -1;
  for (let step = 0; step < loads.length; step++) {
    const index = (from + step) % loads.length;
    if (best < 0 || (loads[index] as number) < (loads[best] as number)) best = index;
  }
  return best;
}

/** Counts a message sent now. */
export function noteSend(sends: RecentSends, nowMs: number): void {
  moveWindow(sends, nowMs);
  sends.current++;
}

/** Messages sent in the last `DEPTH_STALE_MS` at least, and twice that at most. */
export function recentSends(sends: RecentSends, nowMs: number): number {
  moveWindow(sends, nowMs);
  return sends.current + sends.previous;
}

function moveWindow(sends: RecentSends, nowMs: number): void {
  const windows = Math.floor((nowMs - sends.windowMs) / DEPTH_STALE_MS);
  if (windows <= 0) return;
  sends.previous = windows === 1 ? sends.current : 0;
  sends.current = 0;
  sends.windowMs += windows * DEPTH_STALE_MS;
}

/** All items in a random order (Fisher and Yates). @param random gives numbers in [0, 1) */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
