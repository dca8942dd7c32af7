import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ref } from '../../kernel/ref.ts';
import {
  addRoutee,
  chooseRoutee,
  DEPTH_STALE_MS,
  leastOf,
  noRoutees,
  noSends,
  noteSend,
  ROUTEES_MAX,
  type RouteeList,
  recentSends,
  removeRoutee,
  shuffled,
  takeTurn,
} from './routing.ts';

const ref = (id: number): Ref => ({ node: 0, id, generation: 1, ask: 0, protocol: 0 });

function listOf(...ids: readonly number[]): RouteeList {
  const list = noRoutees(0);
  for (const id of ids) addRoutee(list, `${id}`, ref(id));
  return list;
}

type Step = { readonly what: 'join' | 'leave' | 'turn'; readonly id: number };

const steps = fc.array(
  fc.record({ what: fc.constantFrom<Step['what']>('join', 'leave', 'turn', 'turn', 'turn'), id: fc.nat({ max: 6 }) }),
  { maxLength: 120, size: 'max' },
);

/** The dumb version: the round as two queues, those that still have their turn in it and those that had it. */
class TwoQueues {
  private due: number[] = [];
  private had: number[] = [];

  join(id: number): void {
    if (this.due.includes(id) || this.had.includes(id)) return;
    if (this.due.length === 0) {
      this.due = this.had;
      this.had = [];
    }
    this.due.push(id);
  }

  leave(id: number): void {
    this.due = this.due.filter((one) => one !== id);
    this.had = this.had.filter((one) => one !== id);
  }

  turn(): number | undefined {
    if (this.due.length === 0) {
      this.due = this.had;
      this.had = [];
    }
    const id = this.due.shift();
    if (id !== undefined) this.had.push(id);
    return id;
  }
}

describe('round robin', () => {
  test('agrees with two plain queues under any joins and leaves (seed 1)', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const list = noRoutees(0);
        const queues = new TwoQueues();
        for (const { what, id } of all) {
          if (what === 'join') {
            addRoutee(list, `${id}`, ref(id));
            queues.join(id);
          } else if (what === 'leave') {
            removeRoutee(list, ref(id));
            queues.leave(id);
          } else {
            expect(takeTurn(list)?.ref.id).toBe(queues.turn());
          }
        }
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });

  test('gives nobody a second turn before everybody who stayed had one (seed 2)', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const list = noRoutees(0);
        /** Turns of each since it joined or since the last turn of the one that is the key. */
        const since = new Map<number, Map<number, number>>();
        for (const { what, id } of all) {
          if (what === 'join' && addRoutee(list, `${id}`, ref(id)) === 'added') since.set(id, new Map());
          if (what === 'leave' && removeRoutee(list, ref(id))) {
            since.delete(id);
            for (const others of since.values()) others.delete(id);
          }
          if (what !== 'turn') continue;
          const turn = takeTurn(list)?.ref.id;
          if (turn === undefined) continue;
          for (const [waiting, others] of since) {
            if (waiting !== turn) others.set(turn, (others.get(turn) ?? 0) + 1);
            expect(others.get(turn) ?? 0, `turns of ${turn} while ${waiting} waits`).toBeLessThanOrEqual(1);
          }
          since.set(turn, new Map());
        }
      }),
      { seed: 2, numRuns: 1_000 },
    );
  });
});

describe('a list of routees', () => {
  test('holds somebody once, and at most 256', () => {
    const list = listOf(1);
    expect(addRoutee(list, 'again', ref(1))).toBe('known');
    for (let id = 2; id <= ROUTEES_MAX; id++) expect(addRoutee(list, `${id}`, ref(id))).toBe('added');
    expect(addRoutee(list, 'more', ref(1_000))).toBe('full');
    expect(addRoutee(list, 'again', ref(1))).toBe('known');
    expect(removeRoutee(list, ref(2_000))).toBe(false);
  });

  test('has nobody for a message when it is empty, whatever the strategy', () => {
    const circumstances = { random: () => 0.5, mailboxDepth: () => 0, now: () => 0 };
    for (const strategy of ['round-robin', 'random', 'least-loaded', 'consistent-hash'] as const) {
      expect(chooseRoutee(noRoutees(10), strategy, circumstances, 'key')).toBeUndefined();
    }
  });
});

describe('the least loaded', () => {
  test('is the one with the fewest messages, in turn among equals', () => {
    expect(leastOf([], 0)).toBe(-1);
    expect(leastOf([3, 1, 2], 0)).toBe(1);
    expect([0, 1, 2, 3].map((from) => leastOf([1, 0, 0, 1], from))).toEqual([1, 1, 2, 1]);
  });

  test('counts what was sent a moment ago and does not show yet', () => {
    const list = listOf(1, 2, 3);
    const depths = new Map([[1, 2]]);
    const circumstances = { random: () => 0, mailboxDepth: ({ id }: Ref) => depths.get(id) ?? 0, now: () => 100 };
    const chosen = Array.from({ length: 6 }, () => chooseRoutee(list, 'least-loaded', circumstances)?.ref.id);
    expect(chosen).toEqual([2, 3, 2, 3, 1, 2]);
  });

  test('forgets what was sent when it must show by now', () => {
    const sends = noSends();
    noteSend(sends, 1_000);
    noteSend(sends, 1_001);
    expect(recentSends(sends, 1_001 + DEPTH_STALE_MS - 1)).toBe(2);
    expect(recentSends(sends, 1_001 + 2 * DEPTH_STALE_MS)).toBe(0);
  });
});

test('shuffling keeps everything, and every order comes up (seed 3)', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat()),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (items, chance) => {
        const order = shuffled(items, () => chance.next().value as number);
        expect(order.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b));
      },
    ),
    { seed: 3 },
  );
  const orders = new Set<string>();
  for (let first = 0; first < 3; first++) {
    for (let second = 0; second < 2; second++) {
      const chances = [(first + 0.5) / 3, (second + 0.5) / 2];
      orders.add(shuffled(['a', 'b', 'c'], () => chances.shift() ?? 0).join(''));
    }
  }
  expect(orders.size).toBe(6);
});
