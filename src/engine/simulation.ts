/**
 * The port of a simulated run: the engine port, and time as a person drives it. Everything here is plain data, because the
 * simulator runs in a worker of its own.
 *
 * Steps are numbered from 1; position 0 is before the first one. "Step n" is also the position right after it. What is
 * read (`read`, `simulation`, `trace`) is what the simulator last told the page: after each control call has resolved it is
 * up to date, while it plays it is at most a few frames old.
 */
import type { BranchPlan, ChoiceKey } from '../kernel/intervention.ts';
import type { TraceEvent } from '../kernel/trace.ts';
import type { BreakerPhase } from '../kernel/view.ts';
import type { Engine, Reading } from './engine.ts';

/** Virtual milliseconds in a wall millisecond; Infinity: as fast as it goes. */
export type Speed = number;

export interface Simulation extends Engine {
  readonly mode: 'simulated';
  readonly seed: number;
  simulation(): SimulationReading;
  /**
   * Once after a jump: a reading of a second before the present one, so that figures over the last second need not wait for
   * one. Undefined otherwise.
   */
  takeEarlier(): Reading | undefined;

  /** Takes so many steps, forward or (negative) back, and pauses. Ends early where nothing can happen any more. */
  step(count?: number): Promise<void>;
  /** Goes to a step of the present branch, forward or back, and pauses. */
  seek(step: number): Promise<void>;
  /** `resume` plays; what stops a playing run is in `simulation().stopped`. */
  setSpeed(speed: Speed): Promise<void>;
  /** Runs as fast as it goes until the condition holds after a step, a breakpoint or property stops it, or `pause`. */
  runUntil(condition: Condition): Promise<void>;
  setBreakpoints(breakpoints: readonly Condition[]): Promise<void>;

  /** Everything that could be the next step, the one that the schedule would take first. */
  choices(): Promise<readonly Choice[]>;
  /** Takes one of them as the next step. In the past: walks into the branch that took it, or makes a new one. */
  choose(choice: ChoiceKey): Promise<void>;

  /** Goes to another branch, at its end or at a step of it. */
  switchBranch(branch: number, step?: number): Promise<void>;
  renameBranch(branch: number, name: string): Promise<void>;
  /** Forgets a branch and those that fork from it. The trunk and the branch that is shown stay. */
  deleteBranch(branch: number): Promise<void>;
  /** How the ends of two branches differ. */
  compare(left: number, right: number): Promise<Comparison>;
  /** All branches, as a link carries them, and where in them the run is. */
  plan(): RunPlan;

  /** Steps with from ≤ step < to of the present branch, oldest first; at most `SIMULATION_LIMITS.windowMax`. */
  steps(from: number, to: number): Promise<readonly StepRecord[]>;
  /** Everything about one step: found by taking it again. */
  stepDetail(step: number): Promise<StepDetail>;
  /** Everything about one actor now. Rejects with `actor-not-found`. */
  inspect(path: string): Promise<Inspection>;
  /** What led to a step: from its first cause to the step itself. */
  why(step: number): Promise<readonly CauseLink[]>;
  /** What happened on every branch, in so many equal parts from step 0 to the furthest one. */
  timeline(parts: number): Promise<Timeline>;
}

export interface RunPlan {
  readonly seed: number;
  readonly branches: readonly BranchPlan[];
  readonly branch: number;
  readonly step: number;
}

export interface SimulationReading {
  readonly step: number;
  /** Virtual time. While it plays it moves on between steps. */
  readonly atMs: number;
  /** The furthest step of the present branch that was taken so far. */
  readonly head: number;
  readonly branch: number;
  readonly branches: readonly BranchView[];
  readonly isPlaying: boolean;
  readonly speed: Speed;
  /** Why it is not playing any more; undefined while it plays, and after a person's own pause, step or seek. */
  readonly stopped: StopReport | undefined;
  /** Nothing can happen any more: no message, no timer, no load. */
  readonly isOver: boolean;
  /**
   * The next step is a fault of the scenario's plan, so that the schedule has nothing to choose. While it plays it may be said
   * late.
   */
  readonly plannedFaultNext: boolean;
  /** Messages and signals on their way between actors, the first to arrive first; at most `SIMULATION_LIMITS.inFlightMax`. */
  readonly inFlight: readonly InFlight[];
  readonly inFlightTotal: number;
  /** What broke the rules that make a run repeatable, found so far on this branch. */
  readonly reports: readonly RunReport[];
  /** Properties of the scenario. */
  readonly properties: readonly PropertyView[];
  /** The step that is shown; undefined at position 0 and where its record is no longer kept. */
  readonly current: StepRecord | undefined;
  /** Progress of a long way to go (a seek, a run until, the opening of a link): steps done and to do; 0 to do: unknown. */
  readonly progress: { readonly done: number; readonly total: number } | undefined;
  /** Of the replay of a recorded live run. */
  readonly replay: ReplayReading | undefined;
  /** A hash over every step and event so far: equal runs have equal ones. */
  readonly hash: string;
}

export interface ReplayReading {
  /** Turns in the recording. */
  readonly turns: number;
  /** Those of them that have been taken at the present position. */
  readonly taken: number;
  /** False where the run has been led another way, and is a simulated one like any other. */
  readonly isFollowing: boolean;
}

export interface BranchView {
  readonly name: string;
  /** Place in the list; −1 for the trunk. */
  readonly parent: number;
  readonly forkStep: number;
  /** The furthest step that was taken. */
  readonly head: number;
  readonly interventions: number;
}

export type StepKind =
  /** An actor handled a message. */
  | 'message'
  /** An actor handled a signal. */
  | 'signal'
  /** A timer or time-out came due. */
  | 'timer'
  | 'fault'
  /** A message from outside. */
  | 'send';

export interface StepRecord {
  readonly step: number;
  readonly atMs: number;
  readonly kind: StepKind;
  /** The actor concerned; empty for a fault of the whole system. */
  readonly path: string;
  readonly worker: number;
  /** Kind of the message, type of the signal, what the timer is for, kind of the fault. */
  readonly label: string;
  /** The step that sent the message, set the timer, … ; 0: none, or the start. */
  readonly cause: number;
  /** Who sent it: path of the actor of `cause`, or empty. */
  readonly from: string;
  /** When it was sent; the step's own time where nothing was sent. */
  readonly sentMs: number;
  /** When it was in the mailbox. */
  readonly arrivedMs: number;
  /** How long it occupied its worker. */
  readonly busyMs: number;
  /** What it did, as far as the trace has words for it. */
  readonly marks: readonly Mark[];
  /** It was chosen by a person instead of by the schedule. */
  readonly isDeviation: boolean;
}

/** What deserves to be seen on a timeline. */
export type Mark =
  | 'fault'
  | 'failed'
  | 'restarted'
  | 'escalated'
  | 'stopped'
  | 'breaker'
  | 'dead-letter'
  | 'violated'
  | 'deviation'
  | 'report';

export interface StepDetail {
  readonly record: StepRecord;
  /** What was handled. */
  readonly message: unknown;
  /** What the step changed in the state of its actor. */
  readonly changes: readonly StateChange[];
  readonly sent: readonly SentMessage[];
  readonly events: readonly TraceEvent[];
}

export interface SentMessage {
  readonly to: string;
  readonly kind: string;
  readonly isSignal: boolean;
  readonly message: unknown;
}

export interface StateChange {
  /** `pending[2].order`; empty for the state as a whole. */
  readonly field: string;
  readonly change: 'changed' | 'added' | 'removed';
  readonly before: unknown;
  readonly after: unknown;
}

export interface Inspection {
  readonly path: string;
  readonly state: unknown;
  /** What the present step changed, where it was a turn of this actor. */
  readonly changes: readonly StateChange[];
  /** First to be handled first; at most `SIMULATION_LIMITS.mailboxShownMax`. */
  readonly mailbox: readonly WaitingMessage[];
  readonly mailboxTotal: number;
  readonly stashed: number;
  readonly timers: readonly TimerView[];
  readonly timersTotal: number;
  /** Asks whose outcome it waits for. */
  readonly asks: number;
  /** Of a supervisor that has or had children. */
  readonly budget: BudgetView | undefined;
  readonly breaker: BreakerPhase | undefined;
}

export interface WaitingMessage {
  readonly kind: string;
  readonly isSignal: boolean;
  readonly message: unknown;
  readonly from: string;
  /** The step that sent it; 0 where unknown. */
  readonly cause: number;
  readonly waitedMs: number;
}

export interface TimerView {
  /** The key of a timer; `ask`, `passivation`, … for what the system waits for. */
  readonly key: string;
  readonly kind: string;
  readonly dueMs: number;
  /** 0 for a single one. */
  readonly periodMs: number;
}

export interface BudgetView {
  readonly kind: 'per_supervisor' | 'per_child';
  readonly intensity: number;
  readonly periodMs: number;
  /** Restarts left now; per child: by name. */
  readonly left: number;
  readonly leftByChild: readonly { readonly child: string; readonly left: number }[];
}

export interface InFlight {
  /** Number of this message, the same in every replay. */
  readonly id: number;
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly isSignal: boolean;
  readonly sentMs: number;
  readonly arrivesMs: number;
  readonly message: unknown;
}

export interface Choice {
  readonly key: ChoiceKey;
  /** An `arrival` is a turn with a message that is still on its way: it arrives sooner than it would have. */
  readonly kind: 'turn' | 'timer' | 'arrival';
  readonly path: string;
  /** What would be handled, or what the timer is for. */
  readonly label: string;
  readonly isSignal: boolean;
  readonly worker: number;
  readonly atMs: number;
  readonly message: unknown;
  /** What the schedule would take. */
  readonly isScheduled: boolean;
  /** Branches whose next step it is: the present one or others. */
  readonly takenBy: readonly number[];
}

/** What a run can be run until, and what a breakpoint stops at. Paths are exact. */
export type Condition =
  | { readonly until: 'message'; readonly kind: string; readonly path?: string }
  /** Any step of an actor: a turn, a timer that comes due, something that is done to it. */
  | { readonly until: 'actor'; readonly path: string }
  | {
      readonly until: 'failure' | 'restart' | 'escalation' | 'dead-letter';
      /** Any actor's without. */
      readonly path?: string;
    }
  | { readonly until: 'breaker'; readonly path?: string; readonly to?: BreakerPhase }
  | { readonly until: 'violation' }
  /** A field of a state has that value: `pending[0].order`, compared as JSON. */
  | { readonly until: 'state'; readonly path: string; readonly field: string; readonly value: unknown }
  | { readonly until: 'time'; readonly atMs: number };

export interface StopReport {
  readonly because: 'until' | 'breakpoint' | 'violation' | 'over' | 'diverged';
  /** One sentence for the page. */
  readonly text: string;
  readonly step: number;
}

/** Something in an actor's code that would make runs differ. */
export interface RunReport {
  readonly what: 'mutated-message' | 'hidden-time' | 'hidden-chance' | 'state-not-cloneable';
  readonly step: number;
  readonly path: string;
  /** Kind of the message or name of the hook that was being handled. */
  readonly during: string;
  /** The field of the message or state; the function called for hidden time and chance. */
  readonly field: string;
  /** What happened and what to do, in a sentence each. */
  readonly text: string;
}

export interface PropertyView {
  readonly name: string;
  readonly type: 'always' | 'never' | 'eventually';
  readonly status: 'holds' | 'violated' | 'pending';
  /** The step at which it was violated; 0 otherwise. */
  readonly step: number;
}

export interface CauseLink {
  readonly step: number;
  readonly atMs: number;
  readonly path: string;
  readonly kind: StepKind;
  readonly label: string;
  /** What it did that matters here: `failed: …`, `sent Charge to /shop/payments`. */
  readonly text: string;
}

export interface Timeline {
  /** Steps in one part. */
  readonly stepsPerPart: number;
  /** By branch. */
  readonly rows: readonly {
    readonly branch: number;
    /** Parts in which something happened: how often, by mark. */
    readonly parts: readonly { readonly part: number; readonly marks: Readonly<Partial<Record<Mark, number>>> }[];
  }[];
}

export interface Comparison {
  /** The last step that both share. */
  readonly commonStep: number;
  readonly left: BranchEnd;
  readonly right: BranchEnd;
  /** States that differ, by actor; actors that only one of them has are here too. */
  readonly actors: readonly { readonly path: string; readonly changes: readonly StateChange[] }[];
}

export interface BranchEnd {
  readonly branch: number;
  readonly step: number;
  readonly atMs: number;
  readonly actors: number;
  readonly processed: number;
  readonly failures: number;
  readonly restarts: number;
  readonly deadLetters: number;
  readonly answered: number;
  readonly failed: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** Every bound of a simulated run, by name. */
export const SIMULATION_LIMITS = {
  /** Steps that one call of `steps` returns. */
  windowMax: 4_000,
  /** Messages in flight that a reading lists. */
  inFlightMax: 500,
  mailboxShownMax: 50,
  timersShownMax: 50,
  breakpointsMax: 50,
  reportsMax: 50,
  /** Events of the trace that are kept; the latest ones. */
  traceMax: 10_000,
} as const;
