/** Draws the visible part of the diagram on a canvas. Knows nothing of React; colours come in resolved. */
import type { Palette } from '../plots/plot-drawing.ts';
import { drawArrows, drawFlights } from './arrow-drawing.ts';
import { createAxisDrawing } from './axis-drawing.ts';
import { AXIS_HEIGHT, visibleColumns, xOf, yOf } from './geometry.ts';
import { BELOW_BOX, BOX_PX, drawMark, drawOnBox, drawStep, line } from './glyphs.ts';
import type { StepMark } from './layout.ts';
import { createRuler, type Ruler, writeOver } from './ruler.ts';
import { FUTURE_ALPHA, type Scene } from './scene.ts';

const LABEL_ROOM_MIN_PX = 30;
const COUNT_ROOM_MIN_PX = 20;

/** @returns the drawing for one theme; it remembers how wide texts are */
export function createDrawing(palette: Palette): (pen: CanvasRenderingContext2D, scene: Scene) => void {
  const ruler = createRuler();
  const drawAxis = createAxisDrawing(palette, ruler);
  return (pen, scene) => {
    const { width, height, labelsWidth } = scene.geometry;
    pen.clearRect(0, 0, width, height);
    pen.font = palette.font;
    pen.textBaseline = 'middle';
    pen.save();
    pen.beginPath();
    pen.rect(labelsWidth, 0, width - labelsWidth, height);
    pen.clip();
    drawGround(pen, scene, palette);
    drawLifelines(pen, scene, palette);
    drawArrows(pen, scene, palette);
    drawFlights(pen, scene, palette, ruler);
    drawMarks(pen, scene, palette, ruler);
    drawAxis(pen, scene);
    pen.restore();
  };
}

/** Where virtual time moves on, the row of the selected actor and the column of the cursor. */
function drawGround(pen: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { geometry, scroll, layout, cursorColumn, selected } = scene;
  const { width, height, labelsWidth, columnWidth, rowHeight } = geometry;
  const row = layout.lifelines.findIndex(({ path }) => path === selected);
  if (row >= 0) {
    pen.fillStyle = palette.color('--accent-wash');
    pen.globalAlpha = 0.7;
    pen.fillRect(labelsWidth, yOf(geometry, scroll, row) - rowHeight / 2, width - labelsWidth, rowHeight);
    pen.globalAlpha = 1;
  }
  const { from, to } = visibleColumns(geometry, scroll);
  pen.strokeStyle = palette.color('--line');
  pen.lineWidth = 1;
  for (let column = Math.max(1, from); column <= to; column++) {
    if (layout.columns[column]?.startsTime !== true) continue;
    const x = Math.round(xOf(geometry, scroll, column - 0.5)) + 0.5;
    line(pen, [x, AXIS_HEIGHT, x, height]);
  }
  if (cursorColumn < 0 || cursorColumn >= geometry.columns) return;
  const left = xOf(geometry, scroll, cursorColumn - 0.5);
  pen.fillStyle = palette.color('--accent');
  pen.globalAlpha = 0.16;
  pen.fillRect(left, AXIS_HEIGHT, columnWidth, height - AXIS_HEIGHT);
  pen.globalAlpha = 1;
  pen.fillRect(Math.round(left + columnWidth) - 1, AXIS_HEIGHT, 1.5, height - AXIS_HEIGHT);
}

function drawLifelines(pen: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { geometry, scroll, layout, selected } = scene;
  layout.lifelines.forEach(({ path, isPinned }, row) => {
    const y = Math.round(yOf(geometry, scroll, row)) + 0.5;
    if (y < AXIS_HEIGHT - 20 || y > geometry.height + 20) return;
    pen.strokeStyle = palette.color(path === selected ? '--accent' : '--line-strong');
    pen.lineWidth = 1;
    line(pen, [geometry.labelsWidth, y, geometry.width, y]);
    if (isPinned && layout.lifelines[row + 1]?.isPinned === false) {
      pen.strokeStyle = palette.color('--line-strong');
      pen.setLineDash([2, 3]);
      const below = Math.round(y + geometry.rowHeight / 2) + 0.5;
      line(pen, [geometry.labelsWidth, below, geometry.width, below]);
      pen.setLineDash([]);
    }
  });
}

function drawMarks(pen: CanvasRenderingContext2D, scene: Scene, palette: Palette, ruler: Ruler): void {
  const { geometry, scroll, layout, cursorColumn } = scene;
  const { from, to } = visibleColumns(geometry, scroll);
  // A label may reach into the view from a column that is not in it.
  const reach = Math.ceil(120 / geometry.columnWidth);
  for (let at = firstMark(layout.marks, from - reach); at < layout.marks.length; at++) {
    const mark = layout.marks[at];
    if (mark === undefined || mark.column > to) break;
    if (mark.row < 0) continue;
    const y = yOf(geometry, scroll, mark.row);
    if (y < AXIS_HEIGHT - 20 || y > geometry.height + 20) continue;
    pen.globalAlpha = mark.column > cursorColumn ? FUTURE_ALPHA : 1;
    drawOne(pen, scene, mark, xOf(geometry, scroll, mark.column), y, palette, ruler);
  }
  pen.globalAlpha = 1;
}

function drawOne(
  pen: CanvasRenderingContext2D,
  { geometry, hovered }: Scene,
  { record, count, column, nextColumn }: StepMark,
  x: number,
  y: number,
  palette: Palette,
  ruler: Ruler,
): void {
  const { kind, worker, marks, step } = record;
  const color = palette.color(worker < 0 ? '--text-faint' : `worker-${worker}`);
  if (count > 1) drawStep(pen, kind === 'timer' ? 'message' : 'signal', x + 3, y - 3, color, palette);
  drawStep(pen, kind, x, y, color, palette);
  drawOnBox(pen, marks, x, y, palette);
  if (step === hovered) {
    pen.strokeStyle = palette.color('--text');
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.roundRect(x - BOX_PX - 3, y - BOX_PX - 3, BOX_PX * 2 + 6, BOX_PX * 2 + 6, 4);
    pen.stroke();
  }
  BELOW_BOX.filter((mark) => marks.includes(mark)).forEach((mark, index) => {
    drawMark(pen, mark, x + index * 12, y + 11, palette);
  });
  const room = nextColumn === undefined ? 200 : (nextColumn - column) * geometry.columnWidth - 12;
  // How many they are is the point of a fold; the rest is told where there is room.
  const isTight = room < LABEL_ROOM_MIN_PX + (count > 1 ? 16 : 0);
  if (isTight && (count === 1 || geometry.columnWidth < COUNT_ROOM_MIN_PX)) return;
  const text = isTight ? `×${count}` : ruler.fit(pen, count > 1 ? `×${count} ${record.label}` : record.label, room);
  pen.textAlign = 'left';
  // Beside what a fold or a restart adds to the box.
  const beside = count > 1 || marks.includes('restarted') ? 6 : 2;
  writeOver(pen, text, x + BOX_PX + beside, y - 8, palette.color('--text-soft'), palette);
}

/** Marks are in the order of their columns. */
function firstMark(marks: readonly StepMark[], column: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.column ?? 0) < column) low = middle + 1;
    else high = middle;
  }
  return low;
}
