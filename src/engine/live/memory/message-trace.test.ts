/** The ring of measured messages: what is read is what was written, or counted as lost. */
import { expect, it } from 'vitest';
import { nextRandom, seedRandom } from '../../../base/random.ts';
import { MESSAGE_TRACE_BYTES, MESSAGE_TRACE_ENTRIES, MessageTraceReader, MessageTraceWriter } from './message-trace.ts';

const message = (n: number) => ({
  from: { id: n, generation: n + 1 },
  to: { id: n + 2, generation: n + 3 },
  kind: n % 50,
  weight: 1 + (n % 7),
  sinceMs: n + 0.5,
  queueMs: n * 2,
  serviceMs: 0.25,
});

it('brings everything to a reader that keeps up', () => {
  const buffer = new SharedArrayBuffer(MESSAGE_TRACE_BYTES);
  const [writer, reader] = [new MessageTraceWriter(buffer), new MessageTraceReader(buffer)];
  writer.write({ ...message(1), serviceMs: Number.NaN });
  writer.write(message(2));
  const read: unknown[] = [];
  reader.drain((one) => read.push(one));
  expect(read).toEqual([{ ...message(1), serviceMs: Number.NaN }, message(2)]);
  reader.drain((one) => read.push(one));
  expect([read.length, reader.lost]).toEqual([2, 0]);
});

it.each([1, 2, 3])('loses the oldest for one that does not, and says how many (seed %i)', (seed) => {
  const random = seedRandom(seed);
  const buffer = new SharedArrayBuffer(MESSAGE_TRACE_BYTES);
  const [writer, reader] = [new MessageTraceWriter(buffer), new MessageTraceReader(buffer)];
  const read: number[] = [];
  let written = 0;
  for (let round = 0; round < 50; round++) {
    const count = Math.floor(nextRandom(random) * 3 * MESSAGE_TRACE_ENTRIES);
    for (let n = 0; n < count; n++) writer.write(message(written++));
    reader.drain(({ from }) => read.push(from.id));
    expect(read.length + reader.lost).toBe(written);
    if (count > 0) expect(read.at(-1)).toBe(written - 1);
  }
  expect(read).toEqual(read.toSorted((a, b) => a - b));
  expect(new Set(read).size).toBe(read.length);
  expect(reader.lost).toBeGreaterThan(0);
});

it('begins with what comes after it was made', () => {
  const buffer = new SharedArrayBuffer(MESSAGE_TRACE_BYTES);
  const writer = new MessageTraceWriter(buffer);
  for (let n = 0; n < 10; n++) writer.write(message(n));
  const reader = new MessageTraceReader(buffer);
  const read: number[] = [];
  writer.write(message(10));
  reader.drain(({ from }) => read.push(from.id));
  expect([read, reader.lost]).toEqual([[10], 0]);
});
