/**
 * The host of a worker whose recording is replayed: it answers what the live one answered. Once the run has left the
 * recording it is a virtual worker's host like any other.
 */

import type { RandomState } from '../../base/random.ts';
import { ActorTable, ROW_WORDS } from '../../kernel/actor-table.ts';
import { type ErrorReport, errorFrom } from '../../kernel/errors.ts';
import { IDS_PER_BLOCK, type PipeSettled, type Sent } from '../../kernel/host.ts';
import type { JournalStorage, OpenJournalStorage } from '../../kernel/journal-storage.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import { EVENT, SENT } from '../recording/events.ts';
import type { ReplayTrack } from './replay-track.ts';
import { type Commons, SimulatedHost } from './simulated-host.ts';

const UNUSED_STORAGE = {} as JournalStorage;

export class ReplayHost extends SimulatedHost {
  override readonly table: ActorTable;
  readonly track: ReplayTrack;
  /** Whether the run still is the recorded one. */
  private readonly isFollowing: () => boolean;
  private readonly parameterPlaces: ReadonlyMap<string, number>;
  private readonly system: Commons;
  /** What to call with the outcomes of promises, by their number. */
  readonly settlers = new Map<number, (outcome: PipeSettled) => void>();

  constructor(
    commons: Commons,
    worker: number,
    random32: RandomState,
    track: ReplayTrack,
    parameterNames: readonly string[],
    isFollowing: () => boolean,
  ) {
    super(commons, worker, random32);
    this.system = commons;
    this.track = track;
    this.isFollowing = isFollowing;
    this.parameterPlaces = new Map(parameterNames.map((name, place) => [name, place]));
    this.table = new ReplayTable(commons.table.words.buffer, track);
  }

  /** As a recorded host would: a promise of the live run ends as it did there, and is never made again. */
  pipe(_start: () => PromiseLike<unknown>, settle: (outcome: PipeSettled) => void): void {
    this.settlers.set(this.track.pipe++, settle);
  }

  /** There was storage in the live run: what it answered is in the outcomes of its promises, and nobody calls it here. */
  get storage(): OpenJournalStorage | undefined {
    return this.isFollowing() ? () => UNUSED_STORAGE : undefined;
  }

  override get presentMs(): number {
    return this.isFollowing() ? this.system.nowMs : super.presentMs;
  }

  override now(): number {
    const { track } = this;
    if (!this.isFollowing()) return super.now();
    if (!track.isListening) return track.clockMs;
    const at = track.ask(EVENT.clock);
    if (at >= 0) track.clockMs = track.reader.number(at + 2);
    return track.clockMs;
  }

  override parameter(name: string): number | undefined {
    const { track } = this;
    const place = this.parameterPlaces.get(name);
    if (!track.isListening || place === undefined) return super.parameter(name);
    const at = track.ask(EVENT.parameter);
    if (at >= 0 && track.reader.argument(at) === place) track.parameters[place] = track.reader.number(at + 2);
    return track.parameters[place];
  }

  /** See `RecordingHost.loadOf`. */
  override loadOf(worker: number): number {
    return this.isFollowing() ? 0 : super.loadOf(worker);
  }

  override claimRows(): number {
    const { track, system } = this;
    if (!track.isListening) return super.claimRows();
    const at = track.ask(EVENT.rows);
    // Not the recorded run any more: the turn will be found to be another one.
    if (at < 0) return super.claimRows();
    const first = track.reader.word(at + 2);
    system.blocks = Math.max(system.blocks, Math.floor(first / IDS_PER_BLOCK) + 1);
    return first;
  }

  override sendMessage(worker: number, from: number, to: Ref, message: AnyMessage): Sent {
    const outcome = this.sending();
    if (outcome === SENT.refused) return 'refused';
    super.sendMessage(worker, from, to, message);
    return outcome === SENT.crowded ? 'crowded' : 'sent';
  }

  override sendSignal(worker: number, to: Ref, signal: Signal): void {
    this.sending();
    super.sendSignal(worker, to, signal);
  }

  override sendSpawn(worker: number, request: SpawnRequest): void {
    this.sending();
    super.sendSpawn(worker, request);
  }

  /** What became of it; 0: it was sent. @throws PlayhouseError that was thrown then */
  private sending(): number {
    const { track } = this;
    if (!track.isListening) return 0;
    const at = track.askEither(EVENT.sent, EVENT.threw);
    if (at < 0) return 0;
    if (track.reader.tag(at) === EVENT.sent) return track.reader.argument(at);
    throw errorFrom(JSON.parse(track.reader.text(at + 2)) as ErrorReport);
  }
}

/** The table of all, read as that worker saw it. */
class ReplayTable extends ActorTable {
  private readonly track: ReplayTrack;

  constructor(buffer: ArrayBufferLike, track: ReplayTrack) {
    super(buffer);
    this.track = track;
  }

  override get(id: number, column: number): number {
    const { track } = this;
    if (!track.isListening) return super.get(id, column);
    const index = id * ROW_WORDS + column;
    const at = track.ask(EVENT.table);
    if (at >= 0 && track.reader.argument(at) === index) track.known.write(index, track.reader.word(at + 2));
    return track.known.read(index);
  }

  override set(id: number, column: number, value: number): void {
    super.set(id, column, value);
    if (this.track.isListening) this.track.known.write(id * ROW_WORDS + column, value);
  }

  override add(id: number, column: number, value: number): void {
    super.add(id, column, value);
    const index = id * ROW_WORDS + column;
    if (this.track.isListening) this.track.known.write(index, this.track.known.read(index) + value);
  }

  override claim(id: number, worker: number, behavior: number, parent: number): number {
    const generation = super.claim(id, worker, behavior, parent);
    if (!this.track.isListening) return generation;
    const start = id * ROW_WORDS;
    for (let word = start; word < start + ROW_WORDS; word++) this.track.known.write(word, this.words[word] as number);
    return generation;
  }
}
