import { expect, test } from 'vitest';
import {
  formatClock,
  formatCount,
  formatMs,
  formatShort,
  formatVirtual,
  formatVirtualBare,
  nameOf,
  parseNumber,
} from './format.ts';

test('short numbers have three significant digits and never more than five characters', () => {
  const shown = [0, 7.25, 42, 99.94, 840, 999.4, 999.6, 12_345, 999_499, 999_501, 1_250_000].map(formatShort);
  expect(shown).toEqual(['0', '7.3', '42', '99.9', '840', '999', '1.00k', '12.3k', '999k', '1.00M', '1.25M']);
});

test('nothing measured is a dash, never a zero', () => {
  expect([formatShort(undefined), formatMs(undefined), formatMs(Number.NaN)]).toEqual(['–', '–', '–']);
});

test('milliseconds turn into seconds when they are many', () => {
  expect([0.424, 8.312, 12.34, 120.4, 999.6, 1_240].map(formatMs)).toEqual([
    '0.42 ms',
    '8.31 ms',
    '12.3 ms',
    '120 ms',
    '1.00 s',
    '1.24 s',
  ]);
});

test('engine time', () => {
  expect([0, 7_340, 760_000, 3_723_400].map(formatClock)).toEqual(['0:00.0', '0:07.3', '12:40.0', '1:02:03.4']);
});

test('virtual time is exact to the microsecond', () => {
  expect([0, 12.5, 61_203.12549].map(formatVirtual)).toEqual(['0.000 ms', '12.500 ms', '61,203.125 ms']);
  expect(formatVirtualBare(1_234.5)).toBe('1,234.500');
});

test('counts and names', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
  expect(nameOf('/shop/orders/worker-1')).toBe('worker-1');
});

test('numbers are read the way people write them', () => {
  for (const text of ['1000', '1,000', '1 000', ' 1\u00a0000 ', '+1000', '1000.0'])
    expect(parseNumber(text)).toBe(1_000);
  expect(parseNumber('1,234,567.5')).toBe(1_234_567.5);
  expect(parseNumber('-.5')).toBe(-0.5);
  for (const text of ['', ' ', '1,5', '1,0000', '0x10', '1e3', 'Infinity', 'ten', '1..2']) {
    expect(parseNumber(text)).toBeUndefined();
  }
});
