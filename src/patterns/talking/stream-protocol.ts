/**
 * What the two ends of a stream say to each other. Types, bounds and schemas only; who says what when is in
 * stream-consumer.ts and stream-source.ts.
 *
 *   consumer ── request (an ask of the author's own kind) ──▶ source
 *            ◀───────────── Opened { source } ───────────────
 *            ── Demand { count } ───────────────────────────▶      as often as it has room
 *            ◀───────────── part 1, part 2, … ───────────────      never more than was granted
 *            ── Demand { count: 0 } ────────────────────────▶      cancels
 *            ◀───────────── end, or failed { error } ────────
 */
import type { Context } from '../../kernel/context.ts';
import { ERRORS, type ErrorCode, type ErrorReport } from '../../kernel/errors.ts';
import type { Ref } from '../../kernel/ref.ts';
import { type MessageOf, type Schema, t } from '../../kernel/schema.ts';

/** Every bound of streams. */
export const STREAM_LIMITS = {
  /** Streams of one name that an actor may have at a time, each way. A request beyond is refused with `request-rejected`. */
  streams: 256,
  /** Parts that may be granted and not yet received. */
  creditMax: 4_096,
  windowDefault: 16,
  gapMsDefault: 5_000,
  gapMsMax: 2 ** 31,
  bufferDefault: 100,
  bufferMax: 65_536,
} as const;

/**
 * - From the source: `part`, `end`, `failed`.
 * - From the consumer to itself: `tick` (its timer), and `over`, which waits its turn behind the parts that have come.
 */
export type PartEvent = 'part' | 'end' | 'failed' | 'tick' | 'over';

export type PartsProtocol<N extends string, V> = {
  readonly [Kind in N]: {
    readonly stream: Schema<number>;
    readonly event: Schema<PartEvent>;
    /** Of a part: its number, from 1. Otherwise: how many parts there were. */
    readonly number: Schema<number>;
    readonly source: Schema<Ref>;
    readonly value: Schema<V | undefined>;
    readonly error: Schema<ErrorReport | undefined>;
  };
};

export type DemandProtocol<N extends string> = {
  readonly [Kind in `${N}Demand`]: {
    readonly consumer: Schema<Ref>;
    readonly stream: Schema<number>;
    /** Parts granted in addition; 0: the consumer wants no more. */
    readonly count: Schema<number>;
  };
};

export type OpenedProtocol<N extends string> = {
  readonly [Kind in `${N}Opened`]: { readonly source: Schema<Ref> };
};

/** Streams are numbered anew in each incarnation of a consumer; the upper half of a number says in which. */
export const INCARNATION = 2 ** 32;

export function incarnationOf(stream: number): number {
  return Math.floor(stream / INCARNATION);
}

export type RequestFields<N extends string, V> = {
  readonly consumer: Schema<Ref<MessageOf<PartsProtocol<N, V>>>>;
  readonly stream: Schema<number>;
  readonly replyTo: Schema<Ref<MessageOf<OpenedProtocol<N>>>>;
};

/** A message of one end, whatever the stream is called. */
export interface PartMessage<V> {
  readonly stream: number;
  readonly event: PartEvent;
  readonly number: number;
  readonly source: Ref;
  readonly value?: V;
  readonly error?: ErrorReport;
}
export interface DemandMessage {
  readonly consumer: Ref;
  readonly stream: number;
  readonly count: number;
}
export interface RequestMessage<N extends string, V> {
  readonly consumer: Ref<MessageOf<PartsProtocol<N, V>>>;
  readonly stream: number;
  readonly replyTo: Ref<MessageOf<OpenedProtocol<N>>>;
}

/** What the functions of a stream need of a handler's context, whosever handler it is. */
export type StreamContext = Pick<
  Context,
  'tell' | 'ask' | 'fail' | 'watch' | 'startTimer' | 'cancelTimer' | 'now' | 'incarnation' | 'path'
> & { readonly self: Ref };

/** An error as it travels. */
const ERROR = t.object({
  code: t.literal(...(Object.keys(ERRORS) as ErrorCode[])),
  message: t.string,
  field: t.optional(t.string),
}) as unknown as Schema<ErrorReport>;

export interface StreamProtocols<N extends string, V> {
  readonly parts: PartsProtocol<N, V>;
  readonly demand: DemandProtocol<N>;
  readonly request: RequestFields<N, V>;
}

export function streamProtocols<N extends string, V>(name: N, value: Schema<V>): StreamProtocols<N, V> {
  const demand = { [`${name}Demand`]: { consumer: t.ref(), stream: t.float64, count: t.uint32 } };
  const source = t.ref(demand);
  const parts = {
    [name]: {
      stream: t.float64,
      event: t.literal('part', 'end', 'failed', 'tick', 'over'),
      number: t.uint32,
      source,
      value: t.optional(value),
      error: t.optional(ERROR),
    },
  };
  const request = { consumer: t.ref(parts), stream: t.float64, replyTo: t.ref({ [`${name}Opened`]: { source } }) };
  return { parts, demand, request } as unknown as StreamProtocols<N, V>;
}
