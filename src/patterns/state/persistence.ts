/**
 * Persistence as actors see it: the protocol of a store that keeps events and snapshots by id, and a store that keeps them
 * in its own memory. (A dedicated persistence actor as in QB; the parts are those of Pekko's journal and snapshot store.)
 *
 * A log is what a store has under one id: events with the sequence numbers 1, 2, 3, … without gaps, of which the oldest
 * may have been deleted, and the latest snapshot. Whoever stands behind the protocol keeps these promises:
 *
 * - Requests about one id are done in the order in which they came.
 * - An append is whole or not at all, and happens only if the log ends at `expected`.
 * - `request-rejected` means that nothing was changed. Its field is `expected` when the log ends elsewhere. Any other
 *   error, a time-out above all, says nothing about what was done: the asker must read to know.
 * - Sequence numbers are never used twice, also not when their events have been deleted.
 *
 * The store in memory does not outlive its own actor; it is there for lessons, tests and the simulator.
 */
import type { Behavior } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { checkWhole, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { Ref } from '../../kernel/ref.ts';
import { type MessageOf, t } from '../../kernel/schema.ts';

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

/** The address of a store, whatever it keeps its logs in. */
export type PersistenceRef = Ref<MessageOf<typeof PersistenceProtocol>>;

/** One event as a store keeps it: its number in the log, its writer, and the event itself. */
export interface StoredEvent {
  readonly sequence: number;
  readonly writer: number;
  readonly event: unknown;
}

/** What a store can be asked, and can be told to fail at. */
export type PersistenceOperation = keyof typeof PersistenceProtocol;

const OPERATIONS = ['Append', 'Read', 'SaveSnapshot', 'LoadSnapshot', 'DeleteUpTo'] as const;

/**
 * How a request goes wrong on demand: it is refused; it is neither done nor answered; or it is done but the answer is
 * lost, which the asker cannot tell from the one before.
 */
export type PersistenceFailure = 'refuse' | 'ignore' | 'lose-answer';

/** The hand of a person or a test: the next `count` requests of that kind fail. At most 100 such orders wait. */
const HAND = {
  FailNext: {
    operation: t.literal(...OPERATIONS),
    how: t.literal('refuse', 'ignore', 'lose-answer'),
    count: t.uint32,
  },
} as const;

/** Bounds of a store in memory. What does not fit is refused with `request-rejected`. */
export interface InMemoryPersistenceOptions {
  /** Logs that it keeps; 1 … 100,000, default 1,000. */
  readonly idsMax?: number;
  /** Events of one log that it keeps, deleted ones not counted; 1 … 1,000,000, default 10,000. */
  readonly eventsMax?: number;
}

interface Log {
  /** Of the last event ever appended. */
  sequence: number;
  events: StoredEvent[];
  snapshot: { readonly sequence: number; readonly state: unknown } | undefined;
}

interface State {
  readonly logs: Map<string, Log>;
  failing: { readonly operation: PersistenceOperation; readonly how: PersistenceFailure; left: number }[];
  /** Requests that were done, and events handed out. */
  readonly counts: { appends: number; reads: number; eventsRead: number; snapshots: number; refused: number };
}

/** Events that one `Read` gives at most, whatever its `limit`. */
const PAGE_MAX = 1_000;
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
  { idsMax = 1_000, eventsMax = 10_000 }: InMemoryPersistenceOptions = {},
): Behavior<typeof PersistenceProtocol & typeof HAND> {
  checkWhole('idsMax', idsMax, 1, 100_000, name);
  checkWhole('eventsMax', eventsMax, 1, 1_000_000, name);

  /** The log of an id to add to. @throws PlayhouseError `request-rejected` */
  const openLog = (state: State, id: string): Log => {
    const known = state.logs.get(id);
    if (known !== undefined) return known;
    if (state.logs.size >= idsMax) throw rejected(`The store keeps ${idsMax} ids already.`, 'id');
    const log: Log = { sequence: 0, events: [], snapshot: undefined };
    state.logs.set(id, log);
    return log;
  };

  return actor(name, {
    protocol: { ...PersistenceProtocol, ...HAND },
    onFailure: { '*': 'resume' },
    state: (): State => ({
      logs: new Map(),
      failing: [],
      counts: { appends: 0, reads: 0, eventsRead: 0, snapshots: 0, refused: 0 },
    }),
    on: {
      Append: (state, { id, expected, writer, events, replyTo }, ctx) =>
        perform(state, ctx, 'Append', replyTo, () => {
          const end = state.logs.get(id)?.sequence ?? 0;
          if (end !== expected) throw rejected(`The log of "${id}" ends at ${end}, not at ${expected}.`, 'expected');
          const log = openLog(state, id);
          if (log.events.length + events.length > eventsMax) {
            throw rejected(`The store keeps at most ${eventsMax} events of an id.`, 'events');
          }
          for (const event of events) log.events.push({ sequence: ++log.sequence, writer, event });
          state.counts.appends++;
          return { kind: 'Appended', sequence: log.sequence } as const;
        }),
      Read: (state, { id, after, limit, replyTo }, ctx) =>
        perform(state, ctx, 'Read', replyTo, () => {
          const { sequence = 0, events: kept = [] } = state.logs.get(id) ?? {};
          const first = Math.max(0, after - (sequence - kept.length));
          const events = kept.slice(first, first + Math.min(Math.max(1, limit), PAGE_MAX));
          state.counts.reads++;
          state.counts.eventsRead += events.length;
          return { kind: 'EventsRead', events, sequence } as const;
        }),
      SaveSnapshot: (state, { id, sequence, state: saved, replyTo }, ctx) =>
        perform(state, ctx, 'SaveSnapshot', replyTo, () => {
          const end = state.logs.get(id)?.sequence ?? 0;
          if (sequence > end) throw rejected(`The log of "${id}" ends at ${end}, before ${sequence}.`, 'sequence');
          openLog(state, id).snapshot = { sequence, state: saved };
          state.counts.snapshots++;
          return { kind: 'SnapshotSaved', sequence } as const;
        }),
      LoadSnapshot: (state, { id, replyTo }, ctx) =>
        perform(state, ctx, 'LoadSnapshot', replyTo, () => {
          const { sequence, state: saved } = state.logs.get(id)?.snapshot ?? { sequence: 0, state: null };
          return { kind: 'SnapshotLoaded', sequence, state: saved } as const;
        }),
      DeleteUpTo: (state, { id, sequence, replyTo }, ctx) =>
        perform(state, ctx, 'DeleteUpTo', replyTo, () => {
          const log = state.logs.get(id);
          const before = log?.events.length ?? 0;
          if (log !== undefined) log.events = log.events.filter((event) => event.sequence > sequence);
          return { kind: 'Deleted', count: before - (log?.events.length ?? 0) } as const;
        }),
      FailNext(state, { operation, how, count }) {
        state.failing = state.failing.filter((order) => order.left > 0);
        if (state.failing.length < ORDERS_MAX) state.failing.push({ operation, how, left: count });
      },
    },
  });
}

/** Does a request, or fails it as ordered, and answers. An answer that is too large to travel is a refusal. */
function perform<M extends { readonly kind: string }>(
  state: State,
  ctx: Pick<Context, 'tell' | 'fail' | 'countRejected'>,
  operation: PersistenceOperation,
  replyTo: Ref<M>,
  act: () => NoInfer<M>,
): void {
  const order = state.failing.find((one) => one.operation === operation && one.left > 0);
  if (order !== undefined) order.left--;
  if (order?.how === 'ignore') return;
  try {
    if (order?.how === 'refuse') throw rejected(`The store was told to refuse this ${operation}.`);
    const answer = act();
    if (order === undefined) ctx.tell(replyTo, answer);
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError)) throw thrown;
    state.counts.refused++;
    ctx.countRejected();
    ctx.fail(replyTo, reportOf(thrown.code, thrown.message, thrown.field));
  }
}

function rejected(text: string, field?: string): PlayhouseError {
  return new PlayhouseError('request-rejected', text, field);
}
