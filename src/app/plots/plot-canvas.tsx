/**
 * The canvas of the plots and its time cursor. It draws in the page's frame loop when there is a new sample or the
 * cursor moved. The cursor follows the pointer, or the arrow keys when the plots have the focus.
 */
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useSize } from '../ui/use-size.ts';
import { useIsSimulated, usePlayground, useView } from '../use-playground.ts';
import { readPalette } from './palette.ts';
import { drawScene } from './plot-drawing.ts';
import { makeScene, type Scene } from './plot-scene.ts';
import { type Hover, hoverAt, PlotTooltip } from './plot-tooltip.tsx';

const KEY_STEP_MS = 1_000;

export interface PlotCanvasProps {
  readonly headroom: number;
  /** Told when the latency band changes between a linear and a logarithmic scale. */
  readonly onLogChange: (isLog: boolean) => void;
}

export function PlotCanvas({ headroom, onLogChange }: PlotCanvasProps) {
  const { series, events, loop } = usePlayground();
  const isSimulated = useIsSimulated();
  const selected = useView((state) => state.selected);
  const theme = useView((state) => state.theme);
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useRef<Scene>(undefined);
  const hoverX = useRef<number>(undefined);
  const size = useSize(frame);
  const [hover, setHover] = useState<Hover>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is what changes the custom properties.
  const palette = useMemo(readPalette, [theme]);

  const draw = useCallback(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || size.width === 0) return;
    const wasLog = scene.current?.bands.some((band) => band.isLog) ?? false;
    const next = makeScene({ series, width: size.width, height: size.height, headroom, selected, isSimulated, wasLog });
    scene.current = next;
    onLogChange(next.bands.some((band) => band.isLog));
    const { markers } = events.store.getState();
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawScene(context, next, series, markers, palette, hoverX.current);
    setHover(hoverX.current === undefined ? undefined : hoverAt(next, series, markers, hoverX.current));
  }, [series, events, palette, size, headroom, selected, isSimulated, onLogChange]);

  useEffect(() => {
    if (canvas.current !== null) {
      const ratio = window.devicePixelRatio || 1;
      canvas.current.width = Math.round(size.width * ratio);
      canvas.current.height = Math.round(size.height * ratio);
    }
    loop.draw(draw);
    return series.store.subscribe(() => loop.draw(draw));
  }, [draw, loop, series, size]);

  function moveTo(x: number | undefined): void {
    const { left = 0, right = 0 } = scene.current ?? {};
    hoverX.current = x === undefined ? undefined : Math.min(right, Math.max(left, x));
    loop.draw(draw);
  }

  function onPointerMove(event: PointerEvent<HTMLDivElement>): void {
    moveTo(event.clientX - event.currentTarget.getBoundingClientRect().left);
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const { time, right = 0 } = scene.current ?? {};
    if (time === undefined) return;
    const step = time(KEY_STEP_MS) - time(0);
    const from = hoverX.current ?? right;
    if (event.key === 'ArrowLeft') moveTo(from - step);
    else if (event.key === 'ArrowRight') moveTo(from + step);
    else if (event.key === 'Escape' && hoverX.current !== undefined) moveTo(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div
      ref={frame}
      className="plot-canvas"
      role="slider"
      tabIndex={0}
      aria-label="Time cursor over the last minute; arrow keys move it"
      aria-valuemin={-60}
      aria-valuemax={0}
      aria-valuenow={Math.round(hover?.secondsAgo ?? 0) * -1}
      aria-valuetext={hover?.text ?? 'now'}
      data-testid="plots"
      onPointerMove={onPointerMove}
      onPointerDown={onPointerMove}
      onPointerLeave={() => moveTo(undefined)}
      onBlur={() => moveTo(undefined)}
      onKeyDown={onKeyDown}
    >
      <canvas ref={canvas} aria-hidden style={{ width: size.width, height: size.height }} />
      {hover !== undefined && <PlotTooltip hover={hover} width={size.width} />}
    </div>
  );
}
