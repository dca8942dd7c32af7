/** All memory checks by name. Properties of one thread first, then those of two. */
import type { PairCheck, PropertyCheck } from './check.ts';
import { codecRoundTrip, codecTooLarge, plainDataRoundTrip, textRoundTrip } from './codec-checks.ts';
import { codecStream } from './codec-stream.ts';
import { ringModel } from './ring-model.ts';
import { ringStream, slowConsumer, slowProducer, steady } from './ring-stream.ts';

export const PROPERTY_CHECKS: Readonly<Record<string, PropertyCheck>> = {
  'ring-order': ringModel,
  'codec-round-trip': codecRoundTrip,
  'codec-too-large': codecTooLarge,
  'plain-data-round-trip': plainDataRoundTrip,
  'text-round-trip': textRoundTrip,
};

export const PAIR_CHECKS: Readonly<Record<string, PairCheck>> = {
  'ring-stream': ringStream(steady),
  'ring-stream-slow-consumer': ringStream(slowConsumer),
  'ring-stream-slow-producer': ringStream(slowProducer),
  'codec-stream': codecStream,
};
