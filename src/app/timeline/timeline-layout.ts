/**
 * The timeline without elements: one row for each branch, the trunk first, a branch below the one it forks from. Steps
 * become pixels of the track: position 0 is its left end, the furthest head of all branches its right end. Pure.
 */
import type { BranchView, Mark, Timeline } from '../../engine/simulation.ts';
import { countsText, type MarkMeaning, worstOf } from './marks.ts';

export const ROW_HEIGHT = 24;
/** More rows than this scroll. */
export const ROWS_SHOWN_MAX = 4;
/** A mark is at least this wide, so that one in a long run is seen, and not so wide that it looks like something lasting. */
const MARK_WIDTH_MIN = 2.5;
const MARK_WIDTH_MAX = 4;
/** Ticks of the scale are at least this far apart. */
const TICK_GAP_PX = 72;

export interface TimelineMark {
  readonly x: number;
  readonly width: number;
  /** The worst that happened there: its colour, and its gravity as the height. */
  readonly worst: MarkMeaning;
  /** `Steps 20–29: 1 failure, 2 restarts` */
  readonly title: string;
}

export interface TimelineRow {
  readonly branch: number;
  readonly name: string;
  /** How many branches it is away from the trunk. */
  readonly depth: number;
  readonly y: number;
  readonly x0: number;
  readonly x1: number;
  readonly marks: readonly TimelineMark[];
  /** From the row of the parent, at the step where both part; undefined for the trunk. */
  readonly connector: { readonly x: number; readonly y0: number; readonly y1: number } | undefined;
}

export interface TimelineScale {
  /** Steps from one end of the track to the other; at least 1. */
  readonly steps: number;
  readonly width: number;
}

export interface TimelineLayout {
  readonly scale: TimelineScale;
  readonly rows: readonly TimelineRow[];
  readonly height: number;
  readonly ticks: readonly { readonly step: number; readonly x: number }[];
}

/** @param head the furthest step of the present branch, which may be ahead of what `branches` knows */
export function layoutTimeline(
  branches: readonly BranchView[],
  present: { readonly branch: number; readonly head: number },
  timeline: Timeline | undefined,
  width: number,
): TimelineLayout {
  const headOf = (branch: number): number =>
    Math.max(branches[branch]?.head ?? 0, branch === present.branch ? present.head : 0);
  const steps = Math.max(1, ...branches.map((_, branch) => headOf(branch)));
  const scale = { steps, width };
  const order = inTreeOrder(branches);
  const place = new Map(order.map(({ branch }, index) => [branch, index]));
  const rows = order.map(({ branch, depth }, index): TimelineRow => {
    const { name = '', parent = -1, forkStep = 1 } = branches[branch] ?? {};
    const parentPlace = place.get(parent);
    const y = middleOf(index);
    // The last step that both share is where they part.
    const x0 = parentPlace === undefined ? 0 : xOfStep(scale, forkStep - 1);
    return {
      branch,
      name,
      depth,
      y,
      x0,
      x1: Math.max(x0, xOfStep(scale, headOf(branch))),
      marks: marksOf(timeline, branch, scale),
      connector: parentPlace === undefined ? undefined : { x: x0, y0: middleOf(parentPlace), y1: y },
    };
  });
  return { scale, rows, height: rows.length * ROW_HEIGHT, ticks: ticksOf(scale) };
}

export function xOfStep({ steps, width }: TimelineScale, step: number): number {
  return (Math.min(steps, Math.max(0, step)) / steps) * width;
}

export function stepAt({ steps, width }: TimelineScale, x: number): number {
  if (width <= 0) return 0;
  return Math.round((Math.min(width, Math.max(0, x)) / width) * steps);
}

/** A step that a branch has: not beyond its head, and not before the step at which it leaves its parent. */
export function stepOfBranch({ forkStep, parent }: BranchView, head: number, step: number): number {
  return Math.min(head, Math.max(parent < 0 ? 0 : forkStep - 1, step));
}

function middleOf(place: number): number {
  return (place + 0.5) * ROW_HEIGHT;
}

interface Place {
  readonly branch: number;
  readonly depth: number;
}

/** Below its parent and that one's earlier branches; whatever has no parent that is known comes as if it were a trunk. */
function inTreeOrder(branches: readonly BranchView[]): readonly Place[] {
  const order: Place[] = [];
  const append = (branch: number, depth: number): void => {
    order.push({ branch, depth });
    branches.forEach(({ parent }, child) => {
      if (parent === branch && child > branch) append(child, depth + 1);
    });
  };
  branches.forEach(({ parent }, branch) => {
    if (parent < 0 || parent >= branch) append(branch, 0);
  });
  return order;
}

function marksOf(timeline: Timeline | undefined, branch: number, scale: TimelineScale): readonly TimelineMark[] {
  const row = timeline?.rows.find((one) => one.branch === branch);
  if (timeline === undefined || row === undefined || scale.width <= 0) return [];
  const { stepsPerPart } = timeline;
  return row.parts.flatMap(({ part, marks }): TimelineMark[] => {
    const worst = worstOf(marks);
    const first = part * stepsPerPart;
    if (worst === undefined || first > scale.steps) return [];
    const x = xOfStep(scale, first);
    const room = xOfStep(scale, first + stepsPerPart) - x - 0.5;
    const width = Math.min(MARK_WIDTH_MAX, Math.max(MARK_WIDTH_MIN, room));
    return [{ x: Math.min(x, scale.width - width), width, worst, title: titleOf(first, stepsPerPart, marks) }];
  });
}

function titleOf(first: number, steps: number, marks: Readonly<Partial<Record<Mark, number>>>): string {
  const span = steps <= 1 ? `Step ${first}` : `Steps ${first}–${first + steps - 1}`;
  return `${span}: ${countsText(marks)}`;
}

/** At round numbers: 1, 2 or 5 times a power of ten apart. */
function ticksOf(scale: TimelineScale): readonly { readonly step: number; readonly x: number }[] {
  const room = Math.max(1, Math.floor(scale.width / TICK_GAP_PX));
  const least = Math.max(1, scale.steps / room);
  const power = 10 ** Math.floor(Math.log10(least));
  const every = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= least) ?? power * 10;
  const ticks: { step: number; x: number }[] = [];
  for (let step = 0; step <= scale.steps; step += every) ticks.push({ step, x: xOfStep(scale, step) });
  return ticks;
}
