/**
 * Event sourcing: an actor whose state is the fold of its events, which a store keeps. Commands decide events; events are
 * stored first, then applied, then the command is answered. After a restart, a passivation or a move the actor reads its
 * latest snapshot and the events after it, and goes on. (In the spirit of Pekko's EventSourcedBehavior; Fowler, Event
 * Sourcing, 2005.)
 *
 * What it does not do: run two actors on one log. It survives that (the second writer is refused and reads on), but the
 * store is no queue between them.
 */
import type {
  AskOutcome,
  Behavior,
  BehaviorDefinition,
  MailboxOptions,
  SignalHandlers,
} from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { checkNumber, checkWhole, PlayhouseError } from '../../kernel/errors.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import type { Protocol } from '../../kernel/schema.ts';
import {
  type JournaledState,
  type JournalSettings,
  newJournal,
  OWN,
  READ_AGAIN,
  type StoreOutcome,
  WAITING,
} from './event-sourced-journal.ts';
import type { EventSourcedArgs, EventSourcedOptions, EventSourcedSignals } from './event-sourced-options.ts';
import { eventsRead, readAgain, recover, snapshotLoaded } from './event-sourced-recovery.ts';
import {
  abandon,
  appended,
  guarded,
  putAside,
  recovered,
  snapshotSaved,
  storeFailed,
  takeNext,
  write,
} from './event-sourced-writing.ts';
import { checkOwn } from './own-names.ts';

/**
 * An event-sourced actor. Commands are handled one after another, in the order in which they came; while it recovers or
 * writes, they wait. Its state on screen is `{ state, journal }`: the author's, and the bookkeeping.
 *
 * - A write that the store refuses refuses the command with the store's error; the state stays as it was.
 * - A write of unknown outcome (a time-out, a store that crashed) is looked up in the log, and only then answered.
 * - A failing snapshot is counted and told to `signals.storeFailed`, and nothing waits for it.
 * - A log that cannot be read or replayed stops the actor with `recovery-failed`, naming the event and its number.
 * - A command that is under way when the actor fails is answered with `handler-failed`: whether it was carried out is in
 *   the log. A command that was answered is there exactly once.
 * - With `resume` a failure of `stored`, `refused` or `recovered` costs that call only; one of `apply` is met again when the
 *   log is read, and is `recovery-failed` then.
 *
 * Kinds, reply handlers and timer keys that begin with `store:` are its own. There is no `preStart`: that is `recovered`.
 *
 * Defaults: a snapshot every 100 events, 1,000 ms for the store, 10 attempts to read it (longer than a worker takes to be
 * replaced that hangs with the store on it), 1,000 commands that wait.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function eventSourced<
  const P extends Protocol,
  const E extends Protocol,
  S,
  A = unknown,
  const I extends Protocol = Record<never, never>,
  R extends string = never,
>(name: string, options: EventSourcedOptions<P, E, S, A, I, R>): Behavior<P, A & EventSourcedArgs> {
  const settings = settingsOf(name, options as never);
  const { protocol, internal = {}, state: initial, mailbox, supervision, passivateAfterMs } = options;
  const commands = options.commands as unknown as Commands;

  const command = (state: JournaledState, message: AnyMessage, ctx: Context): void => {
    let events: readonly AnyMessage[] = [];
    guarded(state, ctx, () => {
      const decided = commands[message.kind]?.(state.state, message, ctx, state.args) ?? [];
      events = Array.isArray(decided) ? (decided as readonly AnyMessage[]) : [decided as AnyMessage];
      for (const { kind } of events) checkKnown(name, kind, settings);
    });
    if (events.length > 0) write(state, message, events, settings, ctx);
    else takeNext(state.journal, ctx);
  };

  const waiting = (state: JournaledState, message: AnyMessage, ctx: Context): void =>
    putAside(state, message, settings, ctx);

  const kinds = Object.keys({ ...protocol, ...internal });
  const each = (handler: unknown) => Object.fromEntries(kinds.map((kind) => [kind, handler as never]));
  const outcome =
    <O>(handler: (state: JournaledState, outcome: O, settings: JournalSettings, ctx: Context) => void) =>
    (state: JournaledState, settled: O, ctx: Context): void =>
      handler(state, settled, settings, ctx);

  const definition: BehaviorDefinition<Protocol, JournaledState, EventSourcedArgs, Protocol> = {
    protocol,
    internal: { ...internal, [READ_AGAIN]: {} },
    state: ({ store, id = '', ...args }) => ({ state: initial(args as A), journal: newJournal(store, id), args }),
    on: { ...each(command), [READ_AGAIN]: (state, _, ctx) => readAgain(state, settings, ctx) },
    become: { [WAITING]: each(waiting) },
    mailbox: { ...(mailbox as MailboxOptions | undefined), stash: settings.waitingMax + OWN_WAITING_MAX },
    replies: {
      ...authorsReplies(options.replies ?? {}),
      'store:LoadSnapshot': outcome(snapshotLoaded),
      'store:Read'(state, settled: StoreOutcome<'Read'>, ctx) {
        if (eventsRead(state, settled, settings, ctx)) recovered(state, settings, ctx);
      },
      'store:Append': outcome(appended),
      'store:SaveSnapshot': outcome(snapshotSaved),
      'store:DeleteUpTo'(state, settled: StoreOutcome<'DeleteUpTo'>, ctx) {
        if (!settled.ok) storeFailed(state, settled.error, settings, ctx);
      },
    },
    signals: {
      ...authorsSignals((options.signals ?? {}) as unknown as AuthorsSignals),
      preStart: (state, ctx) => recover(state, settings, ctx),
    },
    onFailure: { 'recovery-failed': 'stop', ...options.onFailure },
    ...(supervision === undefined ? {} : { supervision }),
    ...(passivateAfterMs === undefined ? {} : { passivateAfterMs }),
  };
  return actor(name, definition) as unknown as Behavior<P, A & EventSourcedArgs>;
}

/** Places for commands that the actor sends itself, which nobody could tell to come again: one for each of its timers. */
const OWN_WAITING_MAX = 1_024;

type Commands = Readonly<Record<string, (state: unknown, command: AnyMessage, ctx: Context, args: unknown) => unknown>>;

/** @throws PlayhouseError `invalid-message`; an event that could not be replayed must not get into the log */
function checkKnown(name: string, kind: string, { apply }: JournalSettings): void {
  if (Object.hasOwn(apply, kind)) return;
  throw new PlayhouseError('invalid-message', `${name} has no event "${String(kind)}".`, 'kind');
}

type ReplyHandlers = Readonly<
  Record<string, (state: unknown, outcome: AskOutcome, ctx: Context, args: unknown) => void>
>;

function authorsReplies(replies: object) {
  return Object.fromEntries(
    Object.entries(replies as ReplyHandlers).map(([name, handler]) => [
      name,
      ({ state, args }: JournaledState, outcome: AskOutcome, ctx: Context) => handler(state, outcome, ctx, args),
    ]),
  );
}

type AuthorsSignals = EventSourcedSignals<AnyMessage, object, Context, unknown>;

/** What the system sends goes to the author with the author's state; handlers that are missing must stay so. */
function authorsSignals(signals: AuthorsSignals): SignalHandlers<JournaledState, Context> {
  const { postStop, terminated, receiveTimeout, backpressure } = signals;
  const own = ({ state }: JournaledState): object => state as object;
  return {
    postStop(state, ctx) {
      abandon(state, ctx);
      postStop?.(own(state), ctx, state.args);
    },
    ...(terminated && { terminated: (state, signal, ctx) => terminated(own(state), signal, ctx, state.args) }),
    ...(receiveTimeout && { receiveTimeout: (state, ctx) => receiveTimeout(own(state), ctx, state.args) }),
    ...(backpressure && { backpressure: (state, signal, ctx) => backpressure(own(state), signal, ctx, state.args) }),
  };
}

/** @throws PlayhouseError `invalid-configuration`, naming the option */
function settingsOf(
  name: string,
  options: EventSourcedOptions<Protocol, Protocol, unknown, unknown, Protocol, string>,
): JournalSettings {
  const { snapshotEvery = 100, snapshotWhen, deleteEvents = false, storeTimeoutMs = 1_000 } = options;
  const { recoveryAttempts = 10, recoveryRetryMs = 100 } = options;
  const { commands, apply, stored = {}, signals = {} } = options;
  checkWhole('snapshotEvery', snapshotEvery, 0, 1_000_000, name);
  checkNumber('storeTimeoutMs', storeTimeoutMs, 1, 2 ** 31, name);
  checkWhole('recoveryAttempts', recoveryAttempts, 1, 1_000, name);
  checkNumber('recoveryRetryMs', recoveryRetryMs, 0, 2 ** 31, name);
  const waitingMax = options.mailbox?.stash ?? 1_000;
  checkWhole('mailbox.stash', waitingMax, 1, 65_536 - OWN_WAITING_MAX, name);
  const kinds = Object.keys({ ...options.protocol, ...options.internal });
  checkOwn(name, 'protocol', options.protocol, OWN);
  checkOwn(name, 'internal', options.internal ?? {}, OWN);
  checkOwn(name, 'replies', options.replies ?? {}, OWN);
  checkHandlers(name, 'commands', commands, kinds, true);
  checkHandlers(name, 'stored', stored, kinds, false);
  checkHandlers(name, 'apply', apply, Object.keys(options.events), true);
  return {
    apply: apply as JournalSettings['apply'],
    stored: stored as unknown as JournalSettings['stored'],
    ownKinds: Object.keys(options.internal ?? {}),
    waitingMax,
    recovered: signals.recovered as JournalSettings['recovered'],
    refused: signals.refused as JournalSettings['refused'],
    storeFailed: signals.storeFailed as JournalSettings['storeFailed'],
    snapshotEvery,
    snapshotWhen: snapshotWhen as JournalSettings['snapshotWhen'],
    deleteEvents,
    storeTimeoutMs,
    recoveryAttempts,
    recoveryRetryMs,
  };
}

function checkHandlers(
  name: string,
  field: string,
  handlers: object,
  kinds: readonly string[],
  isComplete: boolean,
): void {
  const wrong =
    Object.keys(handlers).find((kind) => !kinds.includes(kind)) ??
    (isComplete ? kinds.find((kind) => !Object.hasOwn(handlers, kind)) : undefined);
  if (wrong === undefined) return;
  const what = kinds.includes(wrong) ? 'is missing' : 'is not a kind';
  throw new PlayhouseError('invalid-configuration', `${name}: ${field}.${wrong} ${what}.`, `${field}.${wrong}`);
}
