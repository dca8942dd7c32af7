/**
 * Consistent hashing (Karger et al., 1997), as plain data and pure functions: a ring of points, several for each member,
 * and a key belongs to the member whose point comes next.
 *
 *        0 ── a ── b ── a ── c ── b ── … ── 2³²−1 ─┐
 *        └──────────────────────────────────────────┘     a key between `b` and `a` belongs to `a`
 *
 * Invariant: the ring depends on its members only, not on the order in which they came. So a member that joins takes keys
 * from the others and moves none between them (about one in n of all keys), and one that leaves gives only its own away.
 * It does not know refs or actors; members are names.
 */
import { hashText } from '../../base/hash.ts';

/** A ring of points that members own; plain data. */
export interface HashRing {
  /** Points a member. */
  readonly virtualNodes: number;
  /** Sorted by position, then by member. */
  points: readonly RingPoint[];
}

/** A place on the ring and the member that owns it. */
export interface RingPoint {
  /** A whole number from 0 to 2³² − 1. */
  readonly at: number;
  readonly member: string;
}

/**
 * Points a member when nothing else is said. With 100 the members' shares differ by about a tenth; Pekko's 10 would be
 * lighter, and shares differ by about a third.
 */
export const VIRTUAL_NODES_DEFAULT = 100;

/** A ring without members. */
export function emptyRing(virtualNodes: number = VIRTUAL_NODES_DEFAULT): HashRing {
  return { virtualNodes, points: [] };
}

/** Adds a member. One that is there already stays as it is. */
export function joinRing(ring: HashRing, member: string): void {
  if (ring.points.some((point) => point.member === member)) return;
  const joining: RingPoint[] = [];
  for (let node = 0; node < ring.virtualNodes; node++) joining.push({ at: hashText(`${member}#${node}`), member });
  ring.points = [...ring.points, ...joining].sort(inOrder);
}

/** Takes a member off. One that is not there changes nothing. */
export function leaveRing(ring: HashRing, member: string): void {
  ring.points = ring.points.filter((point) => point.member !== member);
}

/** The member that a key belongs to; undefined on an empty ring. O(log n). */
export function memberFor(ring: HashRing, key: string | number): string | undefined {
  const { points } = ring;
  const at = hashText(String(key));
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle] as RingPoint).at < at) low = middle + 1;
    else high = middle;
  }
  return (points[low] ?? points[0])?.member;
}

function inOrder(a: RingPoint, b: RingPoint): number {
  return a.at - b.at || (a.member < b.member ? -1 : 1);
}
