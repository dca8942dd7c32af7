/**
 * What the page can ask of a worker: control calls, a handful a second. Messages between actors never come this way.
 * Answers are plain data and never throw across the boundary: errors travel as reports.
 */

import type { Result } from '../../base/result.ts';
import type { ActorNames } from '../../kernel/actor-table.ts';
import type { ErrorReport } from '../../kernel/errors.ts';
import type { ActorFault } from '../../kernel/fault.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { LostActors } from '../../kernel/worker-lost.ts';
import type { LiveSettings } from '../live-settings.ts';
import type { SharedMemory } from './memory/layout.ts';
import type { RecordedStart } from './recording-memory.ts';

export interface BootOptions {
  readonly scenario: string;
  /** Whose stored journals its actors see: those of this scenario's runs of that name. */
  readonly run: string;
  readonly memory: SharedMemory;
  readonly worker: number;
  readonly seed: number;
  readonly settings: LiveSettings;
  /** Where the run is recorded, if it is. */
  readonly recording?: RecordedStart | undefined;
  /** In the order of their places in shared memory. */
  readonly parameterNames: readonly string[];
}

export interface Directory {
  readonly version: number;
  /** The actors with the lowest numbers, up to `LIVE_LIMITS.directoryMax`. */
  readonly entries: readonly ActorNames[];
  readonly living: number;
}

/** Which actor: the address, not the name, so that a call never reaches a successor by mistake. */
export interface Target {
  readonly id: number;
  readonly generation: number;
}

/** How far the rings between a lost worker and the one that is told had got, when nobody else moved any more. */
export interface Cut {
  /** The lost worker. */
  readonly worker: number;
  /** Published by the lost worker. */
  readonly tail: number;
  /** Taken by the lost worker. */
  readonly head: number;
}

/** Rows of the actor table that a worker answers for. */
export interface Inventory {
  readonly living: Int32Array;
  readonly free: Int32Array;
}

/** What a new worker takes over from the lost one whose place it takes. */
export interface Succession {
  readonly actors: LostActors;
  /** Where the root actor was among them. */
  readonly root: { readonly ref: Ref; readonly path: string } | undefined;
  readonly freeRows: Int32Array;
  /** As for `loseWorker`. */
  readonly era: number;
}

type Answer<T> = Promise<Result<T, ErrorReport>>;

/** The stages of a rescue, in this order: see rescue.ts. Nobody has a turn until the last one is over. */
export interface RescueControl {
  /** Answers when this worker stands still. */
  standStill(): Answer<null>;
  /** Takes in what is under way; true when there was nothing. */
  settle(cuts: readonly Cut[]): Answer<boolean>;
  /** @param lost all that are lost */
  inventory(lost: readonly number[]): Answer<Inventory>;
  enter(memory: SharedMemory, lost: readonly number[]): Answer<null>;
  /** @param era counts the rescues of the run: the same one for all workers */
  loseWorker(worker: number, actors: LostActors, era: number): Answer<null>;
  /** On the worker that takes a lost one's place. */
  succeed(succession: Succession): Answer<null>;
  sendAgain(actors: LostActors): Answer<null>;
  watchAgain(actors: LostActors): Answer<null>;
}

export interface WorkerControl extends RescueControl {
  /** Builds the kernel and starts the loop. */
  boot(options: BootOptions): Promise<Result<null, ErrorReport>>;
  startRoot(): Promise<Result<null, ErrorReport>>;
  directory(): Promise<Directory>;
  state(target: Target): Promise<Result<unknown, ErrorReport>>;
  send(target: Target, message: AnyMessage): Promise<Result<null, ErrorReport>>;
  inject(target: Target, fault: ActorFault): Promise<Result<null, ErrorReport>>;
}
