import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deque } from './deque.ts';

test.each([
  ['with few items', 40, 300],
  ['with so many that they lie in several chunks', 1_400, 60],
])('does what a list would do, %s', (_, countMax, numRuns) => {
  // Runs of pushes and of shifts, so that it grows with its front in the middle of the ring.
  const kinds = fc.constantFrom('push', 'push', 'shift', 'shift', 'unshift', 'pop', 'takeAt');
  const run = fc.record({
    kind: kinds,
    count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: countMax })),
  });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 40, size: 'max' }), (runs) => {
      const deque = new Deque<number>();
      const list: number[] = [];
      let next = 0;
      for (const { kind, count } of runs) {
        for (let left = count; left > 0; left--) {
          if (kind === 'push') {
            deque.push(next);
            list.push(next++);
          } else if (kind === 'unshift') {
            deque.unshift(next);
            list.unshift(next++);
          } else if (kind === 'pop') {
            expect(deque.pop()).toBe(list.pop());
          } else if (kind === 'shift') {
            expect(deque.shift()).toBe(list.shift());
          } else if (list.length > 0) {
            const place = (count * 7) % list.length;
            const first = list[0];
            expect(deque.takeAt(place)).toBe(list[place]);
            list[place] = first as number;
            list.shift();
          }
        }
        expect(deque.length).toBe(list.length);
        expect(list.map((_, index) => deque.at(index))).toEqual(list);
      }
    }),
    { seed: 1, numRuns },
  );
});

test('runs empty after having been large, and starts again', () => {
  const deque = new Deque<number>();
  for (let item = 0; item < 10_000; item++) deque.push(item);
  for (let item = 0; item < 10_000; item++) expect(deque.shift()).toBe(item);
  expect(deque.shift()).toBeUndefined();
  deque.push(1);
  expect([deque.length, deque.at(0)]).toEqual([1, 1]);
});

test('has nothing outside its ends', () => {
  const deque = new Deque<number>();
  deque.push(1);
  expect(() => deque.at(1)).toThrow('deque index out of range');
  expect(() => deque.at(-1)).toThrow('deque index out of range');
  deque.clear();
  expect(deque.length).toBe(0);
});

test('becomes the same as another one, wherever that lies in its ring, and leaves it alone', () => {
  const one = new Deque<{ n: number }>();
  for (let n = 0; n < 12; n++) one.push({ n });
  for (let n = 0; n < 7; n++) one.push(one.shift() ?? { n: -1 });
  const other = new Deque<{ n: number }>();
  other.push({ n: 99 });
  other.copyFrom(one, ({ n }) => ({ n }));
  const numbers = Array.from({ length: 12 }, (_, index) => other.at(index).n);
  expect(numbers).toEqual([7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6]);
  other.at(0).n = 50;
  other.shift();
  other.unshift({ n: 1 });
  expect([one.length, one.at(0).n]).toEqual([12, 7]);
});
