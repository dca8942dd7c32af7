/**
 * A recording of a live run: what every worker did in which order, and what it could not know from itself. A kernel is
 * deterministic given what its host answers and what its engine feeds it; so these two, and nothing else, are what a
 * simulator needs to take the very same turns again. What each turn was is recorded too, so that a replay which goes another
 * way says where.
 *
 * Not recorded are the messages themselves: the k-th message on the way from one worker to another is the k-th that is sent
 * there in the replay.
 */
import type { Fault } from '../kernel/fault.ts';

/** A run is recorded from its start, up to these bounds; from then on it goes on unrecorded. */
export const RECORDING_LIMITS = {
  /** Turns of all workers together. */
  turnsMax: 2_000_000,
  /** Of each worker, in 32-bit words: 32 MB. */
  trackWordsMax: 2 ** 23,
  /** Faults of the whole system, and changes of parameters. */
  faultsMax: 2_000,
  /** Characters of one message from outside, fault, or outcome of a promise. */
  textLengthMax: 1_000_000,
} as const;

/** Why a recording ended. */
export type RecordingEnd =
  /** It was asked for, or the run was over. */
  | 'stopped'
  /** It has reached its bound. */
  | 'full'
  /** A worker was lost: what becomes of its actors is not recorded. */
  | 'worker-lost'
  /** A message from outside or the outcome of a promise was not JSON. */
  | 'not-json';

export interface Recording {
  readonly scenario: string;
  /** All of them, with their values at the start. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly workers: number;
  readonly seed: number;
  /** Rows of the actor table. */
  readonly actorRows: number;
  /** Of behaviors that do not say. */
  readonly mailboxCapacity: number;
  /** Turns of all workers together. */
  readonly turns: number;
  readonly end: RecordingEnd;
  /** Changes of parameters, for all workers at once, in the order of their times. */
  readonly faults: readonly { readonly atMs: number; readonly fault: Fault }[];
  /** By worker: its events, see `recording/events.ts`. */
  readonly tracks: readonly Int32Array[];
}

/** A run that is being recorded, or was. */
export interface RecordedRun {
  read(): RecordingReading;
  /** What was recorded so far; ends the recording. Also of a run that has stopped. */
  take(): Recording;
}

/** How far a recording has come. */
export interface RecordingReading {
  readonly turns: number;
  /** Of all workers together. */
  readonly bytes: number;
  /** Undefined while it goes on. */
  readonly end: RecordingEnd | undefined;
}
