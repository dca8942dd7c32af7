import { afterEach, expect, test, vi } from 'vitest';
import { allocateSharedMemory } from './layout.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a browser that gives no memory is an error that names what was asked for: out-of-memory', () => {
  // A function expression, because an arrow cannot be called with `new`.
  vi.stubGlobal('SharedArrayBuffer', function refuse() {
    throw new RangeError('Array buffer allocation failed');
  });
  expect(() => allocateSharedMemory(2, 256)).toThrow(
    expect.objectContaining({
      code: 'out-of-memory',
      message: expect.stringContaining('2 workers and 256 actors: Array buffer allocation failed'),
    }),
  );
});
