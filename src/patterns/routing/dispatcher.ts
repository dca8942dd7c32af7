/**
 * Metrics-based dispatch: workers say now and then how they are, and each message goes to the one where it has to expect the
 * shortest wait. Unlike `least-loaded` routing it knows that one worker's job takes longer than another's. (qb's advanced
 * guide, "Metrics-based dispatch".)
 *
 *   worker ──WorkerStatus──▶ dispatcher         every 100 ms, say; the first one makes it known
 *   caller ──any message───▶ dispatcher ──as it came──▶ the worker with the least expected wait
 *
 * Invariants: a worker is known from its first report until it stops; a report older than `staleMs` counts for nothing: such a
 * worker gets messages only when nobody has a fresh report, and then the one that was heard of last. The arithmetic is in
 * worker-load.ts.
 */
import type { Behavior, BehaviorDefinition, MailboxOptions } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { checkNumber } from '../../kernel/errors.ts';
import { type AnyMessage, type Ref, sameRef } from '../../kernel/ref.ts';
import { type MessageOf, type Protocol, type Schema, t } from '../../kernel/schema.ts';
import { checkReserved, DELAY_MS_MAX, passOn } from './routes.ts';
import { leastOf, ROUTEES_MAX } from './routing.ts';
import {
  expectedWaitMs,
  type KnownLoad,
  knownLoad,
  type LoadReport,
  noteDispatch,
  typicalMs,
  updateLoad,
} from './worker-load.ts';

/** What is dispatched, and how old a worker's report may be. */
export interface DispatcherOptions<P extends Protocol> {
  /** What callers may send, and what every worker accepts. */
  readonly protocol: P;
  /** A report older than this is no use any more; in ms, default 1,000. Some ten times the workers' period is a good choice. */
  readonly staleMs?: number;
  readonly mailbox?: MailboxOptions;
}

/** What a dispatcher accepts beside the messages that it passes on. */
export type DispatcherControl<P extends Protocol> = {
  /** From a worker about itself, see `takeReport`. Beyond 256 workers it is refused. */
  readonly WorkerStatus: {
    readonly worker: Schema<Ref<MessageOf<P>>>;
    readonly depth: Schema<number>;
    readonly processingMs: Schema<number>;
    readonly utilisation: Schema<number>;
  };
};

interface KnownWorker {
  readonly ref: Ref<AnyMessage>;
  readonly load: KnownLoad;
}

interface State {
  readonly workers: KnownWorker[];
  /** Where the search among equals begins. */
  next: number;
}

const STALE_MS = 1_000;

/**
 * A dispatcher for workers that report to it. A worker keeps a `newLoadMeter` in its state, calls `noteJob` for each job done,
 * and sends `{ kind: 'WorkerStatus', worker: ctx.self, ...takeReport(meter, ctx.mailboxDepth(ctx.self), ctx.now()) }` by a
 * periodic timer. While nobody has reported, messages are dead letters and asks fail with `no-routees`.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function dispatcher<const P extends Protocol>(
  name: string,
  options: DispatcherOptions<P>,
): Behavior<P & DispatcherControl<P>, Record<string, never>> {
  const { protocol, staleMs = STALE_MS, mailbox } = options;
  checkNumber('staleMs', staleMs, 1, DELAY_MS_MAX, name);
  checkReserved(name, protocol, ['WorkerStatus']);

  const dispatch = (state: State, message: AnyMessage, ctx: Context): void => {
    const chosen = chooseWorker(state, ctx.now(), staleMs);
    if (chosen === undefined) return ctx.deadLetter(message);
    noteDispatch(chosen.load, ctx.now());
    passOn([chosen.ref], message, ctx);
  };

  const definition: BehaviorDefinition<Protocol, State, unknown, Protocol> = {
    protocol: {
      ...protocol,
      WorkerStatus: { worker: t.ref(protocol), depth: t.uint32, processingMs: t.float64, utilisation: t.float64 },
    },
    state: () => ({ workers: [], next: 0 }),
    on: {
      ...Object.fromEntries(Object.keys(protocol).map((kind) => [kind, dispatch as never])),
      WorkerStatus(state: State, message: AnyMessage, ctx: Context) {
        const { worker, ...rest } = message as unknown as LoadReport & { readonly worker: Ref<AnyMessage> };
        const report = { depth: rest.depth, processingMs: rest.processingMs, utilisation: rest.utilisation };
        const known = state.workers.find(({ ref }) => sameRef(ref, worker));
        if (known !== undefined) return updateLoad(known.load, report, ctx.now());
        if (state.workers.length >= ROUTEES_MAX) return ctx.countRejected();
        state.workers.push({ ref: worker, load: knownLoad(report, ctx.now()) });
        ctx.watch(worker);
      },
    },
    signals: {
      terminated(state, { ref }) {
        const index = state.workers.findIndex((known) => sameRef(known.ref, ref));
        if (index >= 0) state.workers.splice(index, 1);
      },
    },
    ...(mailbox === undefined ? {} : { mailbox }),
  };
  return actor(name, definition) as unknown as Behavior<P & DispatcherControl<P>, Record<string, never>>;
}

/** Of equals in turn, so that workers that have nothing to do share what comes. */
function chooseWorker(state: State, nowMs: number, staleMs: number): KnownWorker | undefined {
  const { workers } = state;
  const fresh = workers.filter(({ load }) => nowMs - load.reportedMs <= staleMs);
  if (fresh.length === 0)
    return workers[
      leastOf(
        workers.map(({ load }) => -load.reportedMs),
        0,
      )
    ];
  const typical = typicalMs(fresh.map(({ load }) => load));
  const index = leastOf(
    fresh.map(({ load }) => expectedWaitMs(load, typical)),
    state.next % fresh.length,
  );
  state.next = index + 1;
  return fresh[index];
}
