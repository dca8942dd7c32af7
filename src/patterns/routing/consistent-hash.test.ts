import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashText } from '../../base/hash.ts';
import { emptyRing, type HashRing, joinRing, leaveRing, memberFor } from './consistent-hash.ts';

const members = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 });
const keys = Array.from({ length: 2_000 }, (_, index) => `customer-${index}`);

function ringOf(names: readonly string[], virtualNodes = 20): HashRing {
  const ring = emptyRing(virtualNodes);
  for (const name of names) joinRing(ring, name);
  return ring;
}

const ownersIn = (ring: HashRing): (string | undefined)[] => keys.map((key) => memberFor(ring, key));

/** The dumb version: the nearest point at or after the key's, over all of them. */
function nearest(names: readonly string[], virtualNodes: number, key: string): string | undefined {
  const from = hashText(key);
  const points = names.flatMap((name) =>
    Array.from({ length: virtualNodes }, (_, node) => ({
      name,
      distance: (hashText(`${name}#${node}`) - from + 2 ** 32) % 2 ** 32,
    })),
  );
  points.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return points[0]?.name;
}

test('an empty ring has nobody for any key', () => expect(memberFor(emptyRing(), 'key')).toBeUndefined());

describe('a ring', () => {
  test('agrees with the nearest point of a plain search (seed 1)', () => {
    fc.assert(
      fc.property(members, fc.string(), (names, key) => {
        expect(memberFor(ringOf(names), key)).toBe(nearest(names, 20, key));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('depends on its members only, not on who came first (seed 2)', () => {
    const twoOrders = members.chain((names) =>
      fc.tuple(fc.constant(names), fc.shuffledSubarray(names, { minLength: names.length })),
    );
    fc.assert(
      fc.property(twoOrders, ([names, others]) => {
        expect(ringOf(names)).toEqual(ringOf(others));
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  test('moves keys only to the member that joins, and back when it leaves (seed 3)', () => {
    fc.assert(
      fc.property(members, (names) => {
        const ring = ringOf(names);
        const before = ownersIn(ring);
        joinRing(ring, 'the new one');
        const after = ownersIn(ring);
        for (const [index, owner] of after.entries()) {
          if (owner !== before[index]) expect(owner).toBe('the new one');
        }
        leaveRing(ring, 'the new one');
        expect(ownersIn(ring)).toEqual(before);
      }),
      { seed: 3, numRuns: 30 },
    );
  });

  test.each([2, 4, 9, 19])('moves about one in n keys when a member joins %i others', (count) => {
    const names = Array.from({ length: count }, (_, index) => `routee-${index}`);
    const ring = ringOf(names, 100);
    const before = ownersIn(ring);
    joinRing(ring, 'the new one');
    const moved = ownersIn(ring).filter((owner, index) => owner !== before[index]).length;
    const fair = keys.length / (count + 1);
    expect(moved).toBeGreaterThan(fair * 0.6);
    expect(moved).toBeLessThan(fair * 1.4);
  });

  test('takes numbers for keys, and a member only once', () => {
    const ring = ringOf(['a', 'b']);
    expect(memberFor(ring, 7)).toBe(memberFor(ring, '7'));
    const { length } = ring.points;
    joinRing(ring, 'a');
    expect(ring.points).toHaveLength(length);
  });
});
