import { expect, test } from 'vitest';
import { assert, unreachable } from './assert.ts';

test('a true condition passes and narrows', () => {
  const value: string | undefined = ['x'][0];
  assert(value !== undefined, 'value is missing');
  expect(value.length).toBe(1);
});

test.each([false, 0, '', null, undefined, Number.NaN])(
  'a false condition (%s) stops with a bug report',
  (condition) => {
    expect(() => assert(condition, 'the mailbox is negative')).toThrow('Playhouse bug: the mailbox is negative');
  },
);

test('an unexpected member of a union stops with its value', () => {
  const value = { kind: 'unheard-of' } as never;
  expect(() => unreachable(value, 'message')).toThrow('Playhouse bug: unexpected message {"kind":"unheard-of"}');
});
