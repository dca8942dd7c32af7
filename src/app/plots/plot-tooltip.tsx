/** What the time cursor points at: exact values of the nearest sample, and the events around that time. */
import type { TraceEvent } from '../../kernel/trace.ts';
import { groupOf, sentenceOf } from '../events/event-text.ts';
import type { SeriesStore } from '../stores/series-store.ts';
import { formatClock, formatCount, formatMs, formatShort, nameOf } from '../ui/format.ts';
import { workerColor } from '../ui/worker-color.ts';
import { type BandName, nearestSample, type PlotLine, type Scene } from './plot-scene.ts';

export interface HoverValue {
  readonly name: string;
  readonly color: string;
  readonly text: string;
}

export interface Hover {
  readonly x: number;
  readonly atMs: number;
  readonly secondsAgo: number;
  readonly values: readonly HoverValue[];
  readonly events: readonly TraceEvent[];
  readonly moreEvents: number;
  /** The same in one line, for screen readers. */
  readonly text: string;
}

const NEAR_PX = 7;
const EVENTS_SHOWN = 4;
const WORKERS_SHOWN = 4;
const WIDTH = 264;

export function hoverAt(scene: Scene, series: SeriesStore, markers: readonly TraceEvent[], x: number): Hover {
  const pointedMs = scene.time.invert(x);
  const position = nearestSample(series, pointedMs);
  const atMs = position === undefined ? pointedMs : series.timeMs(position);
  const values = position === undefined ? [] : valuesAt(scene, series, position);
  const near = markers.filter((event) => Math.abs(scene.time(event.atMs) - x) <= NEAR_PX);
  const nowMs = scene.time.domain()[1] ?? 0;
  const text = [formatClock(atMs), ...values.map((value) => `${value.name} ${value.text}`)].join(', ');
  return {
    x,
    atMs,
    secondsAgo: (nowMs - atMs) / 1_000,
    values,
    events: near.slice(-EVENTS_SHOWN),
    moreEvents: Math.max(0, near.length - EVENTS_SHOWN),
    text,
  };
}

function valuesAt(scene: Scene, series: SeriesStore, position: number): readonly HoverValue[] {
  const values: HoverValue[] = [];
  for (const band of scene.bands) {
    if (band.name === 'throughput' && band.lines.length > WORKERS_SHOWN) {
      const total = band.lines.reduce((sum, line) => sum + (line.value(position) || 0), 0);
      values.push({ name: 'all workers', color: 'var(--text-soft)', text: `${formatShort(total)}/s` });
      continue;
    }
    for (const line of band.lines) {
      const deepest = line.name === 'deepest' ? series.deepest(position) : undefined;
      const name = deepest === undefined ? line.name : nameOf(deepest);
      values.push({ name, color: cssColor(line), text: valueText(band.name, line.value(position)) });
    }
  }
  return values;
}

export function cssColor(line: PlotLine): string {
  return line.color.startsWith('worker-') ? workerColor(Number(line.color.slice(7))) : `var(${line.color})`;
}

export function valueText(band: BandName, value: number): string {
  if (Number.isNaN(value)) return '–';
  if (band === 'latency') return formatMs(value);
  return band === 'mailboxes' ? formatCount(value) : `${formatShort(value)}/s`;
}

export function PlotTooltip({ hover, width }: { readonly hover: Hover; readonly width: number }) {
  const onLeft = hover.x > width / 2;
  const left = onLeft ? Math.max(0, hover.x - WIDTH - 12) : Math.min(hover.x + 12, Math.max(0, width - WIDTH));
  return (
    <div className="plot-tooltip" style={{ left, width: Math.min(WIDTH, width) }} data-testid="plot-tooltip">
      <p className="plot-tooltip-time number">{formatClock(hover.atMs)}</p>
      {hover.values.length === 0 ? (
        <p className="plot-tooltip-none">Nothing was measured here.</p>
      ) : (
        <dl className="plot-tooltip-values">
          {hover.values.map((value) => (
            <div key={value.name}>
              <dt>
                <span className="swatch" style={{ background: value.color }} aria-hidden />
                {value.name}
              </dt>
              <dd className="number">{value.text}</dd>
            </div>
          ))}
        </dl>
      )}
      {hover.events.length > 0 && (
        <ul className="plot-tooltip-events">
          {hover.events.map((event) => (
            <li key={event.sequence} data-group={groupOf(event)}>
              {sentenceOf(event)}
            </li>
          ))}
          {hover.moreEvents > 0 && <li>and {hover.moreEvents} more</li>}
        </ul>
      )}
    </div>
  );
}
