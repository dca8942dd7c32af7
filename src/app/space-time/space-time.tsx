/**
 * The space–time diagram of a simulated run: a line for each actor, a column for each step, an arrow for each message
 * between them. It draws the part in view on one canvas, in the page's frame loop; names, card and scrolling are elements.
 */
import '../ui/empty-note.css';
import './space-time.css';
import { ArrowRightToLine } from 'lucide-react';
import { useId, useMemo, useRef, useState } from 'react';
import type { InFlight, StepDetail, StepRecord } from '../../engine/simulation.ts';
import type { LifelineStore } from '../stores/lifeline-store.ts';
import type { StepRange } from '../stores/simulation-store.ts';
import { useSize } from '../ui/use-size.ts';
import { Corner } from './corner.tsx';
import { layoutFlights } from './flights.ts';
import { COLUMN_WIDTHS, columnAt, contentSize, DEFAULT_ZOOM, makeGeometry, NARROW_PX, xOf, yOf } from './geometry.ts';
import { type Hit, hitAt } from './hit.ts';
import { columnOf, layoutSpaceTime, recordOf } from './layout.ts';
import { Legend } from './legend.tsx';
import { LifelineLabels } from './lifeline-labels.tsx';
import { PlotArea } from './plot-area.tsx';
import { PointedCard } from './pointed-card.tsx';
import { summaryOf } from './step-text.ts';
import { useFollowing } from './use-following.ts';
import { useLifelineChoice } from './use-lifeline-choice.ts';
import { useNeededSteps } from './use-needed-steps.ts';
import { useSceneDrawing } from './use-scene-drawing.ts';
import { useWheel } from './use-wheel.ts';

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
  /** Whether the cursor moves by itself: then the view stays where a person scrolled to. */
  readonly isPlaying: boolean;
  readonly lifelines: LifelineStore;
  readonly onSeek: (step: number) => Promise<void> | void;
  readonly onSelect: (path: string) => void;
  readonly loadDetail: (step: number) => Promise<StepDetail>;
  /** Asks for these steps instead of those in `steps`. May be asked again. */
  readonly onNeedSteps: (range: StepRange) => void;
}

/** Names that are in the document beyond either edge of the view. */
const ROWS_BEYOND = 8;

export function SpaceTime(props: SpaceTimeProps) {
  const { steps, current, head, inFlight, now, selected, isPlaying, onSeek, onSelect, loadDetail, onNeedSteps } = props;
  const root = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const legendId = useId();
  const size = useSize(root);
  const choice = useLifelineChoice(props.lifelines);
  const [pointed, setPointed] = useState<Hit | 'cursor'>();
  const [firstRow, setFirstRow] = useState(0);
  const [hasLegend, setLegend] = useState(false);

  const { pinned, hidden, opened, zoom } = choice;
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
  const following = useFollowing(scroller, layout, geometry, { column: cursorColumn, step: current, isPlaying });
  const { scroll, isFollowing } = following;

  const hit = pointed === 'cursor' ? hitOfCursor() : pointed;
  const hovered = hit?.kind === 'step' ? hit.step : undefined;
  const scene = useMemo(
    () => ({ layout, flights, geometry, current, cursorColumn, nowMs: now, selected, hovered }),
    [layout, flights, geometry, current, cursorColumn, now, selected, hovered],
  );
  const { palette, drawSoon } = useSceneDrawing(canvas, size, scene, scroll);
  const { columns } = layout;
  const askSoon = useNeededSteps({ steps, columns, geometry, current, head, isFollowing, onNeedSteps }, scroll);

  useWheel(scroller);

  function onScroll(): void {
    if (following.onScroll()) setPointed(undefined);
    setFirstRow(Math.max(0, Math.floor(scroll.current.top / geometry.rowHeight) - ROWS_BEYOND));
    drawSoon();
    askSoon();
  }

  function pointAt(clientX: number, clientY: number): Hit | undefined {
    const box = root.current?.getBoundingClientRect();
    if (box === undefined) return undefined;
    return hitAt({ ...scene, scroll: scroll.current }, clientX - box.left, clientY - box.top);
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
      data-narrow={size.width < NARROW_PX || undefined}
    >
      <canvas ref={canvas} aria-hidden style={{ width: size.width, height: size.height }} />
      <div ref={scroller} className="st-scroll" onScroll={onScroll}>
        <div className="st-content" style={{ width: content.width, height: content.height }}>
          <div className="st-labels" style={{ width: geometry.labelsWidth }}>
            <Corner
              zoom={zoom}
              onZoom={choice.setZoom}
              hasLegend={hasLegend}
              legendId={legendId}
              onLegend={setLegend}
              hidden={layout.hidden.length}
              onShowAll={choice.showAll}
            />
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
            cursorColumn={cursorColumn}
            foldedSteps={layout.columns[cursorColumn]?.count ?? 0}
            isPointing={pointed !== undefined}
            pointAt={pointAt}
            onPoint={setPointed}
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
        <p className="empty-note">No step was taken yet. Play or step, and its messages appear here.</p>
      )}
      <div className="st-pills">
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
          onClose={() => setPointed(undefined)}
        />
      )}
    </section>
  );
}
