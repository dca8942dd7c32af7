/**
 * Writing of an event-sourced actor: events first go to the store, then into the state, then the command is answered.
 * Snapshots go to the store beside that, and nobody waits for them.
 *
 * Invariant: whatever the author's code throws, an actor that is let go on as it is (`resume`) is ready or on its way there.
 */

import { copyOf } from '../../base/copy.ts';
import type { Context } from '../../kernel/context.ts';
import { type ErrorReport, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { isInDoubt } from '../guards/in-doubt.ts';
import {
  type JournaledState,
  type JournalSettings,
  type JournalState,
  type Pending,
  READ_AGAIN,
  type StoreOutcome,
  WAITING,
} from './event-sourced-journal.ts';
import { readEvents } from './event-sourced-recovery.ts';

/** The state is that of the log. A command that was in doubt is so no longer. */
export function recovered(state: JournaledState, settings: JournalSettings, ctx: Context): void {
  const { pending } = state.journal;
  if (pending === null) {
    guarded(state, ctx, () => {
      settings.recovered?.(state.state, ctx, state.args);
      snapshotIfDue(state, [], settings, ctx);
    });
    beReady(state, ctx);
  } else if (pending.found) {
    conclude(state, pending, settings, ctx);
  } else {
    giveUp(state, pending.doubt, settings, ctx);
  }
}

/** Commands are handled again; first those that waited. */
function beReady({ journal }: JournaledState, ctx: Context): void {
  journal.phase = 'ready';
  ctx.become();
  takeNext(journal, ctx);
}

/** The first command that waits comes next, one at a time: if it is written too, the others need not be put aside again. */
export function takeNext(journal: JournalState, ctx: Context): void {
  // Whatever is counted here, what is in the stash must come out; without any this does nothing.
  journal.waiting = Math.max(0, journal.waiting - 1);
  ctx.unstash(1);
}

/**
 * Runs the author's code in the middle of the bookkeeping, before the actor is ready again. When it throws, the supervisor
 * decides: on a restart all this counts for nothing, but an actor that is resumed must be ready then, and nobody may wait
 * for ever. All that waits comes back at once, because a restart puts what is still in the stash before it.
 */
export function guarded(state: JournaledState, ctx: Context, run: () => void): void {
  try {
    run();
  } catch (thrown) {
    const { journal } = state;
    abandon(state, ctx);
    journal.pending = null;
    journal.phase = 'ready';
    journal.waiting = 0;
    ctx.become();
    ctx.unstash();
    throw thrown;
  }
}

/** Sends what a command decided to the store. Nothing is applied before the store has it. */
export function write(
  state: JournaledState,
  command: AnyMessage,
  events: readonly AnyMessage[],
  settings: JournalSettings,
  ctx: Context,
): void {
  const { journal } = state;
  const { store, id, sequence: expected, writer } = journal;
  journal.phase = 'writing';
  journal.pending = { command, events, doubt: null, found: false };
  journal.writes++;
  ctx.become(WAITING);
  const request = { kind: 'Append', id, expected, writer, events: copyOf(events) } as const;
  try {
    ctx.ask(store, request, { reply: 'store:Append', timeoutMs: settings.storeTimeoutMs, context: journal.writes });
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError)) throw thrown;
    giveUp(state, thrown.report(), settings, ctx);
  }
}

export function appended(
  state: JournaledState,
  outcome: StoreOutcome<'Append', number>,
  settings: JournalSettings,
  ctx: Context,
): void {
  const { journal } = state;
  const { pending } = journal;
  if (pending === null || pending.doubt !== null || outcome.context !== journal.writes) return;
  if (outcome.ok) {
    applyStored(state, pending, settings, ctx);
    return conclude(state, pending, settings, ctx);
  }
  journal.counts.storeFailures++;
  journal.storeFailure = outcome.error.message;
  if (isRefused(outcome.error)) return giveUp(state, outcome.error, settings, ctx);
  pending.doubt = outcome.error;
  journal.phase = 'recovering';
  readEvents(journal, settings, ctx);
}

function applyStored(
  { state, journal }: JournaledState,
  pending: Pending,
  settings: JournalSettings,
  ctx: Context,
): void {
  try {
    for (const event of pending.events) {
      settings.apply[event.kind]?.(state, event);
      journal.sequence++;
    }
  } catch (thrown) {
    // The log has an event that the state has not. If it is resumed it reads on from there, and fails as in a recovery.
    pending.doubt = reportOf('handler-failed', String(thrown));
    journal.phase = 'recovering';
    ctx.startTimer(READ_AGAIN, { kind: READ_AGAIN }, 0);
    throw thrown;
  }
}

/** Certainly nothing was stored, and the log ends where it did. */
function isRefused(error: ErrorReport): boolean {
  return !isInDoubt(error) && error.field !== 'expected';
}

/** The events are stored and applied: now their command may be answered. */
function conclude(state: JournaledState, pending: Pending, settings: JournalSettings, ctx: Context): void {
  const { command, events } = pending;
  state.journal.counts.written += events.length;
  guarded(state, ctx, () => {
    settings.stored[command.kind]?.(state.state, command, ctx, events, state.args);
    state.journal.pending = null;
    snapshotIfDue(state, events, settings, ctx);
  });
  beReady(state, ctx);
}

/** The events were not stored: the state stays as it was, and whoever sent the command hears why. */
function giveUp(state: JournaledState, error: ErrorReport | null, settings: JournalSettings, ctx: Context): void {
  const { pending } = state.journal;
  state.journal.pending = null;
  if (pending !== null && error !== null) {
    const text = `${ctx.path} could not store what ${pending.command.kind} decided: ${error.message}`;
    guarded(state, ctx, () => refuse(state, pending.command, reportOf(error.code, text), settings, ctx));
  }
  beReady(state, ctx);
}

/** A command is not carried out: its asker hears why, then the author. One that nobody hears of is a dead letter. */
function refuse(
  state: JournaledState,
  command: AnyMessage,
  error: ErrorReport,
  { refused }: JournalSettings,
  ctx: Context,
): void {
  state.journal.counts.refused++;
  ctx.countRejected();
  const replyTo = replyToOf(command);
  if (replyTo !== undefined) ctx.fail(replyTo, error);
  if (refused !== undefined) refused(state.state, command, error, ctx, state.args);
  else if (replyTo === undefined) ctx.deadLetter(command);
}

/** A command that comes while the actor recovers or writes. */
export function putAside(state: JournaledState, command: AnyMessage, settings: JournalSettings, ctx: Context): void {
  const { journal } = state;
  const { waitingMax, ownKinds } = settings;
  if (journal.waiting >= waitingMax && !ownKinds.includes(command.kind)) {
    const error = reportOf('stash-full', `${ctx.path} is ${journal.phase}, and ${waitingMax} commands wait already.`);
    return refuse(state, command, error, settings, ctx);
  }
  try {
    ctx.stash(command as never);
    journal.waiting++;
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError)) throw thrown;
    // The tick of a periodic timer, of which one waits already: one is as good as two.
    if (thrown.code !== 'already-stashed') refuse(state, command, thrown.report(), settings, ctx);
  }
}

/** The incarnation ends: whoever waits for a command that is under way must not wait for ever. */
export function abandon({ journal }: JournaledState, ctx: Context): void {
  const { pending } = journal;
  const replyTo = pending === null ? undefined : replyToOf(pending.command);
  if (pending === null || replyTo === undefined) return;
  const text = `${ctx.path} ended before it could confirm ${pending.command.kind}; its events may be stored or not.`;
  ctx.fail(replyTo, reportOf('handler-failed', text));
}

function replyToOf(command: AnyMessage): Ref | undefined {
  return (command as { readonly replyTo?: Ref }).replyTo;
}

// ── Snapshots ───────────────────────────────────────────────────────────────────────────────────────────────────────

function snapshotIfDue(
  { state, journal }: JournaledState,
  events: readonly AnyMessage[],
  { snapshotEvery, snapshotWhen, storeTimeoutMs }: JournalSettings,
  ctx: Context,
): void {
  const { store, id, sequence, snapshotBegun } = journal;
  if (journal.saving) return;
  const isEnough = snapshotEvery > 0 && sequence - snapshotBegun >= snapshotEvery;
  const first = sequence - events.length + 1;
  if (!isEnough && !events.some((event, index) => snapshotWhen?.(state, event, first + index) === true)) return;
  journal.saving = true;
  journal.snapshotBegun = sequence;
  const request = { kind: 'SaveSnapshot', id, sequence, state: copyOf(state) } as const;
  try {
    ctx.ask(store, request, { reply: 'store:SaveSnapshot', timeoutMs: storeTimeoutMs, context: sequence });
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError)) throw thrown;
    journal.saving = false;
    journal.counts.storeFailures++;
    journal.storeFailure = thrown.message;
  }
}

/** A failing snapshot costs nothing but a longer replay: it is reported, and the next one is due as if it had been saved. */
export function snapshotSaved(
  state: JournaledState,
  outcome: StoreOutcome<'SaveSnapshot', number>,
  settings: JournalSettings,
  ctx: Context,
): void {
  const { journal } = state;
  if (!journal.saving || outcome.context !== journal.snapshotBegun) return;
  journal.saving = false;
  if (!outcome.ok) return storeFailed(state, outcome.error, settings, ctx);
  journal.snapshot = outcome.context;
  journal.counts.snapshots++;
  if (!settings.deleteEvents) return;
  const request = { kind: 'DeleteUpTo', id: journal.id, sequence: journal.snapshot } as const;
  ctx.ask(journal.store, request, { reply: 'store:DeleteUpTo', timeoutMs: settings.storeTimeoutMs, context: null });
}

/** A failure that changes nothing but is worth knowing. */
export function storeFailed(state: JournaledState, error: ErrorReport, settings: JournalSettings, ctx: Context): void {
  state.journal.counts.storeFailures++;
  state.journal.storeFailure = error.message;
  settings.storeFailed?.(state.state, error, ctx, state.args);
}
