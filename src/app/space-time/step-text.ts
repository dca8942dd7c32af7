/** Steps in words: for the card, for screen readers, and for tests. */
import { unreachable } from '../../base/assert.ts';
import type { StepRecord } from '../../engine/simulation.ts';
import { MARKS, type MarkMeaning } from '../timeline/marks.ts';
import { formatVirtual, nameOf } from '../ui/format.ts';
import type { Column, SpaceTimeLayout } from './layout.ts';

/** `orders handled PlaceOrder from gateway` */
export function deedOf({ kind, path, label, from }: StepRecord): string {
  const who = path === '' ? 'the system' : nameOf(path);
  const sender = from === path ? ' from itself' : from === '' ? '' : ` from ${nameOf(from)}`;
  switch (kind) {
    case 'message':
      return `${who} handled ${label}${sender}`;
    case 'signal':
      return `${who} handled the signal ${label}${sender}`;
    case 'timer':
      return `${who}: timer ${label} came due`;
    case 'fault':
      return `fault ${label} on ${who}`;
    case 'send':
      return `${label} was sent to ${who} from outside`;
    default:
      return unreachable(kind, 'kind of step');
  }
}

/** The gravest first. */
export function marksOf({ marks, isDeviation }: StepRecord): readonly MarkMeaning[] {
  return MARKS.filter(({ mark }) => marks.includes(mark) || (mark === 'deviation' && isDeviation));
}

/** `failure, restart`; empty for an uneventful step. */
export function marksText(record: StepRecord): string {
  return marksOf(record)
    .map(({ word }) => word)
    .join(', ');
}

/** One line with everything: `Step 12, 4.500 ms: orders handled PlaceOrder from gateway; failure` */
export function sentenceOfStep(record: StepRecord): string {
  const marks = marksText(record);
  const deed = `Step ${record.step}, ${formatVirtual(record.atMs)}: ${deedOf(record)}`;
  return marks === '' ? deed : `${deed}; ${marks}`;
}

export interface DeedCount {
  /** `Tick on load` */
  readonly what: string;
  readonly count: number;
}

/** What the steps of a folded column were, the most frequent first. */
export function deedsOf(
  steps: readonly StepRecord[],
  column: Column,
  hidden: ReadonlySet<string>,
): readonly DeedCount[] {
  const counts = new Map<string, number>();
  for (const { step, kind, label, path } of steps) {
    if (step < column.first || step > column.last || hidden.has(path)) continue;
    const what = `${kind === 'timer' ? `timer ${label}` : label} on ${nameOf(path)}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => ({ what, count })).sort((a, b) => b.count - a.count);
}

/** What the diagram holds, in a sentence. */
export function summaryOf({ steps, arrows, lifelines }: SpaceTimeLayout): string {
  const first = steps[0]?.step;
  const last = steps.at(-1)?.step;
  if (first === undefined || last === undefined) return 'Space–time diagram: no steps yet';
  const actors = lifelines.length === 1 ? '1 actor' : `${lifelines.length} actors`;
  const messages = arrows.length === 1 ? '1 message' : `${arrows.length} messages`;
  return `Space–time diagram: steps ${first} to ${last} of ${actors}, ${messages} between them`;
}
