/**
 * How many messages are worth a look: flows are sampled so that they cost the same at any load, all messages at low rates, few
 * of many at high ones. The rate is that of the samples themselves, each standing for so many messages: one turn can send a
 * million of them.
 */

/** Flow samples a second that are worth their cost. */
const SAMPLES_PER_SECOND = 20_000;
/** More samples than this between two looks at the rate, and it is changed at once. */
const SAMPLES_BETWEEN_LOOKS = 4_000;

export class SamplingRate {
  /** Called when there were far too many samples since the last look. */
  onFlood: () => void = () => undefined;
  private samples = 0;
  private messages = 0;

  /** One sample, which stands for so many messages. */
  took(weight: number): void {
    this.messages += weight;
    if (++this.samples < SAMPLES_BETWEEN_LOOKS) return;
    this.samples = 0;
    this.onFlood();
  }

  /** Messages a second since the last look, by estimate. */
  perSecond(elapsedMs: number): number {
    const { messages } = this;
    this.messages = 0;
    this.samples = 0;
    return (messages / elapsedMs) * 1_000;
  }
}

/** One in how many messages is to be sampled at that rate: a power of two, so that it changes rarely. */
export function sampleEveryAt(perSecond: number): number {
  let every = 1;
  while (perSecond / every > SAMPLES_PER_SECOND) every *= 2;
  return every;
}
