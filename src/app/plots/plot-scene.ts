/**
 * What the four plots show at one moment, as plain geometry: bands over one time axis, their scales and lines. Drawing
 * and hovering both work from it, so they cannot disagree about where a value is.
 */
import { type ScaleLinear, type ScaleLogarithmic, scaleLinear, scaleLog } from 'd3';
import { SERIES_MS, type SeriesStore } from '../stores/series-store.ts';

export interface PlotLine {
  readonly name: string;
  /** Name of a colour: a custom property of the theme, or `worker-3`. */
  readonly color: string;
  readonly value: (position: number) => number;
  /** Told under the pointer, and not drawn: lines that hide each other tell less. */
  readonly isOnlyTold?: boolean;
}

export type ValueScale = ScaleLinear<number, number> | ScaleLogarithmic<number, number>;

export interface Band {
  readonly name: BandName;
  readonly top: number;
  readonly bottom: number;
  readonly lines: readonly PlotLine[];
  readonly scale: ValueScale;
  readonly ticks: readonly number[];
  readonly isLog: boolean;
}

export type BandName = 'requests' | 'latency' | 'mailboxes' | 'throughput';

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly axisTop: number;
  readonly time: ScaleLinear<number, number>;
  readonly bands: readonly Band[];
  readonly length: number;
  readonly isSimulated: boolean;
}

export interface SceneOptions {
  readonly series: SeriesStore;
  readonly width: number;
  readonly height: number;
  /** Room above the lines of each band. */
  readonly headroom: number;
  readonly selected: string | undefined;
  /** Virtual time goes as slowly as a person wants it to: the axis grows with it. */
  readonly isSimulated: boolean;
  /** Whether the latency band was logarithmic before; it changes its mind only well past the threshold. */
  readonly wasLog: boolean;
}

export const AXIS_HEIGHT = 22;
/** Lengths of the axis early in a simulated run. */
const SPANS_MS: readonly number[] = [60, 300, 1_200, 6_000, 30_000];
const LEFT = 52;
const RIGHT = 14;
const BAND_BOTTOM = 6;
/** A band of less than this has room for its ends and little else. */
const LOW_BAND = 50;
const LOG_ABOVE_RATIO = 25;
const LINEAR_BELOW_RATIO = 12;

export function makeScene(options: SceneOptions): Scene {
  const { series, width, height, headroom } = options;
  const { nowMs, length } = series.store.getState();
  const left = LEFT;
  const right = Math.max(left + 10, width - RIGHT);
  const axisTop = height - AXIS_HEIGHT;
  const wanted = linesOf(options);
  const bandHeight = axisTop / wanted.length;
  // In the first minute the axis already has its full length, so that nothing is squeezed as it fills.
  const spanMs = (options.isSimulated ? SPANS_MS.find((one) => nowMs <= one) : undefined) ?? SERIES_MS;
  const end = Math.max(nowMs, spanMs);
  const time = scaleLinear([end - spanMs, end], [left, right]);
  const bands = wanted.map(({ name, lines }, index) => {
    const top = index * bandHeight + headroom;
    const bottom = (index + 1) * bandHeight - BAND_BOTTOM;
    const { min, max } = rangeOf(lines, length);
    const ratio = min > 0 ? max / min : 1;
    const isLog = name === 'latency' && ratio > (options.wasLog ? LINEAR_BELOW_RATIO : LOG_ABOVE_RATIO);
    const scale = isLog
      ? scaleLog([10 ** Math.floor(Math.log10(min)), niceAbove(max)], [bottom, top])
      : scaleLinear([0, niceAbove(Math.max(max, name === 'latency' ? 1 : 10))], [bottom, top]);
    const ticks = isLog ? powersWithin(scale.domain(), bottom - top) : linearTicks(scale, bottom - top);
    return { name, top, bottom, lines, scale, ticks, isLog };
  });
  return { width, height, left, right, axisTop, time, bands, length, isSimulated: options.isSimulated };
}

/** The lines of each band, also for the legend. */
export function linesOf({ series, selected }: Pick<SceneOptions, 'series' | 'selected'>): readonly {
  readonly name: BandName;
  readonly lines: readonly PlotLine[];
}[] {
  const { workers } = series.store.getState();
  const second: PlotLine =
    selected === undefined
      ? { name: 'deepest', color: '--plot-2', value: series.depthMax }
      : { name: 'selected', color: '--accent', value: (position) => series.depthOf(selected, position) };
  return [
    {
      name: 'requests',
      lines: [
        { name: 'answered', color: '--plot-1', value: series.answered },
        { name: 'failed', color: '--bad', value: series.failed },
      ],
    },
    {
      name: 'latency',
      lines: [
        { name: 'P50', color: '--plot-1', value: series.p50 },
        { name: 'P95', color: '--text-faint', value: series.p95, isOnlyTold: true },
        { name: 'P99', color: '--plot-2', value: series.p99 },
        { name: 'P99.9', color: '--text-faint', value: series.p999, isOnlyTold: true },
      ],
    },
    { name: 'mailboxes', lines: [{ name: 'total', color: '--plot-1', value: series.depthTotal }, second] },
    {
      name: 'throughput',
      lines: Array.from({ length: workers }, (_, worker) => ({
        name: `W${worker}`,
        color: `worker-${worker}`,
        value: (position: number) => series.throughput(worker, position),
      })),
    },
  ];
}

/** The sample nearest to a time, or none where the nearest is more than a second and a half away. */
export function nearestSample(series: SeriesStore, atMs: number): number | undefined {
  const { length } = series.store.getState();
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series.timeMs(middle) < atMs) low = middle + 1;
    else high = middle;
  }
  const candidates = [low - 1, low].filter((position) => position >= 0 && position < length);
  const distance = (position: number): number => Math.abs(series.timeMs(position) - atMs);
  candidates.sort((a, b) => distance(a) - distance(b));
  const best = candidates[0];
  return best !== undefined && distance(best) <= 1_500 ? best : undefined;
}

function rangeOf(lines: readonly PlotLine[], length: number): { readonly min: number; readonly max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  for (const { value, isOnlyTold = false } of lines) {
    if (isOnlyTold) continue;
    for (let position = 0; position < length; position++) {
      const one = value(position);
      if (one > max) max = one;
      if (one > 0 && one < min) min = one;
    }
  }
  return { min: Number.isFinite(min) ? min : 0, max };
}

/** 1, 2 or 5 times a power of ten, so that the scale moves seldom. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 5]) if (value <= step * power) return step * power;
  return 10 * power;
}

/** In a low band only the ends: labels in between would touch. */
function linearTicks(scale: ValueScale, height: number): readonly number[] {
  return height < LOW_BAND ? [0, scale.domain()[1] ?? 0] : scale.ticks(height > 90 ? 4 : 2);
}

function powersWithin([from = 1, to = 10]: readonly number[], height: number): readonly number[] {
  const ticks: number[] = [];
  for (let tick = from; tick <= to * 1.001; tick *= 10) ticks.push(tick);
  // With many powers in a low band the labels would touch, so every second one is left out.
  if (height < LOW_BAND) return ticks.filter((_, index) => index === 0 || index === ticks.length - 1);
  return ticks.length <= 3 ? ticks : ticks.filter((_, index) => (ticks.length - 1 - index) % 2 === 0);
}
