/** The plan of a scenario, as both engines take it: in order, and refused as a whole where it makes no sense. */
import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { plannedFaults } from './planned-faults.ts';
import type { PlannedFault } from './scenario.ts';

const crash = (atMs: number, path: string): PlannedFault => ({ atMs, fault: { kind: 'crash', path } });

describe('planned faults', () => {
  it('come in the order of their times, those of one time in the order of the plan', () => {
    const plan = [crash(20, '/d'), crash(10, '/b'), crash(0, '/a'), crash(10, '/c')];
    expect(plannedFaults(plan)).toEqual([crash(0, '/a'), crash(10, '/b'), crash(10, '/c'), crash(20, '/d')]);
    expect(plan[0]).toEqual(crash(20, '/d'));
    expect(plannedFaults()).toEqual([]);
  });

  it.each<[field: string, planned: PlannedFault]>([
    ['faults.atMs', crash(-1, '/a')],
    ['faults.atMs', crash(Number.NaN, '/a')],
    ['faults.atMs', crash(LIMITS.delayMsMax + 1, '/a')],
    ['count', { atMs: 0, fault: { kind: 'flood', path: '/a', count: 0 } }],
    ['kind', { atMs: 0, fault: { kind: 'rain', path: '/a' } as never }],
  ])('with a wrong %s are refused', (field, planned) => {
    expect(() => plannedFaults([crash(1, '/a'), planned])).toThrow(
      expect.objectContaining({ code: 'invalid-configuration', field }),
    );
  });
});
