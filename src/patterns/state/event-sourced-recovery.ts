/**
 * Recovery of an event-sourced actor: the latest snapshot, then the events after it, in pages. It also finds out, in the
 * middle of a life, what became of a write that nobody confirmed.
 *
 * Invariant: events are applied in the order of the log without a gap; whatever stands in the way is `recovery-failed`.
 */

import { copyOf } from '../../base/copy.ts';
import type { Context } from '../../kernel/context.ts';
import { type ErrorReport, PlayhouseError } from '../../kernel/errors.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import {
  type JournaledState,
  type JournalSettings,
  type JournalState,
  READ_AGAIN,
  type StoreOutcome,
  WAITING,
} from './event-sourced-journal.ts';
import type { StoredEvent } from './persistence.ts';

/** Begins the life of an incarnation: commands wait until the state is that of the log. */
export function recover({ journal }: JournaledState, settings: JournalSettings, ctx: Context): void {
  if (journal.id === '') journal.id = ctx.path;
  journal.writer = Math.floor(ctx.random() * 2 ** 32);
  journal.phase = 'recovering';
  ctx.become(WAITING);
  loadSnapshot(journal, settings, ctx);
}

/** Goes on where reading the store failed. */
export function readAgain({ journal }: JournaledState, settings: JournalSettings, ctx: Context): void {
  if (journal.phase !== 'recovering') return;
  if (journal.sequence === 0) loadSnapshot(journal, settings, ctx);
  else readEvents(journal, settings, ctx);
}

function loadSnapshot({ store, id }: JournalState, { storeTimeoutMs }: JournalSettings, ctx: Context): void {
  ctx.ask(
    store,
    { kind: 'LoadSnapshot', id },
    { reply: 'store:LoadSnapshot', timeoutMs: storeTimeoutMs, context: null },
  );
}

/** Asks for the events after the last one that was applied. */
export function readEvents({ store, id, sequence, page }: JournalState, settings: JournalSettings, ctx: Context): void {
  const request = { kind: 'Read', id, after: sequence, limit: page } as const;
  ctx.ask(store, request, { reply: 'store:Read', timeoutMs: settings.storeTimeoutMs, context: null });
}

export function snapshotLoaded(
  state: JournaledState,
  outcome: StoreOutcome<'LoadSnapshot'>,
  settings: JournalSettings,
  ctx: Context,
): void {
  const { journal } = state;
  if (!outcome.ok) return readFailed(journal, outcome.error, settings, ctx);
  const { sequence, state: saved } = outcome.reply;
  if (sequence > 0) {
    state.state = copyOf(saved);
    journal.sequence = sequence;
    journal.snapshot = sequence;
    journal.snapshotBegun = sequence;
  }
  readEvents(journal, settings, ctx);
}

/** True when the state is that of the log; otherwise more is being read. @throws PlayhouseError `recovery-failed` */
export function eventsRead(
  state: JournaledState,
  outcome: StoreOutcome<'Read'>,
  settings: JournalSettings,
  ctx: Context,
): boolean {
  const { journal } = state;
  if (!outcome.ok) {
    if (outcome.error.code === 'message-too-large') journal.page = Math.max(1, Math.floor(journal.page / 2));
    readFailed(journal, outcome.error, settings, ctx);
    return false;
  }
  journal.failedReads = 0;
  const { events, sequence: end } = outcome.reply;
  for (const stored of events) replay(state, stored, settings, ctx);
  if (journal.sequence === end) return true;
  if (journal.sequence > end || events.length === 0) {
    const text = `The log of ${ctx.path} ("${journal.id}") ends at ${end}, but event ${journal.sequence} was there and event ${journal.sequence + 1} is not.`;
    throw new PlayhouseError('recovery-failed', text, 'sequence');
  }
  readEvents(journal, settings, ctx);
  return false;
}

/** @throws PlayhouseError `recovery-failed`, naming the event and its sequence number */
function replay(
  state: JournaledState,
  { sequence, writer, event }: StoredEvent,
  settings: JournalSettings,
  ctx: Context,
): void {
  const { journal } = state;
  const { kind } = event as AnyMessage;
  const fail = (what: string): never => {
    const text = `${ctx.path} cannot replay event ${sequence} (${kind}) of "${journal.id}": ${what}.`;
    throw new PlayhouseError('recovery-failed', text, kind);
  };
  if (sequence !== journal.sequence + 1) fail(`event ${journal.sequence + 1} is missing`);
  const apply = Object.hasOwn(settings.apply, kind) ? settings.apply[kind] : undefined;
  if (apply === undefined) return fail('no such event is known');
  try {
    apply(state.state, copyOf(event as AnyMessage));
  } catch (thrown) {
    fail(thrown instanceof Error ? thrown.message : String(thrown));
  }
  journal.sequence = sequence;
  // Beyond what it had applied itself, this incarnation's own events can only be those in doubt.
  if (journal.pending !== null && writer === journal.writer) journal.pending.found = true;
  else journal.counts.replayed++;
}

/** The store could not be read: again after a pause, but not for ever. @throws PlayhouseError `recovery-failed` */
function readFailed(journal: JournalState, error: ErrorReport, settings: JournalSettings, ctx: Context): void {
  journal.counts.storeFailures++;
  journal.storeFailure = error.message;
  journal.failedReads++;
  // Before it gives up, too: should its supervisor let it go on as it is, it must not wait for ever.
  ctx.startTimer(READ_AGAIN, { kind: READ_AGAIN }, settings.recoveryRetryMs);
  if (journal.failedReads >= settings.recoveryAttempts) {
    const text = `${ctx.path} cannot read event ${journal.sequence + 1} and later ones of "${journal.id}": ${error.message}`;
    throw new PlayhouseError('recovery-failed', text, 'sequence');
  }
}
