/**
 * The space–time diagram without pixels: lifelines are rows, steps are columns in their order, messages are arrows between
 * them. Pure: the same steps and options give the same picture.
 *
 * Steps without any meaning to others (no arrow in or out, no mark) fold into one column where several follow each other.
 * Steps of hidden actors have no column of their own: they belong to the one before them.
 */
import type { StepRecord } from '../../engine/simulation.ts';
import { actorsOf, type Lifeline, layOutLifelines } from './lifelines.ts';

/** Fewer uneventful steps than this stay as they are: a count would take as much room. */
const FOLD_MIN = 3;
/** The row of what happens to the system as a whole: the time axis. */
export const SYSTEM_ROW = -1;
/** The column of what was sent before the first step that is known. */
export const BEFORE = -1;

export interface SpaceTimeOptions {
  /** In the order in which they are to be shown. */
  readonly pinned?: readonly string[];
  readonly hidden?: ReadonlySet<string>;
  /** Folds that are open: any step of each. */
  readonly opened?: ReadonlySet<number>;
  /** Actors that have a line without any step: selected, or on either end of a message in flight. */
  readonly also?: readonly string[];
}

export interface Column {
  readonly first: number;
  readonly last: number;
  /** Where a click on it goes. */
  readonly seek: number;
  /** Virtual time of its first step. */
  readonly atMs: number;
  /** Virtual time has moved on since the column before; true for the first one. */
  readonly startsTime: boolean;
  /** Steps that are shown as one; 1 for a step by itself, 0 where all of them are hidden. */
  readonly count: number;
  /** The first step of the fold it belongs to, open or not. */
  readonly fold: number | undefined;
}

/** A step on a lifeline, or several of the same lifeline in a folded column. */
export interface StepMark {
  readonly column: number;
  /** `SYSTEM_ROW` for the system as a whole. */
  readonly row: number;
  /** The first of them. */
  readonly record: StepRecord;
  readonly count: number;
  /** The next column with a mark in this row; undefined where there is none. Says how much room a label has. */
  readonly nextColumn: number | undefined;
}

export type ArrowShape =
  /** From the step that sent to the step that handled. */
  | 'whole'
  /** Sent before the first step that is known: from the left edge, in the row of the sender. */
  | 'enters'
  /** The receiver is hidden: a short end at the sender. */
  | 'to-hidden'
  /** The sender is hidden, or it is not known when it sent: a short end at the receiver. */
  | 'from-hidden';

export interface Arrow {
  readonly shape: ArrowShape;
  /** The step that handled it. */
  readonly step: number;
  readonly isSignal: boolean;
  /** `BEFORE` for one that enters; the column of the other end for a short one. */
  readonly fromColumn: number;
  readonly fromRow: number;
  readonly toColumn: number;
  readonly toRow: number;
}

export interface SpaceTimeLayout {
  readonly steps: readonly StepRecord[];
  readonly lifelines: readonly Lifeline[];
  readonly columns: readonly Column[];
  /** In the order of their columns. */
  readonly marks: readonly StepMark[];
  readonly arrows: readonly Arrow[];
  /** Hidden actors that would have a line here. */
  readonly hidden: readonly string[];
  /** Steps inside folded columns. */
  readonly folded: number;
}

/** @param steps in their order */
export function layoutSpaceTime(steps: readonly StepRecord[], options: SpaceTimeOptions = {}): SpaceTimeLayout {
  const { pinned = [], hidden = new Set<string>(), opened = new Set<number>(), also = [] } = options;
  const workers = actorsOf(steps, also);
  const lifelines = layOutLifelines(workers, pinned, hidden);
  const rows = new Map(lifelines.map(({ path }, row) => [path, row]));
  const columns = layOutColumns(steps, hidden, opened);
  const layout = {
    steps,
    lifelines,
    columns,
    hidden: [...workers.keys()].filter((path) => hidden.has(path)),
    folded: columns.reduce((sum, { count }) => sum + (count > 1 ? count : 0), 0),
  };
  return {
    ...layout,
    marks: layOutMarks(steps, columns, rows),
    arrows: layOutArrows(steps, columns, rows),
  };
}

/** The column that a step is in; −1 where it is not known. */
export function columnOf(columns: readonly Column[], step: number): number {
  let low = 0;
  let high = columns.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const column = columns[middle];
    if (column === undefined) break;
    if (step < column.first) high = middle - 1;
    else if (step > column.last) low = middle + 1;
    else return middle;
  }
  return -1;
}

/** The record of a step; undefined where it is not known. */
export function recordOf(steps: readonly StepRecord[], step: number): StepRecord | undefined {
  const first = steps[0];
  if (first === undefined) return undefined;
  // Steps have no gaps as a rule; then their place is known.
  const direct = steps[step - first.step];
  return direct?.step === step ? direct : steps.find((record) => record.step === step);
}

/** A message from another actor, by the look of the record. */
function comesFromAnother({ kind, from, path }: StepRecord): boolean {
  return (kind === 'message' || kind === 'signal') && from !== '' && from !== path;
}

interface Building {
  first: number;
  last: number;
  seek: number;
  atMs: number;
  count: number;
  fold: number | undefined;
}

function layOutColumns(
  steps: readonly StepRecord[],
  hidden: ReadonlySet<string>,
  opened: ReadonlySet<number>,
): readonly Column[] {
  const shown = steps.filter(({ path }) => !hidden.has(path));
  const building: Building[] = [];
  const eventful = eventfulSteps(steps);
  for (let start = 0; start < shown.length; ) {
    let end = start;
    while (end < shown.length && !eventful.has(shown[end]?.step ?? 0)) end++;
    const run = shown.slice(start, Math.max(end, start + 1));
    start += run.length;
    building.push(...columnsOfRun(run, opened));
  }
  return withHidden(steps, building);
}

/** Steps that have a meaning to others, or for the person who looks at them. */
function eventfulSteps(steps: readonly StepRecord[]): ReadonlySet<number> {
  const eventful = new Set<number>();
  for (const record of steps) {
    const { step, kind, marks, isDeviation } = record;
    if (marks.length > 0 || isDeviation || kind === 'fault' || kind === 'send') eventful.add(step);
    if (!comesFromAnother(record)) continue;
    eventful.add(step);
    eventful.add(record.cause);
  }
  return eventful;
}

function columnsOfRun(run: readonly StepRecord[], opened: ReadonlySet<number>): Building[] {
  const [first] = run;
  if (first === undefined) return [];
  const isFold = run.length >= FOLD_MIN;
  if (isFold && !run.some(({ step }) => opened.has(step))) {
    const last = run.at(-1)?.step ?? first.step;
    return [{ first: first.step, last, seek: last, atMs: first.atMs, count: run.length, fold: first.step }];
  }
  const fold = isFold ? first.step : undefined;
  return run.map(({ step, atMs }) => ({ first: step, last: step, seek: step, atMs, count: 1, fold }));
}

/** Puts the steps of hidden actors into the column before them, or, at the very start, into the one after them. */
function withHidden(steps: readonly StepRecord[], building: readonly Building[]): readonly Column[] {
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return [];
  if (building.length === 0) {
    const span = { first: first.step, last: last.step, seek: last.step };
    return [{ ...span, atMs: first.atMs, startsTime: true, count: 0, fold: undefined }];
  }
  return building.map((column, index) => {
    const next = building[index + 1];
    return {
      ...column,
      first: index === 0 ? first.step : column.first,
      last: next === undefined ? last.step : next.first - 1,
      startsTime: index === 0 || column.atMs !== building[index - 1]?.atMs,
    };
  });
}

function layOutMarks(
  steps: readonly StepRecord[],
  columns: readonly Column[],
  rows: ReadonlyMap<string, number>,
): readonly StepMark[] {
  const marks: { column: number; row: number; record: StepRecord; count: number; nextColumn: number | undefined }[] =
    [];
  const latest = new Map<number, (typeof marks)[number]>();
  let column = 0;
  for (const record of steps) {
    while (record.step > (columns[column]?.last ?? Number.POSITIVE_INFINITY)) column++;
    const row = record.path === '' ? SYSTEM_ROW : rows.get(record.path);
    if (row === undefined) continue;
    const before = latest.get(row);
    if (before?.column === column) {
      before.count++;
      continue;
    }
    if (before !== undefined) before.nextColumn = column;
    const mark = { column, row, record, count: 1, nextColumn: undefined };
    latest.set(row, mark);
    marks.push(mark);
  }
  return marks;
}

function layOutArrows(
  steps: readonly StepRecord[],
  columns: readonly Column[],
  rows: ReadonlyMap<string, number>,
): readonly Arrow[] {
  const firstStep = steps[0]?.step ?? 0;
  const arrows: Arrow[] = [];
  for (const record of steps) {
    if (!comesFromAnother(record)) continue;
    const { step, cause } = record;
    const isSignal = record.kind === 'signal';
    const fromRow = rows.get(record.from);
    const toRow = rows.get(record.path);
    const toColumn = columnOf(columns, step);
    const isKnown = cause >= firstStep && cause < step;
    const fromColumn = isKnown ? columnOf(columns, cause) : BEFORE;
    if (toRow === undefined) {
      if (fromRow === undefined || fromColumn < 0) continue;
      arrows.push({ shape: 'to-hidden', step, isSignal, fromColumn, fromRow, toColumn: fromColumn, toRow: fromRow });
    } else if (fromRow === undefined || cause <= 0 || cause >= step) {
      arrows.push({ shape: 'from-hidden', step, isSignal, fromColumn: toColumn, fromRow: toRow, toColumn, toRow });
    } else if (fromColumn === toColumn) {
      // Whoever is hidden in between shares a column with it: there is no way to the right.
      arrows.push({ shape: 'from-hidden', step, isSignal, fromColumn: toColumn, fromRow: toRow, toColumn, toRow });
    } else if (fromColumn < 0) {
      arrows.push({ shape: 'enters', step, isSignal, fromColumn: BEFORE, fromRow, toColumn, toRow });
    } else {
      arrows.push({ shape: 'whole', step, isSignal, fromColumn, fromRow, toColumn, toRow });
    }
  }
  return arrows;
}
