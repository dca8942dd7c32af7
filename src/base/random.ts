/**
 * A small seeded random generator (sfc32 by Chris Doty-Humphrey, public domain algorithm) whose whole state is four
 * 32-bit integers, so that it can be saved, cloned and replayed.
 */
export interface RandomState {
  a: number;
  b: number;
  c: number;
  counter: number;
}

export function seedRandom(seed: number): RandomState {
  const state: RandomState = { a: 0, b: seed | 0, c: (seed / 2 ** 32) | 0, counter: 1 };
  // sfc32 needs a few rounds before nearby seeds part.
  for (let round = 0; round < 15; round++) nextUint32(state);
  return state;
}

export function nextUint32(state: RandomState): number {
  const result = (((state.a + state.b) | 0) + state.counter) | 0;
  state.counter = (state.counter + 1) | 0;
  state.a = state.b ^ (state.b >>> 9);
  state.b = (state.c + (state.c << 3)) | 0;
  state.c = ((state.c << 21) | (state.c >>> 11)) + result;
  state.c |= 0;
  return result >>> 0;
}

/** A number in [0, 1) with 32 bits of resolution. */
export function nextRandom(state: RandomState): number {
  return nextUint32(state) / 2 ** 32;
}
