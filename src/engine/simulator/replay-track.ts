/** Where in its track a worker of a replay is: everything that a keyframe has to keep of it. */
import { EVENT, isAnswer, QUESTIONS } from '../recording/events.ts';
import { TrackReader } from '../recording/track-reader.ts';
import { PagedWords, type SavedPages } from './paged-words.ts';

/** Turns of one actor in a row. */
export interface ReplayBatch {
  readonly actor: number;
  /** Turns still to take. */
  left: number;
  /** Whether it ended because there were enough of them, and not because the actor had no more to do. */
  readonly isFull: boolean;
  hadMessages: boolean;
  /** Its first turn has been taken. */
  hasBegun: boolean;
}

export interface ReplayTrackSnapshot {
  readonly at: number;
  readonly question: number;
  readonly clockMs: number;
  readonly atMs: number;
  readonly turn: number;
  readonly pipe: number;
  readonly batch: ReplayBatch | undefined;
  readonly advanceMs: number;
  readonly timersLeft: number;
  readonly receiveFrom: number;
  readonly receiveLeft: number;
  readonly received: readonly number[];
  readonly parameters: readonly (number | undefined)[];
  readonly known: SavedPages;
}

export class ReplayTrack {
  readonly reader: TrackReader;
  /** The next event. */
  at = 0;
  /** Questions asked of the host so far. */
  question = 0;
  /** What the kernel takes the time to be. */
  clockMs = 0;
  /** When the present round began. */
  atMs = 0;
  /** Turns taken. */
  turn = 0;
  /** Promises that were piped. */
  pipe = 0;
  batch: ReplayBatch | undefined;
  advanceMs = 0;
  /** Timers that are still to fire at that time. */
  timersLeft = 0;
  receiveFrom = 0;
  /** Messages of that worker that are still to be taken in. */
  receiveLeft = 0;
  /** By worker: how many were taken in from there. */
  received: number[];
  parameters: (number | undefined)[];
  /** The actor table as this worker knows it. */
  readonly known = new PagedWords();
  /** True while the kernel does what is recorded: only then its questions count. */
  isListening = false;
  /** What the present turn has handled, and what it should have; −1: nothing. */
  handled = -1;
  recorded = -1;

  constructor(words: Int32Array, workers: number, parameters: readonly (number | undefined)[]) {
    this.reader = new TrackReader(words);
    this.received = Array.from({ length: workers }, () => 0);
    this.parameters = [...parameters];
  }

  get isAtEnd(): boolean {
    return this.reader.isAtEnd(this.at) && this.receiveLeft === 0 && this.timersLeft === 0 && this.batch === undefined;
  }

  /** When what comes next was. */
  get nextMs(): number {
    const isIdle = this.receiveLeft === 0 && this.timersLeft === 0 && this.batch === undefined;
    return isIdle && this.reader.tag(this.at) === EVENT.round ? this.reader.number(this.at + 1) : this.atMs;
  }

  /** A handler is about to be called. Whoever looks for a message may have asked for the time before. */
  turnBegins(code: number): void {
    this.handled = code;
    if (!this.isListening || !this.reader.isTurn(this.at)) return;
    this.recorded = this.reader.code(this.at);
    this.at++;
  }

  /** The kernel asks; where the answer to that stands, or −1 where it follows from the run. */
  ask(tag: number): number {
    this.question = (this.question + 1) % QUESTIONS;
    const { reader, at } = this;
    if (reader.tag(at) !== tag || reader.word(at + 1) !== this.question) return -1;
    this.at = reader.next(at);
    return at;
  }

  /** As `ask` for two kinds of answers. */
  askEither(tag: number, other: number): number {
    const { reader, at } = this;
    const found = this.ask(tag);
    if (found >= 0 || reader.tag(at) !== other || reader.word(at + 1) !== this.question) return found;
    this.at = reader.next(at);
    return at;
  }

  /** An answer that nobody asked for: what happened here is not what was recorded. */
  get hasUnusedAnswer(): boolean {
    const { reader, at, question } = this;
    if (!isAnswer(reader.tag(at))) return false;
    // One that is still to come belongs to the next turn of the batch: somebody looks whether there is one.
    const ahead = (reader.word(at + 1) - question + QUESTIONS) % QUESTIONS;
    return ahead === 0 || ahead > QUESTIONS / 2 || this.batch === undefined;
  }

  save(): ReplayTrackSnapshot {
    const { at, question, clockMs, atMs, turn, pipe, advanceMs, timersLeft, receiveFrom, receiveLeft } = this;
    return {
      at,
      question,
      clockMs,
      atMs,
      turn,
      pipe,
      batch: this.batch && { ...this.batch },
      advanceMs,
      timersLeft,
      receiveFrom,
      receiveLeft,
      received: [...this.received],
      parameters: [...this.parameters],
      known: this.known.save(),
    };
  }

  restore(saved: ReplayTrackSnapshot): void {
    const { batch, received, parameters, known, ...plain } = saved;
    Object.assign(this, plain);
    this.batch = batch && { ...batch };
    this.received = [...received];
    this.parameters = [...parameters];
    this.known.restore(known);
  }
}
