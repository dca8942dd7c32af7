import { expect, test } from 'vitest';
import { LINK_LIMITS } from '../../share/shared-run.ts';
import { placeOf, reachOf } from './link-length.ts';

const link = (length: number): string => 'https://example.org/#'.padEnd(length, 'x');

test('the lines count the whole link, the limit only what is after the #', () => {
  expect([2_000, 2_001, 8_000, 8_001].map((length) => reachOf(link(length)))).toEqual([
    'everywhere',
    'most',
    'most',
    'paste',
  ]);
  const longest = link(0).length + LINK_LIMITS.fragmentLengthMax;
  expect(reachOf(link(longest))).toBe('paste');
  expect(reachOf(link(longest + 1))).toBe('none');
});

test('the meter has the lines at a quarter and at half of its length, and ends where links do', () => {
  expect([0, 2_000, 8_000, 32_000, 1e6].map(placeOf)).toEqual([0, 0.25, 0.5, 1, 1]);
});
