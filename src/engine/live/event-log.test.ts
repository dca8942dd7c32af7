import { expect, test } from 'vitest';
import type { TraceEventBody } from '../../kernel/trace.ts';
import { EventReader, EventWriter } from './event-log.ts';
import { ringBytes } from './memory/ring.ts';

function logOf(slots: number): { readonly writer: EventWriter; drained(): TraceEventBody[] } {
  const buffer = new SharedArrayBuffer(ringBytes(slots));
  const reader = new EventReader(buffer);
  return {
    writer: new EventWriter(buffer),
    drained() {
      const bodies: TraceEventBody[] = [];
      reader.drain(({ body }) => bodies.push(body));
      return bodies;
    },
  };
}

const spawned = (n: number): TraceEventBody => ({ type: 'spawned', path: `/root/child-${n}`, behavior: 'Child' });
const resumed: TraceEventBody = { type: 'resumed', path: '/root/child-1' };

test('what is written is read, in order; what finds no room is counted', () => {
  const { writer, drained } = logOf(64);
  for (let n = 0; n < 40; n++) writer.write(n, resumed);
  const read = drained();
  expect(read.length).toBeGreaterThan(10);
  expect(read.length + writer.lost).toBe(40);
  expect(read[0]).toEqual(resumed);
  writer.write(41, resumed);
  expect(drained()).toEqual([resumed]);
});

test('a flood of starts is thinned out and counted, and leaves room for what matters', () => {
  const { writer, drained } = logOf(2_048);
  let starts = 0;
  // Ten in each of a thousand milliseconds, after a thousand at once.
  for (let n = 0; n < 1_000; n++) writer.write(1, spawned(n));
  const atOnce = drained().length;
  expect(atOnce).toBe(520);
  for (let atMs = 2; atMs < 1_002; atMs++) {
    for (let n = 0; n < 10; n++) writer.write(atMs, spawned(n));
    writer.write(atMs, resumed);
    const read = drained();
    expect(read).toContainEqual(resumed);
    starts += read.length - 1;
  }
  expect(starts / 1_000).toBeCloseTo(8, 0);
  expect(writer.lost).toBe(11_000 - atOnce - starts);
});
