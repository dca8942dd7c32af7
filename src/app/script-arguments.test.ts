/** What a script may give `window.playhouse`, and that every mistake is named. */
import { describe, expect, test } from 'vitest';
import type { Condition } from '../engine/simulation.ts';
import {
  checkBranch,
  checkCarriedFault,
  checkCarriedMessage,
  checkCondition,
  checkCount,
  checkPlain,
  checkSequence,
  checkStep,
  checkText,
} from './script-arguments.ts';

const refusal = (field: string) => expect.objectContaining({ code: 'invalid-configuration', field });

describe('conditions', () => {
  test.each<Condition>([
    { until: 'message', kind: 'Charge' },
    { until: 'message', kind: 'Charge', path: '/a' },
    { until: 'actor', path: '/a' },
    { until: 'failure' },
    { until: 'dead-letter', path: '/a/b' },
    { until: 'breaker', to: 'half-open' },
    { until: 'violation' },
    { until: 'state', path: '/a', field: 'n[0]', value: null },
    { until: 'time', atMs: 0 },
  ])('$until', (condition) => {
    expect(checkCondition({ ...condition, other: 1 })).toEqual(condition);
  });

  test.each<[unknown, string]>([
    [undefined, 'until'],
    ['failure', 'until'],
    [() => true, 'until'],
    [{}, 'until'],
    [{ until: 'full moon' }, 'until'],
    [{ until: 'message' }, 'kind'],
    [{ until: 'message', kind: '' }, 'kind'],
    [{ until: 'message', kind: 'Charge', path: () => '/a' }, 'path'],
    [{ until: 'actor' }, 'path'],
    [{ until: 'failure', path: 7 }, 'path'],
    [{ until: 'breaker', to: 'ajar' }, 'to'],
    [{ until: 'state', path: '/a', field: 5, value: 1 }, 'field'],
    [{ until: 'state', path: '/a', field: 'n', value: () => 1 }, 'value'],
    [{ until: 'state', path: '/a', field: 'n', value: { big: 1n } }, 'value'],
    [{ until: 'time', atMs: '5' }, 'atMs'],
    [{ until: 'time', atMs: Number.NaN }, 'atMs'],
    [{ until: 'time', atMs: Number.POSITIVE_INFINITY }, 'atMs'],
  ])('%o is refused', (condition, field) => {
    expect(() => checkCondition(condition)).toThrow(refusal(field));
  });
});

test.each([Number.NaN, '3', 1.5, null, undefined, {}, 2 ** 60])('%o is no count', (value) => {
  expect(() => checkCount(value)).toThrow(refusal('count'));
});

test.each([-1, '10', 1.5, 2 ** 31, undefined, Symbol('s')])('%o is no step', (value) => {
  expect(() => checkStep(value)).toThrow(refusal('step'));
});

test('step 0 is a position, and no step that was taken', () => {
  expect(checkStep(0)).toBe(0);
  expect(() => checkStep(0, 1)).toThrow(refusal('step'));
});

test.each([-1, 2, '0', Number.NaN, undefined, 0.5])('%o is no branch of two', (value) => {
  expect(() => checkBranch(value, 2)).toThrow(refusal('branch'));
  expect(checkBranch(1, 2)).toBe(1);
});

test('what a link could not carry is not done to a simulated run', () => {
  expect(checkCarriedFault({ kind: 'crash', path: '/a', other: 1 })).toEqual({ kind: 'crash', path: '/a' });
  expect(() => checkCarriedFault({ kind: 'crash', path: '/a', errorKind: 'x'.repeat(600) })).toThrow(
    refusal('errorKind'),
  );
  expect(() => checkCarriedFault({ kind: 'crash' })).toThrow(refusal('path'));
  expect(checkCarriedFault({ kind: 'crash', path: '/a', error: '\u{1F3AD}' })).toMatchObject({ error: '\u{1F3AD}' });
  for (const field of ['path', 'error', 'errorKind']) {
    expect(() => checkCarriedFault({ kind: 'crash', path: '/a', [field]: '/\uD83C' })).toThrow(refusal(field));
  }
  const message = { kind: 'Checkout', order: 1 };
  expect(checkCarriedMessage(message)).toBe(message);
  for (const wrong of [{ kind: 'Checkout', order: Number.NaN }, { kind: 'Checkout', order: 1n }, { kind: '' }, 5]) {
    expect(() => checkCarriedMessage(wrong)).toThrow(expect.objectContaining({ code: 'invalid-message' }));
  }
});

test('texts, sequences and plain data', () => {
  expect(() => checkText(Symbol('s'), 'path')).toThrow(refusal('path'));
  expect(() => checkSequence('a', 'from')).toThrow(refusal('from'));
  expect(checkSequence(undefined, 'to')).toBeUndefined();
  expect(() => checkPlain({ kind: 'crash', then: () => 1 })).toThrow(refusal('then'));
});
