/**
 * What a kernel needs from the engine around it: time, chance, memory and the way to other workers. Everything that
 * differs between a live and a simulated run is behind this interface; the kernel itself is deterministic.
 */
import type { ActorTable } from './actor-table.ts';
import type { OpenJournalStorage } from './journal-storage.ts';
import type { Meter } from './measuring.ts';
import type { Forwarded, MoveLetter } from './move-letter.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { KindEntry } from './registry.ts';
import type { Signal, SpawnRequest } from './signal.ts';
import type { TraceEventBody } from './trace.ts';

export type PipeSettled =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string };

/**
 * What became of a message on its way to another worker. `crowded`: the way is full, so that it waits on this side; the
 * engine says `kernel.wayFree` when nothing waits any more. `refused`: even there was no room.
 */
export type Sent = 'sent' | 'crowded' | 'refused';

/** Where refs lead, as far as a worker remembers. */
export interface Routes {
  /** The worker to which to send what is for an actor; −1: the rows have to be asked. Never another one than they would say. */
  of(ref: Ref): number;
  /** The rows say so. */
  remember(ref: Ref, worker: number): void;
  forget(): void;
}

export interface Host {
  /** This worker's number, from 0. */
  readonly worker: number;
  /** How many workers there are. */
  readonly workers: number;
  readonly table: ActorTable;
  /** Absent where reading rows costs nothing. */
  readonly routes?: Routes;
  /**
   * Two words in which the kernel keeps the id of the actor that has a turn (−1 between turns), and how many it has had in a
   * row: whoever looks from outside sees whether turns end.
   */
  readonly current: Int32Array;

  /** Engine time in ms. */
  now(): number;
  /** Occupies this worker for so long, on behalf of the turn that is being taken. Infinity: until somebody takes it back. */
  busy(ms: number): void;
  /** A seeded random number in [0, 1). */
  random(): number;
  /** Value of a parameter; undefined when the scenario has none of that name. */
  parameter(name: string): number | undefined;

  /**
   * How busy a worker is, as far as this one knows: its runnable actors, and as a fraction of one how many live there at all
   * (`loadOfWorker`).
   */
  loadOf(worker: number): number;

  /** First row of a block of `IDS_PER_BLOCK` rows that nobody else has; −1 when the table is full. */
  claimRows(): number;

  /**
   * Takes a checked message to another worker, in order; `from` is the sender's id. A ref with `ask` ≠ 0 is a reply address.
   * @throws PlayhouseError `message-too-large`
   */
  sendMessage(worker: number, from: number, to: Ref, message: AnyMessage, kind: KindEntry): Sent;
  /** Takes a signal to another worker, in order with the messages. Never refused. */
  sendSignal(worker: number, to: Ref, signal: Signal): void;
  sendSpawn(worker: number, request: SpawnRequest): void;
  /**
   * Tells another worker about an actor that moves, in order with messages and signals. Never refused, but for an `adopt` with
   * something in it that cannot travel: false, and nothing was sent.
   */
  sendMove(worker: number, letter: MoveLetter): boolean;
  /** Sends on what is for an actor that has moved. Never refused. It arrives at `kernel.receiveForwarded`. */
  forward(worker: number, mail: Forwarded): void;
  /** Whether something may be on its way to another worker that it has not taken in yet. */
  hasUnread(worker: number): boolean;

  /**
   * Starts something that makes a promise, and calls `settle` once with how it ended, between turns. Absent where nothing may
   * depend on the world outside.
   */
  readonly pipe?: (start: () => PromiseLike<unknown>, settle: (outcome: PipeSettled) => void) => void;

  /** Storage that outlives the run. Absent where nothing may depend on the world outside. */
  readonly storage?: OpenJournalStorage | undefined;

  /** Records an event of the trace; the engine stamps it. */
  emit(event: TraceEventBody): void;
  /** A sampled message from one actor to another, standing for `weight` of them. */
  recordFlow(from: Ref, to: Ref, weight: number): void;
  /** One load request has ended: answered after that time, from when it was due, or failed. */
  recordRequest(latencyMs: number, answered: boolean): void;
  /** Measures how long messages wait and turns take. Absent where the engine knows by itself, or nobody wants to. */
  readonly meter?: Meter;
  /** Actors came or went on this worker. */
  directoryChanged(): void;
  /** The root actor is gone; nothing is above it to decide. */
  rootStopped(cause: string): void;
}

/** Rows are handed to workers in blocks, so that a spawn rarely needs anybody else. */
export const IDS_PER_BLOCK = 256;
