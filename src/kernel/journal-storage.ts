/**
 * Storage that outlives a run, as an engine may give it to actors: logs of events with snapshots, by id. What a log is, and
 * what is promised about it, is said in patterns/state/persistence.ts.
 *
 * Every member starts its work at once, copies what it is given, and resolves with a result, never rejects: errors are
 * plain data with a code. Requests about one id are done in the order in which they were made. A result that is `ok` is
 * durable. `request-rejected` and `storage-full` mean that nothing was changed; any other error leaves that open.
 */
import type { Result } from '../base/result.ts';
import type { ErrorReport } from './errors.ts';

/** One event as a storage keeps it: its number in the log, its writer, and the event itself. */
export interface JournalEvent {
  readonly sequence: number;
  readonly writer: number;
  readonly event: unknown;
}

/** How much a storage keeps under one name. */
export interface JournalBounds {
  readonly idsMax: number;
  /** Of one log, deleted ones not counted. */
  readonly eventsMax: number;
}

type Promised<T> = PromiseLike<Result<T, ErrorReport>>;

/** Logs of events by id, as an engine keeps them for actors: what `durablePersistence` stands on. */
export interface JournalStorage {
  /** Adds events to the log that ends at `expected`; resolves with where it ends now. */
  append(id: string, expected: number, writer: number, events: readonly unknown[]): Promised<number>;
  /** Up to `limit` events after a sequence number, and where the log ends. */
  read(
    id: string,
    after: number,
    limit: number,
  ): Promised<{ readonly events: readonly JournalEvent[]; readonly sequence: number }>;
  /** Replaces the snapshot of a log; resolves with its sequence number. */
  saveSnapshot(id: string, sequence: number, state: unknown): Promised<number>;
  /** Sequence number 0 and null without one. */
  loadSnapshot(id: string): Promised<{ readonly sequence: number; readonly state: unknown }>;
  /** Drops the events up to and including a sequence number; resolves with how many. */
  deleteUpTo(id: string, sequence: number): Promised<number>;
  /** What was found damaged and cut off so far, in words; the latest last. Bounded. */
  readonly damages: readonly string[];
}

/** Storage of that name, of this run's scenario; the same name is the same storage. */
export type OpenJournalStorage = (name: string, bounds: JournalBounds) => JournalStorage;
