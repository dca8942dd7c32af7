/** The signs of the diagram, each known by its shape before its colour. Canvas only; (x, y) is the middle. */
import { unreachable } from '../../base/assert.ts';
import type { Mark, StepKind } from '../../engine/simulation.ts';
import type { Palette } from '../plots/plot-drawing.ts';
import { meaningOf } from '../timeline/marks.ts';

/** Half of the side of a turn's box. */
export const BOX_PX = 5;

type Pen = CanvasRenderingContext2D;

export function drawStep(pen: Pen, kind: StepKind, x: number, y: number, color: string, palette: Palette): void {
  pen.lineWidth = 1.5;
  pen.strokeStyle = color;
  pen.fillStyle = color;
  switch (kind) {
    case 'message':
      box(pen, x, y);
      pen.fill();
      return;
    case 'signal':
      pen.fillStyle = palette.color('--surface');
      box(pen, x, y);
      pen.fill();
      box(pen, x, y, BOX_PX - 0.75);
      pen.stroke();
      return;
    case 'timer':
      pen.fillStyle = palette.color('--surface');
      pen.beginPath();
      pen.arc(x, y, BOX_PX, 0, Math.PI * 2);
      pen.fill();
      pen.stroke();
      line(pen, [x, y - 3, x, y, x + 2.2, y + 1.2]);
      return;
    case 'fault':
      pen.fillStyle = palette.color('--plot-2');
      bolt(pen, x, y, 7, palette);
      return;
    case 'send':
      pen.strokeStyle = palette.color('--text-soft');
      line(pen, [x, y - 12, x, y - 4]);
      pen.fillStyle = palette.color('--text-soft');
      polygon(pen, [x - 4.5, y - 5, x + 4.5, y - 5, x, y + 3]);
      pen.fill();
      return;
    default:
      unreachable(kind, 'kind of step');
  }
}

/** Marks that change the look of the box itself; the others stand below it. */
export function drawOnBox(pen: Pen, marks: readonly Mark[], x: number, y: number, palette: Palette): void {
  if (marks.includes('restarted')) {
    pen.strokeStyle = palette.color(colorOf('restarted'));
    pen.lineWidth = 1.75;
    pen.beginPath();
    pen.arc(x, y, BOX_PX + 4.5, -0.9, Math.PI * 1.55);
    pen.stroke();
    pen.fillStyle = palette.color(colorOf('restarted'));
    polygon(pen, [x + 2.5, y - 12, x + 9, y - 9.5, x + 3.5, y - 5]);
    pen.fill();
  }
  if (marks.includes('failed')) {
    cross(pen, x, y, BOX_PX + 1.5, palette.color('--surface'), 5);
    cross(pen, x, y, BOX_PX + 1.5, palette.color(colorOf('failed')), 2.5);
  }
}

export const BELOW_BOX: readonly Mark[] = ['violated', 'escalated', 'report', 'dead-letter', 'breaker', 'stopped'];

export function drawMark(pen: Pen, mark: Mark, x: number, y: number, palette: Palette): void {
  const color = palette.color(colorOf(mark));
  pen.fillStyle = color;
  pen.strokeStyle = color;
  pen.lineWidth = 1.5;
  switch (mark) {
    case 'failed':
      cross(pen, x, y, 4, color, 2);
      return;
    case 'restarted':
      pen.beginPath();
      pen.arc(x, y, 3.5, -0.6, Math.PI * 1.5);
      pen.stroke();
      return;
    case 'violated':
      polygon(pen, [x, y - 5, x + 5, y + 4, x - 5, y + 4]);
      pen.fill();
      exclamation(pen, x, y + 0.5, palette.color('--surface'));
      return;
    case 'report':
      polygon(pen, [x - 4.5, y - 4.5, x + 4.5, y - 4.5, x + 4.5, y + 4.5, x - 4.5, y + 4.5]);
      pen.fill();
      exclamation(pen, x, y, palette.color('--surface'));
      return;
    case 'escalated':
      line(pen, [x, y + 4.5, x, y - 3.5]);
      line(pen, [x - 3.5, y - 0.5, x, y - 4, x + 3.5, y - 0.5]);
      return;
    case 'dead-letter':
      pen.beginPath();
      pen.arc(x, y, 3.75, 0, Math.PI * 2);
      pen.stroke();
      line(pen, [x - 2.6, y + 2.6, x + 2.6, y - 2.6]);
      return;
    case 'breaker':
      polygon(pen, [x, y - 4.5, x + 4.5, y, x, y + 4.5, x - 4.5, y]);
      pen.stroke();
      polygon(pen, [x, y - 4.5, x, y + 4.5, x - 4.5, y]);
      pen.fill();
      return;
    case 'stopped':
      polygon(pen, [x - 3, y - 3, x + 3, y - 3, x + 3, y + 3, x - 3, y + 3]);
      pen.fill();
      return;
    case 'fault':
      bolt(pen, x, y, 5, palette);
      return;
    case 'deviation':
      drawFlag(pen, x, y, color);
      return;
    default:
      unreachable(mark, 'mark');
  }
}

/** Somebody chose here. */
export function drawFlag(pen: Pen, x: number, y: number, color: string): void {
  pen.strokeStyle = color;
  pen.fillStyle = color;
  pen.lineWidth = 1.5;
  line(pen, [x - 3, y + 5, x - 3, y - 5]);
  polygon(pen, [x - 3, y - 5, x + 5, y - 2.5, x - 3, y]);
  pen.fill();
}

/** The head of an arrow that comes from the direction (dx, dy); open for a signal. */
export function drawHead(pen: Pen, x: number, y: number, dx: number, dy: number, isOpen: boolean): void {
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const back = 7;
  const side = 3.2;
  const points = [x - ux * back - uy * side, y - uy * back + ux * side, x, y];
  const all = [...points, x - ux * back + uy * side, y - uy * back - ux * side];
  if (isOpen) {
    line(pen, all);
    return;
  }
  polygon(pen, all);
  pen.fill();
}

export function line(pen: Pen, points: readonly number[]): void {
  trace(pen, points);
  pen.stroke();
}

function colorOf(mark: Mark): string {
  return meaningOf(mark)?.color ?? '--text';
}

function polygon(pen: Pen, points: readonly number[]): void {
  trace(pen, points);
  pen.closePath();
}

function trace(pen: Pen, points: readonly number[]): void {
  pen.beginPath();
  for (let index = 0; index + 1 < points.length; index += 2) {
    pen.lineTo(points[index] ?? 0, points[index + 1] ?? 0);
  }
}

function box(pen: Pen, x: number, y: number, half = BOX_PX): void {
  pen.beginPath();
  pen.roundRect(x - half, y - half, half * 2, half * 2, 2);
}

function cross(pen: Pen, x: number, y: number, half: number, color: string, width: number): void {
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.lineCap = 'round';
  line(pen, [x - half, y - half, x + half, y + half]);
  line(pen, [x + half, y - half, x - half, y + half]);
  pen.lineCap = 'butt';
}

function bolt(pen: Pen, x: number, y: number, half: number, palette: Palette): void {
  const unit = half / 7;
  polygon(
    pen,
    [1.5, -8, -5, 1.5, -0.5, 1.5, -1.5, 8, 5, -2, 0.5, -2].map((value, at) => (at % 2 === 0 ? x : y) + value * unit),
  );
  pen.strokeStyle = palette.color('--surface');
  pen.lineWidth = 3;
  pen.stroke();
  pen.fill();
}

function exclamation(pen: Pen, x: number, y: number, color: string): void {
  pen.strokeStyle = color;
  pen.lineWidth = 1.25;
  line(pen, [x, y - 2.5, x, y + 0.75]);
  line(pen, [x, y + 1.75, x, y + 3]);
}
