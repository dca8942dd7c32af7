/** The order of phases, and what is refused, against a dumb search for ways through the graph. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderPhases, SHUTDOWN_PHASES, type ShutdownPhase } from './shutdown-phases.ts';

const names = (phases: readonly ShutdownPhase[]) => orderPhases(phases, 'Test').map(({ name }) => name);

describe('the order of phases', () => {
  it('is that of the graph, and among equals that of the list', () => {
    expect(names([{ name: 'c', after: ['b'] }, { name: 'x' }, { name: 'b', after: ['a'] }, { name: 'a' }])).toEqual([
      'x',
      'a',
      'b',
      'c',
    ]);
  });

  it('fills in 5 seconds and going on', () => {
    expect(orderPhases([{ name: 'a' }, { name: 'b', timeoutMs: 7, recover: false }], 'Test')).toEqual([
      { name: 'a', timeoutMs: 5_000, recover: true },
      { name: 'b', timeoutMs: 7, recover: false },
    ]);
  });

  it('of the default phases is the one in which they stand', () => {
    expect(names(SHUTDOWN_PHASES)).toEqual(SHUTDOWN_PHASES.map(({ name }) => name));
  });

  const refused: readonly [string, readonly ShutdownPhase[], string, string][] = [
    ['no phase', [], 'phases.length', 'from 1'],
    ['an empty name', [{ name: '' }], 'phases[0].name', 'empty'],
    ['a duplicate', [{ name: 'a' }, { name: 'a' }], 'phases[1].name', 'already'],
    ['an unknown phase', [{ name: 'a' }, { name: 'b', after: ['a', 'z'] }], 'phases[1].after[1]', '"z"'],
    ['a negative time-out', [{ name: 'a', timeoutMs: -1 }], 'phases[0].timeoutMs', 'number'],
    ['itself', [{ name: 'a', after: ['a'] }], 'phases[0].after[0]', 'a → a'],
    [
      'a cycle',
      [{ name: 'x' }, { name: 'a', after: ['x', 'c'] }, { name: 'b', after: ['a'] }, { name: 'c', after: ['b'] }],
      'phases[1].after[1]',
      'a → c → b → a',
    ],
  ];
  it.each(refused)('%s is refused, naming the field', (_what, phases, field, text) => {
    expect(() => orderPhases(phases, 'Test')).toThrowError(
      expect.objectContaining({ code: 'invalid-configuration', field, message: expect.stringContaining(text) }),
    );
  });

  it('keeps every "after", or there is a way from a phase to itself (seed 3)', () => {
    const edges = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 8 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const phases = Array.from({ length: 6 }, (_, index) => ({
          name: `p${index}`,
          after: pairs.filter(([from]) => from === index).map(([, to]) => `p${to}`),
        }));
        const reaches = (from: number, to: number, left: number): boolean =>
          left > 0 && pairs.some(([a, b]) => a === from && (b === to || reaches(b, to, left - 1)));
        const isCyclic = phases.some((_, index) => reaches(index, index, 6));
        if (isCyclic) {
          expect(() => names(phases)).toThrowError('closes a cycle');
          return;
        }
        const order = names(phases);
        expect([...order].sort()).toEqual(phases.map(({ name }) => name));
        for (const { name, after } of phases) {
          for (const one of after) expect(order.indexOf(one)).toBeLessThan(order.indexOf(name));
        }
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
