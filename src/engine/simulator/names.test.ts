/** Names as numbers: the same name always has the same number, and beyond the bound nothing breaks. */
import { expect, test } from 'vitest';
import { fnv1a } from '../../base/hash.ts';
import { Labels, Lifelines } from './names.ts';

test('labels beyond the bound are one label', () => {
  const labels = new Labels(5);
  const texts = ['a', 'b', 'c', 'd', 'e', 'a', '…'];
  const numbers = texts.map((text) => labels.numberOf(text));
  expect(numbers.map((number) => labels.text(number))).toEqual(['a', 'b', 'c', '…', '…', 'a', '…']);
  expect(labels.hash(numbers[1] ?? 0)).toBe(fnv1a('b'));
  expect(labels.text(0)).toBe('');
});

test('actors have a name for each of their lives; beyond the bound they have none', () => {
  const lifelines = new Lifelines(3);
  const at = (path: string, id: number, generation = 1) => ({
    path,
    ref: { id, generation, ask: 0, node: 0, protocol: 0 } as never,
  });
  const cells = [at('/a', 1), at('/b', 2), at('/c', 1, 2), at('/d', 3), at('/a', 1), at('/d', 3)];
  expect(cells.map((cell) => lifelines.path(lifelines.of(cell)))).toEqual(['/a', '/b', '/c', '', '/a', '']);
  expect(lifelines.path(0)).toBe('');
});
