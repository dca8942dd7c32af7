/**
 * What the page can ask of a worker: control calls, a handful a second. Messages between actors never come this way.
 * Answers are plain data and never throw across the boundary: errors travel as reports.
 */

import type { Result } from '../../base/result.ts';
import type { ActorNames } from '../../kernel/actor-table.ts';
import type { ErrorReport } from '../../kernel/errors.ts';
import type { ActorFault } from '../../kernel/fault.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import type { SharedMemory } from './memory/layout.ts';
import type { LiveSettings } from './settings.ts';

export interface BootOptions {
  readonly scenario: string;
  readonly memory: SharedMemory;
  readonly worker: number;
  readonly seed: number;
  readonly settings: LiveSettings;
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

export interface WorkerControl {
  /** Builds the kernel and starts the loop. */
  boot(options: BootOptions): Promise<Result<null, ErrorReport>>;
  startRoot(): Promise<Result<null, ErrorReport>>;
  directory(): Promise<Directory>;
  state(target: Target): Promise<Result<unknown, ErrorReport>>;
  send(target: Target, message: AnyMessage): Promise<Result<null, ErrorReport>>;
  inject(target: Target, fault: ActorFault): Promise<Result<null, ErrorReport>>;
}
