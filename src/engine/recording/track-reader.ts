/** Reads the events of a track, from any place in it. What it says was checked when the recording was opened (check-recording.ts). */
import { codeOfTurn, EVENT, SENDER_BITS, SENDER_MASK, TAG_BITS, TAG_MASK } from './events.ts';

export class TrackReader {
  readonly words: Int32Array;
  private readonly double = new Float64Array(1);
  private readonly halves = new Int32Array(this.double.buffer);

  constructor(words: Int32Array) {
    this.words = words;
  }

  isAtEnd(at: number): boolean {
    return at >= this.words.length;
  }

  isTurn(at: number): boolean {
    return (this.words[at] ?? 0) < 0;
  }

  /** What a turn handled. */
  code(at: number): number {
    return codeOfTurn(this.words[at] ?? 0);
  }

  /** 0 for a turn, and at the end. */
  tag(at: number): number {
    const word = this.words[at] ?? 0;
    return word < 0 ? 0 : word & TAG_MASK;
  }

  argument(at: number): number {
    return (this.words[at] ?? 0) >>> TAG_BITS;
  }

  sender(at: number): number {
    return this.argument(at) & SENDER_MASK;
  }

  received(at: number): number {
    return this.argument(at) >>> SENDER_BITS;
  }

  word(at: number): number {
    return this.words[at] ?? 0;
  }

  number(at: number): number {
    this.halves[0] = this.word(at);
    this.halves[1] = this.word(at + 1);
    return this.double[0] as number;
  }

  text(at: number): string {
    const length = this.word(at);
    const { buffer, byteOffset } = this.words;
    // A copy: no decoder of a browser reads shared memory.
    const bytes = new Uint8Array(buffer, byteOffset + (at + 1) * 4, length).slice();
    return new TextDecoder().decode(bytes);
  }

  /** Where the next event begins. */
  next(at: number): number {
    if (this.isTurn(at)) return at + 1;
    switch (this.tag(at)) {
      case EVENT.receive:
      case EVENT.wayFree:
      case EVENT.root:
        return at + 1;
      case EVENT.batch:
      case EVENT.sent:
        return at + 2;
      case EVENT.round:
      case EVENT.advance:
      case EVENT.table:
      case EVENT.rows:
        return at + 3;
      case EVENT.clock:
      case EVENT.parameter:
        return at + 4;
      case EVENT.send:
      case EVENT.fault:
      case EVENT.pipe:
        return at + 2 + ((this.word(at + 1) + 3) >> 2);
      case EVENT.threw:
        return at + 3 + ((this.word(at + 2) + 3) >> 2);
      default:
        return Number.POSITIVE_INFINITY;
    }
  }
}
