import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap, type HeapEntry } from './heap.ts';

interface Entry extends HeapEntry {
  readonly name: number;
}

type Command =
  | { readonly kind: 'add'; readonly dueMs: number }
  | { readonly kind: 'pop' }
  | { readonly kind: 'remove'; readonly which: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  // Few different deadlines, so that many are equal.
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const), dueMs: fc.integer({ min: 0, max: 8 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'pop' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), which: fc.nat() }) },
);

test('does what a list sorted by deadline would do, in the order of insertion among equals', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 200, size: 'max' }), (commands) => {
      const heap = new Heap<Entry>();
      let sorted: Entry[] = [];
      commands.forEach((step, name) => {
        if (step.kind === 'add') {
          const entry: Entry = { name, dueMs: step.dueMs, order: 0, place: -1 };
          heap.add(entry);
          // Sorting is stable: equals stay as they were added.
          sorted = [...sorted, entry].sort((a, b) => a.dueMs - b.dueMs);
        } else if (step.kind === 'pop') {
          expect(heap.pop()?.name).toBe(sorted.shift()?.name);
        } else if (sorted.length > 0) {
          const [entry] = sorted.splice(step.which % sorted.length, 1);
          if (entry !== undefined) heap.remove(entry);
        }
        expect(heap.size).toBe(sorted.length);
        expect(heap.peek()?.name).toBe(sorted[0]?.name);
      });
      expect(sorted.map(() => heap.pop()?.name)).toEqual(sorted.map(({ name }) => name));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('an entry cannot be in a heap twice, and leaving twice changes nothing', () => {
  const heap = new Heap<HeapEntry>();
  const entry: HeapEntry = { dueMs: 1, order: 0, place: -1 };
  heap.add(entry);
  expect(() => heap.add(entry)).toThrow('entry is already in a heap');
  heap.remove(entry);
  heap.remove(entry);
  expect(heap.size).toBe(0);
});

test('becomes the same as another one, with the same order among equals, and leaves it alone', () => {
  const one = new Heap<Entry>();
  const entries = [5, 3, 3, 9, 3].map((dueMs, name): Entry => ({ name, dueMs, order: 0, place: -1 }));
  for (const entry of entries) one.add(entry);
  one.remove(entries[1] as Entry);
  const other = new Heap<Entry>();
  const forgotten: Entry = { name: 99, dueMs: 1, order: 0, place: -1 };
  other.add(forgotten);
  other.copyFrom(one, (entry) => ({ ...entry }));
  // It is in no heap any more.
  other.remove(forgotten);
  expect(other.size).toBe(4);
  for (const heap of [other, one]) heap.add({ name: 5, dueMs: 3, order: 0, place: -1 });
  const namesOf = (heap: Heap<Entry>): unknown[] => Array.from({ length: 5 }, () => heap.pop()?.name);
  expect(namesOf(other)).toEqual([2, 4, 5, 0, 3]);
  expect(namesOf(one)).toEqual([2, 4, 5, 0, 3]);
});
