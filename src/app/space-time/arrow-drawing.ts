/** Messages on the canvas: arrows between steps, and dashed lines for those in flight at the cursor. */
import { shareOfWay } from '../graph/route.ts';
import type { Palette } from '../plots/plot-drawing.ts';
import { type Line, lineOfArrow, lineOfFlight } from './arrow-lines.ts';
import { visibleColumns } from './geometry.ts';
import { BOX_PX, drawHead, line } from './glyphs.ts';
import type { Arrow } from './layout.ts';
import { type Ruler, writeOver } from './ruler.ts';
import { FUTURE_ALPHA, type Scene } from './scene.ts';

const GAP_PX = BOX_PX + 1.5;

export function drawArrows(pen: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { layout, geometry, scroll, cursorColumn, hovered, selected } = scene;
  const { from, to } = visibleColumns(geometry, scroll);
  const selectedRow = layout.lifelines.findIndex(({ path }) => path === selected);
  for (const arrow of layout.arrows) {
    if (arrow.toColumn < from - 1 || arrow.fromColumn > to + 1) continue;
    const isStrong = arrow.step === hovered;
    const isOfSelected = selectedRow >= 0 && (arrow.fromRow === selectedRow || arrow.toRow === selectedRow);
    const color = palette.color(isStrong ? '--text' : isOfSelected ? '--accent' : '--text-faint');
    pen.strokeStyle = color;
    pen.fillStyle = color;
    pen.lineWidth = isStrong ? 2 : 1.1;
    pen.globalAlpha = arrow.toColumn > cursorColumn ? FUTURE_ALPHA * 0.8 : isStrong || isOfSelected ? 1 : 0.8;
    drawArrow(pen, arrow, lineOfArrow(geometry, scroll, arrow), palette, color);
  }
  pen.globalAlpha = 1;
}

function drawArrow(
  pen: CanvasRenderingContext2D,
  { shape, isSignal }: Arrow,
  { x0, y0, x1, y1 }: Line,
  palette: Palette,
  color: string,
): void {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const part = GAP_PX / (Math.hypot(dx, dy) || 1);
  if (shape === 'to-hidden') {
    line(pen, [x0 + dx * part, y0 + dy * part, x1, y1]);
    openEnd(pen, x1, y1, palette, color);
    return;
  }
  const [endX, endY] = [x1 - dx * part, y1 - dy * part];
  line(pen, [x0, y0, endX, endY]);
  drawHead(pen, endX, endY, dx, dy, isSignal);
  if (shape === 'from-hidden') openEnd(pen, x0, y0, palette, color);
}

/** Somebody is there who is not shown. */
function openEnd(pen: CanvasRenderingContext2D, x: number, y: number, palette: Palette, color: string): void {
  pen.fillStyle = palette.color('--surface');
  pen.beginPath();
  pen.arc(x, y, 2.5, 0, Math.PI * 2);
  pen.fill();
  pen.stroke();
  pen.fillStyle = color;
}

export function drawFlights(pen: CanvasRenderingContext2D, scene: Scene, palette: Palette, ruler: Ruler): void {
  const { flights, geometry, scroll, cursorColumn, nowMs } = scene;
  if (cursorColumn < 0) return;
  const isAtEnd = cursorColumn >= geometry.columns - 1;
  const color = palette.color('--accent');
  const labelled = new Set<number>();
  for (const flight of flights) {
    const { x0, y0, x1, y1 } = lineOfFlight(geometry, scroll, flight, cursorColumn);
    pen.strokeStyle = color;
    pen.fillStyle = color;
    pen.lineWidth = 1.4;
    pen.setLineDash([5, 4]);
    line(pen, [x0, y0, x1, y1]);
    pen.setLineDash([]);
    drawHead(pen, x1, y1, x1 - x0, y1 - y0, true);
    if (flight.toRow === undefined) continue;
    const part = shareOfWay(flight.first, nowMs);
    pen.beginPath();
    pen.arc(x0 + (x1 - x0) * part, y0 + (y1 - y0) * part, 2.75, 0, Math.PI * 2);
    pen.fill();
    // Several lines end at the same place: one label for it, and how many come there.
    if (!isAtEnd || labelled.has(flight.toRow)) continue;
    labelled.add(flight.toRow);
    const all = flights.filter(({ toRow }) => toRow === flight.toRow);
    const count = all.reduce((sum, one) => sum + one.count, 0);
    const text = count > 1 ? `×${count} ${flight.first.kind}` : flight.first.kind;
    pen.textAlign = 'left';
    writeOver(pen, ruler.fit(pen, text, geometry.width - x1 - 8), x1 + 5, y1, color, palette);
  }
}
