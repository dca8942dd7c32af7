/**
 * What the page can ask of the worker that a simulator runs in. Answers are plain data and never throw across the boundary:
 * errors travel as reports.
 */
import type { Result } from '../../base/result.ts';
import type { ErrorReport } from '../../kernel/errors.ts';
import type { Fault } from '../../kernel/fault.ts';
import type { BranchPlan, ChoiceKey } from '../../kernel/intervention.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import type { ActorTimes, Reading } from '../engine.ts';
import type { Recording } from '../recording.ts';
import type {
  CauseLink,
  Choice,
  Comparison,
  Condition,
  Inspection,
  RunPlan,
  SimulationReading,
  Speed,
  StepDetail,
  StepRecord,
  Timeline,
} from '../simulation.ts';

export interface SimulatorBoot {
  readonly scenario: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly workers: number;
  readonly seed: number;
  readonly plan: Omit<RunPlan, 'seed'> | undefined;
  /** A live run to be replayed. */
  readonly recording?: Recording | undefined;
}

/** Everything that the page shows between two calls. */
export interface Frame {
  readonly reading: Reading;
  /** A second before, where the run has jumped to where it is. */
  readonly earlier: Reading | undefined;
  readonly simulation: SimulationReading;
  /** As a link carries them; undefined where they are still those that the page has heard of last. */
  readonly branches: readonly BranchPlan[] | undefined;
  /** Events that the page does not have yet, and the sequence up to which those that it has are still true. */
  readonly events: readonly TraceEvent[];
  readonly keepUpTo: number;
  /** Changes whenever anything in a frame may have changed. */
  readonly version: number;
}

type Answer<T> = Promise<Result<T, ErrorReport>>;

/** What a person can do to a run; each call resolves when it is done, with the frame after it. */
export type Command =
  | { readonly do: 'step'; readonly count: number }
  | { readonly do: 'seek'; readonly step: number }
  | { readonly do: 'run-until'; readonly condition: Condition }
  | { readonly do: 'set-speed'; readonly speed: Speed }
  | { readonly do: 'set-breakpoints'; readonly breakpoints: readonly Condition[] }
  | { readonly do: 'choose'; readonly choice: ChoiceKey }
  | { readonly do: 'inject'; readonly fault: Fault }
  | { readonly do: 'send'; readonly path: string; readonly message: AnyMessage }
  | { readonly do: 'switch-branch'; readonly branch: number; readonly step: number | undefined }
  | { readonly do: 'rename-branch'; readonly branch: number; readonly name: string }
  | { readonly do: 'delete-branch'; readonly branch: number };

export interface SimulatorControl {
  boot(options: SimulatorBoot): Answer<Frame>;
  /** Plays on; resolves at once. */
  play(): Answer<Frame>;
  pause(): Answer<Frame>;
  command(command: Command): Answer<Frame>;
  /** What has changed since that version, or undefined: for a page that watches a playing run. */
  frame(sinceVersion: number, sinceSequence: number): Answer<Frame | undefined>;

  state(path: string): Answer<unknown>;
  times(path: string): Answer<ActorTimes>;
  choices(): Answer<readonly Choice[]>;
  steps(from: number, to: number): Answer<readonly StepRecord[]>;
  stepDetail(step: number): Answer<StepDetail>;
  inspect(path: string): Answer<Inspection>;
  why(step: number): Answer<readonly CauseLink[]>;
  timeline(parts: number): Answer<Timeline>;
  compare(left: number, right: number): Answer<Comparison>;
}
