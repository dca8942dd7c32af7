/**
 * Queue and service times of a worker's messages as log-linear histograms in shared memory: one pair for the worker, and one
 * for each of a bounded number of its actors. One writer; any reader, which may be a sample behind.
 *
 *   buffer:  | refused … | owner of slot 1 | owner of slot 2 | … | slot 0: queue counts, service counts | slot 1: … |
 *
 * Slot 0 is the worker's own and has no owner. An actor gets a slot with its first sample and keeps it for its life; the
 * slots of those that are gone are used again. Where all are taken, an actor has no times of its own, and that is counted.
 * Counts are in messages: a sample that stands for several counts as so many. Values are tenths of a microsecond.
 */
import { bucketOf, HISTOGRAM_BUCKETS, HISTOGRAM_MAX_VALUE } from '../../../base/histogram.ts';
import { TIME_UNITS_PER_MS } from '../../../kernel/measuring.ts';
import type { Ref } from '../../../kernel/ref.ts';

/** id + 1 (0 marks a free slot), generation, samples, (free). */
const OWNER_WORDS = 4;
const REFUSED_WORD = 0;
const SLOT_COUNTS = HISTOGRAM_BUCKETS * 2;
/** The worker's own. */
const WORKER_SLOT = 0;
/** Refused samples between two looks for actors that are gone. */
const REFUSALS_PER_SWEEP = 256;

type Actor = Pick<Ref, 'id' | 'generation'>;

/** What was measured, merged from the tables that know of it. */
export interface TimeCounts {
  /** By bucket of base/histogram, in tenths of a microsecond; estimates where only some messages are measured. */
  readonly queue: Float64Array;
  readonly service: Float64Array;
}

export function emptyTimeCounts(): TimeCounts {
  return { queue: new Float64Array(HISTOGRAM_BUCKETS), service: new Float64Array(HISTOGRAM_BUCKETS) };
}

export class TimeTable {
  /** Actors that can have times of their own. */
  readonly actorsMax: number;
  private readonly words: Int32Array;
  private readonly counts: Float64Array;
  /** Slots by actor id. The writer's. */
  private slots: Map<number, number> | undefined;
  private used = 0;

  constructor(buffer: SharedArrayBuffer | ArrayBuffer) {
    this.actorsMax = Math.floor(buffer.byteLength / bytesPerSlot()) - 1;
    this.words = new Int32Array(buffer, 0, (this.actorsMax + 1) * OWNER_WORDS);
    this.counts = new Float64Array(buffer, this.words.byteLength, (this.actorsMax + 1) * SLOT_COUNTS);
  }

  static bytesFor(actorsMax: number): number {
    return (actorsMax + 1) * bytesPerSlot();
  }

  // ── Writer ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * @param queueMs NaN where it is not known: then it is no sample, and only the service time counts
   * @param serviceMs NaN where it is not known
   * @param isGone whether an actor that has a slot is gone: asked when all slots are taken
   */
  record(actor: Actor, queueMs: number, serviceMs: number, weight: number, isGone: (actor: Actor) => boolean): void {
    const queue = bucketFor(queueMs);
    const service = bucketFor(serviceMs);
    this.add(WORKER_SLOT, queue, service, weight);
    const slot = this.slotFor(actor, isGone);
    if (slot !== undefined) this.add(slot, queue, service, weight);
  }

  private add(slot: number, queue: number, service: number, weight: number): void {
    const { counts, words } = this;
    const start = slot * SLOT_COUNTS;
    if (service >= 0) {
      const at = start + HISTOGRAM_BUCKETS + service;
      counts[at] = (counts[at] as number) + weight;
    }
    if (queue < 0) return;
    counts[start + queue] = (counts[start + queue] as number) + weight;
    const samples = slot * OWNER_WORDS + 2;
    words[samples] = ((words[samples] as number) + 1) | 0;
  }

  private slotFor(actor: Actor, isGone: (actor: Actor) => boolean): number | undefined {
    this.slots ??= this.findSlots();
    const slot = this.slots.get(actor.id);
    if (slot !== undefined) {
      // Its row had another owner before.
      if (this.words[slot * OWNER_WORDS + 1] !== actor.generation) this.claim(slot, actor);
      return slot;
    }
    if (this.used < this.actorsMax) return this.claim(++this.used, actor);
    const refused = this.words[REFUSED_WORD] as number;
    this.words[REFUSED_WORD] = (refused + 1) | 0;
    // Looking at all of them costs more than a sample may.
    const free = refused % REFUSALS_PER_SWEEP === 0 ? this.sweep(isGone) : undefined;
    return free === undefined ? undefined : this.claim(free, actor);
  }

  /** Of a worker that takes the place of a lost one, and goes on where it stopped. */
  private findSlots(): Map<number, number> {
    const slots = new Map<number, number>();
    for (let slot = 1; slot <= this.actorsMax; slot++) {
      const id = (this.words[slot * OWNER_WORDS] as number) - 1;
      if (id < 0) continue;
      slots.set(id, slot);
      this.used = slot;
    }
    return slots;
  }

  private claim(slot: number, { id, generation }: Actor): number {
    const { words, counts } = this;
    const at = slot * OWNER_WORDS;
    const before = (words[at] as number) - 1;
    if (before >= 0) this.slots?.delete(before);
    // No reader takes the counts of one for those of another: without an owner the slot says nothing.
    Atomics.store(words, at, 0);
    // A slot that nobody had is empty, and what of its memory is never used is never touched.
    if (before >= 0) counts.fill(0, slot * SLOT_COUNTS, (slot + 1) * SLOT_COUNTS);
    words[at + 1] = generation;
    words[at + 2] = 0;
    Atomics.store(words, at, id + 1);
    this.slots?.set(id, slot);
    return slot;
  }

  private sweep(isGone: (actor: Actor) => boolean): number | undefined {
    for (let slot = 1; slot <= this.actorsMax; slot++) {
      const at = slot * OWNER_WORDS;
      const id = (this.words[at] as number) - 1;
      if (id >= 0 && isGone({ id, generation: this.words[at + 1] as number })) return slot;
    }
    return undefined;
  }

  // ── Reader ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Samples of actors that had no slot: all were taken. */
  get refused(): number {
    return (this.words[REFUSED_WORD] as number) >>> 0;
  }

  /** Adds the worker's counts to `into` and returns how many samples they are from. */
  addWorkerTo(into: TimeCounts): number {
    return this.addTo(into, WORKER_SLOT);
  }

  /** Adds an actor's counts to `into` and returns how many samples they are from; 0 where this table knows nothing of it. */
  addActorTo(into: TimeCounts, { id, generation }: Actor): number {
    for (let slot = 1; slot <= this.actorsMax; slot++) {
      const at = slot * OWNER_WORDS;
      if (Atomics.load(this.words, at) !== id + 1) continue;
      return this.words[at + 1] === generation ? this.addTo(into, slot) : 0;
    }
    return 0;
  }

  private addTo({ queue, service }: TimeCounts, slot: number): number {
    const { counts } = this;
    const start = slot * SLOT_COUNTS;
    for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
      queue[bucket] = (queue[bucket] as number) + (counts[start + bucket] as number);
      service[bucket] = (service[bucket] as number) + (counts[start + HISTOGRAM_BUCKETS + bucket] as number);
    }
    return (this.words[slot * OWNER_WORDS + 2] as number) >>> 0;
  }
}

/** Whole multiples of eight bytes, so that the counts begin where a double can. */
function bytesPerSlot(): number {
  return OWNER_WORDS * 4 + SLOT_COUNTS * 8;
}

/** −1 for what is not known. */
function bucketFor(ms: number): number {
  if (Number.isNaN(ms)) return -1;
  return bucketOf(Math.min(HISTOGRAM_MAX_VALUE, Math.max(0, Math.round(ms * TIME_UNITS_PER_MS))));
}
