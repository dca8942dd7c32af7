/** Which steps the diagram holds, and which to ask for next. Pure. */
import { SIMULATION_LIMITS, type StepRecord } from '../../engine/simulation.ts';
import type { StepRange } from '../stores/simulation-store.ts';

export interface Looking {
  /** Columns in the view, of so many. */
  readonly from: number;
  readonly to: number;
  readonly columns: number;
  /** The step that has to be in what is asked for: the cursor, or where a person scrolled to. */
  readonly step: number;
}

/** Closer to the end of what is known than this many columns, more is asked for. */
const EDGE_COLUMNS = 24;

/** Room for steps that are still to come: a run that plays does not need another range for each of them. */
const ROOM_AFTER = 400;
/** Closer to the end of a range than this, the cursor could be seen without what is beside it. */
const MARGIN = 40;

/** As wide as one call may be, with the step in the middle, or at the end of the run with some room after it. */
export function rangeAround(step: number, head: number): StepRange {
  const size = SIMULATION_LIMITS.windowMax;
  const from = Math.max(1, Math.min(step - size / 2, head + 1 + ROOM_AFTER - size));
  return { from, to: from + size };
}

/** Whether a cursor was sent out of a range, or to the very edge of it. */
export function isBeyond({ from, to }: StepRange, current: number, head: number): boolean {
  return (from > 1 && current < from + MARGIN) || (to <= head && current > to - MARGIN);
}

/** @returns undefined where what is known is enough */
export function neededSteps(
  steps: readonly StepRecord[],
  { from, to, columns, step }: Looking,
  head: number,
): StepRange | undefined {
  const first = steps[0]?.step ?? 0;
  const last = steps.at(-1)?.step ?? 0;
  if (head === 0) return undefined;
  const isUnknown = step > 0 && (step < first || step > last);
  const lacksBefore = first > 1 && from < EDGE_COLUMNS;
  const lacksAfter = last < head && to >= columns - EDGE_COLUMNS;
  if (!isUnknown && !lacksBefore && !lacksAfter && last > 0) return undefined;
  const range = rangeAround(step, head);
  return range.from === first && Math.min(range.to, head + 1) === last + 1 ? undefined : range;
}
