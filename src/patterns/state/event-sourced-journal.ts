/**
 * The bookkeeping of an event-sourced actor, and its phases. event-sourced-recovery.ts reads the store,
 * event-sourced-writing.ts writes to it; here is what both share. No types of the author's: event-sourced.ts has them.
 *
 *   recovering ──all events read──▶ ready ──a command decides events──▶ writing ──stored──▶ ready
 *       ▲                                                                  │
 *       │                                                                  ├──refused──▶ ready
 *       └──────────────nobody knows whether they were stored───────────────┘
 *
 * Invariants: an event is applied only when it is known to be stored, once, in the order of the log; commands are handled
 * one after another and only when ready, everybody else waits in the stash; after a write of unknown outcome the log is
 * read, and only that decides. What happens outside the log (who was answered) is not remembered over a restart.
 */
import type { AskOutcome } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import type { ErrorReport } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { PersistenceProtocol, PersistenceRef } from './persistence.ts';

/** A command whose events are on their way to the store. */
export interface Pending {
  readonly command: AnyMessage;
  readonly events: readonly AnyMessage[];
  /** Why it is not known whether they were stored; null while the store is asked. */
  doubt: ErrorReport | null;
  /** They were found in the log. */
  found: boolean;
}

/** The bookkeeping of one event-sourced actor. Plain data, beside the author's state and never mixed with it. */
export interface JournalState {
  phase: 'recovering' | 'ready' | 'writing';
  readonly store: PersistenceRef;
  /** Under which the store keeps the log; the actor's path where the spawn gave none. */
  id: string;
  /** Tells this incarnation's events from all others. */
  writer: number;
  /** Of the last event that is in the state. */
  sequence: number;
  /** Of the last event in the latest snapshot; 0 without one. */
  snapshot: number;
  /** When the latest snapshot was begun, and whether it still is on its way. */
  snapshotBegun: number;
  saving: boolean;
  /** Reads of the store in a row that failed. */
  failedReads: number;
  /** Events asked for at a time; less when they are too large to travel together. */
  page: number;
  pending: Pending | null;
  /** Commands put aside in this incarnation that have not come back: for the bound and the eye, the stash itself decides. */
  waiting: number;
  /** Numbers the writes of this incarnation. */
  writes: number;
  readonly counts: { replayed: number; written: number; refused: number; snapshots: number; storeFailures: number };
  /** The latest failure of the store, for whoever looks; '' without. */
  storeFailure: string;
}

export interface JournaledState {
  /** The author's. */
  state: unknown;
  readonly journal: JournalState;
  /** The author's arguments of the spawn; not in the log, because what they name may be gone when it is read. */
  readonly args: unknown;
}

/** What the author gave, without types and with its defaults. */
export interface JournalSettings {
  readonly apply: Readonly<Record<string, (state: unknown, event: AnyMessage) => void>>;
  readonly stored: Readonly<
    Record<
      string,
      (state: unknown, command: AnyMessage, ctx: Context, events: readonly AnyMessage[], args: unknown) => void
    >
  >;
  /** Kinds that only the actor itself sends. */
  readonly ownKinds: readonly string[];
  /** Commands of others that may wait. */
  readonly waitingMax: number;
  readonly recovered: ((state: unknown, ctx: Context, args: unknown) => void) | undefined;
  readonly refused:
    | ((state: unknown, command: AnyMessage, error: ErrorReport, ctx: Context, args: unknown) => void)
    | undefined;
  readonly storeFailed: ((state: unknown, error: ErrorReport, ctx: Context, args: unknown) => void) | undefined;
  readonly snapshotEvery: number;
  readonly snapshotWhen: ((state: unknown, event: AnyMessage, sequence: number) => boolean) | undefined;
  readonly deleteEvents: boolean;
  readonly storeTimeoutMs: number;
  readonly recoveryAttempts: number;
  readonly recoveryRetryMs: number;
}

type Reply<K extends keyof typeof PersistenceProtocol> = (typeof PersistenceProtocol)[K] extends {
  readonly replyTo: { readonly _type?: Ref<infer M> };
}
  ? M
  : never;

/** The answer of the store to one kind of request. */
export type StoreOutcome<K extends keyof typeof PersistenceProtocol, C = null> = AskOutcome<Reply<K> & AnyMessage, C>;

/** The name of the behaviour in which commands wait. */
export const WAITING = 'waiting';
/** Kinds, reply handlers and timer keys that begin so are this pattern's own. */
export const OWN = 'store:';
/** The internal kind that ends the pause before the store is read again, and the key of its timer. */
export const READ_AGAIN = `${OWN}ReadAgain`;
const PAGE = 100;

export function newJournal(store: PersistenceRef, id: string): JournalState {
  return {
    phase: 'recovering',
    store,
    id,
    writer: 0,
    sequence: 0,
    snapshot: 0,
    snapshotBegun: 0,
    saving: false,
    failedReads: 0,
    page: PAGE,
    pending: null,
    waiting: 0,
    writes: 0,
    counts: { replayed: 0, written: 0, refused: 0, snapshots: 0, storeFailures: 0 },
    storeFailure: '',
  };
}
