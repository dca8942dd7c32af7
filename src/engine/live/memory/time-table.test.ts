/** Histograms of times in memory: how exact they are, how they merge, and who gets one. */
import { describe, expect, it } from 'vitest';
import { bucketValue, HISTOGRAM_BUCKETS, quantile } from '../../../base/histogram.ts';
import { nextRandom, seedRandom } from '../../../base/random.ts';
import { TIME_UNITS_PER_MS } from '../../../kernel/measuring.ts';
import { emptyTimeCounts, TimeTable } from './time-table.ts';

const nobodyIsGone = (): boolean => false;
const tableFor = (actors: number): TimeTable => new TimeTable(new ArrayBuffer(TimeTable.bytesFor(actors)));
const actor = (id: number, generation = 1) => ({ id, generation });
const totalOf = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0);

describe('a table of times', () => {
  it('has an error of at most 1 % at every percentile, from a microsecond to a minute, in each of 20 seeds', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seedRandom(seed);
      const table = tableFor(1);
      const valuesMs = Array.from({ length: 2_000 }, () => 10 ** (-3 + nextRandom(random) * 7.7));
      for (const ms of valuesMs) table.record(actor(5), ms, ms / 2, 1, nobodyIsGone);
      const into = emptyTimeCounts();
      expect(table.addActorTo(into, actor(5)), `seed ${seed}`).toBe(valuesMs.length);
      const sorted = valuesMs.toSorted((a, b) => a - b);
      for (const q of [0.01, 0.5, 0.95, 0.99, 0.999]) {
        const exact = sorted[Math.ceil(q * sorted.length) - 1] as number;
        const found = (quantile(into.queue, q) as number) / TIME_UNITS_PER_MS;
        // Below the unit nothing can be told: half of a tenth of a microsecond.
        expect(Math.abs(found - exact), `seed ${seed}, q ${q}`).toBeLessThanOrEqual(exact * 0.01 + 0.000_05);
        const half = (quantile(into.service, q) as number) / TIME_UNITS_PER_MS;
        expect(Math.abs(half - exact / 2), `seed ${seed}, q ${q}`).toBeLessThanOrEqual(exact * 0.005 + 0.000_05);
      }
    }
  });

  it('merges with others by adding: as if one had seen everything', () => {
    const random = seedRandom(3);
    const parts = [tableFor(2), tableFor(2), tableFor(2)];
    const whole = tableFor(2);
    for (let index = 0; index < 3_000; index++) {
      const ms = nextRandom(random) ** 4 * 1_000;
      for (const table of [parts[index % 3] as TimeTable, whole])
        table.record(actor(1), ms, ms, 1 + (index % 5), nobodyIsGone);
    }
    const merged = emptyTimeCounts();
    const alone = emptyTimeCounts();
    const samples = parts.reduce((sum, part) => sum + part.addActorTo(merged, actor(1)), 0);
    expect(samples).toBe(whole.addActorTo(alone, actor(1)));
    expect(merged).toEqual(alone);
  });

  it('counts messages, not samples', () => {
    const table = tableFor(1);
    table.record(actor(1), 1, 2, 64, nobodyIsGone);
    table.record(actor(1), 1, Number.NaN, 3, nobodyIsGone);
    const into = emptyTimeCounts();
    expect(table.addWorkerTo(into)).toBe(2);
    expect([totalOf(into.queue), totalOf(into.service)]).toEqual([67, 64]);
  });

  it('counts what is longer than it can tell in its last bucket', () => {
    const table = tableFor(1);
    table.record(actor(1), 1e9, -1, 1, nobodyIsGone);
    const into = emptyTimeCounts();
    table.addWorkerTo(into);
    expect(into.queue[HISTOGRAM_BUCKETS - 1]).toBe(1);
    expect(bucketValue(HISTOGRAM_BUCKETS - 1) / TIME_UNITS_PER_MS).toBeGreaterThan(420_000);
    expect(into.service[0]).toBe(1);
  });
});

describe('slots', () => {
  it('are bounded: whoever comes when all are taken has none, and that is counted', () => {
    const table = tableFor(2);
    for (const id of [10, 11, 12, 12, 10]) table.record(actor(id), 1, 1, 1, nobodyIsGone);
    const into = emptyTimeCounts();
    expect([10, 11, 12].map((id) => table.addActorTo(into, actor(id)))).toEqual([2, 1, 0]);
    expect(table.refused).toBe(2);
    // The worker's own are of everybody.
    expect(table.addWorkerTo(into)).toBe(5);
  });

  it('without any there are still those of the worker', () => {
    const table = tableFor(0);
    table.record(actor(1), 1, 1, 1, nobodyIsGone);
    expect(table.actorsMax).toBe(0);
    expect([
      table.addWorkerTo(emptyTimeCounts()),
      table.addActorTo(emptyTimeCounts(), actor(1)),
      table.refused,
    ]).toEqual([1, 0, 1]);
  });

  it('are used again, empty, by the next owner of the same row', () => {
    const table = tableFor(1);
    table.record(actor(10, 1), 1, 1, 1, nobodyIsGone);
    table.record(actor(10, 2), 2, 2, 1, nobodyIsGone);
    const into = emptyTimeCounts();
    expect(table.addActorTo(into, actor(10, 1))).toBe(0);
    expect(table.addActorTo(into, actor(10, 2))).toBe(1);
    expect(totalOf(into.queue)).toBe(1);
  });

  it('of those that are gone are used again by others', () => {
    const table = tableFor(2);
    table.record(actor(10), 1, 1, 1, nobodyIsGone);
    table.record(actor(11), 1, 1, 1, nobodyIsGone);
    table.record(actor(12), 5, 5, 1, ({ id }) => id === 10);
    const into = emptyTimeCounts();
    expect([10, 11, 12].map((id) => table.addActorTo(into, actor(id)))).toEqual([0, 1, 1]);
  });

  it('are found again by a worker that takes the place of a lost one', () => {
    const buffer = new ArrayBuffer(TimeTable.bytesFor(3));
    const before = new TimeTable(buffer);
    before.record(actor(10), 1, 1, 1, nobodyIsGone);
    before.record(actor(11), 1, 1, 1, nobodyIsGone);
    const after = new TimeTable(buffer);
    for (const id of [11, 12, 10]) after.record(actor(id), 1, 1, 1, nobodyIsGone);
    expect([10, 11, 12].map((id) => before.addActorTo(emptyTimeCounts(), actor(id)))).toEqual([2, 2, 1]);
    expect(after.refused).toBe(0);
  });
});
