/**
 * The sending end of streams. The source sends a part only while it has credit; what it gives beyond waits in a bounded
 * buffer, and what does not fit there is refused.
 *
 *   accept ──▶ flowing ──end, fail──▶ ending ──buffer empty──▶ (gone)
 *                 └──cancelled, consumer stopped──▶ (gone)
 *
 * Invariants: parts sent ≤ parts granted; parts leave in the order in which they were given; the end leaves after them.
 */
import { type ErrorReport, reportOf } from '../../kernel/errors.ts';
import { type AnyMessage, type Ref, sameRef } from '../../kernel/ref.ts';
import type { MessageOf } from '../../kernel/schema.ts';
import {
  type DemandMessage,
  type DemandProtocol,
  incarnationOf,
  type PartEvent,
  type RequestMessage,
  STREAM_LIMITS,
  type StreamContext,
} from './stream-protocol.ts';

/** A stream as its source knows it; plain data. */
export interface OutStream<V, C> {
  /** Unique among this source's streams: what the state may keep to find it again in `streams`. */
  readonly key: string;
  readonly consumer: Ref<AnyMessage>;
  /** The consumer's number for it. */
  readonly number: number;
  /** What the source needs to go on, such as where it is; its handlers may change it. */
  context: C;
  /** Parts that may be sent at once. */
  credit: number;
  sent: number;
  /** Parts that wait for credit. */
  readonly waiting: V[];
  /** Once it is ending: how. */
  ending: { readonly error: ErrorReport | null } | null;
}

/** The streams that an actor sends, by their keys: a field of its state. */
export interface Outflow<V, C> {
  readonly streams: Map<string, OutStream<V, C>>;
}

/** What a source calls in its handlers. */
export interface StreamSource<N extends string, V> {
  /** To spread into the source's protocol: one kind, `<Name>Demand`. */
  readonly protocol: DemandProtocol<N>;
  /** For the source's state. `C` is plain data that the source keeps with each stream. */
  state<C = null>(): Outflow<V, C>;
  /**
   * To call in the handler of the request. The consumer hears that the stream is open and grants its first credit, so
   * sending starts in the handler of `<Name>Demand`. Undefined when 256 are open: the consumer gets `request-rejected`.
   */
  accept<C>(
    outflow: Outflow<V, C>,
    request: RequestMessage<N, V>,
    context: NoInfer<C>,
    ctx: StreamContext,
  ): OutStream<V, C> | undefined;
  /** To call in the handler of `<Name>Demand`. Returns the stream if `credit` more parts may be sent now. */
  demanded<C>(
    outflow: Outflow<V, C>,
    message: MessageOf<DemandProtocol<N>, `${N}Demand`>,
    ctx: StreamContext,
  ): OutStream<V, C> | undefined;
  /**
   * Sends a part, or keeps it until there is credit. False, and nothing happens, when the buffer is full or the stream has
   * ended. @throws PlayhouseError `invalid-message`, naming the field, when the value does not fit the schema
   */
  send<C>(stream: OutStream<V, C>, value: NoInfer<V>, ctx: StreamContext): boolean;
  /** Ends a stream after the parts that wait. */
  end<C>(outflow: Outflow<V, C>, stream: OutStream<V, C>, ctx: StreamContext): void;
  /** Ends a stream with an error, after the parts that wait. */
  fail<C>(outflow: Outflow<V, C>, stream: OutStream<V, C>, error: ErrorReport, ctx: StreamContext): void;
  /** To call in the `terminated` signal: forgets the streams to that actor. */
  stopped<C>(outflow: Outflow<V, C>, peer: Ref): void;
}

/** @param buffer parts of one stream that may wait for credit */
export function streamSource<N extends string, V>(
  name: N,
  protocol: DemandProtocol<N>,
  buffer: number,
): StreamSource<N, V> {
  const emit = (
    { consumer, number }: Pick<OutStream<V, unknown>, 'consumer' | 'number'>,
    part: { readonly event: PartEvent; readonly number: number; readonly value?: V; readonly error?: ErrorReport },
    ctx: StreamContext,
  ): void => ctx.tell(consumer, { kind: name, stream: number, source: ctx.self, ...part } as AnyMessage);

  /** Sends what waits as far as credit goes, then the end if it is time for it. */
  const flush = <C>(outflow: Outflow<V, C>, stream: OutStream<V, C>, ctx: StreamContext): void => {
    for (const value of stream.waiting.splice(0, stream.credit)) part(stream, value, ctx);
    if (stream.ending === null || stream.waiting.length > 0) return;
    outflow.streams.delete(stream.key);
    const { error } = stream.ending;
    emit(stream, error === null ? { event: 'end', number: stream.sent } : failure(stream.sent, error), ctx);
  };

  const failure = (number: number, error: ErrorReport) => ({ event: 'failed', number, error }) as const;

  const part = <C>(stream: OutStream<V, C>, value: V, ctx: StreamContext): void => {
    emit(stream, { event: 'part', number: stream.sent + 1, value }, ctx);
    stream.sent++;
    stream.credit--;
  };

  const finish = <C>(
    outflow: Outflow<V, C>,
    stream: OutStream<V, C>,
    error: ErrorReport | null,
    ctx: StreamContext,
  ): void => {
    if (stream.ending !== null || !outflow.streams.has(stream.key)) return;
    stream.ending = { error };
    flush(outflow, stream, ctx);
  };

  return {
    protocol,
    state: () => ({ streams: new Map() }),
    accept(outflow, request, context, ctx) {
      const { stream: number, replyTo } = request;
      const consumer = request.consumer as unknown as Ref<AnyMessage>;
      const key = keyOf(consumer, number);
      forgetEarlier(outflow, consumer, incarnationOf(number));
      const known = outflow.streams.get(key);
      if (known !== undefined ? known.sent > 0 : outflow.streams.size >= STREAM_LIMITS.streams) {
        const why =
          known === undefined ? `sends ${STREAM_LIMITS.streams} streams already` : 'sends this stream already';
        ctx.fail(replyTo, reportOf('request-rejected', `${ctx.path} ${why}.`));
        return undefined;
      }
      // A request that was sent again, because its first answer was late, starts the same stream afresh.
      const stream = { key, consumer, number, context, credit: 0, sent: 0, waiting: [], ending: null };
      outflow.streams.set(key, stream);
      ctx.watch(consumer);
      ctx.tell(replyTo as unknown as Ref<AnyMessage>, { kind: `${name}Opened`, source: ctx.self } as AnyMessage);
      return stream;
    },
    demanded(outflow, message, ctx) {
      const { consumer: ref, stream: number, count } = message as unknown as DemandMessage;
      const consumer = ref as Ref<AnyMessage>;
      const stream = outflow.streams.get(keyOf(consumer, number));
      if (stream === undefined) {
        // Ended already, which the consumer will see; or of a life before a restart, which it cannot know.
        const error = reportOf('stream-cancelled', `${ctx.path} does not know this stream any more.`);
        if (count > 0) emit({ consumer, number }, failure(0, error), ctx);
        return undefined;
      }
      if (count === 0) {
        forget(outflow, stream);
        return undefined;
      }
      stream.credit = Math.min(stream.credit + count, STREAM_LIMITS.creditMax);
      flush(outflow, stream, ctx);
      return stream.credit > 0 && stream.ending === null ? stream : undefined;
    },
    send(stream, value, ctx) {
      if (stream.ending !== null) return false;
      if (stream.credit > 0) part(stream, value, ctx);
      else if (stream.waiting.length < buffer) stream.waiting.push(value);
      else return false;
      return true;
    },
    end: (outflow, stream, ctx) => finish(outflow, stream, null, ctx),
    fail: (outflow, stream, error, ctx) => finish(outflow, stream, error, ctx),
    stopped(outflow, peer) {
      for (const stream of outflow.streams.values()) if (sameRef(stream.consumer, peer)) forget(outflow, stream);
    },
  };
}

/** Whoever still holds the stream finds that it has ended. */
function forget<V, C>(outflow: Outflow<V, C>, stream: OutStream<V, C>): void {
  outflow.streams.delete(stream.key);
  stream.ending ??= { error: null };
}

/** A consumer that asks anew after a restart does not know of its earlier streams any more. */
function forgetEarlier<V, C>(outflow: Outflow<V, C>, consumer: Ref, incarnation: number): void {
  for (const stream of outflow.streams.values()) {
    if (incarnationOf(stream.number) < incarnation && sameRef(stream.consumer, consumer)) forget(outflow, stream);
  }
}

function keyOf({ node, id, generation }: Ref, stream: number): string {
  return `${node}.${id}.${generation}/${stream}`;
}
