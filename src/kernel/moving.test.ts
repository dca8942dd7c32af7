/** Actors that move from worker to worker: nothing that they are told or tell is lost, doubled or overtaken. */
import { describe, expect, it } from 'vitest';
import { MovingSystem } from './testdata/moving-system.ts';

const RUNS = Number(process.env['RUNS'] ?? 400);
const FIRST = Number(process.env['SEED'] ?? 1);
const timeout = 60_000 + RUNS * 200;

/** Problems by seed; none, as it should be. */
function play(options: Omit<ConstructorParameters<typeof MovingSystem>[0], 'seed'>, steps: number) {
  let moves = 0;
  for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
    const system = new MovingSystem({ ...options, seed });
    const problems = system.play(steps);
    moves += system.moves;
    if (problems.length > 0) return { seed, problems };
  }
  return { moves };
}

describe('numbered messages arrive once and in the order of each sender, whoever moves', () => {
  it.each([2, 3, 4])('on %i workers', { timeout }, (workers) => {
    const { moves = 0, ...wrong } = play({ workers, actors: 7, hurts: false }, 400);
    expect(wrong).toEqual({});
    expect(moves).toBeGreaterThan(RUNS);
  });
});

describe('whoever crashes and stops in the midst of it', () => {
  it.each([2, 4])('every message is handled or a dead letter, once, on %i workers', { timeout }, (workers) => {
    const { moves = 0, ...wrong } = play({ workers, actors: 7, hurts: true }, 400);
    expect(wrong).toEqual({});
    expect(moves).toBeGreaterThan(RUNS);
  });
});
