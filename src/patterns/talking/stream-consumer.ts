/**
 * The receiving end of streams: grants credit, checks order, notices gaps.
 *
 *   opening ──Opened──▶ flowing ──end, failed──▶ (gone)
 *      │                   └──no part for gapMs, a part lost, source stopped──▶ (gone), and the source hears of it
 *      └──refused, no answer──▶ (gone)
 *
 * Invariants: parts come to the author in order and without a hole; exactly one last event ends a stream that was not
 * cancelled; never more than `creditMax` parts are on their way. An end that is noticed by a signal (a stopped source, a
 * time-out) queues behind the parts that are in the mailbox already, because signals overtake messages.
 */
import { unreachable } from '../../base/assert.ts';
import type { AskOutcome } from '../../kernel/behavior.ts';
import { checkNumber, checkWhole, type ErrorReport, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import { type AnyMessage, type Ref, sameRef } from '../../kernel/ref.ts';
import type { MessageOf } from '../../kernel/schema.ts';
import {
  INCARNATION,
  incarnationOf,
  type OpenedProtocol,
  type PartEvent,
  type PartMessage,
  type PartsProtocol,
  type RequestMessage,
  STREAM_LIMITS,
  type StreamContext,
} from './stream-protocol.ts';

/** A stream as its consumer knows it; plain data. */
export interface InStream<C> {
  /** What the consumer gave with its request; its handlers may change it. */
  context: C;
  /** Null until the request has been accepted. */
  source: Ref<AnyMessage> | null;
  /** Parts so far. */
  received: number;
  /** Parts granted so far. */
  granted: number;
  /** 0: the author grants. */
  readonly window: number;
  readonly gapMs: number;
  /** Since when the next part has been due. */
  sinceMs: number;
  /** Why it is over, until that has been heard. */
  failure: ErrorReport | null;
}

/** The streams that an actor receives, by their numbers: a field of its state. */
export interface Inflow<C> {
  readonly streams: Map<number, InStream<C>>;
  opened: number;
}

/** What has come on a stream. After `end` or `failed` nothing more comes. */
export type StreamEvent<V, C> = { readonly stream: number; readonly context: C } & (
  | { readonly type: 'part'; readonly value: V }
  | { readonly type: 'end'; readonly parts: number }
  | { readonly type: 'failed'; readonly parts: number; readonly error: ErrorReport }
);

/** How a consumer wants a stream: how much at a time, and how long to wait. */
export type StreamOptions<C> = {
  /** Parts on their way at a time, refilled as they are handled; 1 … 4,096, default 16. `manual`: see `grant`. */
  readonly window?: number | 'manual';
  /** How long the next part that was granted may take, and the opening; in ms, default 5,000. */
  readonly gapMs?: number;
} & (null extends C ? { readonly context?: C } : { readonly context: C });

/** The author's part of a request: what the stream adds is left out. */
export type StreamRequest<M extends AnyMessage, N extends string, V> =
  M extends RequestMessage<N, V>
    ? { [K in keyof M as K extends 'consumer' | 'stream' | 'replyTo' ? never : K]: M[K] }
    : never;

/** What a consumer calls in its handlers. */
export interface StreamConsumer<N extends string, V> {
  /** To spread into the consumer's protocol: one kind, named like the stream. */
  readonly protocol: PartsProtocol<N, V>;
  /** For the consumer's state. `C` is plain data that comes back with every event of a stream. */
  state<C = null>(): Inflow<C>;
  /**
   * Asks for a stream and returns its number. The outcome comes to the reply handler `<Name>Opened`, which calls `opened`.
   * The request may go through breakers, limiters and routers: parts then come straight from whoever accepted it.
   * @throws PlayhouseError `request-rejected` when 256 are open, `invalid-configuration` and `invalid-message`, naming the field
   */
  open<M extends AnyMessage, C>(
    inflow: Inflow<C>,
    source: Ref<M>,
    request: NoInfer<StreamRequest<M, N, V>>,
    options: NoInfer<StreamOptions<C>>,
    ctx: StreamContext,
  ): number;
  /** To call in the reply handler `<Name>Opened`. A failure comes as the stream's `failed` event. */
  opened<C>(inflow: Inflow<C>, outcome: StreamOpening<N>, ctx: StreamContext): void;
  /** To call in the handler of the stream's kind; undefined where there is nothing for the author to do. */
  receive<C>(
    inflow: Inflow<C>,
    message: MessageOf<PartsProtocol<N, V>, N>,
    ctx: StreamContext,
  ): StreamEvent<V, C> | undefined;
  /**
   * Grants more parts of a stream whose window is `manual`, also before it has been opened. An ended stream is left alone.
   * @throws PlayhouseError `invalid-configuration`, naming `count`, when more than 4,096 would be on their way
   */
  grant<C>(inflow: Inflow<C>, stream: number, count: number, ctx: StreamContext): void;
  /** Ends a stream without another event. What was sent already is ignored. */
  cancel<C>(inflow: Inflow<C>, stream: number, ctx: StreamContext): void;
  /** To call in the `terminated` signal: streams from that actor fail with `target-stopped`. Without it they fail by their gap. */
  stopped<C>(inflow: Inflow<C>, peer: Ref, ctx: StreamContext): void;
}

/** The outcome that the reply handler `<Name>Opened` gets. */
export type StreamOpening<N extends string> = AskOutcome<MessageOf<OpenedProtocol<N>, `${N}Opened`>, number>;

export function streamConsumer<N extends string, V>(name: N, protocol: PartsProtocol<N, V>): StreamConsumer<N, V> {
  const timerOf = (stream: number): string => `${name} ${stream}`;

  /** A message to itself: it waits behind the parts that have come. */
  const own = (stream: number, event: PartEvent, number: number, ctx: StreamContext): AnyMessage =>
    ({ kind: name, stream, event, number, source: ctx.self }) as AnyMessage;

  const arm = (stream: number, delayMs: number, ctx: StreamContext): void =>
    ctx.startTimer(timerOf(stream), own(stream, 'tick', 0, ctx) as never, delayMs);

  const demand = (stream: number, source: Ref<AnyMessage> | null, count: number, ctx: StreamContext): void => {
    if (source === null) return;
    ctx.tell(source, { kind: `${name}Demand`, consumer: ctx.self, stream, count } as AnyMessage);
  };

  const grant = (stream: number, flow: InStream<unknown>, count: number, ctx: StreamContext): void => {
    // A part can be late only from when it was allowed to come.
    if (flow.granted === flow.received) flow.sinceMs = ctx.now();
    flow.granted += count;
    demand(stream, flow.source, count, ctx);
  };

  const remove = (inflow: Inflow<unknown>, stream: number, ctx: StreamContext): void => {
    inflow.streams.delete(stream);
    ctx.cancelTimer(timerOf(stream));
  };

  /** Notes why a stream is over; the author hears of it after the parts that have come. */
  const over = (stream: number, flow: InStream<unknown>, error: ErrorReport, ctx: StreamContext): void => {
    flow.failure ??= error;
    ctx.tell(ctx.self as Ref<AnyMessage>, own(stream, 'over', flow.received, ctx));
    // A full mailbox loses that message: the timer sends it again.
    arm(stream, flow.gapMs, ctx);
  };

  const failed = <C>(
    inflow: Inflow<C>,
    stream: number,
    flow: InStream<C>,
    error: ErrorReport,
    ctx: StreamContext,
  ): StreamEvent<V, C> => {
    remove(inflow, stream, ctx);
    return { type: 'failed', stream, context: flow.context, parts: flow.received, error };
  };

  const gap = <C>(inflow: Inflow<C>, stream: number, flow: InStream<C>, text: string, ctx: StreamContext) => {
    demand(stream, flow.source, 0, ctx);
    return failed(inflow, stream, flow, reportOf('stream-gap', `${ctx.path}, stream ${name}: ${text}.`), ctx);
  };

  const tick = (stream: number, flow: InStream<unknown>, ctx: StreamContext): void => {
    const waitedMs = ctx.now() - flow.sinceMs;
    const isDue = flow.failure !== null || (flow.granted > flow.received && waitedMs >= flow.gapMs);
    if (isDue) ctx.tell(ctx.self as Ref<AnyMessage>, own(stream, 'over', flow.received, ctx));
    arm(stream, isDue || flow.granted === flow.received ? flow.gapMs : Math.max(1, flow.gapMs - waitedMs), ctx);
  };

  return {
    protocol,
    state: () => ({ streams: new Map(), opened: 0 }),
    open(inflow, source, request, options, ctx) {
      const {
        context = null,
        window: size = STREAM_LIMITS.windowDefault,
        gapMs = STREAM_LIMITS.gapMsDefault,
      } = options;
      if (size !== 'manual') checkWhole('window', size, 1, STREAM_LIMITS.creditMax, name);
      checkNumber('gapMs', gapMs, 1, STREAM_LIMITS.gapMsMax, name);
      if (inflow.streams.size >= STREAM_LIMITS.streams) {
        const text = `${ctx.path} receives ${STREAM_LIMITS.streams} streams "${name}" already.`;
        throw new PlayhouseError('request-rejected', text);
      }
      const stream = ctx.incarnation * INCARNATION + ++inflow.opened;
      const message = { ...(request as object), consumer: ctx.self, stream };
      ctx.ask(source as Ref<AnyMessage>, message as never, {
        reply: `${name}Opened`,
        timeoutMs: gapMs,
        context: stream,
      });
      inflow.streams.set(stream, {
        context: context as never,
        source: null,
        received: 0,
        granted: 0,
        window: size === 'manual' ? 0 : size,
        gapMs,
        sinceMs: ctx.now(),
        failure: null,
      });
      return stream;
    },
    opened(inflow, outcome, ctx) {
      const stream = outcome.context;
      const flow = inflow.streams.get(stream);
      const source = outcome.ok ? (outcome.reply as unknown as { readonly source: Ref<AnyMessage> }).source : null;
      // Cancelled in the meantime.
      if (flow === undefined) return demand(stream, source, 0, ctx);
      if (!outcome.ok) return over(stream, flow, outcome.error, ctx);
      flow.source = source;
      flow.sinceMs = ctx.now();
      if (source !== null) ctx.watch(source);
      if (flow.granted > 0) demand(stream, source, flow.granted, ctx);
      else if (flow.window > 0) grant(stream, flow, flow.window, ctx);
      arm(stream, flow.gapMs, ctx);
    },
    receive(inflow, message, ctx) {
      const { stream, event, number, value, error, source } = message as unknown as PartMessage<V>;
      const flow = inflow.streams.get(stream);
      if (flow === undefined) {
        // Of a life before a restart: the source does not know of that, and is told.
        const isOld = incarnationOf(stream) !== ctx.incarnation;
        if (isOld && event === 'part') demand(stream, source as Ref<AnyMessage>, 0, ctx);
        return undefined;
      }
      switch (event) {
        case 'part': {
          if (number !== flow.received + 1) {
            return gap(inflow, stream, flow, `part ${flow.received + 1} was lost on its way`, ctx);
          }
          flow.received = number;
          flow.sinceMs = ctx.now();
          const underWay = flow.granted - flow.received;
          if (underWay * 2 < flow.window) grant(stream, flow, flow.window - underWay, ctx);
          return { type: 'part', stream, context: flow.context, value: value as V };
        }
        case 'end':
          if (number !== flow.received) {
            return gap(inflow, stream, flow, `${number - flow.received} parts were lost on their way`, ctx);
          }
          remove(inflow, stream, ctx);
          return { type: 'end', stream, context: flow.context, parts: number };
        case 'failed':
          return failed(inflow, stream, flow, error ?? reportOf('stream-cancelled', 'The source gave no reason.'), ctx);
        case 'tick':
          tick(stream, flow, ctx);
          return undefined;
        case 'over':
          if (flow.failure !== null) return failed(inflow, stream, flow, flow.failure, ctx);
          // A part has come after all, or nothing is owed any more.
          if (number !== flow.received || flow.granted === flow.received) return undefined;
          return gap(inflow, stream, flow, `no part ${number + 1} within ${flow.gapMs} ms`, ctx);
        default:
          return unreachable(event, 'stream event');
      }
    },
    grant(inflow, stream, count, ctx) {
      const flow = inflow.streams.get(stream);
      if (flow === undefined) return;
      checkWhole('count', count, 1, STREAM_LIMITS.creditMax - (flow.granted - flow.received), name);
      grant(stream, flow, count, ctx);
    },
    cancel(inflow, stream, ctx) {
      const flow = inflow.streams.get(stream);
      if (flow === undefined) return;
      demand(stream, flow.source, 0, ctx);
      remove(inflow, stream, ctx);
    },
    stopped(inflow, peer, ctx) {
      for (const [stream, flow] of inflow.streams) {
        if (flow.source === null || !sameRef(flow.source, peer)) continue;
        over(stream, flow, reportOf('target-stopped', `The source of stream ${name} has stopped.`), ctx);
      }
    },
  };
}
