import { expect, test } from 'vitest';
import type { PropertyView } from '../../engine/simulation.ts';
import { summaryOf } from './property-summary.ts';

test('what is pending neither holds nor is broken', () => {
  const summary = (...statuses: readonly PropertyView['status'][]) => summaryOf(statuses.map((status) => ({ status })));
  expect(summary('holds')).toBe('1 property holds');
  expect(summary('holds', 'holds')).toBe('2 properties hold');
  expect(summary('holds', 'holds', 'holds', 'pending')).toBe('3 hold, 1 pending');
  expect(summary('pending', 'holds')).toBe('1 holds, 1 pending');
  expect(summary('pending')).toBe('1 property pending');
  expect(summary('pending', 'pending')).toBe('2 properties pending');
  expect(summary('holds', 'pending', 'violated')).toBe('1 of 3 violated');
});
