/** Pixels: places and columns agree, the view follows the cursor, and the same steps stay in view when columns come. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StepRecord } from '../../engine/simulation.ts';
import {
  AXIS_HEIGHT,
  anchorAt,
  columnAt,
  contentSize,
  followedLeft,
  isComfortable,
  leftOf,
  makeGeometry,
  plotWidth,
  ROW_HEIGHT_MAX,
  ROW_HEIGHT_MIN,
  visibleColumns,
  xOf,
} from './geometry.ts';
import { type Column, layoutSpaceTime } from './layout.ts';
import { isBeyond, neededSteps, rangeAround } from './needed-steps.ts';

const wide = (columns: number, rows = 8) => makeGeometry({ width: 1_000, height: 340 }, { rows, columns }, 32);

function eventful(from: number, to: number): readonly StepRecord[] {
  return Array.from({ length: to - from }, (_, index) => ({
    step: from + index,
    atMs: index,
    kind: 'message' as const,
    path: '/a',
    worker: 0,
    label: 'Some',
    cause: 0,
    from: '/b',
    sentMs: 0,
    arrivedMs: 0,
    busyMs: 0,
    marks: [],
    isDeviation: false,
  }));
}

function columnsOf(from: number, to: number): readonly Column[] {
  return layoutSpaceTime(eventful(from, to)).columns;
}

describe('places', () => {
  test('the middle of a column is in that column, wherever the view is (seed 111)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_999 }), fc.integer({ min: 0, max: 100_000 }), (column, left) => {
        const geometry = wide(4_000);
        const scroll = { left, top: 0 };
        expect(columnAt(geometry, scroll, xOf(geometry, scroll, column))).toBe(column);
      }),
      { seed: 111 },
    );
  });

  test('only columns that exist are visible', () => {
    expect(visibleColumns(wide(3), { left: 0, top: 0 })).toEqual({ from: 0, to: 2 });
    expect(visibleColumns(wide(0), { left: 0, top: 0 })).toEqual({ from: 0, to: -1 });
  });

  test('rows share the height within bounds', () => {
    expect(wide(1, 2).rowHeight).toBe(ROW_HEIGHT_MAX);
    expect(wide(1, 100).rowHeight).toBe(ROW_HEIGHT_MIN);
    const fitting = wide(1, 10);
    expect(contentSize(fitting).height).toBeLessThanOrEqual(340);
    expect(contentSize(fitting).height).toBe(AXIS_HEIGHT + 10 * fitting.rowHeight);
  });
});

describe('following', () => {
  test('brings the cursor into view from wherever the view was, and then leaves it (seed 112)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_999 }), fc.integer({ min: 0, max: 120_000 }), (column, left) => {
        const geometry = wide(4_000);
        const followed = followedLeft(geometry, left, column);
        const x = xOf(geometry, { left: followed, top: 0 }, column) - geometry.labelsWidth;
        expect(x).toBeGreaterThan(0);
        expect(x).toBeLessThan(plotWidth(geometry));
        expect(isComfortable(geometry, followed, column)).toBe(true);
      }),
      { seed: 112 },
    );
  });

  test('ends where a person scrolled away from the cursor, and is back where they scrolled back', () => {
    const geometry = wide(1_000);
    const at = followedLeft(geometry, 0, 500);
    expect(isComfortable(geometry, at - 300, 500)).toBe(false);
    expect(isComfortable(geometry, at + 200, 500)).toBe(true);
    expect(isComfortable(geometry, at + 2_000, 500)).toBe(false);
  });

  test('never scrolls beyond the ends', () => {
    expect(followedLeft(wide(3), 500, 0)).toBe(0);
    const geometry = wide(100);
    expect(followedLeft(geometry, 0, 99)).toBe(contentSize(geometry).width - geometry.width);
  });
});

describe('anchors', () => {
  test('keep the same step in place when earlier ones come', () => {
    const before = columnsOf(1_000, 2_000);
    const after = columnsOf(500, 2_500);
    const anchor = anchorAt(wide(before.length), before, 1_612);
    expect(anchor?.step).toBe(1_050);
    expect(anchor && leftOf(wide(after.length), after, anchor)).toBe(1_612 + 500 * 32);
  });

  test('are lost with their step', () => {
    expect(leftOf(wide(10), columnsOf(100, 110), { step: 50, part: 0 })).toBeUndefined();
    expect(anchorAt(wide(0), [], 0)).toBeUndefined();
  });
});

describe('steps to ask for', () => {
  const looking = { from: 100, to: 130, columns: 1_000, step: 300 };

  test('none in the middle of what is known, or before the first step', () => {
    expect(neededSteps(eventful(200, 1_200), looking, 5_000)).toBeUndefined();
    expect(neededSteps([], { ...looking, step: 0 }, 0)).toBeUndefined();
  });

  test('as many as one call may give around where the view is, at either edge', () => {
    const steps = eventful(5_000, 6_000);
    const atStart = neededSteps(steps, { ...looking, from: 3, step: 5_003 }, 50_000);
    expect(atStart).toEqual({ from: 3_003, to: 7_003 });
    const atEnd = neededSteps(steps, { ...looking, from: 960, to: 990, step: 5_960 }, 50_000);
    expect(atEnd).toEqual({ from: 3_960, to: 7_960 });
  });

  test('those around a cursor that is not among them, and the first ones of all', () => {
    expect(neededSteps(eventful(200, 1_200), { ...looking, step: 9_000 }, 9_000)).toEqual({ from: 5_401, to: 9_401 });
    expect(neededSteps([], { ...looking, step: 0 }, 80)).toEqual({ from: 1, to: 4_001 });
  });

  test('nothing that is known already', () => {
    expect(neededSteps(eventful(1, 81), { from: 0, to: 9, columns: 10, step: 40 }, 80)).toBeUndefined();
    expect(neededSteps(eventful(5_001, 9_001), { from: 0, to: 9, columns: 10, step: 7_001 }, 20_000)).toBeUndefined();
  });

  test('never more than what one call gives, and always with the step itself (seed 113)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 100_000 }), (step, more) => {
        const { from, to } = rangeAround(step, step + more);
        expect(from).toBeGreaterThanOrEqual(1);
        expect(to - from).toBe(4_000);
        expect(step >= from && step < to).toBe(true);
        expect(isBeyond({ from, to }, step, step + more)).toBe(false);
      }),
      { seed: 113 },
    );
  });

  test('before the first step: those that will come, without asking for each', () => {
    const range = rangeAround(0, 0);
    expect(range).toEqual({ from: 1, to: 4_001 });
    expect(isBeyond(range, 3_000, 3_000)).toBe(false);
    expect(neededSteps(eventful(1, 301), { from: 270, to: 300, columns: 300, step: 300 }, 300)).toBeUndefined();
  });

  test('a cursor at either edge is beyond them, where there is more', () => {
    const range = { from: 1_000, to: 5_000 };
    expect([1_010, 1_100, 4_900, 4_990].map((step) => isBeyond(range, step, 9_000))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(isBeyond(range, 4_990, 4_995)).toBe(false);
    expect(isBeyond({ from: 1, to: 4_001 }, 1, 9_000)).toBe(false);
  });
});
