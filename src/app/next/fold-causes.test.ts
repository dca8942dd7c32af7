/** What of a chain of causes is shown at first. */
import { expect, test } from 'vitest';
import type { CauseLink } from '../../engine/simulation.ts';
import { foldCauses } from './fold-causes.ts';

const chain = (length: number): readonly CauseLink[] =>
  Array.from({ length }, (_, index) => ({
    step: index + 1,
    atMs: index,
    path: '/a',
    kind: 'timer',
    label: 'Due',
    text: '',
  }));

test.each([0, 1, 5, 9])('a chain of %d is shown whole', (length) => {
  expect(foldCauses(chain(length))).toEqual({ first: [], folded: [], last: chain(length) });
});

test.each([10, 73, 400])('of a chain of %d the first cause and the last links are shown', (length) => {
  const { first, folded, last } = foldCauses(chain(length));
  expect([...first, ...folded, ...last]).toEqual(chain(length));
  expect([first.length, last.length]).toEqual([1, 6]);
});
