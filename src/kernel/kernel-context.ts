/** The context handed to handlers: one object a kernel, pointed at the actor whose turn it is. */
import { BREAKER_PHASES, COLUMN, FIELD } from './actor-table.ts';
import { ask, failAsk, failAskOf, pipe } from './asks.ts';
import type { Behavior } from './behavior.ts';
import type { Cell } from './cell.ts';
import type { Child } from './child.ts';
import type { Askable, AskOptions, ChildView, Context, PipeOptions, SpawnOptions } from './context.ts';
import { checkNumber, type ErrorReport, PlayhouseError, reportOf } from './errors.ts';
import { FAULT_LIMITS } from './fault.ts';
import { setReceiveTimeout } from './idle.ts';
import type { JournalBounds, JournalStorage } from './journal-storage.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import { shiftIf } from './mailbox.ts';
import { depthOf } from './overflow.ts';
import { type AnyMessage, type Ref, sameRef } from './ref.ts';
import type { MessageOf, Protocol } from './schema.ts';
import { deleteStopped, restartStopped, spawnChild } from './spawn.ts';
import { stash, unstash } from './stash.ts';
import { stopChild } from './stop-children.ts';
import { cancelTimer, startTimer } from './timers.ts';
import type { BreakerPhase } from './view.ts';
import { unwatch, watch } from './watch.ts';

export class KernelContext implements Context {
  /** Whose turn it is; set by the kernel before each one. */
  cell: Cell | undefined;

  private readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  private get current(): Cell {
    if (this.cell === undefined) throw new PlayhouseError('not-started', 'A context is valid only during its handler.');
    return this.cell;
  }

  get self(): Ref<AnyMessage> {
    return this.current.ref as Ref<AnyMessage>;
  }

  get path(): string {
    return this.current.path;
  }

  get worker(): number {
    return this.kernel.host.worker;
  }

  get workers(): number {
    return this.kernel.host.workers;
  }

  get incarnation(): number {
    return this.current.incarnation;
  }

  now(): number {
    return this.kernel.host.now();
  }

  busy(ms: number): void {
    const { slowFactor, path } = this.current;
    checkNumber('ms', ms, 0, LIMITS.busyMsMax, path);
    this.kernel.host.busy(Math.min(ms * slowFactor, FAULT_LIMITS.delayMsMax));
  }

  random(): number {
    return this.kernel.host.random();
  }

  parameter(name: string): number {
    const value = this.kernel.host.parameter(name);
    if (value === undefined) throw new PlayhouseError('unknown-parameter', `No parameter "${name}".`, name);
    return value;
  }

  tell<M extends AnyMessage>(to: Ref<M>, message: M): void {
    this.kernel.tell(this.current, to, message);
  }

  forward<M extends AnyMessage>(to: Ref<M>, message: M): void {
    this.kernel.tell(this.current, to, message);
  }

  ask<M extends AnyMessage, C>(to: Ref<M>, message: Askable<M>, options: AskOptions<C>): void {
    ask(this.kernel, this.current, to, message as unknown as AnyMessage, options);
  }

  fail(replyTo: Ref, error: ErrorReport): void {
    // A copy of what a report has: errors of the class fit too, and would lose their fields on the way to another worker.
    failAsk(this.kernel, replyTo, reportOf(error.code, error.message, error.field), this.current);
  }

  deadLetter(message: AnyMessage): void {
    this.kernel.deadLetters.add(this.current.ref, message, 'undeliverable');
  }

  pipe<T, C>(start: () => PromiseLike<T>, options: PipeOptions<C>): void {
    pipe(this.kernel, this.current, start, options);
  }

  storage(name: string, bounds: JournalBounds): JournalStorage | undefined {
    const { storage, table } = this.kernel.host;
    // It is its worker's: whoever has used it stays there.
    if (storage !== undefined) table.setField(this.current.ref.id, FIELD.pinned, 1);
    return storage?.(name, bounds);
  }

  stash(message: AnyMessage): void {
    stash(this.current, message);
  }

  unstash(count?: number): void {
    unstash(this.current, count);
  }

  mailboxDepth(ref: Ref): number {
    return depthOf(this.kernel, ref);
  }

  become(name?: string): void {
    const cell = this.current;
    const handlers = name === undefined ? cell.entry.handlers : cell.entry.become.get(name);
    if (handlers === undefined) {
      const text = `${cell.entry.name} has no behaviour "${name}" to become.`;
      throw new PlayhouseError('invalid-configuration', text, 'name');
    }
    cell.handlers = handlers;
  }

  setReceiveTimeout(ms: number): void {
    setReceiveTimeout(this.kernel, this.current, ms);
  }

  spawn<Q extends Protocol, A>(behavior: Behavior<Q, A>, options: SpawnOptions<A> = {}): Ref<MessageOf<Q>> {
    return spawnChild(this.kernel, this.current, behavior.name, options) as Ref<MessageOf<Q>>;
  }

  stop(child?: Ref): void {
    const { kernel, current: cell } = this;
    if (child === undefined) return kernel.signal(cell.ref, { type: 'stop', reason: 'normal', forced: false });
    if (sameRef(child, cell.ref)) return this.stop();
    const known = cell.children?.get(child.id);
    if (known !== undefined && sameRef(known.ref, child)) return stopChild(kernel, cell, known, 'shutdown');
    // It may have stopped by itself a moment ago, which nobody can know; but another's child is a mistake.
    if (kernel.isAlive(child)) {
      throw new PlayhouseError('actor-not-found', `Actor #${child.id} is no child of ${cell.path}.`, 'child');
    }
  }

  children(): readonly ChildView[] {
    const { children, stoppedChildren } = this.current;
    const view = (running: boolean) => (child: Child) => ({ name: child.name, ref: child.ref, running });
    return [...(children?.values() ?? [])]
      .map(view(true))
      .concat([...(stoppedChildren?.values() ?? [])].map(view(false)));
  }

  child(name: string): Ref | undefined {
    for (const child of this.current.children?.values() ?? []) if (child.name === name) return child.ref;
    return undefined;
  }

  restartChild(name: string): Ref {
    return restartStopped(this.kernel, this.current, name);
  }

  deleteChild(name: string): void {
    deleteStopped(this.current, name);
  }

  watch(ref: Ref): void {
    watch(this.kernel, this.current, ref);
  }

  unwatch(ref: Ref): void {
    unwatch(this.kernel, this.current, ref);
  }

  startTimer(key: string, message: AnyMessage, delayMs: number): void {
    startTimer(this.kernel, this.current, key, message, delayMs, 0);
  }

  startPeriodicTimer(key: string, message: AnyMessage, periodMs: number): void {
    checkNumber('periodMs', periodMs, 0, LIMITS.delayMsMax, this.current.path);
    const period = Math.max(1, periodMs);
    startTimer(this.kernel, this.current, key, message, period, period);
  }

  cancelTimer(key: string): void {
    cancelTimer(this.kernel, this.current, key);
  }

  countRejected(): void {
    this.kernel.rejected++;
    this.kernel.host.table.add(this.current.ref.id, COLUMN.rejected, 1);
  }

  breakerChanged(from: BreakerPhase, to: BreakerPhase, cause: string): void {
    const cell = this.current;
    this.kernel.host.table.setField(cell.ref.id, FIELD.breaker, 1 + BREAKER_PHASES.indexOf(to));
    if (from !== to) this.kernel.host.emit({ type: 'breaker', path: cell.path, from, to, cause });
  }

  /** For batch handlers: the next message, if it waits now and is of that kind. */
  takeNext(kind: string): AnyMessage | undefined {
    const cell = this.current;
    const next = shiftIf(cell.mailbox, kind);
    if (next === undefined) return undefined;
    cell.processed++;
    if (next === cell.watched) this.kernel.measuring?.takenAlong(cell, next);
    return next;
  }

  /** For batch handlers: a message that was lost with its batch. */
  failAskOf(message: AnyMessage): void {
    failAskOf(this.kernel, message, 'handler-failed', this.current.path);
  }
}
