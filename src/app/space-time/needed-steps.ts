/** Which steps to ask for next. Pure. */
import { SIMULATION_LIMITS, type StepRecord } from '../../engine/simulation.ts';

export interface StepRange {
  readonly from: number;
  /** The first one that is not asked for. */
  readonly to: number;
}

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

/** As wide as one call may be, with the step in the middle, within what has happened. */
export function rangeAround(step: number, head: number): StepRange {
  const size = SIMULATION_LIMITS.windowMax;
  const from = Math.max(1, Math.min(step - size / 2, head + 1 - size));
  return { from, to: Math.min(head + 1, from + size) };
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
  return range.from === first && range.to === last + 1 ? undefined : range;
}
