/** The timeline without elements: rows in the order of the tree, steps as places, marks with the worst on top. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BranchView, Mark, Timeline } from '../../engine/simulation.ts';
import { countsText, MARKS, worstOf } from './marks.ts';
import { layoutTimeline, ROW_HEIGHT, stepAt, stepOfBranch, xOfStep } from './timeline-layout.ts';

function branch(name: string, parent: number, forkStep: number, head: number): BranchView {
  return { name, parent, forkStep, head, interventions: 0 };
}

const TRUNK = branch('trunk', -1, 1, 100);

function timelineOf(
  stepsPerPart: number,
  parts: readonly { readonly part: number; readonly marks: Readonly<Partial<Record<Mark, number>>> }[],
): Timeline {
  return { stepsPerPart, rows: [{ branch: 0, parts }] };
}

describe('rows', () => {
  test('the trunk alone reaches from one end to the other', () => {
    const { rows, scale, height } = layoutTimeline([TRUNK], { branch: 0, head: 100 }, undefined, 500);
    expect(rows).toMatchObject([{ branch: 0, x0: 0, x1: 500, depth: 0 }]);
    expect(rows[0]?.connector).toBeUndefined();
    expect(scale.steps).toBe(100);
    expect(height).toBe(ROW_HEIGHT);
  });

  test('a branch comes below its parent, before later branches of the grandparent', () => {
    const branches = [TRUNK, branch('a', 0, 21, 60), branch('b', 0, 51, 200), branch('a1', 1, 41, 80)];
    const { rows } = layoutTimeline(branches, { branch: 0, head: 100 }, undefined, 400);
    expect(rows.map(({ name, depth }) => `${depth} ${name}`)).toEqual(['0 trunk', '1 a', '2 a1', '1 b']);
    expect(rows.map(({ x0, x1 }) => [x0, x1])).toEqual([
      [0, 200],
      [40, 120],
      [80, 160],
      [100, 400],
    ]);
    expect(rows[2]?.connector).toEqual({ x: 80, y0: 1.5 * ROW_HEIGHT, y1: 2.5 * ROW_HEIGHT });
    expect(rows[3]?.connector).toEqual({ x: 100, y0: 0.5 * ROW_HEIGHT, y1: 3.5 * ROW_HEIGHT });
  });

  test('the present branch is as long as its head, even before the list of branches knows', () => {
    const { scale, rows } = layoutTimeline([TRUNK], { branch: 0, head: 150 }, undefined, 300);
    expect(scale.steps).toBe(150);
    expect(rows[0]?.x1).toBe(300);
  });

  test('before the first step there is a row without length', () => {
    const { scale, rows, ticks } = layoutTimeline([branch('trunk', -1, 1, 0)], { branch: 0, head: 0 }, undefined, 300);
    expect(scale.steps).toBe(1);
    expect(rows).toMatchObject([{ x0: 0, x1: 0 }]);
    expect(ticks.map(({ step }) => step)).toEqual([0, 1]);
  });

  test('no branch, no row', () => {
    expect(layoutTimeline([], { branch: 0, head: 0 }, undefined, 300).rows).toEqual([]);
  });
});

describe('marks', () => {
  test('are at their part, with the worst on top and all of them counted', () => {
    const timeline = timelineOf(10, [
      { part: 2, marks: { restarted: 2, failed: 1, fault: 1 } },
      { part: 4, marks: {} },
      { part: 9, marks: { deviation: 1 } },
    ]);
    const { rows } = layoutTimeline([TRUNK], { branch: 0, head: 100 }, timeline, 1_000);
    const marks = rows[0]?.marks ?? [];
    expect(marks.map(({ x, worst }) => [x, worst.mark])).toEqual([
      [200, 'failed'],
      [900, 'deviation'],
    ]);
    expect(marks[0]?.title).toBe('Steps 20–29: 1 failure, 2 restarts, 1 fault');
  });

  test('stay inside the track, and can be seen in a long run', () => {
    const timeline = timelineOf(1, [{ part: 100, marks: { failed: 1 } }]);
    const [mark] = layoutTimeline([TRUNK], { branch: 0, head: 100 }, timeline, 50).rows[0]?.marks ?? [];
    expect(mark?.width).toBeGreaterThanOrEqual(2);
    expect((mark?.x ?? 99) + (mark?.width ?? 99)).toBeLessThanOrEqual(50);
    expect(mark?.title).toBe('Step 100: 1 failure');
  });

  test('of a timeline that is older or newer than the branches do no harm', () => {
    const timeline: Timeline = { stepsPerPart: 10, rows: [{ branch: 7, parts: [{ part: 1, marks: { failed: 1 } }] }] };
    expect(layoutTimeline([TRUNK], { branch: 0, head: 100 }, timeline, 50).rows[0]?.marks).toEqual([]);
    const late = timelineOf(10, [{ part: 50, marks: { failed: 1 } }]);
    expect(layoutTimeline([TRUNK], { branch: 0, head: 100 }, late, 50).rows[0]?.marks).toEqual([]);
  });

  test('every mark has a rank, and the worst of many is the first of them', () => {
    const all: Readonly<Record<Mark, number>> = {
      fault: 1,
      failed: 1,
      restarted: 1,
      escalated: 1,
      stopped: 1,
      breaker: 1,
      'dead-letter': 1,
      violated: 1,
      deviation: 1,
      report: 1,
    };
    expect(MARKS.map(({ mark }) => mark).sort()).toEqual(Object.keys(all).sort());
    expect(worstOf(all)?.mark).toBe('violated');
    expect(worstOf({ failed: 0 })).toBeUndefined();
    expect(countsText({ failed: 3, 'dead-letter': 1, stopped: 0 })).toBe('3 failures, 1 dead letter');
  });
});

describe('steps and places', () => {
  test('every step is found again where it lies, as long as steps are a pixel apart (seed 121)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 0, max: 900 }), (steps, step) => {
        const scale = { steps, width: 1_000 };
        const wanted = Math.min(steps, step);
        expect(stepAt(scale, xOfStep(scale, wanted))).toBe(wanted);
      }),
      { seed: 121 },
    );
  });

  test('places outside of the track are its ends', () => {
    const scale = { steps: 100, width: 200 };
    expect([-50, 0, 100, 200, 999].map((x) => stepAt(scale, x))).toEqual([0, 0, 50, 100, 100]);
    expect(stepAt({ steps: 100, width: 0 }, 10)).toBe(0);
  });

  test('a branch has no step before its fork and none beyond its head', () => {
    const a = branch('a', 0, 21, 60);
    expect([0, 20, 30, 60, 90].map((step) => stepOfBranch(a, 60, step))).toEqual([20, 20, 30, 60, 60]);
    expect(stepOfBranch(TRUNK, 100, 0)).toBe(0);
  });

  test.each([
    [1, 1_000],
    [7, 300],
    [100, 390],
    [123_456, 900],
    [2 ** 31 - 1, 1_400],
  ])('ticks of %i steps on %i px are round, and not too close', (head, width) => {
    const { ticks } = layoutTimeline([branch('trunk', -1, 1, head)], { branch: 0, head }, undefined, width);
    expect(ticks.length).toBeGreaterThan(1);
    ticks.forEach(({ x }, index) => {
      if (index > 0) expect(x - (ticks[index - 1]?.x ?? 0)).toBeGreaterThan(70);
    });
    expect(String(ticks[1]?.step)).toMatch(/^[125]0*$/);
  });
});
