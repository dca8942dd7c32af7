/** Steps in words. */
import { expect, test } from 'vitest';
import type { StepRecord } from '../../engine/simulation.ts';
import { layoutSpaceTime } from './layout.ts';
import { deedOf, deedsOf, sentenceOfStep, summaryOf } from './step-text.ts';

const STEP: StepRecord = {
  step: 12,
  atMs: 4.5,
  kind: 'message',
  path: '/shop/orders',
  worker: 1,
  label: 'PlaceOrder',
  cause: 11,
  from: '/shop/gateway',
  sentMs: 4,
  arrivedMs: 4.25,
  busyMs: 0,
  marks: [],
  isDeviation: false,
};

test.each<[Partial<StepRecord>, string]>([
  [{}, 'orders handled PlaceOrder from gateway'],
  [{ from: '' }, 'orders handled PlaceOrder'],
  [{ from: '/shop/orders' }, 'orders handled PlaceOrder from itself'],
  [{ kind: 'signal', label: 'Terminated' }, 'orders handled the signal Terminated from gateway'],
  [{ kind: 'timer', label: 'tick' }, 'orders: timer tick came due'],
  [{ kind: 'fault', label: 'crash' }, 'fault crash on orders'],
  [{ kind: 'fault', label: 'set-parameter', path: '' }, 'fault set-parameter on the system'],
  [{ kind: 'send', from: '' }, 'PlaceOrder was sent to orders from outside'],
])('%o', (fields, text) => {
  expect(deedOf({ ...STEP, ...fields })).toBe(text);
});

test('a whole sentence has the time and what was grave, the gravest first', () => {
  expect(sentenceOfStep(STEP)).toBe('Step 12, 4.500 ms: orders handled PlaceOrder from gateway');
  expect(sentenceOfStep({ ...STEP, marks: ['restarted', 'failed'], isDeviation: true })).toBe(
    'Step 12, 4.500 ms: orders handled PlaceOrder from gateway; failure, restart, deviation',
  );
});

test('a fold says what its steps were, the most frequent first, without hidden actors', () => {
  const steps = [1, 2, 3, 4, 5].map((step) => ({
    ...STEP,
    step,
    from: '',
    ...(step === 2 ? { path: '/shop/hidden' } : {}),
    ...(step === 3 ? { kind: 'timer' as const, label: 'tick' } : {}),
  }));
  const hidden = new Set(['/shop/hidden']);
  const [column] = layoutSpaceTime(steps, { hidden }).columns;
  expect(column && deedsOf(steps, column, hidden)).toEqual([
    { what: 'PlaceOrder on orders', count: 3 },
    { what: 'timer tick on orders', count: 1 },
  ]);
});

test('the diagram as a whole has a sentence', () => {
  expect(summaryOf(layoutSpaceTime([]))).toBe('Space–time diagram: no steps yet');
  expect(summaryOf(layoutSpaceTime([STEP]))).toBe(
    'Space–time diagram: steps 12 to 12 of 2 actors, 1 message between them',
  );
});
