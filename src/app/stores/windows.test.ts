/** The two sliding windows: rates and percentiles of the last second, from cumulative counts. */
import { describe, expect, test } from 'vitest';
import { bucketOf, HISTOGRAM_BUCKETS } from '../../base/histogram.ts';
import { LatencyWindow, NO_LATENCY } from './latency-window.ts';
import { RateWindow } from './rate-window.ts';

describe('rate', () => {
  test('a steady count has its rate, whatever the rhythm of the readings', () => {
    for (const stepMs of [16, 100, 250, 1_000]) {
      const rate = new RateWindow();
      let last = 0;
      for (let atMs = 0; atMs <= 5_000; atMs += stepMs) last = rate.push(atMs, atMs * 2);
      expect(last).toBeCloseTo(2_000, 6);
    }
  });

  test('what happened more than a second ago no longer counts', () => {
    const rate = new RateWindow();
    let last = 0;
    for (let atMs = 0; atMs <= 3_000; atMs += 100) last = rate.push(atMs, Math.min(atMs, 1_000));
    expect(last).toBe(0);
  });

  test('stands still with the clock, and starts anew when the count goes down', () => {
    const rate = new RateWindow();
    rate.push(0, 0);
    expect(rate.push(1_000, 500)).toBe(500);
    expect(rate.push(1_000, 500)).toBe(500);
    expect(rate.push(1_100, 10)).toBe(0);
    expect(rate.push(1_200, 20)).toBe(100);
  });
});

describe('time that goes back', () => {
  test('a rate takes up again what it was at that moment', () => {
    const rate = new RateWindow();
    const seen = new Map<number, number>();
    for (let atMs = 0; atMs <= 1_000; atMs += 100) seen.set(atMs, rate.push(atMs, atMs * atMs));
    for (const atMs of [900, 700, 500, 300]) expect(rate.push(atMs, atMs * atMs)).toBeCloseTo(seen.get(atMs) ?? 0, 6);
  });

  test('many readings within a moment do not push the second out', () => {
    const rate = new RateWindow();
    let last = 0;
    for (let atMs = 0; atMs <= 2_000; atMs += 0.5) last = rate.push(atMs, atMs < 1_500 ? 0 : (atMs - 1_500) * 2);
    expect(last).toBeGreaterThan(900);
    expect(last).toBeLessThan(1_200);
  });
});

describe('latency', () => {
  const counts = new Float64Array(HISTOGRAM_BUCKETS);
  const record = (us: number, times: number): void => {
    counts[bucketOf(us)] = (counts[bucketOf(us)] ?? 0) + times;
  };

  test('percentiles come from differences, so an old outlier leaves after a second', () => {
    const window = new LatencyWindow();
    record(900_000, 10);
    let summary = window.push(0, counts);
    expect(summary.p50).toBeCloseTo(900, -1);
    for (let atMs = 100; atMs <= 1_500; atMs += 100) {
      record(1_000, 99);
      record(20_000, 1);
      summary = window.push(atMs, counts);
    }
    expect(summary.count).toBe(1_000);
    expect(summary.p50).toBeCloseTo(1, 1);
    expect(summary.p99).toBeCloseTo(1, 1);
    expect(summary.max).toBeCloseTo(20, 0);
  });

  test('in the first second it does not matter from where one comes', () => {
    const first = new Float64Array(HISTOGRAM_BUCKETS);
    first[bucketOf(7_000)] = 10;
    const then = first.slice();
    then[bucketOf(3_000)] = 30;
    const [straight, jumping] = [new LatencyWindow(), new LatencyWindow()];
    straight.push(350, first);
    jumping.push(100, first);
    jumping.clear();
    jumping.push(350, first);
    expect(jumping.push(400, then)).toEqual(straight.push(400, then));
    expect(jumping.push(400, then).count).toBe(40);
  });

  test('nothing answered is nothing, not zero', () => {
    const window = new LatencyWindow();
    for (let atMs = 0; atMs <= 2_000; atMs += 100) window.push(atMs, counts);
    expect(window.push(2_100, counts)).toBe(NO_LATENCY);
  });
});
