/**
 * The timeline: a row for each branch, what happened where, and the playhead. Dragging it scrubs the present branch; a
 * click on another row goes to that branch, at that step.
 */
import './timeline.css';
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import type { BranchView, Timeline } from '../../engine/simulation.ts';
import { formatCount, formatShort } from '../ui/format.ts';
import { useSize } from '../ui/use-size.ts';
import { latestWins } from './latest-wins.ts';
import { stepOfKey } from './step-keys.ts';
import { layoutTimeline, ROW_HEIGHT, ROWS_SHOWN_MAX, stepAt, stepOfBranch, xOfStep } from './timeline-layout.ts';
import { TimelineTrack } from './timeline-track.tsx';

/** From here on steps are told in thousands. */
const PLACE_WHOLE_BELOW = 10_000;

export interface TimelineBarProps {
  readonly branches: readonly BranchView[];
  /** The present branch, where in it the run is, and its furthest step. */
  readonly branch: number;
  readonly step: number;
  readonly head: number;
  /** Undefined until it was read. */
  readonly timeline: Timeline | undefined;
  /** Goes to a step of the present branch. Called again only after what it returned has settled. */
  readonly onSeek: (step: number) => Promise<void> | void;
  /** Goes to the end of another branch. */
  readonly onSwitch: (branch: number) => Promise<void> | void;
  /** Goes to a step of another branch. */
  readonly onSwitchStep: (branch: number, step: number) => Promise<void> | void;
}

/** Parts of the whole that Page Up and Page Down move by. */
const PAGES = 20;

export function TimelineBar(props: TimelineBarProps) {
  const { branches, branch, step, head, timeline, onSwitch, onSwitchStep } = props;
  const track = useRef<HTMLDivElement>(null);
  const { width } = useSize(track);
  const layout = useMemo(
    () => layoutTimeline(branches, { branch, head }, timeline, width),
    [branches, branch, head, timeline, width],
  );
  const { scale, rows, ticks } = layout;
  const latest = useRef(props);
  latest.current = props;
  const [seek] = useState(() => latestWins((target: number) => latest.current.onSeek(target)));
  /** Where the hand is; the run follows as fast as it can. */
  const [dragged, setDragged] = useState<number>();

  const isEmpty = head === 0 && branches.length <= 1;
  const shown = dragged ?? step;
  const x = xOfStep(scale, shown);
  const present = rows.find((row) => row.branch === branch);
  const scrolls = rows.length > ROWS_SHOWN_MAX;

  function placeOf(event: PointerEvent): number {
    return event.clientX - (track.current?.getBoundingClientRect().left ?? 0);
  }

  function scrubTo(event: PointerEvent): void {
    const target = Math.min(head, stepAt(scale, placeOf(event)));
    if (target === dragged) return;
    setDragged(target);
    seek.call(target);
  }

  function onPointerDown(event: PointerEvent<HTMLDivElement>): void {
    if (event.button !== 0 || isEmpty) return;
    const top = event.currentTarget.getBoundingClientRect().top;
    const isPlayhead = event.target instanceof Element && event.target.closest('.timeline-playhead') !== null;
    const row = rows[Math.floor((event.clientY - top) / ROW_HEIGHT)];
    const view = row === undefined ? undefined : branches[row.branch];
    if (!isPlayhead && row !== undefined && view !== undefined && row.branch !== branch) {
      void onSwitchStep(row.branch, stepOfBranch(view, view.head, stepAt(scale, placeOf(event))));
      return;
    }
    event.currentTarget.setPointerCapture(event.pointerId);
    scrubTo(event);
  }

  function onPointerMove(event: PointerEvent<HTMLDivElement>): void {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) scrubTo(event);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = seek.target() ?? step;
    const page = Math.max(1, Math.round(head / PAGES));
    const target = stepOfKey(event.key, from, page, head);
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    seek.call(target);
  }

  return (
    <section className="timeline" aria-label="Timeline" data-testid="timeline" data-scrolls={scrolls || undefined}>
      <div
        className="timeline-scroll"
        style={{ height: Math.min(Math.max(1, rows.length), ROWS_SHOWN_MAX) * ROW_HEIGHT }}
      >
        <ul className="timeline-names">
          {rows.map((row) => (
            <li key={row.branch} style={{ height: ROW_HEIGHT, paddingLeft: Math.min(row.depth, 3) * 8 }}>
              <button
                type="button"
                title={row.branch === branch ? `${row.name}, shown` : `Go to the end of ${row.name}`}
                aria-current={row.branch === branch || undefined}
                disabled={isEmpty}
                onClick={() => row.branch !== branch && void onSwitch(row.branch)}
              >
                {row.name}
              </button>
            </li>
          ))}
        </ul>
        <div
          ref={track}
          className="timeline-track"
          style={{ height: Math.max(1, rows.length) * ROW_HEIGHT }}
          data-empty={isEmpty || undefined}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={() => setDragged(undefined)}
          onPointerCancel={() => setDragged(undefined)}
        >
          {!isEmpty && (
            <>
              <TimelineTrack layout={layout} branch={branch} step={shown} />
              <div className="timeline-cursor" style={{ transform: `translateX(${x}px)` }} />
              <div
                className="timeline-playhead"
                role="slider"
                tabIndex={0}
                aria-label={`Step of ${branches[branch]?.name ?? 'the run'}`}
                aria-valuemin={0}
                aria-valuemax={head}
                aria-valuenow={shown}
                aria-valuetext={`Step ${formatCount(shown)} of ${formatCount(head)}`}
                data-testid="playhead"
                style={{ transform: `translate(${x}px, ${present?.y ?? ROW_HEIGHT / 2}px)` }}
                onKeyDown={onKeyDown}
              />
            </>
          )}
          {isEmpty && <p className="timeline-empty">No step yet</p>}
        </div>
      </div>
      <div className="timeline-scale" aria-hidden>
        <span className="timeline-position number">
          {placeText(shown)} / {placeText(head)}
        </span>
        <div className="timeline-ticks">
          {!isEmpty &&
            ticks.map((tick) => (
              <span key={tick.step} className="number" style={{ left: tick.x }}>
                {placeText(tick.step)}
              </span>
            ))}
        </div>
      </div>
    </section>
  );
}

/** The place is narrow; the whole number is in the transport. */
function placeText(step: number): string {
  return step < PLACE_WHOLE_BELOW ? formatCount(step) : formatShort(step);
}
