/** Messages in flight as lines of the diagram: from the column in which each was sent to the cursor. Pure; no pixels. */
import type { InFlight, StepRecord } from '../../engine/simulation.ts';
import { BEFORE, columnOf, type SpaceTimeLayout } from './layout.ts';

export interface Flight {
  /** `BEFORE` where it was sent before the first step that is known. */
  readonly fromColumn: number;
  /** Undefined for a sender that is hidden, or outside. */
  readonly fromRow: number | undefined;
  /** Undefined for a hidden receiver. */
  readonly toRow: number | undefined;
  readonly isSignal: boolean;
  /** The one of them that arrives first. */
  readonly first: InFlight;
  /** Messages that lie on this line. */
  readonly count: number;
}

/** @param current the cursor; what was sent lies left of it */
export function layoutFlights(
  layout: SpaceTimeLayout,
  inFlight: readonly InFlight[],
  current: number,
): readonly Flight[] {
  const rows = new Map(layout.lifelines.map(({ path }, row) => [path, row]));
  const bySender = stepsBySender(layout.steps, inFlight, current);
  const flights = new Map<string, { -readonly [Key in keyof Flight]: Flight[Key] }>();
  for (const message of inFlight) {
    const fromRow = rows.get(message.from);
    const toRow = rows.get(message.to);
    if (fromRow === undefined && toRow === undefined) continue;
    const step = lastUntil(bySender.get(message.from) ?? [], message.sentMs);
    const fromColumn = step === undefined ? BEFORE : columnOf(layout.columns, step);
    const key = `${fromColumn} ${fromRow} ${toRow} ${message.isSignal}`;
    const same = flights.get(key);
    if (same === undefined) {
      flights.set(key, { fromColumn, fromRow, toRow, isSignal: message.isSignal, first: message, count: 1 });
    } else {
      same.count++;
      if (message.arrivesMs < same.first.arrivesMs) same.first = message;
    }
  }
  return [...flights.values()];
}

function stepsBySender(
  steps: readonly StepRecord[],
  inFlight: readonly InFlight[],
  current: number,
): ReadonlyMap<string, readonly StepRecord[]> {
  const senders = new Map<string, StepRecord[]>(inFlight.map(({ from }) => [from, []]));
  for (const record of steps) {
    if (record.step > current) break;
    senders.get(record.path)?.push(record);
  }
  return senders;
}

/** The last turn that had begun when the message was sent. */
function lastUntil(own: readonly StepRecord[], sentMs: number): number | undefined {
  return own.findLast(({ atMs, kind }) => atMs <= sentMs && kind !== 'fault' && kind !== 'send')?.step;
}
