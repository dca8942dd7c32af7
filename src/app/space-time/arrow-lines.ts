/** Where the lines of messages begin and end in the view. Pure. */
import type { Flight } from './flights.ts';
import { type Geometry, type Scroll, xOf, yOf } from './geometry.ts';
import { type Arrow, BEFORE } from './layout.ts';

/** Ends of an arrow in the view. */
export interface Line {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

const STUB_X = 17;
const STUB_Y = 13;
/** How far after the cursor's column a message in flight ends. */
const FLIGHT_REACH_PX = 16;

export function lineOfArrow(geometry: Geometry, scroll: Scroll, arrow: Arrow): Line {
  const x1 = xOf(geometry, scroll, arrow.toColumn);
  const y1 = yOf(geometry, scroll, arrow.toRow);
  switch (arrow.shape) {
    case 'to-hidden':
      return { x0: x1, y0: y1, x1: x1 + STUB_X, y1: y1 + STUB_Y };
    case 'from-hidden':
      return { x0: x1 - STUB_X, y0: y1 - STUB_Y, x1, y1 };
    default: {
      const x0 = arrow.fromColumn === BEFORE ? beforeX(geometry, scroll) : xOf(geometry, scroll, arrow.fromColumn);
      return { x0, y0: yOf(geometry, scroll, arrow.fromRow), x1, y1 };
    }
  }
}

export function lineOfFlight(geometry: Geometry, scroll: Scroll, flight: Flight, cursorColumn: number): Line {
  const x1 = xOf(geometry, scroll, Math.min(cursorColumn, geometry.columns - 1) + 0.5) + FLIGHT_REACH_PX;
  const { fromRow, toRow, fromColumn } = flight;
  if (fromRow === undefined) {
    const y1 = yOf(geometry, scroll, toRow ?? 0);
    return { x0: x1 - STUB_X * 1.5, y0: y1 - STUB_Y, x1, y1 };
  }
  const x0 = fromColumn === BEFORE ? beforeX(geometry, scroll) : xOf(geometry, scroll, fromColumn);
  const y0 = yOf(geometry, scroll, fromRow);
  if (toRow === undefined) return { x0, y0, x1: x0 + STUB_X, y1: y0 + STUB_Y };
  return { x0, y0, x1, y1: yOf(geometry, scroll, toRow) };
}

/** Where everything comes from that was sent before the first step that is known. */
function beforeX(geometry: Geometry, scroll: Scroll): number {
  return geometry.labelsWidth - scroll.left;
}
