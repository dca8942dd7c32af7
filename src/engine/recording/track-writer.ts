/** Writes a track: the words since they were last taken, in memory of its own that is used again. */
import { ARGUMENT_MAX, EVENT, RECEIVED_MAX, SENDER_BITS, TAG_BITS, turnWord } from './events.ts';

const WORDS_FIRST = 16_384;

export class TrackWriter {
  private words = new Int32Array(WORDS_FIRST);
  private length = 0;
  /** Turns written so far. */
  turns = 0;
  private readonly double = new Float64Array(1);
  private readonly halves = new Int32Array(this.double.buffer);
  /** Where the latest `receive`, `advance` and `batch` stand; −1 where nothing can be added to one. */
  private receiveAt = -1;
  private advanceAt = -1;
  private batchAt = -1;
  private readonly encoder = new TextEncoder();

  /** What was written since the last time. True of it until the next word is written. */
  take(): Int32Array {
    const taken = this.words.subarray(0, this.length);
    this.length = 0;
    this.receiveAt = -1;
    this.advanceAt = -1;
    return taken;
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  round(atMs: number): void {
    this.event(EVENT.round, 0);
    this.number(atMs);
  }

  /** One more from there; what stands together is one event. */
  received(from: number): void {
    const word = this.receiveAt < 0 ? 0 : (this.words[this.receiveAt] as number);
    const count = word >>> (TAG_BITS + SENDER_BITS);
    if (this.receiveAt >= 0 && count < RECEIVED_MAX) {
      this.words[this.receiveAt] = word + (1 << (TAG_BITS + SENDER_BITS));
      return;
    }
    this.receiveAt = this.length;
    this.event(EVENT.receive, from | (1 << SENDER_BITS));
  }

  /** What comes next is not from the same worker. */
  receivedAll(): void {
    this.receiveAt = -1;
  }

  advanceStarts(nowMs: number): void {
    this.advanceAt = this.length;
    this.event(EVENT.advance, 0);
    this.number(nowMs);
  }

  fired(): void {
    if (this.advanceAt >= 0) this.words[this.advanceAt] = (this.words[this.advanceAt] as number) + (1 << TAG_BITS);
  }

  advanceEnds(): void {
    this.advanceAt = -1;
  }

  wayFree(worker: number): void {
    this.event(EVENT.wayFree, worker);
  }

  root(): void {
    this.event(EVENT.root, 0);
  }

  outside(tag: typeof EVENT.send | typeof EVENT.fault | typeof EVENT.pipe, text: string): void {
    this.event(tag, 0);
    this.text(text);
  }

  batchStarts(actor: number): void {
    this.batchAt = this.length;
    this.event(EVENT.batch, actor);
    this.word(0);
  }

  batchEnds(count: number, isFull: boolean): void {
    this.words[this.batchAt + 1] = (count << 1) | (isFull ? 1 : 0);
  }

  turn(code: number): void {
    this.turns++;
    this.word(turnWord(code));
  }

  clock(question: number, nowMs: number): void {
    this.event(EVENT.clock, 0);
    this.word(question);
    this.number(nowMs);
  }

  parameter(question: number, place: number, value: number): void {
    this.event(EVENT.parameter, place);
    this.word(question);
    this.number(value);
  }

  table(question: number, index: number, value: number): void {
    this.event(EVENT.table, index);
    this.word(question);
    this.word(value);
  }

  rows(question: number, first: number): void {
    this.event(EVENT.rows, 0);
    this.word(question);
    this.word(first);
  }

  sent(question: number, outcome: number): void {
    this.event(EVENT.sent, outcome);
    this.word(question);
  }

  threw(question: number, text: string): void {
    this.event(EVENT.threw, 0);
    this.word(question);
    this.text(text);
  }

  private event(tag: number, argument: number): void {
    this.word(tag | (Math.min(argument, ARGUMENT_MAX) << TAG_BITS));
  }

  private word(word: number): void {
    if (this.length === this.words.length) this.grow(1);
    this.words[this.length++] = word;
  }

  private number(value: number): void {
    this.double[0] = value;
    this.word(this.halves[0] as number);
    this.word(this.halves[1] as number);
  }

  private text(text: string): void {
    const bytes = this.encoder.encode(text);
    const words = (bytes.length + 3) >> 2;
    this.word(bytes.length);
    if (this.length + words > this.words.length) this.grow(words);
    this.words[this.length + words - 1] = 0;
    new Uint8Array(this.words.buffer).set(bytes, this.length * 4);
    this.length += words;
  }

  private grow(by: number): void {
    const larger = new Int32Array(Math.max(this.words.length * 2, this.length + by));
    larger.set(this.words);
    this.words = larger;
  }
}
