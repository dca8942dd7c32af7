/**
 * The space–time diagram of a simulated run: a line for each actor, a column for each step, an arrow for each message
 * between them. It draws the part in view on one canvas, in the page's frame loop; names, card and scrolling are elements.
 */
import './space-time.css';
import { ArrowRightToLine, CircleQuestionMark, Minus, Plus } from 'lucide-react';
import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { InFlight, StepDetail, StepRecord } from '../../engine/simulation.ts';
import { readPalette } from '../plots/palette.ts';
import { useSize } from '../ui/use-size.ts';
import { usePlayground, useView } from '../use-playground.ts';
import { createDrawing } from './drawing.ts';
import { layoutFlights } from './flights.ts';
import {
  AXIS_HEIGHT,
  COLUMN_WIDTHS,
  columnAt,
  contentSize,
  DEFAULT_ZOOM,
  makeGeometry,
  visibleColumns,
  xOf,
  yOf,
} from './geometry.ts';
import { type Hit, hitAt } from './hit.ts';
import { columnOf, layoutSpaceTime, recordOf } from './layout.ts';
import { Legend } from './legend.tsx';
import { LifelineLabels } from './lifeline-labels.tsx';
import { neededSteps } from './needed-steps.ts';
import { PlotArea } from './plot-area.tsx';
import { PointedCard } from './pointed-card.tsx';
import type { Scene } from './scene.ts';
import { summaryOf } from './step-text.ts';
import { useFollowing } from './use-following.ts';
import { useLifelineChoice } from './use-lifeline-choice.ts';

export interface SpaceTimeProps {
  /** A window of the present branch, in order and without gaps; at most `SIMULATION_LIMITS.windowMax`. */
  readonly steps: readonly StepRecord[];
  /** The cursor: 0 before the first step. */
  readonly current: number;
  /** The furthest step of the branch. */
  readonly head: number;
  /** At the cursor. */
  readonly inFlight: readonly InFlight[];
  /** Virtual milliseconds at the cursor. */
  readonly now: number;
  readonly selected: string | undefined;
  readonly onSeek: (step: number) => Promise<void> | void;
  readonly onSelect: (path: string) => void;
  readonly loadDetail: (step: number) => Promise<StepDetail>;
  /** Asks for the steps with from ≤ step < to instead of those in `steps`. May be asked again. */
  readonly onNeedSteps: (from: number, to: number) => void;
}

/** How often it asks for steps at most. */
const ASK_EVERY_MS = 150;
const ROWS_BEYOND = 8;

export function SpaceTime(props: SpaceTimeProps) {
  const { steps, current, head, inFlight, now, selected, onSeek, onSelect, loadDetail, onNeedSteps } = props;
  const { loop } = usePlayground();
  const theme = useView((state) => state.theme);
  const root = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const scene = useRef<Scene>(undefined);
  const legendId = useId();
  const size = useSize(root);
  const choice = useLifelineChoice();
  const [zoom, setZoom] = useState(DEFAULT_ZOOM);
  const [hit, setHit] = useState<Hit>();
  const [firstRow, setFirstRow] = useState(0);
  const [hasLegend, setLegend] = useState(false);

  const { pinned, hidden, opened } = choice;
  const ends = [...new Set(inFlight.flatMap(({ from, to }) => [from, to]))].sort().join('\n');
  const layout = useMemo(() => {
    const also = [...ends.split('\n'), selected ?? ''];
    return layoutSpaceTime(steps, { pinned, hidden, opened, also });
  }, [steps, pinned, hidden, opened, ends, selected]);
  const geometry = useMemo(
    () =>
      makeGeometry(
        size,
        { rows: layout.lifelines.length, columns: layout.columns.length },
        COLUMN_WIDTHS[zoom] ?? COLUMN_WIDTHS[DEFAULT_ZOOM],
      ),
    [size, layout, zoom],
  );
  const flights = useMemo(() => layoutFlights(layout, inFlight, current), [layout, inFlight, current]);
  const lastStep = steps.at(-1)?.step ?? 0;
  const cursorColumn = current > lastStep ? layout.columns.length : columnOf(layout.columns, current);
  const following = useFollowing(scroller, layout, geometry, cursorColumn);
  const { scroll, isFollowing } = following;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is what changes the custom properties.
  const palette = useMemo(readPalette, [theme]);
  const drawScene = useMemo(() => createDrawing(palette), [palette]);
  const hovered = hit?.kind === 'step' ? hit.step : undefined;
  const draw = useCallback(() => {
    const pen = canvas.current?.getContext('2d');
    if (!pen || scene.current === undefined) return;
    const ratio = window.devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawScene(pen, { ...scene.current, scroll: scroll.current });
  }, [drawScene, scroll]);

  useEffect(() => {
    if (canvas.current === null) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.current.width = Math.round(size.width * ratio);
    canvas.current.height = Math.round(size.height * ratio);
    loop.draw(draw);
  }, [size, loop, draw]);

  useEffect(() => {
    const rest = { current, cursorColumn, nowMs: now, selected, hovered };
    scene.current = { layout, flights, geometry, scroll: scroll.current, ...rest };
    loop.draw(draw);
  }, [layout, flights, geometry, current, cursorColumn, now, selected, hovered, scroll, loop, draw]);

  const looked = useRef({ steps, head, current, geometry, layout, isFollowing, onNeedSteps });
  useEffect(() => {
    looked.current = { steps, head, current, geometry, layout, isFollowing, onNeedSteps };
  });
  const asking = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef<{ readonly steps: readonly StepRecord[]; readonly range: string }>(undefined);
  const askSoon = useCallback(() => {
    asking.current ??= setTimeout(() => {
      asking.current = undefined;
      const seen = looked.current;
      if (seen.geometry.width === 0) return;
      const visible = visibleColumns(seen.geometry, scroll.current);
      const step = seen.isFollowing ? seen.current : (seen.layout.columns[visible.from]?.first ?? seen.current);
      const range = neededSteps(seen.steps, { ...visible, columns: seen.geometry.columns, step }, seen.head);
      if (range === undefined) return;
      // An answer that did not help would be asked for in vain for ever.
      const text = `${range.from} ${range.to}`;
      if (asked.current?.range === text && asked.current.steps === seen.steps) return;
      asked.current = { steps: seen.steps, range: text };
      seen.onNeedSteps(range.from, range.to);
    }, ASK_EVERY_MS);
  }, [scroll]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what may make steps missing.
  useEffect(askSoon, [askSoon, steps, head, current, geometry]);
  useEffect(
    () => () => {
      clearTimeout(asking.current);
      asking.current = undefined;
    },
    [],
  );

  function onScroll(): void {
    if (following.onScroll()) setHit(undefined);
    setFirstRow(Math.max(0, Math.floor(scroll.current.top / geometry.rowHeight) - ROWS_BEYOND));
    loop.draw(draw);
    askSoon();
  }

  function pointAt(clientX: number, clientY: number): Hit | undefined {
    const box = root.current?.getBoundingClientRect();
    if (box === undefined || scene.current === undefined) return undefined;
    return hitAt({ ...scene.current, scroll: scroll.current }, clientX - box.left, clientY - box.top);
  }

  /** The step of the cursor, as if it were pointed at. */
  function hitOfCursor(): Hit | undefined {
    const record = recordOf(steps, current);
    const row = layout.lifelines.findIndex(({ path }) => path === record?.path);
    if (record === undefined || cursorColumn < 0 || row < 0) return undefined;
    const x = xOf(geometry, scroll.current, cursorColumn);
    return { kind: 'step', step: current, column: cursorColumn, x, y: yOf(geometry, scroll.current, row) };
  }

  function columnBeside(by: 1 | -1): number {
    const target = layout.columns[Math.min(layout.columns.length - 1, Math.max(0, cursorColumn + by))];
    return target?.seek ?? current;
  }

  const content = contentSize(geometry);
  const hiddenCount = layout.hidden.length;
  const summary = `steps=${steps.length} arrows=${layout.arrows.length} lifelines=${layout.lifelines.length} collapsed=${layout.folded}`;
  const scrolledColumn = columnAt(geometry, scroll.current, geometry.width);
  const isCursorBefore = cursorColumn < scrolledColumn;

  return (
    <section
      ref={root}
      className="space-time"
      aria-label={summaryOf(layout)}
      data-testid="space-time"
      data-summary={summary}
      data-current={current}
      data-following={isFollowing}
    >
      <canvas ref={canvas} aria-hidden style={{ width: size.width, height: size.height }} />
      <div ref={scroller} className="st-scroll" onScroll={onScroll}>
        <div className="st-content" style={{ width: content.width, height: content.height }}>
          <div className="st-labels" style={{ width: geometry.labelsWidth }}>
            <div className="st-corner" style={{ height: AXIS_HEIGHT }}>
              <button
                type="button"
                aria-label="Narrower steps"
                title="Narrower steps"
                disabled={zoom === 0}
                onClick={() => setZoom(zoom - 1)}
              >
                <Minus size={14} aria-hidden />
              </button>
              <button
                type="button"
                aria-label="Wider steps"
                title="Wider steps"
                disabled={zoom === COLUMN_WIDTHS.length - 1}
                onClick={() => setZoom(zoom + 1)}
              >
                <Plus size={14} aria-hidden />
              </button>
              <button
                type="button"
                aria-label="What the signs mean"
                title="What the signs mean"
                aria-expanded={hasLegend}
                aria-controls={legendId}
                onClick={() => setLegend(!hasLegend)}
              >
                <CircleQuestionMark size={14} aria-hidden />
              </button>
            </div>
            <LifelineLabels
              lifelines={layout.lifelines}
              rowHeight={geometry.rowHeight}
              firstRow={firstRow}
              rowsShown={Math.ceil(size.height / geometry.rowHeight) + 2 * ROWS_BEYOND}
              selected={selected}
              onSelect={onSelect}
              onPin={choice.togglePin}
              onHide={choice.hide}
            />
          </div>
          <PlotArea
            steps={steps}
            current={current}
            head={head}
            isPointing={hit !== undefined}
            pointAt={pointAt}
            onPoint={setHit}
            onPointAtCursor={() => setHit(hitOfCursor())}
            columnBeside={columnBeside}
            onToggleFold={(index) => choice.toggleFold(layout.columns, index)}
            onSeek={(step) => {
              following.backToCursor();
              return onSeek(step);
            }}
            onSelect={onSelect}
          />
        </div>
      </div>
      {steps.length === 0 && (
        <p className="st-empty">No step was taken yet. Play or step, and its messages appear here.</p>
      )}
      <div className="st-pills">
        {hiddenCount > 0 && (
          <button type="button" className="st-pill" data-testid="st-show-hidden" onClick={choice.showAll}>
            {hiddenCount} hidden – show
          </button>
        )}
        {!isFollowing && steps.length > 0 && (
          <button type="button" className="st-pill" data-testid="st-back" onClick={following.backToCursor}>
            <ArrowRightToLine size={13} aria-hidden data-flipped={isCursorBefore || undefined} />
            Back to the cursor
          </button>
        )}
      </div>
      {hasLegend && <Legend palette={palette} id={legendId} />}
      {hit !== undefined && (
        <PointedCard
          hit={hit}
          layout={layout}
          hidden={hidden}
          root={root}
          loadDetail={loadDetail}
          onClose={() => setHit(undefined)}
        />
      )}
    </section>
  );
}
