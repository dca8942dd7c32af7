/**
 * Where a live run is recorded: shared memory that the page reads whenever it likes, so that a recording is there even when
 * the workers that made it are gone.
 *
 * Each worker writes its own track, at the end of a round, and then how long it is; the page may end the recording at any
 * time, and so may every worker. Tracks grow as they are needed, where the browser can do that.
 */
import { RECORDING_LIMITS, type RecordingEnd } from '../recording.ts';

export interface RecordingMemory {
  /** Words: see WORD. */
  readonly control: SharedArrayBuffer;
  /** By worker. */
  readonly tracks: readonly SharedArrayBuffer[];
}

/** What a worker needs to know to record what it does. */
export interface RecordedStart {
  readonly memory: RecordingMemory;
  /** All parameters, in the order of their places, with their values at the start of the run. */
  readonly parameters: readonly (readonly [string, number])[];
}

/** Words of the control block; those of the workers come after them. */
const WORD = {
  /** 0 while it goes on; otherwise one more than the place in ENDS. */
  end: 0,
  /** Turns of all workers. */
  turns: 1,
} as const;
const WORDS_SHARED = 16;

const ENDS: readonly RecordingEnd[] = ['stopped', 'full', 'worker-lost', 'not-json'];

const TRACK_WORDS_FIRST = 2 ** 16;

/** Buffers that grow are newer than the type library. */
interface Growable {
  readonly growable?: boolean;
  grow?(bytes: number): void;
}

export function allocateRecording(workers: number): RecordingMemory {
  const bytesMax = RECORDING_LIMITS.trackWordsMax * 4;
  const Growing = SharedArrayBuffer as unknown as new (
    bytes: number,
    options: { readonly maxByteLength: number },
  ) => SharedArrayBuffer;
  return {
    control: new SharedArrayBuffer((WORDS_SHARED + workers) * 4),
    tracks: Array.from({ length: workers }, () => {
      const track = new Growing(TRACK_WORDS_FIRST * 4, { maxByteLength: bytesMax });
      // A browser that knows no growing buffers ignores the option.
      return (track as Growable).growable === true ? track : new SharedArrayBuffer(bytesMax);
    }),
  };
}

/** One side's view. */
export class RecordingBlock {
  private readonly words: Int32Array;
  private readonly memory: RecordingMemory;

  constructor(memory: RecordingMemory) {
    this.memory = memory;
    this.words = new Int32Array(memory.control);
  }

  get end(): RecordingEnd | undefined {
    return ENDS[Atomics.load(this.words, WORD.end) - 1];
  }

  get isOver(): boolean {
    return Atomics.load(this.words, WORD.end) !== 0;
  }

  /** The first reason counts. */
  endFor(reason: RecordingEnd): void {
    Atomics.compareExchange(this.words, WORD.end, 0, 1 + ENDS.indexOf(reason));
  }

  get turns(): number {
    return Atomics.load(this.words, WORD.turns);
  }

  get bytes(): number {
    return this.memory.tracks.reduce((sum, _, worker) => sum + this.lengthOf(worker) * 4, 0);
  }

  private lengthOf(worker: number): number {
    return Atomics.load(this.words, WORDS_SHARED + worker);
  }

  /** A copy of what a worker has written so far. */
  track(worker: number): Int32Array {
    const length = this.lengthOf(worker);
    return new Int32Array(this.memory.tracks[worker] as SharedArrayBuffer, 0, length).slice();
  }

  /** By that worker only: shows a round. False, and the recording is full, when there is no room for it. */
  publish(worker: number, round: Int32Array, turns: number): boolean {
    const track = this.memory.tracks[worker] as SharedArrayBuffer & Growable;
    const at = this.lengthOf(worker);
    const length = at + round.length;
    if (length > RECORDING_LIMITS.trackWordsMax) {
      this.endFor('full');
      return false;
    }
    if (length * 4 > track.byteLength) track.grow?.(Math.min(RECORDING_LIMITS.trackWordsMax, 2 * length) * 4);
    new Int32Array(track, at * 4, round.length).set(round);
    Atomics.store(this.words, WORDS_SHARED + worker, length);
    if (Atomics.add(this.words, WORD.turns, turns) + turns >= RECORDING_LIMITS.turnsMax) this.endFor('full');
    return true;
  }
}
