/** What lies under the pointer. Pure; the same lines that are drawn. */
import { type Line, lineOfArrow, lineOfFlight } from './arrow-lines.ts';
import type { Flight } from './flights.ts';
import { AXIS_HEIGHT, columnAt, xOf, yOf } from './geometry.ts';
import type { Column } from './layout.ts';
import type { Scene } from './scene.ts';

export type Hit =
  | { readonly kind: 'step'; readonly step: number; readonly column: number; readonly x: number; readonly y: number }
  /** A folded column, or the bracket over an open one. */
  | { readonly kind: 'fold'; readonly column: number; readonly isOpen: boolean; readonly x: number; readonly y: number }
  | { readonly kind: 'flight'; readonly flight: Flight; readonly x: number; readonly y: number }
  /** Nothing in particular in a column. */
  | { readonly kind: 'column'; readonly step: number };

const STEP_REACH_PX = 14;
const LINE_REACH_PX = 5;

export function hitAt(scene: Scene, x: number, y: number): Hit | undefined {
  const { layout, geometry, scroll } = scene;
  if (x < geometry.labelsWidth) return undefined;
  const index = columnAt(geometry, scroll, x);
  const column = layout.columns[index];
  return (
    (column && foldAt(scene, column, index, y)) ??
    (column && stepAt(scene, index, x, y)) ??
    (y > AXIS_HEIGHT ? messageAt(scene, x, y) : undefined) ??
    (column && { kind: 'column', step: column.seek })
  );
}

function foldAt({ geometry, scroll }: Scene, column: Column, index: number, y: number): Hit | undefined {
  if (column.fold === undefined) return undefined;
  const isOpen = column.count === 1;
  if (isOpen && y > AXIS_HEIGHT) return undefined;
  const x = xOf(geometry, scroll, index);
  return { kind: 'fold', column: index, isOpen, x, y: Math.max(AXIS_HEIGHT, y) };
}

function stepAt({ layout, geometry, scroll }: Scene, index: number, x: number, y: number): Hit | undefined {
  for (const { column, row, record } of layout.marks) {
    if (column !== index) continue;
    const at = { x: xOf(geometry, scroll, column), y: yOf(geometry, scroll, row) };
    if (Math.hypot(x - at.x, y - at.y) > STEP_REACH_PX) continue;
    return { kind: 'step', step: record.step, column, ...at };
  }
  return undefined;
}

function messageAt({ layout, flights, geometry, scroll, cursorColumn }: Scene, x: number, y: number): Hit | undefined {
  if (cursorColumn >= 0) {
    for (const flight of flights) {
      if (distance(lineOfFlight(geometry, scroll, flight, cursorColumn), x, y) > LINE_REACH_PX) continue;
      return { kind: 'flight', flight, x, y };
    }
  }
  let nearest = LINE_REACH_PX;
  let found: Hit | undefined;
  for (const arrow of layout.arrows) {
    const away = distance(lineOfArrow(geometry, scroll, arrow), x, y);
    if (away >= nearest) continue;
    nearest = away;
    found = { kind: 'step', step: arrow.step, column: arrow.toColumn, x, y };
  }
  return found;
}

/** From a point to a line between two. */
function distance({ x0, y0, x1, y1 }: Line, x: number, y: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const part = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1);
  const within = Math.min(1, Math.max(0, part));
  return Math.hypot(x - x0 - dx * within, y - y0 - dy * within);
}
