/** A worker's host while its run is recorded: answers as the host does, and writes down what a replay could not know. */
import { ActorTable, ROW_WORDS } from '../../kernel/actor-table.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import type { Host, PipeSettled, Sent } from '../../kernel/host.ts';
import type { Meter } from '../../kernel/measuring.ts';
import type { Forwarded, MoveLetter } from '../../kernel/move-letter.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { KindEntry } from '../../kernel/registry.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import type { TraceEventBody } from '../../kernel/trace.ts';
import { SENT } from '../recording/events.ts';
import type { Recorder } from './recorder.ts';
import type { WorkerHost } from './worker-host.ts';

export class RecordingHost implements Host {
  readonly worker: number;
  readonly workers: number;
  /** What is measured decides about nothing. */
  readonly meter: Meter;
  private readonly host: WorkerHost;
  private readonly recorder: Recorder;
  private readonly recordingTable: RecordingTable;
  private readonly parameterPlaces: ReadonlyMap<string, number>;
  private readonly parameters: (number | undefined)[];
  private nowMs = Number.NaN;
  private pipes = 0;

  /** @param parameters names, in the order of their places, with the values at the start of the run */
  constructor(host: WorkerHost, recorder: Recorder, parameters: ReadonlyMap<string, number>) {
    this.worker = host.worker;
    this.workers = host.workers;
    this.host = host;
    this.meter = host.meter;
    this.recorder = recorder;
    this.recordingTable = new RecordingTable(host.table.words.buffer, recorder);
    this.parameterPlaces = new Map([...parameters.keys()].map((name, place) => [name, place]));
    this.parameters = [...parameters.values()];
  }

  /** Memory that takes the place of a lost worker's is another one; by then nothing is recorded any more. */
  get table(): ActorTable {
    return this.recorder.isOn ? this.recordingTable : this.host.table;
  }

  get current(): Int32Array {
    return this.host.current;
  }

  now(): number {
    const { recorder } = this;
    const nowMs = this.host.now();
    if (!recorder.isListening) return nowMs;
    const question = recorder.ask();
    if (nowMs !== this.nowMs) {
      this.nowMs = nowMs;
      recorder.track.clock(question, nowMs);
    }
    return nowMs;
  }

  busy(ms: number): void {
    this.host.busy(ms);
  }

  /** Seeded: the same in a replay. */
  random(): number {
    return this.host.random();
  }

  parameter(name: string): number | undefined {
    const { recorder } = this;
    const value = this.host.parameter(name);
    const place = this.parameterPlaces.get(name);
    if (!recorder.isListening || place === undefined || value === undefined) return value;
    const question = recorder.ask();
    if (value !== this.parameters[place]) {
      this.parameters[place] = value;
      recorder.track.parameter(question, place, value);
    }
    return value;
  }

  /** Not written down: while a run is recorded, least loaded is where this worker has placed the fewest. */
  loadOf(worker: number): number {
    return this.recorder.isOn ? 0 : this.host.loadOf(worker);
  }

  claimRows(): number {
    const { recorder } = this;
    const first = this.host.claimRows();
    if (recorder.isListening) recorder.track.rows(recorder.ask(), first);
    return first;
  }

  sendMessage(worker: number, from: number, to: Ref, message: AnyMessage, kind: KindEntry): Sent {
    const { recorder } = this;
    if (!recorder.isListening) return this.host.sendMessage(worker, from, to, message, kind);
    const question = recorder.ask();
    const sent = this.sending(question, () => this.host.sendMessage(worker, from, to, message, kind));
    if (sent !== 'sent') recorder.track.sent(question, SENT[sent]);
    return sent;
  }

  sendSignal(worker: number, to: Ref, signal: Signal): void {
    const { recorder } = this;
    if (!recorder.isListening) return this.host.sendSignal(worker, to, signal);
    this.sending(recorder.ask(), () => this.host.sendSignal(worker, to, signal));
  }

  sendSpawn(worker: number, request: SpawnRequest): void {
    const { recorder } = this;
    if (!recorder.isListening) return this.host.sendSpawn(worker, request);
    this.sending(recorder.ask(), () => this.host.sendSpawn(worker, request));
  }

  // Nobody moves while a run is recorded; once it is not any more, they may.

  sendMove(worker: number, letter: MoveLetter): boolean {
    return this.host.sendMove(worker, letter);
  }

  forward(worker: number, mail: Forwarded): void {
    this.host.forward(worker, mail);
  }

  hasUnread(worker: number): boolean {
    return this.host.hasUnread(worker);
  }

  /** What is too large to travel is known only to who encodes it. */
  private sending<T>(question: number, send: () => T): T {
    try {
      return send();
    } catch (thrown) {
      if (thrown instanceof PlayhouseError) this.recorder.track.threw(question, JSON.stringify(thrown.report()));
      throw thrown;
    }
  }

  pipe(start: () => PromiseLike<unknown>, settle: (outcome: PipeSettled) => void): void {
    const pipe = this.pipes++;
    this.host.pipe(start, (outcome) => this.recorder.pipe(pipe, outcome, () => settle(outcome)));
  }

  /** What comes of it comes through `pipe`. */
  get storage(): Host['storage'] {
    return this.host.storage;
  }

  emit(event: TraceEventBody): void {
    this.host.emit(event);
  }

  recordFlow(from: Ref, to: Ref, weight: number): void {
    this.host.recordFlow(from, to, weight);
  }

  recordRequest(latencyMs: number, answered: boolean): void {
    this.host.recordRequest(latencyMs, answered);
  }

  directoryChanged(): void {
    this.host.directoryChanged();
  }

  rootStopped(cause: string): void {
    this.host.rootStopped(cause);
  }
}

/** The actor table of all workers, and what this one knew of it: what another has written since is an answer. */
class RecordingTable extends ActorTable {
  private readonly known: Int32Array;
  private readonly recorder: Recorder;

  constructor(buffer: ArrayBufferLike, recorder: Recorder) {
    super(buffer);
    this.known = new Int32Array(this.words.length);
    this.recorder = recorder;
  }

  override get(id: number, column: number): number {
    const { recorder, known } = this;
    const index = id * ROW_WORDS + column;
    const value = this.words[index] as number;
    if (!recorder.isListening) return value;
    const question = recorder.ask();
    if (value !== known[index]) {
      known[index] = value;
      recorder.track.table(question, index, value);
    }
    return value;
  }

  override set(id: number, column: number, value: number): void {
    super.set(id, column, value);
    this.known[id * ROW_WORDS + column] = value;
  }

  override add(id: number, column: number, value: number): void {
    super.add(id, column, value);
    const index = id * ROW_WORDS + column;
    this.known[index] = (this.known[index] as number) + value;
  }

  override claim(id: number, worker: number, behavior: number, parent: number): number {
    const generation = super.claim(id, worker, behavior, parent);
    const start = id * ROW_WORDS;
    this.known.set(this.words.subarray(start, start + ROW_WORDS), start);
    return generation;
  }
}
