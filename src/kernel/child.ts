/** What a supervisor knows of its children. */
import type { FailureRules, RestartType } from './behavior.ts';
import type { Deadline } from './cell.ts';
import type { Placement } from './context.ts';
import type { Ref } from './ref.ts';
import type { BehaviorEntry } from './registry.ts';
import type { RestartWindow } from './supervision.ts';

/** What is needed to start a child, and to start it again. */
export interface ChildSpec {
  readonly name: string;
  readonly entry: BehaviorEntry;
  readonly args: unknown;
  readonly placement: Placement;
  readonly restart: RestartType;
  /** Whether the spec stays when the child has stopped. */
  readonly isKept: boolean;
  readonly shutdownMs: number;
  readonly onFailure: FailureRules;
  readonly lazy: boolean;
}

/**
 *   up ──fails, exits──▶ down ──resume──▶ up
 *   up, down, starting ──▶ halting ──▶ halted ──▶ starting ──ready──▶ up
 *   any ──▶ stopping ──▶ (gone)
 */
export type ChildPhase = 'up' | 'down' | 'halting' | 'halted' | 'starting' | 'stopping';

export interface Child {
  readonly ref: Ref;
  readonly spec: ChildSpec;
  phase: ChildPhase;
  incarnation: number;
  /** For budgets a child. */
  readonly window: RestartWindow;
  /** Failures in a row, for the backoff. */
  failures: number;
  /** When it was last started. */
  startedMs: number;
  /** While it is being stopped or halted: when it has had time enough. */
  overrun: Deadline | undefined;
  regroup: Regroup | undefined;
}

/** Children that are being restarted together: halted in reverse order of their start, then started in order. */
export interface Regroup {
  /** In the order of their start. */
  readonly members: Child[];
  readonly counted: number;
  readonly intensity: number;
  /** 0: none. */
  readonly backoffMs: number;
  /** Messages that may wait for each member during the backoff; −1 without one. */
  readonly stash: number;
  stage: 'halting' | 'waiting' | 'starting';
  /** The end of the backoff. */
  deadline: Deadline | undefined;
}
