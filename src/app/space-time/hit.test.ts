/** What lies under the pointer: the same places that are drawn. */
import { describe, expect, test } from 'vitest';
import type { InFlight, StepRecord } from '../../engine/simulation.ts';
import { lineOfArrow, lineOfFlight } from './arrow-lines.ts';
import { layoutFlights } from './flights.ts';
import { AXIS_HEIGHT, makeGeometry, SIGNS_Y, xOf, yOf } from './geometry.ts';
import { type Hit, hitAt } from './hit.ts';
import { columnOf, layoutSpaceTime } from './layout.ts';
import type { Scene } from './scene.ts';

const COLUMN_WIDTH = 48;

function record(step: number, fields: Partial<StepRecord>): StepRecord {
  return {
    step,
    atMs: step,
    kind: 'message',
    path: '/a',
    worker: 0,
    label: 'Some',
    cause: 0,
    from: '',
    sentMs: step,
    arrivedMs: step,
    busyMs: 0,
    marks: [],
    isDeviation: false,
    ...fields,
  };
}

/** /a sends to /c, far below; then /b is by itself for four steps; then a fault of the whole system. */
const STEPS: readonly StepRecord[] = [
  record(1, { path: '/a', marks: ['breaker'] }),
  record(2, { path: '/b', marks: ['breaker'] }),
  record(3, { path: '/b', marks: ['breaker'] }),
  record(4, { path: '/c', from: '/a', cause: 1 }),
  ...[5, 6, 7, 8].map((step) => record(step, { path: '/b' })),
  record(9, { path: '', kind: 'fault', marks: ['fault'] }),
];

const FLIGHT: InFlight = {
  id: 7,
  from: '/b',
  to: '/a',
  kind: 'Some',
  isSignal: false,
  sentMs: 2,
  arrivesMs: 20,
  message: { kind: 'Some' },
};

function sceneOf({
  opened = [],
  left = 0,
  current = 9,
}: {
  opened?: number[];
  left?: number;
  current?: number;
} = {}): Scene {
  const layout = layoutSpaceTime(STEPS, { opened: new Set(opened) });
  const content = { rows: layout.lifelines.length, columns: layout.columns.length };
  return {
    layout,
    flights: layoutFlights(layout, [FLIGHT], current),
    geometry: makeGeometry({ width: 900, height: 260 }, content, COLUMN_WIDTH),
    scroll: { left, top: 0 },
    current,
    cursorColumn: columnOf(layout.columns, current),
    nowMs: 9,
    selected: undefined,
    hovered: undefined,
  };
}

/** What is where a step of an actor is drawn, moved by so many pixels. */
function atStep(scene: Scene, step: number, row: number, dx = 0, dy = 0): Hit | undefined {
  const { geometry, scroll, layout } = scene;
  return hitAt(scene, xOf(geometry, scroll, columnOf(layout.columns, step)) + dx, yOf(geometry, scroll, row) + dy);
}

describe('under the pointer', () => {
  test('is the mark of a step, in its row and within reach, wherever the view is', () => {
    for (const left of [0, 60]) {
      const scene = sceneOf({ left });
      expect(atStep(scene, 2, 1)).toMatchObject({ kind: 'step', step: 2, column: 1 });
      expect(atStep(scene, 2, 1, 9, 9)).toMatchObject({ kind: 'step', step: 2 });
      expect(atStep(scene, 4, 2)).toMatchObject({ kind: 'step', step: 4, column: 3 });
    }
    // The same column in the row of somebody else is nothing in particular.
    expect(atStep(sceneOf(), 2, 2, 0, 8)).toEqual({ kind: 'column', step: 2 });
  });

  test('is a step of the whole system, in the axis', () => {
    expect(atStep(sceneOf(), 9, -1)).toMatchObject({ kind: 'step', step: 9, y: SIGNS_Y });
  });

  test('is an arrow along all of its way, as the step that handled it', () => {
    const scene = sceneOf();
    const { geometry, scroll, layout } = scene;
    const [arrow] = layout.arrows;
    if (arrow === undefined) throw new Error('no arrow');
    const { x0, y0, x1, y1 } = lineOfArrow(geometry, scroll, arrow);
    for (const part of [0.2, 0.75, 0.85]) {
      const [x, y] = [x0 + (x1 - x0) * part, y0 + (y1 - y0) * part];
      expect(hitAt(scene, x, y), `${part}`).toMatchObject({ kind: 'step', step: 4, x, y });
      expect(hitAt(scene, x, y + 12)?.kind, `below ${part}`).not.toBe('step');
    }
  });

  test('is a fold in the whole height of its column; an open one only by its bracket', () => {
    const closed = sceneOf();
    expect(closed.layout.columns.map(({ count }) => count)).toEqual([1, 1, 1, 1, 4, 1]);
    for (const row of [0, 1, 2]) {
      expect(atStep(closed, 5, row)).toMatchObject({ kind: 'fold', column: 4, isOpen: false });
    }
    const open = sceneOf({ opened: [5] });
    const { geometry, scroll } = open;
    const column = columnOf(open.layout.columns, 6);
    expect(hitAt(open, xOf(geometry, scroll, column), SIGNS_Y)).toMatchObject({ kind: 'fold', column, isOpen: true });
    expect(atStep(open, 6, 1)).toMatchObject({ kind: 'step', step: 6 });
  });

  test('is a message in flight, from where it was sent to the cursor, and only up to there', () => {
    const scene = sceneOf({ current: 4 });
    const { geometry, scroll, flights, cursorColumn } = scene;
    const [flight] = flights;
    if (flight === undefined) throw new Error('no flight');
    const { x0, y0, x1, y1 } = lineOfFlight(geometry, scroll, flight, cursorColumn);
    const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
    expect(hitAt(scene, x, y)).toEqual({ kind: 'flight', flight, x, y });
    expect(hitAt({ ...scene, cursorColumn: -1 }, x, y)?.kind).not.toBe('flight');
  });

  test('is a column as a whole where nothing is; beside the columns and over the names, nothing', () => {
    const scene = sceneOf();
    const { geometry, scroll } = scene;
    const bottom = geometry.height - 4;
    expect(hitAt(scene, xOf(geometry, scroll, 2), bottom)).toEqual({ kind: 'column', step: 3 });
    expect(hitAt(scene, xOf(geometry, scroll, 0), AXIS_HEIGHT / 2)).toEqual({ kind: 'column', step: 1 });
    expect(hitAt(scene, geometry.labelsWidth - 1, bottom)).toBeUndefined();
    expect(hitAt(scene, xOf(geometry, scroll, 6), bottom)).toBeUndefined();
  });
});
