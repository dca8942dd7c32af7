/**
 * Records what one worker does. It stands between the kernel and its host and counts what the kernel asks; it sees what the
 * loop feeds the kernel (recording-kernel.ts) and what the kernel is answered (recording-host.ts).
 *
 * `depth` tells what comes from outside from what the kernel does because of it: only the former is an event.
 */
import type { Fault } from '../../kernel/fault.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { EVENT, QUESTIONS } from '../recording/events.ts';
import { jsonOf } from '../recording/json.ts';
import { TrackWriter } from '../recording/track-writer.ts';
import { RECORDING_LIMITS } from '../recording.ts';
import { RecordingBlock, type RecordingMemory } from './recording-memory.ts';

type Target = Pick<Ref, 'id' | 'generation'>;
type OutsideTag = typeof EVENT.send | typeof EVENT.fault | typeof EVENT.pipe;

export class Recorder {
  readonly track = new TrackWriter();
  /** Nothing is recorded any more once this is false. */
  isOn = true;
  /** Above 0 while the kernel works. */
  depth = 0;
  /** Whose ring is being read; −1: none. */
  from = -1;
  /** Questions asked of the host, counted from 1. */
  question = 0;
  private readonly block: RecordingBlock;
  private readonly worker: number;
  private readonly clock: () => number;
  private hasRound = false;
  private turnsBefore = 0;

  /** @param clock engine time now, whatever the kernel takes it to be */
  constructor(memory: RecordingMemory, worker: number, clock: () => number) {
    this.block = new RecordingBlock(memory);
    this.worker = worker;
    this.clock = clock;
  }

  // ── What the loop says ──────────────────────────────────────────────────────────────────────────────────────────

  roundStarts(): void {
    this.hasRound = false;
    if (this.block.isOver) this.isOn = false;
  }

  receives(from: number): void {
    this.from = from;
  }

  receivedAll(): void {
    this.from = -1;
    this.track.receivedAll();
  }

  /** Everything up to here can be replayed. */
  roundEnds(): void {
    const { track } = this;
    this.hasRound = false;
    if (!this.isOn || track.isEmpty) return;
    const turns = track.turns - this.turnsBefore;
    this.turnsBefore = track.turns;
    if (!this.block.publish(this.worker, track.take(), turns)) this.isOn = false;
  }

  // ── What comes from outside ─────────────────────────────────────────────────────────────────────────────────────

  /** Something is about to happen that is not a part of anything else. */
  begin(): void {
    if (this.hasRound) return;
    this.hasRound = true;
    this.track.round(this.clock());
  }

  /** The root actor is started in `act`. */
  root<T>(act: () => T): T {
    if (!this.isOn) return act();
    this.begin();
    this.track.root();
    try {
      return this.within(act);
    } finally {
      this.roundEnds();
    }
  }

  fault(target: Target, fault: Fault, act: () => void): void {
    this.outside(EVENT.fault, { id: target.id, generation: target.generation, fault }, act);
  }

  send(target: Target, message: AnyMessage, act: () => void): void {
    this.outside(EVENT.send, { id: target.id, generation: target.generation, message }, act);
  }

  pipe(pipe: number, outcome: unknown, act: () => void): void {
    this.outside(EVENT.pipe, { pipe, outcome }, act);
  }

  private outside(tag: OutsideTag, content: unknown, act: () => void): void {
    if (this.isOn) {
      const text = jsonOf(content);
      if (text === undefined || text.length > RECORDING_LIMITS.textLengthMax) return this.giveUp('not-json', act);
      this.begin();
      this.track.outside(tag, text);
    }
    this.within(act);
    // Between rounds: nobody else would show it.
    if (this.depth === 0) this.roundEnds();
  }

  /** From here on it could not be replayed. */
  giveUp(reason: 'not-json' | 'worker-lost', act: () => void): void {
    this.roundEnds();
    this.isOn = false;
    this.block.endFor(reason);
    act();
  }

  within<T>(act: () => T): T {
    this.depth++;
    try {
      return act();
    } finally {
      this.depth--;
    }
  }

  // ── What the kernel asks ────────────────────────────────────────────────────────────────────────────────────────

  /** The number of the next question. */
  ask(): number {
    this.question = (this.question + 1) % QUESTIONS;
    return this.question;
  }

  /** Whether an answer has to be written down: outside of events nobody would read it. */
  get isListening(): boolean {
    return this.isOn && this.depth > 0;
  }
}
