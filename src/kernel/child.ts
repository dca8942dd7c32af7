/** What a supervisor knows of its children. */
import type { FailureRules, RestartType } from './behavior.ts';
import type { Deadline } from './cell.ts';
import type { Placement } from './context.ts';
import type { Ref } from './ref.ts';
import type { BehaviorEntry } from './registry.ts';
import type { RestartWindow } from './supervision.ts';

/** How a child is started and stopped. Most children are started without options and share the defaults. */
export interface ChildOptions {
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

/** What a child is called that was given no name. */
export function numberedName({ stem }: BehaviorEntry, number: number): string {
  return `${stem}-${number}`;
}

/** What few children ever have: failures, and what is done about them; a stop that takes its time. */
export class Trouble {
  /** Whether it has a state to go on with after its last failure. */
  canResume = false;
  /** A sibling that was lost with the same worker counts against the budget for it, too. */
  isForgiven = false;
  /** For budgets a child. */
  budgetWindow: RestartWindow | undefined = undefined;
  /** Failures in a row, for the backoff. */
  failures = 0;
  /** When it was last started; kept only where a backoff asks for it. */
  startedMs = 0;
  /** While it is being stopped or halted: when it has had time enough. */
  overrun: Deadline | undefined = undefined;
  regroup: Regroup | undefined = undefined;
}

/** A class, so that all children have one shape and cost one allocation. */
export class Child {
  readonly ref: Ref;
  /** Empty: it has a number instead. */
  readonly givenName: string;
  /** Of a child without a name of its own; 0: it has one. */
  readonly number: number;
  readonly entry: BehaviorEntry;
  readonly args: unknown;
  readonly options: ChildOptions;
  phase: ChildPhase = 'up';
  incarnation = 1;
  /** Of those who had any. */
  trouble: Trouble | undefined = undefined;

  /** @param name the name that it was given, or its number among those without one */
  constructor(
    ref: Ref,
    name: string | number,
    entry: BehaviorEntry,
    args: unknown,
    options: ChildOptions,
    startedMs: number,
  ) {
    this.ref = ref;
    this.givenName = typeof name === 'string' ? name : '';
    this.number = typeof name === 'string' ? 0 : name;
    this.entry = entry;
    this.args = args;
    this.options = options;
    if (startedMs !== 0) this.startedMs = startedMs;
  }

  get name(): string {
    return this.number === 0 ? this.givenName : numberedName(this.entry, this.number);
  }

  get canResume(): boolean {
    return this.trouble?.canResume ?? false;
  }

  set canResume(value: boolean) {
    if (value !== false || this.trouble !== undefined) this.troubled.canResume = value;
  }

  get isForgiven(): boolean {
    return this.trouble?.isForgiven ?? false;
  }

  set isForgiven(value: boolean) {
    if (value !== false || this.trouble !== undefined) this.troubled.isForgiven = value;
  }

  get budgetWindow(): RestartWindow | undefined {
    return this.trouble?.budgetWindow;
  }

  set budgetWindow(value: RestartWindow | undefined) {
    if (value !== undefined || this.trouble !== undefined) this.troubled.budgetWindow = value;
  }

  get failures(): number {
    return this.trouble?.failures ?? 0;
  }

  set failures(value: number) {
    if (value !== 0 || this.trouble !== undefined) this.troubled.failures = value;
  }

  get startedMs(): number {
    return this.trouble?.startedMs ?? 0;
  }

  set startedMs(value: number) {
    if (value !== 0 || this.trouble !== undefined) this.troubled.startedMs = value;
  }

  get overrun(): Deadline | undefined {
    return this.trouble?.overrun;
  }

  set overrun(value: Deadline | undefined) {
    if (value !== undefined || this.trouble !== undefined) this.troubled.overrun = value;
  }

  get regroup(): Regroup | undefined {
    return this.trouble?.regroup;
  }

  set regroup(value: Regroup | undefined) {
    if (value !== undefined || this.trouble !== undefined) this.troubled.regroup = value;
  }

  private get troubled(): Trouble {
    this.trouble ??= new Trouble();
    return this.trouble;
  }
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
