import { expect, it } from 'vitest';
import { SamplingRate, sampleEveryAt } from './sampling-rate.ts';

it('all messages are sampled at low rates, and few of many at high ones', () => {
  expect(sampleEveryAt(0)).toBe(1);
  expect(sampleEveryAt(20_000)).toBe(1);
  expect(sampleEveryAt(20_001)).toBe(2);
  expect(sampleEveryAt(10_000_000)).toBe(512);
});

it('samples stand for the messages between them, and are counted from look to look', () => {
  const sampling = new SamplingRate();
  for (let sample = 0; sample < 100; sample++) sampling.took(32);
  expect(sampling.perSecond(100)).toBe(32_000);
  expect(sampling.perSecond(100)).toBe(0);
});

it('a flood of samples is noticed before the next look', () => {
  const sampling = new SamplingRate();
  let every = 1;
  let samples = 0;
  sampling.onFlood = () => {
    every *= 4;
  };
  for (let message = 0; message < 10_000_000; message++) {
    if (message % every !== 0) continue;
    samples++;
    sampling.took(every);
  }
  expect(samples).toBeLessThan(50_000);
  expect(sampling.perSecond(1_000)).toBeGreaterThan(9_900_000);
});
