/** Draws a scene on a canvas. Knows nothing of stores or React; colours come in resolved. */
import { line as lineShape } from 'd3';
import type { TraceEvent } from '../../kernel/trace.ts';
import { type EventGroup, groupOf } from '../events/event-text.ts';
import type { SeriesStore } from '../stores/series-store.ts';
import { formatMs, formatShort } from '../ui/format.ts';
import type { Band, PlotLine, Scene } from './plot-scene.ts';

export interface Palette {
  /** A custom property of the theme or `worker-3`, as a colour that a canvas understands. */
  color(name: string): string;
  readonly font: string;
}

/** In a live run a hole of more than this between two samples breaks the line: nobody measured there. */
const BREAK_MS = 2_500;
/** Parts of the time axis. */
const TICKS = 6;
/** Events closer together than this share a line. */
const CLUSTER_PX = 4;
const GRAVEST_FIRST: readonly EventGroup[] = [
  'violation',
  'escalation',
  'failure',
  'breaker',
  'restart',
  'stop',
  'fault',
];

export function drawScene(
  context: CanvasRenderingContext2D,
  scene: Scene,
  series: SeriesStore,
  markers: readonly TraceEvent[],
  palette: Palette,
  hoverX: number | undefined,
): void {
  context.clearRect(0, 0, scene.width, scene.height);
  context.font = palette.font;
  drawTimeAxis(context, scene, palette);
  for (const band of scene.bands) drawGrid(context, scene, band, palette);
  drawMarkers(context, scene, markers, palette);
  context.save();
  context.beginPath();
  context.rect(scene.left, 0, scene.right - scene.left, scene.height);
  context.clip();
  for (const band of scene.bands) {
    for (const line of band.lines) {
      if (line.isOnlyTold !== true) drawLine(context, scene, band, line, series, palette);
    }
  }
  context.restore();
  if (hoverX !== undefined) drawCursor(context, scene, hoverX, palette);
}

function drawTimeAxis(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const [from = 0, to = 0] = scene.time.domain();
  context.fillStyle = palette.color('--text-faint');
  context.strokeStyle = palette.color('--line');
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineWidth = 1;
  const tickMs = Math.round(to - from) / TICKS;
  for (let tick = Math.ceil(from / tickMs) * tickMs; tick <= to; tick += tickMs) {
    const x = Math.round(scene.time(tick)) + 0.5;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, scene.axisTop);
    context.stroke();
    const inside = Math.min(Math.max(x, scene.left + 12), scene.right - 12);
    context.fillText(axisTime(tick, tickMs), inside, scene.axisTop + 12);
  }
}

function drawGrid(context: CanvasRenderingContext2D, scene: Scene, band: Band, palette: Palette): void {
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.lineWidth = 1;
  for (const tick of band.ticks) {
    const y = Math.round(band.scale(tick)) + 0.5;
    context.strokeStyle = palette.color('--line');
    context.beginPath();
    context.moveTo(scene.left, y);
    context.lineTo(scene.right, y);
    context.stroke();
    context.fillStyle = palette.color('--text-faint');
    context.fillText(tickText(band, tick), scene.left - 8, Math.min(y, band.bottom - 2));
  }
}

function drawLine(
  context: CanvasRenderingContext2D,
  scene: Scene,
  band: Band,
  line: PlotLine,
  series: SeriesStore,
  palette: Palette,
): void {
  const positions = Array.from({ length: scene.length }, (_, position) => position);
  const isMeasured = (position: number): boolean => !Number.isNaN(line.value(position));
  const follows = (position: number): boolean =>
    position === 0 ||
    (scene.isSimulated ? !series.isApart(position) : series.timeMs(position) - series.timeMs(position - 1) <= BREAK_MS);
  const shape = lineShape<number>()
    .defined((position) => isMeasured(position) && follows(position))
    .x((position) => scene.time(series.timeMs(position)))
    .y((position) => band.scale(line.value(position)))
    .context(context);
  context.beginPath();
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  context.strokeStyle = palette.color(line.color);
  shape(positions);
  context.stroke();
}

/**
 * One line for events that fall together, in the colour of the gravest, and one cap for each kind: a dragged slider would
 * otherwise paint a wall, and a restart would hide the failure before it.
 */
function drawMarkers(
  context: CanvasRenderingContext2D,
  scene: Scene,
  markers: readonly TraceEvent[],
  palette: Palette,
): void {
  let clusterX = Number.NEGATIVE_INFINITY;
  let groups: EventGroup[] = [];
  const flush = (): void => {
    if (groups.length > 0) drawCluster(context, scene, clusterX, groups, palette);
    groups = [];
  };
  for (const event of markers) {
    const x = Math.round(scene.time(event.atMs)) + 0.5;
    if (x < scene.left || x > scene.right) continue;
    if (x - clusterX > CLUSTER_PX) {
      flush();
      clusterX = x;
    }
    const group = groupOf(event);
    if (!groups.includes(group)) groups.push(group);
  }
  flush();
}

function drawCluster(
  context: CanvasRenderingContext2D,
  scene: Scene,
  x: number,
  groups: readonly EventGroup[],
  palette: Palette,
): void {
  const graveFirst = GRAVEST_FIRST.filter((group) => groups.includes(group));
  context.lineWidth = 1;
  context.globalAlpha = 0.65;
  context.strokeStyle = palette.color(`--event-${graveFirst[0] ?? 'fault'}`);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, scene.axisTop);
  context.stroke();
  context.globalAlpha = 1;
  graveFirst.forEach((group, index) => {
    const top = index * 8;
    context.fillStyle = palette.color(`--event-${group}`);
    context.beginPath();
    context.moveTo(x - 4, top);
    context.lineTo(x + 4, top);
    context.lineTo(x, top + 7);
    context.fill();
  });
}

function drawCursor(context: CanvasRenderingContext2D, scene: Scene, hoverX: number, palette: Palette): void {
  context.strokeStyle = palette.color('--text-soft');
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(Math.round(hoverX) + 0.5, 0);
  context.lineTo(Math.round(hoverX) + 0.5, scene.axisTop);
  context.stroke();
  context.setLineDash([]);
}

function tickText(band: Band, tick: number): string {
  if (band.name !== 'latency') return formatShort(tick);
  return tick >= 1 || tick === 0
    ? tick >= 1_000
      ? formatMs(tick)
      : `${tick} ms`
    : `${Number(tick.toPrecision(1))} ms`;
}

function axisTime(ms: number, tickMs: number): string {
  if (tickMs < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
