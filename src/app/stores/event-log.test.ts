/** The log under a flood: what matters stays, and every letter is counted. */
import { expect, test } from 'vitest';
import type { TraceEvent, TraceEventBody } from '../../kernel/trace.ts';
import { type LogRow, withEvents } from './event-log.ts';

let sequence = 0;

function at(atMs: number, body: TraceEventBody): TraceEvent {
  return { sequence: ++sequence, atMs, node: 0, worker: 0, ...body };
}

const letter = (atMs: number, kind: string, count = 1): TraceEvent =>
  at(atMs, { type: 'dead-letter', path: '/shop/worker', kind, reason: 'mailbox-full', count });
const failure = (atMs: number): TraceEvent =>
  at(atMs, { type: 'failed', path: '/shop/worker', kind: 'Error', error: 'no', during: 'Work' });
const parameter = (atMs: number, name: string, value: number): TraceEvent =>
  at(atMs, { type: 'fault', fault: { kind: 'set-parameter', name, value } });

function letters(rows: readonly LogRow[]): number {
  return rows.reduce((sum, { event }) => sum + (event.type === 'dead-letter' ? event.count : 0), 0);
}

test('dead letters of two kinds, mixed, make two rows that grow in place', () => {
  let rows: readonly LogRow[] = [];
  for (let atMs = 0; atMs < 5_000; atMs += 100) {
    rows = withEvents(rows, [letter(atMs, 'Order', 3), letter(atMs, 'Charge'), letter(atMs, 'Order', 2)], 500);
  }
  expect(rows.map(({ event, untilMs }) => [event.type === 'dead-letter' ? event.count : 0, untilMs])).toEqual([
    [250, 4_900],
    [50, 4_900],
  ]);
});

test('a silence or a long time ends a row', () => {
  const rows = withEvents([], [letter(0, 'Order'), letter(1_900, 'Order'), letter(4_000, 'Order')], 500);
  expect(rows.length).toBe(2);
  let long: readonly LogRow[] = [];
  for (let atMs = 0; atMs <= 30_000; atMs += 500) long = withEvents(long, [letter(atMs, 'Order')], 500);
  expect(long.length).toBe(3);
  expect(letters(long)).toBe(61);
});

test('a failure outlives any number of dead letters', () => {
  let rows = withEvents([], [failure(0)], 20);
  for (let n = 0; n < 100; n++) rows = withEvents(rows, [letter(n * 10, `Kind${n}`)], 20);
  expect(rows.length).toBe(20);
  expect(rows[0]?.event.type).toBe('failed');
  expect(rows.at(-1)?.event).toMatchObject({ kind: 'Kind99' });
});

test('where there are too many failures, the oldest go', () => {
  const rows = withEvents(
    [],
    Array.from({ length: 30 }, (_, n) => failure(n)),
    20,
  );
  expect(rows.map(({ event }) => event.atMs)).toEqual(Array.from({ length: 20 }, (_, n) => n + 10));
});

test('a dragged slider is one row with the value that stayed', () => {
  const drag = Array.from({ length: 20 }, (_, n) => parameter(n * 100, 'rate', n * 100));
  const rows = withEvents(
    [],
    [failure(0), ...drag, parameter(1_950, 'paymentMs', 7), parameter(5_000, 'rate', 1)],
    500,
  );
  expect(rows.map(({ event }) => (event.type === 'fault' ? event.fault : event.type))).toEqual([
    'failed',
    { kind: 'set-parameter', name: 'rate', value: 1_900 },
    { kind: 'set-parameter', name: 'paymentMs', value: 7 },
    { kind: 'set-parameter', name: 'rate', value: 1 },
  ]);
});
