/**
 * What every step was, in numbers: typed arrays in chunks, the latest ones up to a bound. Steps that are no longer (or not
 * yet again) in the log are found by taking them once more from a keyframe.
 */
import type { Mark, StepKind } from '../simulation.ts';

export const KINDS: readonly StepKind[] = ['message', 'signal', 'timer', 'fault', 'send'];

/** The order is the order of bits in a step's marks. */
export const MARKS: readonly Mark[] = [
  'fault',
  'failed',
  'restarted',
  'escalated',
  'stopped',
  'breaker',
  'dead-letter',
  'violated',
  'deviation',
  'report',
];

export function markBit(mark: Mark): number {
  return 1 << MARKS.indexOf(mark);
}

const CHUNK_BITS = 12;
export const CHUNK_STEPS = 1 << CHUNK_BITS;
/** Chunks kept: 256 of 4,096 steps are about a million steps and 54 MB. */
export const CHUNKS_MAX = 256;

class Chunk {
  readonly atMs = new Float64Array(CHUNK_STEPS);
  readonly sentMs = new Float64Array(CHUNK_STEPS);
  readonly arrivedMs = new Float64Array(CHUNK_STEPS);
  readonly busyMs = new Float32Array(CHUNK_STEPS);
  readonly slowMs = new Float32Array(CHUNK_STEPS);
  readonly kind = new Uint8Array(CHUNK_STEPS);
  readonly worker = new Int8Array(CHUNK_STEPS);
  readonly marks = new Uint16Array(CHUNK_STEPS);
  readonly lifeline = new Int32Array(CHUNK_STEPS);
  readonly sender = new Int32Array(CHUNK_STEPS);
  readonly label = new Int32Array(CHUNK_STEPS);
  readonly cause = new Int32Array(CHUNK_STEPS);
  /** 1 where a step is in the log. */
  readonly present = new Uint8Array(CHUNK_STEPS);
}

export interface LoggedStep {
  readonly atMs: number;
  readonly sentMs: number;
  readonly arrivedMs: number;
  readonly busyMs: number;
  /** The pause before it that a `slow` fault asked for. */
  readonly slowMs: number;
  /** Place in `KINDS`. */
  readonly kind: number;
  readonly worker: number;
  readonly marks: number;
  readonly lifeline: number;
  /** Lifeline of the actor of `cause`; 0 for none. */
  readonly sender: number;
  readonly label: number;
  readonly cause: number;
}

export class StepLog {
  private readonly chunks = new Map<number, Chunk>();

  write(logged: LoggedStep & { readonly step: number }): void {
    const { step } = logged;
    const number = step >> CHUNK_BITS;
    let chunk = this.chunks.get(number);
    if (chunk === undefined) chunk = this.open(number);
    const place = step & (CHUNK_STEPS - 1);
    chunk.atMs[place] = logged.atMs;
    chunk.sentMs[place] = logged.sentMs;
    chunk.arrivedMs[place] = logged.arrivedMs;
    chunk.busyMs[place] = logged.busyMs;
    chunk.slowMs[place] = logged.slowMs;
    chunk.kind[place] = logged.kind;
    chunk.worker[place] = logged.worker;
    chunk.marks[place] = logged.marks;
    chunk.lifeline[place] = logged.lifeline;
    chunk.sender[place] = logged.sender;
    chunk.label[place] = logged.label;
    chunk.cause[place] = logged.cause;
    chunk.present[place] = 1;
  }

  /** Replaces the marks of a step that is in the log. */
  mark(step: number, marks: number): void {
    const chunk = this.chunks.get(step >> CHUNK_BITS);
    if (chunk !== undefined) chunk.marks[step & (CHUNK_STEPS - 1)] = marks;
  }

  private open(number: number): Chunk {
    if (this.chunks.size >= CHUNKS_MAX) {
      // The one that is furthest away: wherever one looks, what is near is there.
      let furthest = number;
      for (const known of this.chunks.keys()) {
        if (Math.abs(known - number) > Math.abs(furthest - number)) furthest = known;
      }
      this.chunks.delete(furthest);
    }
    const chunk = new Chunk();
    this.chunks.set(number, chunk);
    return chunk;
  }

  /** Undefined where a step is not in the log. */
  read(step: number): LoggedStep | undefined {
    const chunk = this.chunks.get(step >> CHUNK_BITS);
    const place = step & (CHUNK_STEPS - 1);
    if (step < 1 || chunk === undefined || chunk.present[place] === 0) return undefined;
    return {
      atMs: chunk.atMs[place] as number,
      sentMs: chunk.sentMs[place] as number,
      arrivedMs: chunk.arrivedMs[place] as number,
      busyMs: chunk.busyMs[place] as number,
      slowMs: chunk.slowMs[place] as number,
      kind: chunk.kind[place] as number,
      worker: chunk.worker[place] as number,
      marks: chunk.marks[place] as number,
      lifeline: chunk.lifeline[place] as number,
      sender: chunk.sender[place] as number,
      label: chunk.label[place] as number,
      cause: chunk.cause[place] as number,
    };
  }

  /** Another future begins at this step: whatever was known from there on is not true of it. */
  forgetFrom(step: number): void {
    const first = step >> CHUNK_BITS;
    for (const [number, chunk] of this.chunks) {
      if (number > first) this.chunks.delete(number);
      else if (number === first) chunk.present.fill(0, step & (CHUNK_STEPS - 1));
    }
  }
}
