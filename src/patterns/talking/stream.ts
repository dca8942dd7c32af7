/**
 * Streams: a request that is answered with many parts instead of one, as fast as whoever asked can take them (the
 * demand-driven flow of Reactive Streams, reactive-streams.org, between actors).
 *
 * Both ends are plain data in the state of the author's own actors, and functions that their handlers call; there is no
 * actor in between. stream-protocol.ts draws what the two say to each other.
 */
import { checkWhole, PlayhouseError } from '../../kernel/errors.ts';
import type { Schema } from '../../kernel/schema.ts';
import { type StreamConsumer, streamConsumer } from './stream-consumer.ts';
import { type RequestFields, STREAM_LIMITS, streamProtocols } from './stream-protocol.ts';
import { type StreamSource, streamSource } from './stream-source.ts';

/** Both ends of a stream of one kind of part, from `streamOf`. */
export interface Stream<N extends string, V> {
  readonly name: N;
  /** To spread into the fields of the message that asks a source for the stream. */
  readonly request: RequestFields<N, V>;
  /** For the actor that asks and receives. */
  readonly consumer: StreamConsumer<N, V>;
  /** For the actor that is asked and sends. */
  readonly source: StreamSource<N, V>;
}

/** How much both ends of a stream may keep. */
export interface StreamSettings {
  /** Parts of one stream that its source may give without credit; 0 … 65,536, default 100. */
  readonly buffer?: number;
}

/**
 * A kind of stream whose parts have the given schema. In order and without holes; demand-driven: the source never sends
 * more than the consumer has granted; several at a time, across workers.
 *
 * - A source that is silent for longer than the gap (5,000 ms) while parts are owed: the stream fails with `stream-gap`, and so
 *   it does when a part was lost on its way.
 * - A source that stops: `target-stopped`; one that restarts: `stream-cancelled` with the next demand. Whatever the request
 *   itself fails with (`breaker-open`, `ask-timeout`, `mailbox-full`, …) the stream fails with.
 * - A consumer that stops, restarts or cancels: the source forgets the stream.
 *
 * Names of kinds follow from the stream's name: `<Name>` (parts), `<Name>Demand`, `<Name>Opened` (the reply handler).
 *
 * @param name letters and digits, starting with a letter; unique among the streams of an actor
 * @throws PlayhouseError `invalid-configuration`, naming the field
 */
export function streamOf<const N extends string, V>(
  name: N,
  part: Schema<V>,
  settings: StreamSettings = {},
): Stream<N, V> {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) {
    throw new PlayhouseError(
      'invalid-configuration',
      `"${name}" is not a name of a stream: use letters and digits.`,
      'name',
    );
  }
  const { buffer = STREAM_LIMITS.bufferDefault } = settings;
  checkWhole('buffer', buffer, 0, STREAM_LIMITS.bufferMax, name);
  const { parts, demand, request } = streamProtocols(name, part);
  return { name, request, consumer: streamConsumer(name, parts), source: streamSource(name, demand, buffer) };
}
