/**
 * A blocking pool: a fixed number of actors for calls that hold up their thread (a large computation, a synchronous library),
 * on workers of their own, so that the threads of the callers stay responsive. (qb's advanced guide, "Interfacing with
 * blocking systems".)
 *
 *   asked ──idle child──▶ running ──outcome──▶ answered, and the child takes the next one
 *     ├──none idle──────▶ queued ──waited too long──▶ `deadline-exceeded`
 *     └──queue full─────▶ `request-rejected`
 *
 * Invariants: a child has one call at a time, so a stuck call delays nobody else's; every call has exactly one outcome; at
 * most `queue` calls wait. A call cannot be interrupted: when `callTimeoutMs` is over its caller hears `ask-timeout` and the
 * child counts as free, though its next call waits until it really is.
 */
import type { AskOutcome, Behavior, BehaviorDefinition, SupervisionOptions } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { checkNumber, checkWhole, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import { type AnyMessage, type Ref, sameRef } from '../../kernel/ref.ts';
import type { Protocol } from '../../kernel/schema.ts';
import {
  type CrewPlacement,
  type CrewSettings,
  type CrewState,
  checkCrew,
  fillLater,
  newCrew,
  REFILL_KIND,
  spawnOne,
} from './crew.ts';
import { DELAY_MS_MAX } from './routes.ts';

/** Whose calls, how many at a time, and how many wait. */
export interface BlockingPoolOptions<P extends Protocol, A> {
  /** Of the actors that make the calls. Every kind has a `replyTo`. It must be in the scenario's `behaviors` too. */
  readonly behavior: Behavior<P, A>;
  /** Calls at a time; 1 … 256, default 4. */
  readonly size?: number;
  /** Calls that may wait; 0 … 65,536, default 1,000. */
  readonly queue?: number;
  /** Numbers of the workers to use, in turn; default all but the pool's own, where there are others. */
  readonly placement?: CrewPlacement;
  /** How long a call may wait before it is not made any more; in ms, default 30,000. */
  readonly waitMs?: number;
  /** How long a call may take; in ms, default 30,000. */
  readonly callTimeoutMs?: number;
  /** Of the children; default: restart, at most 3 times in 60 s for all together. */
  readonly supervision?: SupervisionOptions;
}

type Call = AnyMessage & { readonly replyTo: Ref<AnyMessage> };

interface QueuedCall {
  readonly call: Call;
  readonly sinceMs: number;
}

interface CallContext {
  readonly call: number;
  readonly child: Ref<AnyMessage>;
}

interface State {
  readonly args: unknown;
  readonly crew: CrewState;
  readonly children: Ref<AnyMessage>[];
  /** The one idle longest first. */
  readonly idle: Ref<AnyMessage>[];
  /** By a running number, the oldest first. */
  readonly queue: Map<number, QueuedCall>;
  /** Who waits for calls that are being made, by number. */
  readonly running: Map<number, Ref<AnyMessage>>;
  lastCall: number;
}

const SIZE_DEFAULT = 4;
const QUEUE_DEFAULT = 1_000;
const WAIT_MS = 30_000;
const CALL_TIMEOUT_MS = 30_000;

/**
 * A pool of `size` actors for slow, synchronous calls. Callers ask it what they would ask one of them; a call that finds none
 * idle waits in a queue of at most 1,000, and is refused with `request-rejected` when that is full. A call that throws fails
 * with `handler-failed`, and its actor is restarted. When the pool itself stops or restarts, calls under way end with
 * `handler-failed` (they may have been made), and those that wait with `target-stopped`. Its arguments are those of its actors: each gets the same.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function blockingPool<const P extends Protocol, A>(
  name: string,
  options: BlockingPoolOptions<P, A>,
): Behavior<P, A> {
  const { behavior, size = SIZE_DEFAULT, queue = QUEUE_DEFAULT, placement, supervision } = options;
  const { waitMs = WAIT_MS, callTimeoutMs = CALL_TIMEOUT_MS } = options;
  const { protocol } = behavior;
  const crewOn = (on: CrewPlacement): CrewSettings => ({ behavior, placement: on, shutdownMs: callTimeoutMs });
  checkNumber('callTimeoutMs', callTimeoutMs, 1, DELAY_MS_MAX, name);
  checkCrew(name, size, crewOn(placement ?? 'parent'));
  checkWhole('queue', queue, 0, 65_536, name);
  checkNumber('waitMs', waitMs, 1, DELAY_MS_MAX, name);
  checkAskable(name, protocol);

  const adopt = (state: State, ref: Ref, ctx: Context): void => {
    state.children.push(ref as Ref<AnyMessage>);
    ctx.watch(ref);
    release(state, ref as Ref<AnyMessage>, ctx);
  };

  const fill = (state: State, ctx: Context): void => {
    const settings = crewOn(placement ?? otherWorkers(ctx));
    while (state.children.length < size) {
      const child = spawnOne(state.crew, settings, state.args, ctx);
      if (child === undefined) return;
      adopt(state, child.ref, ctx);
    }
  };

  const start = (state: State, child: Ref<AnyMessage>, number: number, call: Call, ctx: Context): void => {
    const { replyTo, ...request } = call;
    const context: CallContext = { call: number, child };
    state.running.set(number, replyTo);
    ctx.ask(child, request as never, { reply: 'Settled', timeoutMs: callTimeoutMs, context });
  };

  /** A child has nothing to do: it takes the next call that is still wanted. */
  const release = (state: State, child: Ref<AnyMessage>, ctx: Context): void => {
    for (const [number, { call, sinceMs }] of state.queue) {
      state.queue.delete(number);
      const waitedMs = ctx.now() - sinceMs;
      if (waitedMs <= waitMs) return start(state, child, number, call, ctx);
      const text = `${call.kind} waited ${Math.round(waitedMs)} ms for ${ctx.path}.`;
      ctx.fail(call.replyTo, reportOf('deadline-exceeded', text));
    }
    state.idle.push(child);
  };

  const accept = (state: State, message: AnyMessage, ctx: Context): void => {
    const call = message as Call;
    const child = state.idle.shift();
    if (child !== undefined) return start(state, child, ++state.lastCall, call, ctx);
    if (state.queue.size < queue) {
      state.queue.set(++state.lastCall, { call, sinceMs: ctx.now() });
      return;
    }
    ctx.countRejected();
    const text = `${ctx.path} makes ${size} calls already, and ${queue} wait.`;
    ctx.fail(call.replyTo, reportOf('request-rejected', text));
  };

  const definition: BehaviorDefinition<Protocol, State, unknown, Protocol> = {
    protocol,
    internal: { [REFILL_KIND]: {} },
    state: (args) => ({
      args,
      crew: newCrew(size),
      children: [],
      idle: [],
      queue: new Map(),
      running: new Map(),
      lastCall: 0,
    }),
    on: {
      ...Object.fromEntries(Object.keys(protocol).map((kind) => [kind, accept as never])),
      [REFILL_KIND](state: State, _message: AnyMessage, ctx: Context) {
        state.crew.refilling = false;
        fill(state, ctx);
      },
    },
    replies: {
      Settled(state, outcome: AskOutcome<AnyMessage, CallContext>, ctx) {
        const { call, child } = outcome.context;
        const replyTo = state.running.get(call);
        state.running.delete(call);
        if (replyTo === undefined) return;
        if (outcome.ok) ctx.tell(replyTo, outcome.reply);
        else ctx.fail(replyTo, outcome.error);
        if (state.children.some((ref) => sameRef(ref, child))) release(state, child, ctx);
      },
    },
    signals: {
      preStart(state, ctx) {
        // After a restart with `keepChildren` they are all there still.
        for (const { ref, running } of ctx.children()) if (running) adopt(state, ref, ctx);
        fill(state, ctx);
      },
      terminated(state, { ref }, ctx) {
        drop(state.children, ref);
        drop(state.idle, ref);
        fillLater(state.crew, ctx);
      },
      postStop(state, ctx) {
        const error = reportOf('target-stopped', `${ctx.path} has stopped.`);
        for (const { call } of state.queue.values()) ctx.fail(call.replyTo, error);
        // These were begun, and may have been done: not the same as never having been made.
        const text = `${ctx.path} has stopped while the call was under way; it may have been made or not.`;
        for (const replyTo of state.running.values()) ctx.fail(replyTo, reportOf('handler-failed', text));
      },
    },
    ...(supervision === undefined ? {} : { supervision }),
  };
  return actor(name, definition) as unknown as Behavior<P, A>;
}

/** Everywhere but here, where the callers may be; here when there is nowhere else. */
function otherWorkers({ worker, workers }: Context): CrewPlacement {
  if (workers === 1) return 'parent';
  return Array.from({ length: workers - 1 }, (_, step) => (worker + 1 + step) % workers);
}

function drop(refs: Ref[], gone: Ref): void {
  const index = refs.findIndex((ref) => sameRef(ref, gone));
  if (index >= 0) refs.splice(index, 1);
}

function checkAskable(name: string, protocol: Protocol): void {
  const kind = Object.keys(protocol).find((one) => protocol[one]?.['replyTo']?.type !== 'ref');
  if (kind === undefined) return;
  const text = `${name}: ${kind} has no replyTo; a blocking pool takes only what can be asked.`;
  throw new PlayhouseError('invalid-configuration', text, `protocol.${kind}`);
}
