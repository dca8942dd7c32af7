/**
 * Persistence as actors see it: the protocol of a store that keeps events and snapshots by id, and a store that keeps them
 * in its own memory. (A dedicated persistence actor as in QB; the parts are those of Pekko's journal and snapshot store.)
 * A store that outlives its actor and the run is in durable-persistence.ts.
 *
 * A log is what a store has under one id: events with the sequence numbers 1, 2, 3, … without gaps, of which the oldest
 * may have been deleted, and the latest snapshot. Whoever stands behind the protocol keeps these promises:
 *
 * - Requests about one id are done in the order in which they came.
 * - An append is whole or not at all, and happens only if the log ends at `expected`.
 * - `request-rejected` and `storage-full` mean that nothing was changed. The field of the former is `expected` when the log
 *   ends elsewhere. Any other error, a time-out above all, says nothing about what was done: the asker must read to know.
 * - Sequence numbers are never used twice, also not when their events have been deleted.
 *
 * The store in memory does not outlive its own actor; it is there for lessons, tests and the simulator.
 */
import { unreachable } from '../../base/assert.ts';
import type { Behavior } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { checkWhole, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { JournalEvent } from '../../kernel/journal-storage.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { type MessageOf, t } from '../../kernel/schema.ts';
import { appendEvents, deleteUpTo, loadSnapshot, type MemoryLogs, readEvents, saveSnapshot } from './memory-logs.ts';

/** One event as a store keeps it. */
const storedEvent = t.object({
  sequence: t.uint32,
  /** A number that tells the events of one incarnation of one actor from those of others. */
  writer: t.uint32,
  event: t.any,
});

/**
 * What every store accepts.
 *
 * - `Append` adds events to a log that ends at `expected` (0: there is none yet); the answer says where it ends now.
 * - `Read` gives up to `limit` events after a sequence number, in order, and where the log ends. Read on until there.
 * - `SaveSnapshot` replaces the snapshot of a log; `sequence` is that of the last event in it.
 * - `LoadSnapshot` gives the latest snapshot; `sequence` 0 and `state` null where there is none.
 * - `DeleteUpTo` drops the events up to and including a sequence number, and says how many.
 */
export const PersistenceProtocol = {
  Append: {
    id: t.string,
    expected: t.uint32,
    writer: t.uint32,
    events: t.array(t.any),
    replyTo: t.ref({ Appended: { sequence: t.uint32 } }),
  },
  Read: {
    id: t.string,
    after: t.uint32,
    limit: t.uint32,
    replyTo: t.ref({ EventsRead: { events: t.array(storedEvent), sequence: t.uint32 } }),
  },
  SaveSnapshot: {
    id: t.string,
    sequence: t.uint32,
    state: t.any,
    replyTo: t.ref({ SnapshotSaved: { sequence: t.uint32 } }),
  },
  LoadSnapshot: { id: t.string, replyTo: t.ref({ SnapshotLoaded: { sequence: t.uint32, state: t.any } }) },
  DeleteUpTo: { id: t.string, sequence: t.uint32, replyTo: t.ref({ Deleted: { count: t.uint32 } }) },
} as const;

/** What a store is asked. */
export type PersistenceRequest = MessageOf<typeof PersistenceProtocol>;

/** The address of a store, whatever it keeps its logs in. */
export type PersistenceRef = Ref<PersistenceRequest>;

/** One event as a store keeps it: its number in the log, its writer, and the event itself. */
export type StoredEvent = JournalEvent;

/** What a store can be asked, and can be told to fail at. */
export type PersistenceOperation = keyof typeof PersistenceProtocol;

const OPERATIONS = ['Append', 'Read', 'SaveSnapshot', 'LoadSnapshot', 'DeleteUpTo'] as const;

/**
 * How a request goes wrong on demand: it is refused; it is neither done nor answered; or it is done but the answer is
 * lost, which the asker cannot tell from the one before.
 */
export type PersistenceFailure = 'refuse' | 'ignore' | 'lose-answer';

/** The hand of a person or a test: the next `count` requests of that kind fail. At most 100 such orders wait. */
export const PERSISTENCE_HAND = {
  FailNext: {
    operation: t.literal(...OPERATIONS),
    how: t.literal('refuse', 'ignore', 'lose-answer'),
    count: t.uint32,
  },
} as const;

/** Bounds of a store. What does not fit is refused with `request-rejected`. */
export interface InMemoryPersistenceOptions {
  /** Logs that it keeps; 1 … 100,000, default 1,000. */
  readonly idsMax?: number;
  /** Events of one log that it keeps, deleted ones not counted; 1 … 1,000,000, default 10,000. */
  readonly eventsMax?: number;
}

/** What stores have in their states, wherever they keep their logs. */
export interface StoreState {
  readonly logs: MemoryLogs;
  failing: { readonly operation: PersistenceOperation; readonly how: PersistenceFailure; left: number }[];
  /** Requests that were done, and events handed out. */
  readonly counts: { appends: number; reads: number; eventsRead: number; snapshots: number; refused: number };
}

const ORDERS_MAX = 100;

/**
 * A store that keeps its logs in its own state: a dedicated persistence actor for lessons, tests and simulated runs. Its
 * failures are resumed, so that a crash loses a request but no log; stopping it loses everything.
 *
 * `FailNext` makes requests fail, for tests and for teaching.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function inMemoryPersistence(
  name: string,
  options: InMemoryPersistenceOptions = {},
): Behavior<typeof PersistenceProtocol & typeof PERSISTENCE_HAND> {
  const bounds = checkedBounds(name, options);
  const perform = (state: StoreState, request: PersistenceRequest, ctx: StoreContext): void =>
    performNow(state, bounds, request, ctx);
  return actor(name, {
    protocol: { ...PersistenceProtocol, ...PERSISTENCE_HAND },
    onFailure: { '*': 'resume' },
    state: newStoreState,
    on: {
      Append: perform,
      Read: perform,
      SaveSnapshot: perform,
      LoadSnapshot: perform,
      DeleteUpTo: perform,
      FailNext: failNext,
    },
  });
}

/** @throws PlayhouseError `invalid-configuration`, naming the option */
export function checkedBounds(
  name: string,
  { idsMax = 1_000, eventsMax = 10_000 }: InMemoryPersistenceOptions,
): Required<InMemoryPersistenceOptions> {
  checkWhole('idsMax', idsMax, 1, 100_000, name);
  checkWhole('eventsMax', eventsMax, 1, 1_000_000, name);
  return { idsMax, eventsMax };
}

export function newStoreState(): StoreState {
  return { logs: new Map(), failing: [], counts: { appends: 0, reads: 0, eventsRead: 0, snapshots: 0, refused: 0 } };
}

export function failNext(
  state: StoreState,
  { operation, how, count }: MessageOf<typeof PERSISTENCE_HAND> & { readonly kind: 'FailNext' },
): void {
  state.failing = state.failing.filter((order) => order.left > 0);
  if (state.failing.length < ORDERS_MAX) state.failing.push({ operation, how, left: count });
}

/** How this request was told to fail; undefined where it was not. That counts as one failure. */
export function takeOrder({ failing }: StoreState, operation: PersistenceOperation): PersistenceFailure | undefined {
  const order = failing.find((one) => one.operation === operation && one.left > 0);
  if (order !== undefined) order.left--;
  return order?.how;
}

/** Does a request in memory, or fails it as ordered, and answers. An answer that is too large to travel is a refusal. */
export function performNow(
  state: StoreState,
  bounds: Required<InMemoryPersistenceOptions>,
  request: PersistenceRequest,
  ctx: StoreContext,
): void {
  const how = takeOrder(state, request.kind);
  if (how === 'ignore') return;
  try {
    if (how === 'refuse') throw refusedOnDemand(request.kind);
    const answer = answerOf(state.logs, bounds, request);
    count(state, answer);
    if (how === undefined) ctx.tell(request.replyTo as Ref<AnyMessage>, answer);
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError)) throw thrown;
    refuse(state, request.replyTo, thrown, ctx);
  }
}

/** What a store needs of its context to answer. */
export type StoreContext = Pick<Context, 'tell' | 'fail' | 'countRejected'>;

export function refuse(
  { counts }: StoreState,
  replyTo: Ref<never>,
  { code, message, field }: Pick<PlayhouseError, 'code' | 'message' | 'field'>,
  ctx: StoreContext,
): void {
  counts.refused++;
  ctx.countRejected();
  ctx.fail(replyTo, reportOf(code, message, field));
}

export function refusedOnDemand(operation: PersistenceOperation): PlayhouseError {
  return new PlayhouseError('request-rejected', `The store was told to refuse this ${operation}.`);
}

/** What a store answers; the kinds are those that the requests name. */
export type PersistenceAnswer =
  | { readonly kind: 'Appended'; readonly sequence: number }
  | { readonly kind: 'EventsRead'; readonly events: readonly StoredEvent[]; readonly sequence: number }
  | { readonly kind: 'SnapshotSaved'; readonly sequence: number }
  | { readonly kind: 'SnapshotLoaded'; readonly sequence: number; readonly state: unknown }
  | { readonly kind: 'Deleted'; readonly count: number };

/** @throws PlayhouseError `request-rejected` */
function answerOf(
  logs: MemoryLogs,
  bounds: Required<InMemoryPersistenceOptions>,
  request: PersistenceRequest,
): PersistenceAnswer {
  const { id } = request;
  switch (request.kind) {
    case 'Append': {
      const { expected, writer, events } = request;
      return { kind: 'Appended', sequence: appendEvents(logs, bounds, id, expected, writer, events) };
    }
    case 'Read':
      return { kind: 'EventsRead', ...readEvents(logs, id, request.after, request.limit) };
    case 'SaveSnapshot':
      return { kind: 'SnapshotSaved', sequence: saveSnapshot(logs, bounds, id, request.sequence, request.state) };
    case 'LoadSnapshot':
      return { kind: 'SnapshotLoaded', ...loadSnapshot(logs, id) };
    case 'DeleteUpTo':
      return { kind: 'Deleted', count: deleteUpTo(logs, id, request.sequence) };
    default:
      return unreachable(request, 'request');
  }
}

/** Counts what was done. */
export function count({ counts }: StoreState, answer: PersistenceAnswer): void {
  if (answer.kind === 'Appended') counts.appends++;
  if (answer.kind === 'SnapshotSaved') counts.snapshots++;
  if (answer.kind !== 'EventsRead') return;
  counts.reads++;
  counts.eventsRead += answer.events.length;
}
