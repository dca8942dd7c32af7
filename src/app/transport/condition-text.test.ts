/** What people type into "Run until…", and how conditions are told. */
import { expect, test } from 'vitest';
import { conditionText, parseStateCondition } from './condition-text.ts';

test.each([
  ['/shop/load.sent = 100', { path: '/shop/load', field: 'sent', value: 100 }],
  ['  /shop/load.sent=100 ', { path: '/shop/load', field: 'sent', value: 100 }],
  ['/a/b.pending[0].order == 7', { path: '/a/b', field: 'pending[0].order', value: 7 }],
  ['/a/b[2].x = null', { path: '/a/b', field: '[2].x', value: null }],
  ['/a/b.phase = half-open', { path: '/a/b', field: 'phase', value: 'half-open' }],
  ['/a/b.phase = "half = open"', { path: '/a/b', field: 'phase', value: 'half = open' }],
  ['/a.done === true', { path: '/a', field: 'done', value: true }],
  ['/a/b = {"sent":1}', { path: '/a/b', field: '', value: { sent: 1 } }],
])('%s', (text, expected) => {
  expect(parseStateCondition(text)).toEqual({ ok: true, value: { until: 'state', ...expected } });
});

test.each(['', 'shop.sent = 1', '/shop/load.sent', '/shop/load.sent =', '= 3'])('"%s" is not a condition', (text) => {
  expect(parseStateCondition(text)).toMatchObject({
    ok: false,
    error: expect.stringContaining('/shop/load.sent = 100'),
  });
});

test('every condition can be told', () => {
  expect(conditionText({ until: 'message', kind: 'Charge' })).toBe('somebody handles Charge');
  expect(conditionText({ until: 'failure', path: '/a/b' })).toBe('/a/b fails');
  expect(conditionText({ until: 'breaker', to: 'open' })).toBe('a breaker is open');
  expect(conditionText({ until: 'state', path: '/a', field: 'n', value: 'x' })).toBe('/a.n = "x"');
  expect(conditionText({ until: 'time', atMs: 1_234.5 })).toBe('it is 1,234.500 ms');
});
