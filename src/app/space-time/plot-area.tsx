/** What takes the pointer and the keys of the diagram: a slider of steps for whoever cannot see it. */
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useRef } from 'react';
import type { StepRecord } from '../../engine/simulation.ts';
import { latestWins } from '../timeline/latest-wins.ts';
import { stepOfKey } from '../timeline/step-keys.ts';
import type { Hit } from './hit.ts';
import { recordOf } from './layout.ts';
import { sentenceOfStep } from './step-text.ts';

export interface PlotAreaProps {
  readonly steps: readonly StepRecord[];
  readonly current: number;
  readonly head: number;
  /** −1 where the cursor has none. */
  readonly cursorColumn: number;
  /** Steps that the column of the cursor stands for. */
  readonly foldedSteps: number;
  readonly isPointing: boolean;
  readonly pointAt: (clientX: number, clientY: number) => Hit | undefined;
  readonly onPoint: (hit: Hit | 'cursor' | undefined) => void;
  /** The step that the next column stands for, or the one before. */
  readonly columnBeside: (by: 1 | -1) => number;
  readonly onToggleFold: (column: number) => void;
  readonly onSeek: (step: number) => Promise<void> | void;
  readonly onSelect: (path: string) => void;
}

/** Opens the fold in which the cursor is, or closes it. Space is the page's. */
const FOLD_KEY = 'o';
const PAGE_STEPS = 10;
/** Steps that are told in words. */
const TOLD_MAX = 5;
/** Time to move from the step into its card. */
const LEAVE_MS = 220;

export function PlotArea(props: PlotAreaProps) {
  const { steps, current, head, cursorColumn, foldedSteps, isPointing, pointAt, onPoint, columnBeside } = props;
  const latest = useRef(props);
  latest.current = props;
  const seek = useRef(latestWins((step: number) => latest.current.onSeek(step))).current;
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined);
  const record = recordOf(steps, current);
  const told = steps.filter(({ step }) => step <= current && step > current - TOLD_MAX);

  function onPointerMove(event: PointerEvent): void {
    clearTimeout(leaving.current);
    const hit = pointAt(event.clientX, event.clientY);
    onPoint(hit?.kind === 'column' ? undefined : hit);
  }

  function onPointerLeave(event: PointerEvent): void {
    // A finger that was lifted has not gone anywhere: its card stays until the next tap.
    if (event.pointerType !== 'mouse') return;
    const to = event.relatedTarget;
    if (to instanceof Element && to.closest('.st-card') !== null) return;
    leaving.current = setTimeout(() => onPoint(undefined), LEAVE_MS);
  }

  function onClick(event: MouseEvent): void {
    const hit = pointAt(event.clientX, event.clientY);
    if (hit === undefined || hit.kind === 'flight') return;
    if (hit.kind !== 'fold') {
      seek.call(hit.step);
      return;
    }
    onPoint(undefined);
    props.onToggleFold(hit.column);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter') {
      if (record !== undefined && record.path !== '') props.onSelect(record.path);
    } else if (event.key === 'Escape') {
      if (!isPointing) return;
      onPoint(undefined);
    } else if (event.key.toLowerCase() === FOLD_KEY) {
      props.onToggleFold(cursorColumn);
    } else {
      const target = targetOf(event);
      if (target === undefined) return;
      seek.call(target);
      onPoint('cursor');
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** With Shift an arrow goes to the next column: runs of local steps are one. */
  function targetOf({ key, shiftKey }: KeyboardEvent): number | undefined {
    if (shiftKey && key === 'ArrowRight') return columnBeside(1);
    if (shiftKey && key === 'ArrowLeft') return columnBeside(-1);
    // Keys come faster than steps: they count from where the last one leads.
    return stepOfKey(key, seek.target() ?? current, PAGE_STEPS, head);
  }

  function valueText(): string {
    const sentence = record === undefined ? `Step ${current}` : sentenceOfStep(record);
    return foldedSteps > 1 ? `${sentence}; one of ${foldedSteps} folded steps` : sentence;
  }

  return (
    <>
      <div
        className="st-plot"
        role="slider"
        tabIndex={0}
        aria-label="Step of the space–time diagram; Enter selects its actor, O opens or closes folded steps"
        aria-keyshortcuts="Enter O"
        aria-valuemin={0}
        aria-valuemax={head}
        aria-valuenow={current}
        aria-valuetext={valueText()}
        data-testid="st-plot"
        onPointerMove={onPointerMove}
        onPointerDown={onPointerMove}
        onPointerLeave={onPointerLeave}
        onClick={onClick}
        onKeyDown={onKeyDown}
        onFocus={(event) => event.currentTarget.matches(':focus-visible') && onPoint('cursor')}
        onBlur={() => onPoint(undefined)}
      />
      <ol className="visually-hidden" aria-label="The last steps">
        {told.map((one) => (
          <li key={one.step}>{sentenceOfStep(one)}</li>
        ))}
      </ol>
    </>
  );
}
