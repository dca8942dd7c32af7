/** Logs in the state of an actor: what a store keeps where there is no storage that outlives the run. Plain data. */
import { PlayhouseError } from '../../kernel/errors.ts';
import type { JournalBounds, JournalEvent } from '../../kernel/journal-storage.ts';

interface MemoryLog {
  /** Of the last event ever appended. */
  sequence: number;
  events: JournalEvent[];
  snapshot: { readonly sequence: number; readonly state: unknown } | undefined;
}

export type MemoryLogs = Map<string, MemoryLog>;

/** Events that one read gives at most, whatever its limit. */
const PAGE_MAX = 1_000;

/** The log of an id to add to. @throws PlayhouseError `request-rejected` */
function openLog(logs: MemoryLogs, id: string, { idsMax }: JournalBounds): MemoryLog {
  const known = logs.get(id);
  if (known !== undefined) return known;
  if (logs.size >= idsMax) throw rejected(`The store keeps ${idsMax} ids already.`, 'id');
  const log: MemoryLog = { sequence: 0, events: [], snapshot: undefined };
  logs.set(id, log);
  return log;
}

/** Where the log ends now. @throws PlayhouseError `request-rejected` */
export function appendEvents(
  logs: MemoryLogs,
  bounds: JournalBounds,
  id: string,
  expected: number,
  writer: number,
  events: readonly unknown[],
): number {
  const end = logs.get(id)?.sequence ?? 0;
  if (end !== expected) throw rejected(`The log of "${id}" ends at ${end}, not at ${expected}.`, 'expected');
  if (events.length === 0) return end;
  const log = openLog(logs, id, bounds);
  if (log.events.length + events.length > bounds.eventsMax) {
    throw rejected(`The store keeps at most ${bounds.eventsMax} events of an id.`, 'events');
  }
  for (const event of events) log.events.push({ sequence: ++log.sequence, writer, event });
  return log.sequence;
}

export function readEvents(
  logs: MemoryLogs,
  id: string,
  after: number,
  limit: number,
): { readonly events: readonly JournalEvent[]; readonly sequence: number } {
  const { sequence = 0, events: kept = [] } = logs.get(id) ?? {};
  const first = Math.max(0, after - (sequence - kept.length));
  return { events: kept.slice(first, first + Math.min(Math.max(1, limit), PAGE_MAX)), sequence };
}

/** @throws PlayhouseError `request-rejected` */
export function saveSnapshot(
  logs: MemoryLogs,
  bounds: JournalBounds,
  id: string,
  sequence: number,
  state: unknown,
): number {
  const end = logs.get(id)?.sequence ?? 0;
  if (sequence > end) throw rejected(`The log of "${id}" ends at ${end}, before ${sequence}.`, 'sequence');
  openLog(logs, id, bounds).snapshot = { sequence, state };
  return sequence;
}

export function loadSnapshot(logs: MemoryLogs, id: string): { readonly sequence: number; readonly state: unknown } {
  return logs.get(id)?.snapshot ?? { sequence: 0, state: null };
}

/** How many. */
export function deleteUpTo(logs: MemoryLogs, id: string, sequence: number): number {
  const log = logs.get(id);
  const before = log?.events.length ?? 0;
  if (log !== undefined) log.events = log.events.filter((event) => event.sequence > sequence);
  return before - (log?.events.length ?? 0);
}

function rejected(text: string, field: string): PlayhouseError {
  return new PlayhouseError('request-rejected', text, field);
}
