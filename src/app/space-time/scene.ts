/** Everything that a frame of the diagram shows. */
import type { Flight } from './flights.ts';
import type { Geometry, Scroll } from './geometry.ts';
import type { SpaceTimeLayout } from './layout.ts';

export interface Scene {
  readonly layout: SpaceTimeLayout;
  readonly flights: readonly Flight[];
  readonly geometry: Geometry;
  readonly scroll: Scroll;
  readonly current: number;
  /** The column of the cursor: −1 before the first one, the number of columns after the last one. */
  readonly cursorColumn: number;
  readonly nowMs: number;
  readonly selected: string | undefined;
  /** The step under the pointer; its arrows stand out. */
  readonly hovered: number | undefined;
}

/** How much of what lies after the cursor is seen. */
export const FUTURE_ALPHA = 0.42;
