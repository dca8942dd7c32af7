/** The latest events are those of the present line of time, however one has come there. */
import { expect, test } from 'vitest';
import type { TraceEvent } from '../../kernel/trace.ts';
import { checkout } from '../../scenarios/checkout/scenario.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';
import { LatestEvents } from './latest-events.ts';
import { Simulator } from './simulator.ts';

const { traceMax } = SIMULATION_LIMITS;

function eventAt(sequence: number, step = sequence): TraceEvent {
  return { sequence, atMs: 0, node: 0, worker: 0, step, type: 'spawned', path: '/a', behavior: 'A' };
}

test('the latest ones are kept, by sequence', () => {
  const events = new LatestEvents();
  for (let sequence = 1; sequence <= traceMax + 1_234; sequence++) events.add(eventAt(sequence));
  const all = events.slice(0, Number.POSITIVE_INFINITY);
  expect(all.length).toBe(traceMax);
  expect(all[0]?.sequence).toBe(1_235);
  expect(all.at(-1)?.sequence).toBe(traceMax + 1_234);
  expect(events.slice(2_000, 2_003).map(({ sequence }) => sequence)).toEqual([2_000, 2_001, 2_002]);
  expect(events.slice(traceMax + 2_000, Number.POSITIVE_INFINITY)).toEqual([]);
});

test('what is added after going back reaches nobody who saved before', () => {
  const events = new LatestEvents();
  for (let sequence = 1; sequence <= 3; sequence++) events.add(eventAt(sequence));
  const early = events.save();
  for (let sequence = 4; sequence <= 700; sequence++) events.add(eventAt(sequence));
  const late = events.save();
  events.restore(early);
  for (let sequence = 4; sequence <= 900; sequence++) events.add(eventAt(sequence, -sequence));
  expect(events.slice(4, 6).map(({ step }) => step)).toEqual([-4, -5]);
  events.restore(late);
  const all = events.slice(0, Number.POSITIVE_INFINITY);
  expect(all.map(({ step }) => step)).toEqual(Array.from({ length: 700 }, (_, index) => index + 1));
});

test('a way back and a jump forward leave the same events as the straight way', () => {
  const options = { scenario: checkout, parameters: {}, workers: 4, seed: 1 };
  const straight = new Simulator(options);
  straight.seek(9_000);
  const other = new Simulator(options);
  other.seek(9_000);
  for (const step of [3, 9_000, 5_000, 7, 8_000, 9_000]) other.seek(step);
  expect(other.system.observations.slice()).toEqual(straight.system.observations.slice());
});
