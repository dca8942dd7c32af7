/**
 * What most cells never have: children, arguments, asks, timers, watchers, a stop, a fault. All of it is in one
 * record that is made when it is first needed, because there may be a million actors that never need any of it. A cell
 * shows the parts as if they were its own.
 */
import type { Failure } from './behavior.ts';
import type { AfterChildren, Deadline, Idleness, Obstacles, Overflow, PendingAsk, Unstashed } from './cell.ts';
import type { Child, Regroup } from './child.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { LocalSignal, Signal } from './signal.ts';
import type { StopReason } from './trace.ts';

export class RareParts {
  args: unknown = undefined;
  /** Whether its parent starts it again when it stops itself. */
  isPermanent = false;
  /** 1 for the first life, one more after each restart. */
  incarnation = 1;
  /** Living children in the order of their start, by id. */
  children: Map<number, Child> | undefined = undefined;
  /** Signals for user code that came while the actor was suspended: handled when it goes on. */
  deferred: LocalSignal[] | undefined = undefined;
  /** Started lazily or passivated: has no state, and starts with its next message. */
  dormant = false;
  /** Its incarnation is over; it waits for `restart`. */
  isHalted = false;
  /** A restart that came while it was still stopping its children because it had given up. */
  pendingRestart: Extract<Signal, { readonly type: 'restart' }> | undefined = undefined;
  /** In the last hook of an incarnation: nothing may be begun any more. */
  isLeaving = false;
  /** Asked to stop, and handling what waits before it does. */
  draining: StopReason | undefined = undefined;
  /** Why this incarnation failed, until the next one has started. */
  failure: Failure | undefined = undefined;
  /** Children that have stopped and whose specs are kept, by name. */
  stoppedChildren: Map<string, Child> | undefined = undefined;
  /** Names that were given to children, those of kept specs included. Names with the kernel's own numbers are not here. */
  childNames: Set<string> | undefined = undefined;
  nameCount = 0;
  watchers: Ref[] | undefined = undefined;
  watching: Ref[] | undefined = undefined;
  timers: Map<string, Deadline> | undefined = undefined;
  asks: Map<number, PendingAsk> | undefined = undefined;
  nextAsk = 1;
  stashed: AnyMessage[] | undefined = undefined;
  unstashed: Unstashed | undefined = undefined;
  /** What it has to wait for before user code may run. */
  obstacles: Obstacles | undefined = undefined;
  /** By a fault, until a fault resumes it: whatever becomes of it in between, a restart included. */
  isPaused = false;
  /** Who waits for its mailbox. */
  overflow: Overflow | undefined = undefined;
  /** For a receive time-out or passivation. */
  idleness: Idleness | undefined = undefined;
  /** Times of restarts that count against this supervisor's budget. */
  restartTimesMs: number[] | undefined = undefined;
  regroups: Set<Regroup> | undefined = undefined;
  afterChildren: AfterChildren | undefined = undefined;
  /** While its children are being stopped: those still to stop, the next one last. */
  stopOrder: Child[] | undefined = undefined;
  /** The one of them that is waited for. */
  stopping: Child | undefined = undefined;
  /** What a `slow` fault multiplies service time by. */
  slowFactor = 1;
  /** A slow actor may handle this many messages before its next pause. */
  slowCredit = 0;
  pause: Deadline | undefined = undefined;
}

export abstract class CellWithRareParts {
  rare: RareParts | undefined = undefined;

  get args(): unknown {
    return this.rare?.args;
  }

  set args(value: unknown) {
    if (value !== undefined || this.rare !== undefined) this.own.args = value;
  }

  get isPermanent(): boolean {
    return this.rare?.isPermanent ?? false;
  }

  set isPermanent(value: boolean) {
    if (value !== false || this.rare !== undefined) this.own.isPermanent = value;
  }

  get incarnation(): number {
    return this.rare?.incarnation ?? 1;
  }

  set incarnation(value: number) {
    if (value !== 1 || this.rare !== undefined) this.own.incarnation = value;
  }

  get children(): Map<number, Child> | undefined {
    return this.rare?.children;
  }

  set children(value: Map<number, Child> | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.children = value;
  }

  get deferred(): LocalSignal[] | undefined {
    return this.rare?.deferred;
  }

  set deferred(value: LocalSignal[] | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.deferred = value;
  }

  get dormant(): boolean {
    return this.rare?.dormant ?? false;
  }

  set dormant(value: boolean) {
    if (value !== false || this.rare !== undefined) this.own.dormant = value;
  }

  get isHalted(): boolean {
    return this.rare?.isHalted ?? false;
  }

  set isHalted(value: boolean) {
    if (value !== false || this.rare !== undefined) this.own.isHalted = value;
  }

  get pendingRestart(): Extract<Signal, { readonly type: 'restart' }> | undefined {
    return this.rare?.pendingRestart;
  }

  set pendingRestart(value: Extract<Signal, { readonly type: 'restart' }> | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.pendingRestart = value;
  }

  get isLeaving(): boolean {
    return this.rare?.isLeaving ?? false;
  }

  set isLeaving(value: boolean) {
    if (value !== false || this.rare !== undefined) this.own.isLeaving = value;
  }

  get draining(): StopReason | undefined {
    return this.rare?.draining;
  }

  set draining(value: StopReason | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.draining = value;
  }

  get failure(): Failure | undefined {
    return this.rare?.failure;
  }

  set failure(value: Failure | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.failure = value;
  }

  get stoppedChildren(): Map<string, Child> | undefined {
    return this.rare?.stoppedChildren;
  }

  set stoppedChildren(value: Map<string, Child> | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.stoppedChildren = value;
  }

  get childNames(): Set<string> | undefined {
    return this.rare?.childNames;
  }

  set childNames(value: Set<string> | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.childNames = value;
  }

  get nameCount(): number {
    return this.rare?.nameCount ?? 0;
  }

  set nameCount(value: number) {
    if (value !== 0 || this.rare !== undefined) this.own.nameCount = value;
  }

  get watchers(): Ref[] | undefined {
    return this.rare?.watchers;
  }

  set watchers(value: Ref[] | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.watchers = value;
  }

  get watching(): Ref[] | undefined {
    return this.rare?.watching;
  }

  set watching(value: Ref[] | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.watching = value;
  }

  get timers(): Map<string, Deadline> | undefined {
    return this.rare?.timers;
  }

  set timers(value: Map<string, Deadline> | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.timers = value;
  }

  get asks(): Map<number, PendingAsk> | undefined {
    return this.rare?.asks;
  }

  set asks(value: Map<number, PendingAsk> | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.asks = value;
  }

  get nextAsk(): number {
    return this.rare?.nextAsk ?? 1;
  }

  set nextAsk(value: number) {
    if (value !== 1 || this.rare !== undefined) this.own.nextAsk = value;
  }

  get unstashed(): Unstashed | undefined {
    return this.rare?.unstashed;
  }

  set unstashed(value: Unstashed | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.unstashed = value;
  }

  get stashed(): AnyMessage[] | undefined {
    return this.rare?.stashed;
  }

  set stashed(value: AnyMessage[] | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.stashed = value;
  }

  get obstacles(): Obstacles | undefined {
    return this.rare?.obstacles;
  }

  set obstacles(value: Obstacles | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.obstacles = value;
  }

  get isPaused(): boolean {
    return this.rare?.isPaused ?? false;
  }

  set isPaused(value: boolean) {
    if (value !== false || this.rare !== undefined) this.own.isPaused = value;
  }

  get overflow(): Overflow | undefined {
    return this.rare?.overflow;
  }

  set overflow(value: Overflow | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.overflow = value;
  }

  get idleness(): Idleness | undefined {
    return this.rare?.idleness;
  }

  set idleness(value: Idleness | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.idleness = value;
  }

  get restartTimesMs(): number[] | undefined {
    return this.rare?.restartTimesMs;
  }

  set restartTimesMs(value: number[] | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.restartTimesMs = value;
  }

  get regroups(): Set<Regroup> | undefined {
    return this.rare?.regroups;
  }

  set regroups(value: Set<Regroup> | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.regroups = value;
  }

  get afterChildren(): AfterChildren | undefined {
    return this.rare?.afterChildren;
  }

  set afterChildren(value: AfterChildren | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.afterChildren = value;
  }

  get stopOrder(): Child[] | undefined {
    return this.rare?.stopOrder;
  }

  set stopOrder(value: Child[] | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.stopOrder = value;
  }

  get stopping(): Child | undefined {
    return this.rare?.stopping;
  }

  set stopping(value: Child | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.stopping = value;
  }

  get slowFactor(): number {
    return this.rare?.slowFactor ?? 1;
  }

  set slowFactor(value: number) {
    if (value !== 1 || this.rare !== undefined) this.own.slowFactor = value;
  }

  get slowCredit(): number {
    return this.rare?.slowCredit ?? 0;
  }

  set slowCredit(value: number) {
    if (value !== 0 || this.rare !== undefined) this.own.slowCredit = value;
  }

  get pause(): Deadline | undefined {
    return this.rare?.pause;
  }

  set pause(value: Deadline | undefined) {
    if (value !== undefined || this.rare !== undefined) this.own.pause = value;
  }

  private get own(): RareParts {
    this.rare ??= new RareParts();
    return this.rare;
  }
}
