/** From rows and columns to pixels and back, and where the view goes when the cursor moves. Pure. */
import { type Column, columnOf } from './layout.ts';

export const AXIS_HEIGHT = 30;
/** Within the axis: times above, signs of the system, folds and deviations below. */
export const TIMES_Y = 10;
export const SIGNS_Y = 22;
export const ROW_HEIGHT_MIN = 26;
export const ROW_HEIGHT_MAX = 44;
/** Widths of a column, one for each zoom. */
export const COLUMN_WIDTHS = [12, 20, 32, 48, 76] as const;
export const DEFAULT_ZOOM = 2;
const LABELS_WIDTH = 164;
const LABELS_WIDTH_NARROW = 108;
/** A view of less than this is narrow. */
export const NARROW_PX = 560;
/** Room before the first column, where arrows enter. */
const LEAD_PX = 12;
/** Room after the last column, for messages in flight and the label of the last step. */
const TAIL_PX = 96;
/** Where the cursor may be in the view without moving it, as parts of its width. */
const COMFORT_FROM = 0.12;
const COMFORT_TO = 0.8;

export interface Geometry {
  readonly width: number;
  readonly height: number;
  readonly labelsWidth: number;
  readonly columnWidth: number;
  readonly rowHeight: number;
  readonly rows: number;
  readonly columns: number;
}

export interface Scroll {
  readonly left: number;
  readonly top: number;
}

export function makeGeometry(
  size: { readonly width: number; readonly height: number },
  content: { readonly rows: number; readonly columns: number },
  columnWidth: number,
): Geometry {
  const { rows } = content;
  // A scroll bar below the rows takes some of their height.
  const room = Math.floor((size.height - AXIS_HEIGHT - 10) / Math.max(1, rows));
  const labelsWidth = size.width < NARROW_PX ? LABELS_WIDTH_NARROW : LABELS_WIDTH;
  return {
    ...size,
    ...content,
    labelsWidth,
    columnWidth,
    rowHeight: Math.min(ROW_HEIGHT_MAX, Math.max(ROW_HEIGHT_MIN, room)),
  };
}

export function plotWidth({ width, labelsWidth }: Geometry): number {
  return Math.max(0, width - labelsWidth);
}

/** Everything that there is to scroll through, labels included. */
export function contentSize(geometry: Geometry): { readonly width: number; readonly height: number } {
  const { labelsWidth, columnWidth, columns, rows, rowHeight, width } = geometry;
  return {
    width: Math.max(width, labelsWidth + LEAD_PX + columns * columnWidth + TAIL_PX),
    height: AXIS_HEIGHT + rows * rowHeight,
  };
}

/** The middle of a column in the view; a half column is a place too. */
export function xOf(geometry: Geometry, scroll: Scroll, column: number): number {
  return geometry.labelsWidth + LEAD_PX + (column + 0.5) * geometry.columnWidth - scroll.left;
}

export function yOf(geometry: Geometry, scroll: Scroll, row: number): number {
  return row < 0 ? SIGNS_Y : AXIS_HEIGHT + (row + 0.5) * geometry.rowHeight - scroll.top;
}

/** The column under a place in the view, which may be before the first or after the last one. */
export function columnAt(geometry: Geometry, scroll: Scroll, x: number): number {
  return Math.floor((x + scroll.left - geometry.labelsWidth - LEAD_PX) / geometry.columnWidth);
}

/** Columns of which anything is in the view. */
export function visibleColumns(geometry: Geometry, scroll: Scroll): { readonly from: number; readonly to: number } {
  return {
    from: Math.max(0, columnAt(geometry, scroll, geometry.labelsWidth)),
    to: Math.min(geometry.columns - 1, columnAt(geometry, scroll, geometry.width)),
  };
}

/** Whether the view would follow the cursor from here: it is where following would leave it. */
export function isComfortable(geometry: Geometry, left: number, cursorColumn: number): boolean {
  return Math.abs(followedLeft(geometry, left, cursorColumn) - left) < 1;
}

/** The scroll position nearest to `left` at which the cursor is well in view. */
export function followedLeft(geometry: Geometry, left: number, cursorColumn: number): number {
  const width = plotWidth(geometry);
  const x = LEAD_PX + (cursorColumn + 0.5) * geometry.columnWidth;
  const max = Math.max(0, contentSize(geometry).width - geometry.width);
  const wanted = Math.min(x - width * COMFORT_FROM, Math.max(x - width * COMFORT_TO, left));
  return Math.round(Math.min(max, Math.max(0, wanted)));
}

/** A place that stays the same step when columns before it come, go or change their width. */
export interface Anchor {
  readonly step: number;
  /** How far into its column, as a part of its width. */
  readonly part: number;
}

export function anchorAt(geometry: Geometry, columns: readonly Column[], left: number): Anchor | undefined {
  const place = (left - LEAD_PX) / geometry.columnWidth;
  const index = Math.min(columns.length - 1, Math.max(0, Math.floor(place)));
  const column = columns[index];
  return column === undefined ? undefined : { step: column.first, part: place - index };
}

/** @returns undefined where the step of the anchor is not known any more */
export function leftOf(geometry: Geometry, columns: readonly Column[], anchor: Anchor): number | undefined {
  const index = columnOf(columns, anchor.step);
  return index < 0 ? undefined : Math.max(0, Math.round(LEAD_PX + (index + anchor.part) * geometry.columnWidth));
}
