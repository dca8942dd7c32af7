/** The context handed to handlers: one object a kernel, pointed at the actor whose turn it is. */
import { BREAKER_PHASES, COLUMN } from './actor-table.ts';
import { ask, failAsk } from './asks.ts';
import type { Behavior } from './behavior.ts';
import type { Cell } from './cell.ts';
import type { Askable, AskOptions, Context, SpawnOptions } from './context.ts';
import { type ErrorReport, PlayhouseError } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { type AnyMessage, type Ref, sameRef } from './ref.ts';
import type { MessageOf, Protocol } from './schema.ts';
import { spawnChild } from './spawn.ts';
import { cancelTimer, startTimer } from './timers.ts';
import type { BreakerPhase } from './view.ts';

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

  now(): number {
    return this.kernel.host.now();
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

  ask<M extends AnyMessage, C>(to: Ref<M>, message: Askable<M>, options: AskOptions<C>): void {
    ask(this.kernel, this.current, to, message as unknown as AnyMessage, options);
  }

  fail(replyTo: Ref, error: ErrorReport): void {
    failAsk(this.kernel, replyTo, error, this.current);
  }

  spawn<Q extends Protocol, A>(behavior: Behavior<Q, A>, options: SpawnOptions<A> = {}): Ref<MessageOf<Q>> {
    return spawnChild(this.kernel, this.current, behavior.name, options) as Ref<MessageOf<Q>>;
  }

  stop(child?: Ref): void {
    const cell = this.current;
    if (child === undefined) {
      this.kernel.signal(cell.ref, { type: 'stop', reason: 'normal' });
    } else if (cell.children?.has(child.id)) {
      this.kernel.signal(child, { type: 'stop', reason: 'shutdown' });
    } else {
      throw new PlayhouseError('actor-not-found', `${cell.path} has no child #${child.id} to stop.`, 'child');
    }
  }

  watch(ref: Ref): void {
    const cell = this.current;
    cell.watching ??= [];
    if (cell.watching.some((known) => sameRef(known, ref))) return;
    cell.watching.push(ref);
    this.kernel.signal(ref, { type: 'watch', watcher: cell.ref });
  }

  unwatch(ref: Ref): void {
    const cell = this.current;
    if (cell.watching === undefined) return;
    cell.watching = cell.watching.filter((known) => !sameRef(known, ref));
    this.kernel.signal(ref, { type: 'unwatch', watcher: cell.ref });
  }

  startTimer(key: string, message: AnyMessage, delayMs: number): void {
    startTimer(this.kernel, this.current, key, message, delayMs, 0);
  }

  startPeriodicTimer(key: string, message: AnyMessage, periodMs: number): void {
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
    this.kernel.host.table.set(cell.ref.id, COLUMN.breaker, 1 + BREAKER_PHASES.indexOf(to));
    if (from !== to) this.kernel.host.emit({ type: 'breaker', path: cell.path, from, to, cause });
  }
}
