/** Whatever a person does to a run, in whatever order: where they are is where the plan alone leads. */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { deeds, systems, walk } from './testdata/random-walk.ts';

/** Seed 8 chose something at the very time of a fault of the plan, which came first. */
const SEEDS = [1, 4, 8];
const RUNS = 15;

describe('a random walk through time', () => {
  for (const seed of SEEDS) {
    it(`is where its plan leads, after every deed (seed ${seed})`, () => {
      fc.assert(fc.property(systems, fc.nat(1_000), deeds, walk), { seed, numRuns: RUNS, endOnFailure: true });
    }, 60_000);
  }
});
