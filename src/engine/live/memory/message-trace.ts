/**
 * Measured messages of one worker for the page, to be shown on their way: a ring that the worker writes round and round,
 * over what is there. A reader that is slower than that loses the oldest ones, and knows how many. Nobody waits for anybody.
 *
 *   buffer:  | written … | entry 0 | entry 1 | …
 *   entry:   | from, generation | to, generation | kind, weight | since (double) | queue, service (floats) |
 */
import type { Ref } from '../../../kernel/ref.ts';

export const MESSAGE_TRACE_ENTRIES = 1_024;
const HEADER_WORDS = 2;
const ENTRY_WORDS = 10;

export const MESSAGE_TRACE_BYTES = (HEADER_WORDS + MESSAGE_TRACE_ENTRIES * ENTRY_WORDS) * 4;

type Party = Pick<Ref, 'id' | 'generation'>;

export interface TracedMessage {
  readonly from: Party;
  readonly to: Party;
  /** Number of its kind in the registry. */
  readonly kind: number;
  /** How many messages it stands for. */
  readonly weight: number;
  /** When it was in the mailbox, in engine time. */
  readonly sinceMs: number;
  readonly queueMs: number;
  /** NaN where it is not known. */
  readonly serviceMs: number;
}

export class MessageTraceWriter {
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly floats: Float32Array;

  constructor(buffer: SharedArrayBuffer | ArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.floats = new Float32Array(buffer);
  }

  write({ from, to, kind, weight, sinceMs, queueMs, serviceMs }: TracedMessage): void {
    const { words } = this;
    const written = words[0] as number;
    const at = startOf(written);
    words[at] = from.id;
    words[at + 1] = from.generation;
    words[at + 2] = to.id;
    words[at + 3] = to.generation;
    words[at + 4] = kind;
    words[at + 5] = weight;
    this.doubles[(at + 6) / 2] = sinceMs;
    this.floats[at + 8] = queueMs;
    this.floats[at + 9] = serviceMs;
    Atomics.store(words, 0, (written + 1) | 0);
  }
}

export class MessageTraceReader {
  /** Messages that were overwritten before they were read. */
  lost = 0;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly floats: Float32Array;
  private next: number;

  /** Begins with what is written from now on. */
  constructor(buffer: SharedArrayBuffer | ArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.floats = new Float32Array(buffer);
    this.next = Atomics.load(this.words, 0);
  }

  drain(visit: (message: TracedMessage) => void): void {
    const { words } = this;
    let written = Atomics.load(words, 0);
    this.skipTo(written - MESSAGE_TRACE_ENTRIES);
    while (this.next !== written) {
      const message = this.read(startOf(this.next));
      // The one that is being written now lies where the oldest was.
      const now = Atomics.load(words, 0);
      const isWhole = ((now - this.next) | 0) < MESSAGE_TRACE_ENTRIES;
      if (isWhole) {
        visit(message);
        this.next = (this.next + 1) | 0;
      } else {
        written = now;
        this.skipTo(now - MESSAGE_TRACE_ENTRIES + 1);
      }
    }
  }

  /** What lies before that place is lost. Places count for ever, modulo 2³². */
  private skipTo(oldest: number): void {
    const behind = (oldest - this.next) | 0;
    if (behind <= 0) return;
    this.lost += behind;
    this.next = oldest | 0;
  }

  private read(at: number): TracedMessage {
    const { words } = this;
    return {
      from: { id: words[at] as number, generation: words[at + 1] as number },
      to: { id: words[at + 2] as number, generation: words[at + 3] as number },
      kind: words[at + 4] as number,
      weight: words[at + 5] as number,
      sinceMs: this.doubles[(at + 6) / 2] as number,
      queueMs: this.floats[at + 8] as number,
      serviceMs: this.floats[at + 9] as number,
    };
  }
}

function startOf(place: number): number {
  return HEADER_WORDS + (place & (MESSAGE_TRACE_ENTRIES - 1)) * ENTRY_WORDS;
}
