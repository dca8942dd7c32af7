/** The strip above the lifelines: virtual times, what happens to the whole system, deviations, folds, and the cursor. */
import type { Palette } from '../plots/plot-drawing.ts';
import { formatVirtual } from '../ui/format.ts';
import { AXIS_HEIGHT, SIGNS_Y, TIMES_Y, visibleColumns, xOf } from './geometry.ts';
import { drawFlag, drawStep, line } from './glyphs.ts';
import { SYSTEM_ROW } from './layout.ts';
import type { Ruler } from './ruler.ts';
import type { Scene } from './scene.ts';

const TIME_GAP_PX = 10;
const SIGN_SIDE_PX = 11;

export function createAxisDrawing(
  palette: Palette,
  ruler: Ruler,
): (pen: CanvasRenderingContext2D, scene: Scene) => void {
  return (pen, scene) => {
    const { width, labelsWidth } = scene.geometry;
    pen.fillStyle = palette.color('--surface');
    pen.fillRect(labelsWidth, 0, width - labelsWidth, AXIS_HEIGHT);
    const pill = pillOf(pen, scene, ruler);
    drawTimes(pen, scene, palette, ruler, pill);
    drawFolds(pen, scene, palette);
    drawSigns(pen, scene, palette);
    pen.strokeStyle = palette.color('--line-strong');
    pen.lineWidth = 1;
    line(pen, [labelsWidth, AXIS_HEIGHT - 0.5, width, AXIS_HEIGHT - 0.5]);
    if (pill !== undefined) drawPill(pen, pill, palette);
  };
}

interface Pill {
  readonly left: number;
  readonly width: number;
  readonly text: string;
}

/** The number and time of the cursor, kept inside the view while its column is. */
function pillOf(pen: CanvasRenderingContext2D, scene: Scene, ruler: Ruler): Pill | undefined {
  const { geometry, scroll, cursorColumn, current, nowMs } = scene;
  if (cursorColumn < 0 || cursorColumn >= geometry.columns) return undefined;
  const x = xOf(geometry, scroll, cursorColumn);
  const half = geometry.columnWidth / 2;
  if (x + half < geometry.labelsWidth || x - half > geometry.width) return undefined;
  const text = `#${current} · ${formatVirtual(nowMs)}`;
  const width = ruler.widthOf(pen, text.replaceAll(/\d/g, '0')) + 12;
  const left = Math.min(geometry.width - width - 2, Math.max(geometry.labelsWidth + 2, x - width / 2));
  return { left, width, text };
}

function drawPill(pen: CanvasRenderingContext2D, { left, width, text }: Pill, palette: Palette): void {
  pen.fillStyle = palette.color('--accent-fill');
  pen.beginPath();
  pen.roundRect(left, TIMES_Y - 8, width, 16, 4);
  pen.fill();
  pen.fillStyle = palette.color('--accent-text');
  pen.textAlign = 'center';
  pen.fillText(text, left + width / 2, TIMES_Y + 0.5);
}

function drawTimes(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  ruler: Ruler,
  pill: Pill | undefined,
): void {
  const { layout, geometry, scroll } = scene;
  const { from, to } = visibleColumns(geometry, scroll);
  pen.textAlign = 'left';
  pen.lineWidth = 1;
  let free = geometry.labelsWidth + 2;
  for (let column = from; column <= to; column++) {
    const { startsTime, atMs } = layout.columns[column] ?? {};
    if (startsTime !== true || atMs === undefined) continue;
    const x = Math.round(xOf(geometry, scroll, column - 0.5)) + 0.5;
    const text = formatVirtual(atMs);
    const end = x + 4 + ruler.widthOf(pen, text);
    const isFree = x >= free && end < geometry.width;
    const isCovered = pill !== undefined && end + 4 > pill.left && x < pill.left + pill.width;
    pen.strokeStyle = palette.color('--line-strong');
    line(pen, [x, isFree && !isCovered ? 4 : AXIS_HEIGHT - 5, x, AXIS_HEIGHT]);
    if (!isFree || isCovered) continue;
    pen.fillStyle = palette.color('--text-faint');
    pen.fillText(text, x + 4, TIMES_Y + 0.5);
    free = end + TIME_GAP_PX;
  }
}

/** A plus where a click opens a fold; a bracket with a minus over an open one. */
function drawFolds(pen: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { layout, geometry, scroll } = scene;
  const { from, to } = visibleColumns(geometry, scroll);
  pen.lineWidth = 1;
  for (let column = from; column <= to; column++) {
    const { fold, count = 0 } = layout.columns[column] ?? {};
    if (fold === undefined) continue;
    const x = Math.round(xOf(geometry, scroll, column));
    pen.strokeStyle = palette.color('--text-faint');
    const isStart = count > 1 || layout.columns[column - 1]?.fold !== fold;
    if (!isStart) {
      line(pen, [x - geometry.columnWidth, SIGNS_Y + 0.5, x, SIGNS_Y + 0.5]);
      if (layout.columns[column + 1]?.fold !== fold) line(pen, [x + 0.5, SIGNS_Y, x + 0.5, SIGNS_Y + 5]);
      continue;
    }
    const half = SIGN_SIDE_PX / 2;
    pen.fillStyle = palette.color('--raised');
    pen.beginPath();
    pen.roundRect(x - half + 0.5, SIGNS_Y - half + 0.5, SIGN_SIDE_PX - 1, SIGN_SIDE_PX - 1, 2);
    pen.fill();
    pen.stroke();
    pen.strokeStyle = palette.color('--text');
    line(pen, [x - 2.5, SIGNS_Y, x + 2.5, SIGNS_Y]);
    if (count > 1) line(pen, [x, SIGNS_Y - 2.5, x, SIGNS_Y + 2.5]);
  }
}

function drawSigns(pen: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { layout, geometry, scroll } = scene;
  const { from, to } = visibleColumns(geometry, scroll);
  for (const { column, row, record } of layout.marks) {
    if (column < from) continue;
    if (column > to) break;
    const x = xOf(geometry, scroll, column);
    if (row === SYSTEM_ROW) drawStep(pen, record.kind, x, SIGNS_Y, palette.color('--text-soft'), palette);
    if (record.isDeviation) drawFlag(pen, x + (row === SYSTEM_ROW ? 9 : 0), SIGNS_Y, palette.color('--accent'));
  }
}
