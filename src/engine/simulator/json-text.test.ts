/** Plain data of every kind has a text of its own. */
import { expect, test } from 'vitest';
import { jsonText } from './json-text.ts';

test('what JSON has no word for is told apart', () => {
  expect([1n, 2n, 1, '1', [1n]].map(jsonText)).toEqual(['"1n"', '"2n"', '1', '"1"', '["1n"]']);
  expect(jsonText(new Map<unknown, unknown>([[1n, { of: new Set(['a', 2n]) }]]))).toBe('[["1n",{"of":["a","2n"]}]]');
  expect(jsonText({ buffer: new Uint8Array([1, 2]).buffer })).toBe('{"buffer":[1,2]}');
  expect(jsonText(undefined)).toBeUndefined();
});
