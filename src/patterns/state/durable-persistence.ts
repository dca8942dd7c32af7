import type { Behavior, PipeOutcome } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { checkNumber, checkWhole, type ErrorReport, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { JournalStorage } from '../../kernel/journal-storage.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { Protocol } from '../../kernel/schema.ts';
import {
  checkedBounds,
  count,
  failNext,
  type InMemoryPersistenceOptions,
  newStoreState,
  PERSISTENCE_HAND,
  type PersistenceOperation,
  PersistenceProtocol,
  type PersistenceRequest,
  performNow,
  refuse,
  refusedOnDemand,
  type StoreContext,
  type StoreState,
  takeOrder,
} from './persistence.ts';
import { answerFrom, type StorageAnswer } from './storage-requests.ts';

/** How much a durable store keeps, and how long it waits. */
export interface DurablePersistenceOptions extends InMemoryPersistenceOptions {
  /** Under which the storage of the scenario keeps its logs; default: the behavior's name. */
  readonly storage?: string;
  /** Requests that may be under way; 1 … 10,000, default 1,000. One more is refused with `request-rejected`. */
  readonly requestsMax?: number;
  /** Ms that the storage may take for one; default 10,000. Then its asker hears `ask-timeout`, and cannot know. */
  readonly timeoutMs?: number;
}

export interface DurablePersistenceState extends StoreState {
  /** Where the logs are: in storage that outlives the run, or in `logs`. */
  kept: 'in storage' | 'in memory';
  /** Who waits for the storage. */
  readonly underWay: Map<number, { readonly operation: PersistenceOperation; readonly replyTo: Ref<never> }>;
  requests: number;
  /** Failures of the storage that were no refusals, and the latest one in words. */
  failures: number;
  lastFailure: string;
  /** What was found damaged in the storage and was cut off, in words. */
  damages: readonly string[];
}

/** Which request an answer of the storage is about. */
interface UnderWay {
  readonly number: number;
  readonly isSilent: boolean;
}

type DurableContext = StoreContext & Pick<Context<Protocol, string, 'Stored'>, 'pipe' | 'storage'>;

/**
 * A store that outlives the run: an append is answered when it is on the disk. Its failures are resumed; whoever waits when
 * it stops, or is lost with its worker, hears so (`handler-failed`, `worker-lost`) or times out, and reads to know.
 *
 * Two pages on one log do not mix: the second writer is refused with `request-rejected` and the field `expected`. When the
 * browser gives no more room, requests end with `storage-full` and have changed nothing; with `storage-unavailable` nobody
 * knows.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function durablePersistence(
  name: string,
  options: DurablePersistenceOptions = {},
): Behavior<typeof PersistenceProtocol & typeof PERSISTENCE_HAND> {
  const { storage: storageName = name, requestsMax = 1_000, timeoutMs = 10_000 } = options;
  const bounds = checkedBounds(name, options);
  checkWhole('requestsMax', requestsMax, 1, 10_000, name);
  checkNumber('timeoutMs', timeoutMs, 1, 2 ** 31, name);

  const perform = (state: DurablePersistenceState, request: PersistenceRequest, ctx: DurableContext): void => {
    const storage = ctx.storage(storageName, bounds);
    if (storage === undefined) performNow(state, bounds, request, ctx);
    else begin(state, storage, request, { requestsMax, timeoutMs }, ctx);
  };

  return actor(name, {
    protocol: { ...PersistenceProtocol, ...PERSISTENCE_HAND },
    onFailure: { '*': 'resume' },
    state: (): DurablePersistenceState => ({
      ...newStoreState(),
      kept: 'in memory',
      underWay: new Map(),
      requests: 0,
      failures: 0,
      lastFailure: '',
      damages: [],
    }),
    signals: {
      preStart(state, ctx) {
        if (ctx.storage(storageName, bounds) !== undefined) state.kept = 'in storage';
      },
      postStop(state, ctx) {
        for (const { operation, replyTo } of state.underWay.values()) {
          const text = `${ctx.path} ended before the storage had answered; this ${operation} may be done or not.`;
          ctx.fail(replyTo, reportOf('handler-failed', text));
        }
        state.underWay.clear();
      },
    },
    on: {
      Append: perform,
      Read: perform,
      SaveSnapshot: perform,
      LoadSnapshot: perform,
      DeleteUpTo: perform,
      FailNext: failNext,
    },
    replies: {
      Stored: (state, outcome: PipeOutcome<StorageAnswer, UnderWay>, ctx) => settle(state, outcome, ctx),
    },
  });
}

/** Has the storage do a request, or fails it as ordered. */
function begin(
  state: DurablePersistenceState,
  storage: JournalStorage,
  request: PersistenceRequest,
  { requestsMax, timeoutMs }: { readonly requestsMax: number; readonly timeoutMs: number },
  ctx: DurableContext,
): void {
  const { kind: operation, replyTo } = request;
  const how = takeOrder(state, operation);
  if (how === 'ignore') return;
  if (how === 'refuse') return refuse(state, replyTo, refusedOnDemand(operation), ctx);
  if (state.underWay.size >= requestsMax) {
    const text = `The store has ${requestsMax} requests under way already.`;
    return refuse(state, replyTo, new PlayhouseError('request-rejected', text), ctx);
  }
  const number = ++state.requests;
  state.underWay.set(number, { operation, replyTo });
  const context: UnderWay = { number, isSilent: how === 'lose-answer' };
  ctx.pipe(() => answerFrom(storage, request), { reply: 'Stored', timeoutMs, context });
}

/** Tells whoever asked how it ended. */
function settle(
  state: DurablePersistenceState,
  outcome: PipeOutcome<StorageAnswer, UnderWay>,
  ctx: StoreContext,
): void {
  const { number, isSilent } = outcome.context;
  const waiting = state.underWay.get(number);
  state.underWay.delete(number);
  if (waiting === undefined) return;
  const { replyTo } = waiting;
  if (!outcome.ok) return storageFailed(state, replyTo, outcome.error, ctx);
  const { result, damages } = outcome.reply;
  state.damages = damages;
  if (!result.ok) {
    if (result.error.code !== 'request-rejected') return storageFailed(state, replyTo, result.error, ctx);
    return refuse(state, replyTo, result.error as ErrorReport & { readonly field: string | undefined }, ctx);
  }
  count(state, result.value);
  if (isSilent) return;
  try {
    ctx.tell(replyTo as Ref<AnyMessage>, result.value);
  } catch (thrown) {
    // Too large to travel: the asker reads less at a time.
    if (!(thrown instanceof PlayhouseError)) throw thrown;
    refuse(state, replyTo, thrown, ctx);
  }
}

function storageFailed(
  state: DurablePersistenceState,
  replyTo: Ref<never>,
  error: ErrorReport,
  ctx: StoreContext,
): void {
  state.failures++;
  state.lastFailure = error.message;
  ctx.fail(replyTo, error);
}
