/**
 * The rows of the event log. What floods is coalesced: an overload makes dead letters by the thousand and a dragged
 * slider a change every tenth of a second, and neither may push out the failure that somebody is looking for.
 */
import type { TraceEvent } from '../../kernel/trace.ts';

export interface LogRow {
  /** Sequence of the first event in it; a row keeps it while it grows. */
  readonly key: number;
  /** The only event, or all of them as one: the letters counted together, the latest value of a parameter. */
  readonly event: TraceEvent;
  /** Engine time of the latest event in it. */
  readonly untilMs: number;
}

/** Equal dead letters this close together belong to one row. */
const DEAD_LETTER_GAP_MS = 2_000;
/** A row that grew for this long is complete, so that a long overload shows on the time line of the log. */
const DEAD_LETTER_SPAN_MS = 10_000;
/** Changes of one control this close together are one gesture. */
const GESTURE_GAP_MS = 1_000;

/** The rows with new events taken in, at most `max` of them, oldest first. Dead letters are the first to go. */
export function withEvents(rows: readonly LogRow[], fresh: readonly TraceEvent[], max: number): readonly LogRow[] {
  const next: (LogRow | undefined)[] = [...rows];
  const growing = new Map<string, number>();
  rows.forEach(({ event }, index) => {
    const kind = kindOf(event);
    if (kind !== undefined) growing.set(kind, index);
  });
  for (const event of fresh) {
    const kind = kindOf(event);
    const index = kind === undefined ? undefined : growing.get(kind);
    const old = index === undefined ? undefined : next[index];
    const grown = old && merge(old, event);
    if (index !== undefined && grown !== undefined && event.type === 'dead-letter') {
      // Where it began, so that rows do not jump under the pointer.
      next[index] = grown;
      continue;
    }
    // A gesture counts from its end: that is the value that stayed.
    if (index !== undefined && grown !== undefined) next[index] = undefined;
    if (kind !== undefined) growing.set(kind, next.length);
    next.push(grown ?? { key: event.sequence, event, untilMs: event.atMs });
  }
  return bounded(
    next.filter((row) => row !== undefined),
    max,
  );
}

/** Events of the same kind may share a row; undefined for those that never do. */
function kindOf(event: TraceEvent): string | undefined {
  if (event.type === 'dead-letter') return `dead-letter ${event.reason} ${event.kind} ${event.path}`;
  if (event.type !== 'fault') return undefined;
  const { fault } = event;
  if (fault.kind === 'set-parameter') return `set-parameter ${fault.name}`;
  return fault.kind === 'slow' && fault.delayMs > 0 ? `slow ${fault.path}` : undefined;
}

/** The row with an event of its kind, or undefined where that is too late for it. */
function merge({ key, event: old, untilMs }: LogRow, event: TraceEvent): LogRow | undefined {
  if (old.type === 'dead-letter' && event.type === 'dead-letter') {
    const isOver = event.atMs - untilMs > DEAD_LETTER_GAP_MS || event.atMs - old.atMs > DEAD_LETTER_SPAN_MS;
    if (isOver) return undefined;
    return { key, event: { ...old, count: old.count + event.count }, untilMs: Math.max(untilMs, event.atMs) };
  }
  return event.atMs - untilMs > GESTURE_GAP_MS ? undefined : { key, event, untilMs: event.atMs };
}

function bounded(rows: readonly LogRow[], max: number): readonly LogRow[] {
  let excess = rows.length - max;
  if (excess <= 0) return rows;
  const kept = rows.filter(({ event }) => event.type !== 'dead-letter' || excess-- <= 0);
  return kept.slice(-max);
}
