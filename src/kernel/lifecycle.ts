/**
 * The life of a cell: start, fail, halt, restart, passivate; its end is in stop.ts. What its supervisor decides is in
 * supervise.ts; the two talk by signals only, so that it works the same whether they share a worker or not.
 */
import { copyOf } from '../base/copy.ts';
import { COLUMN, STATUS } from './actor-table.ts';
import { dropAsks } from './asks.ts';
import type { Failure } from './behavior.ts';
import { type Cell, hasSignals, pathOf } from './cell.ts';
import { plainDataMismatch } from './check.ts';
import { PlayhouseError } from './errors.ts';
import { failureOf } from './failure.ts';
import { activityStarts, activityStops } from './idle.ts';
import type { Kernel } from './kernel.ts';
import { isBlocked } from './overflow.ts';
import type { LocalSignal, Signal } from './signal.ts';
import { unstash } from './stash.ts';
import { stopNow } from './stop.ts';
import { stopChildrenThen } from './stop-children.ts';
import { cancelRegroups, restartDown, resumeDown } from './supervise.ts';
import { cancelAllTimers } from './timers.ts';
import { unwatchAll } from './watch.ts';

type SignalOf<T extends Signal['type']> = Extract<Signal, { readonly type: T }>;

// ── Starting ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The first start of an actor, or of a dormant one. */
export function begin(kernel: Kernel, cell: Cell): void {
  // Woken twice, or stopped before it came to it.
  const status = statusOf(kernel, cell);
  if (status !== STATUS.starting && status !== STATUS.dormant) return;
  const path = pathOf(cell);
  kernel.host.emit(cell.dormant ? { type: 'activated', path } : { type: 'spawned', path, behavior: cell.entry.name });
  cell.dormant = false;
  kernel.whereabouts.setRoom(cell, cell.entry.definition.mailbox.capacity);
  enterIncarnation(kernel, cell, 'preStart', cell.entry.definition.preStart);
  // Most actors never get another signal.
  if (!hasSignals(cell)) cell.pending = undefined;
}

/** Makes the state and calls the first hook; a failure in either is a failure of the actor. True when it runs. */
function enterIncarnation(
  kernel: Kernel,
  cell: Cell,
  during: string,
  hook: ((state: unknown, ctx: unknown) => void) | undefined,
): boolean {
  try {
    cell.state = stateFor(cell);
  } catch (thrown) {
    fail(kernel, cell, thrown, 'state');
    return false;
  }
  if (cell.entry.definition.passivateAfterMs > 0) activityStarts(kernel, cell);
  if (hook !== undefined && !kernel.guarded(cell, during, (context) => hook(cell.state, context))) return false;
  cell.failure = undefined;
  // Only now: whoever sees an actor running also sees the rows of the children that it starts with.
  setStatus(kernel, cell, STATUS.running);
  return true;
}

function stateFor({ entry, args }: Cell): unknown {
  // A copy: what an incarnation does to its state must not reach the arguments of the next one.
  const state = entry.definition.state(args === undefined ? {} : copyOf(args));
  const wrong =
    state === undefined ? { field: '', expected: 'plain data', found: 'nothing' } : plainDataMismatch(state);
  if (wrong === undefined) return state;
  const what = wrong.field === '' ? 'it' : `field "${wrong.field}"`;
  const text = `State of ${entry.name}: ${what} must be ${wrong.expected}, not ${wrong.found}.`;
  throw new PlayhouseError('invalid-state', text, wrong.field);
}

// ── Failing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** An actor failed: it is suspended until its parent has decided. */
export function fail(kernel: Kernel, cell: Cell, thrown: unknown, during: string): void {
  failWith(kernel, cell, failureOf(thrown, during), isUp(kernel, cell));
}

/** A crash fault from outside. An actor that is failed or on its way out already is left alone. */
export function crash(kernel: Kernel, cell: Cell, signal: SignalOf<'crash'>): void {
  if (!isUp(kernel, cell)) return;
  failWith(kernel, cell, { kind: signal.kind, error: signal.error, during: 'crash' }, true);
}

/** A failure that nobody has to decide about. */
export function report(kernel: Kernel, cell: Cell, thrown: unknown, during: string): void {
  recordFailure(kernel, cell, failureOf(thrown, during));
}

/** The event and the count of a failure, without what comes of it. */
export function recordFailure(kernel: Kernel, cell: Cell, { kind, error, during }: Failure): void {
  kernel.host.table.add(cell.ref.id, COLUMN.failures, 1);
  kernel.host.emit({ type: 'failed', path: cell.path, kind, error, during });
}

/** @param canResume whether there is a state to go on with */
export function failWith(kernel: Kernel, cell: Cell, failure: Failure, canResume: boolean): void {
  recordFailure(kernel, cell, failure);
  if (cell.draining !== undefined) return stopNow(kernel, cell, cell.draining);
  // On its way out, or waiting for a decision already: this failure changes nothing.
  if (cell.afterChildren !== undefined || cell.isHalted || statusOf(kernel, cell) === STATUS.failed) return;
  cell.failure = failure;
  setStatus(kernel, cell, STATUS.failed);
  if (cell.parent === null) {
    // Nobody above to decide. The root goes down in order, its children first.
    kernel.host.rootStopped(failure.error);
    cancelRegroups(kernel, cell);
    stopChildrenThen(kernel, cell, { then: 'terminate', reason: 'failed' });
    return;
  }
  const { kind, error } = failure;
  const { ref: child, incarnation } = cell;
  kernel.signal(cell.parent, { type: 'child-failed', child, incarnation, kind, error, canResume });
}

// ── What the supervisor decided ─────────────────────────────────────────────────────────────────────────────────────

export function resume(kernel: Kernel, cell: Cell, signal: SignalOf<'resume'>): void {
  if (signal.incarnation !== cell.incarnation || statusOf(kernel, cell) !== STATUS.failed) return;
  if (cell.afterChildren !== undefined) return;
  cell.failure = undefined;
  kernel.host.emit({ type: 'resumed', path: cell.path });
  setStatus(kernel, cell, STATUS.running);
  // It failed because a child did: that one is waiting for a decision too.
  resumeDown(kernel, cell);
}

/** What the hooks of an actor hear that did not fail itself. */
const WITH_SIBLINGS: Failure = { kind: 'sibling', error: 'restarted with its siblings', during: 'supervision' };

/** The end of an incarnation; the actor then waits to be started again. */
export function halt(kernel: Kernel, cell: Cell, signal: SignalOf<'halt'>): void {
  if (signal.incarnation !== cell.incarnation) return;
  const { afterChildren } = cell;
  if (afterChildren?.then === 'terminate') return;
  if (cell.draining !== undefined) return stopNow(kernel, cell, cell.draining);
  if (afterChildren?.then === 'halt' && !signal.forced) return;
  setStatus(kernel, cell, signal.stash < 0 ? STATUS.restarting : STATUS.backingOff);
  const room = signal.stash < 0 ? cell.entry.definition.mailbox.capacity : cell.mailbox.length + signal.stash;
  kernel.whereabouts.setRoom(cell, room);
  // It has nothing to end. Mail waits meanwhile, and wakes it when its turn to start has come.
  if (cell.dormant) return halted(kernel, cell);
  if (cell.entry.definition.supervision.keepChildren && afterChildren === undefined && !signal.forced) {
    finishHalt(kernel, cell);
  } else {
    cancelRegroups(kernel, cell);
    stopChildrenThen(kernel, cell, { then: 'halt' }, signal.forced);
  }
}

export function finishHalt(kernel: Kernel, cell: Cell): void {
  leaveIncarnation(kernel, cell, true);
  halted(kernel, cell);
}

function halted(kernel: Kernel, cell: Cell): void {
  cell.isHalted = true;
  if (cell.parent === null) return;
  kernel.signal(cell.parent, { type: 'child-halted', child: cell.ref, incarnation: cell.incarnation });
}

export function restart(kernel: Kernel, cell: Cell, signal: SignalOf<'restart'>): void {
  if (signal.incarnation !== cell.incarnation || !cell.isHalted) return;
  if (cell.afterChildren !== undefined) {
    cell.pendingRestart = signal;
    return;
  }
  cell.isHalted = false;
  cell.pendingRestart = undefined;
  const { failure = WITH_SIBLINGS, parent } = cell;
  const { counted, intensity } = signal;
  cell.incarnation++;
  cell.restartTimesMs = undefined;
  kernel.host.table.add(cell.ref.id, COLUMN.restarts, 1);
  kernel.host.emit({ type: 'restarted', path: cell.path, incarnation: cell.incarnation, counted, intensity });
  cell.failure = undefined;
  const { definition } = cell.entry;
  let isReady = true;
  if (cell.dormant) {
    sleepUnlessMail(kernel, cell);
  } else {
    kernel.whereabouts.setRoom(cell, definition.mailbox.capacity);
    unstash(cell);
    isReady = enterIncarnation(kernel, cell, 'postRestart', (state, ctx) => {
      if (definition.postRestart !== undefined) definition.postRestart(state, failure, ctx);
      else definition.preStart?.(state, ctx);
    });
  }
  // Those it has kept and that were waiting for its decision have it now.
  restartDown(kernel, cell, counted);
  if (isReady && parent !== null) {
    kernel.signal(parent, { type: 'child-ready', child: cell.ref, incarnation: cell.incarnation });
  }
}

/** What ends with every incarnation. Mailbox, stash, ref and watchers outlive it. */
export function leaveIncarnation(kernel: Kernel, cell: Cell, isRestart: boolean): void {
  const { preRestart, postStop } = cell.entry.definition;
  const { state, failure = WITH_SIBLINGS } = cell;
  cell.isLeaving = true;
  if (state !== undefined && isRestart && preRestart !== undefined) {
    kernel.guarded(cell, 'preRestart', (context) => preRestart(state, failure, context), report);
  } else if (state !== undefined && postStop !== undefined) {
    kernel.guarded(cell, 'postStop', (context) => postStop(state, context), report);
  }
  cancelAllTimers(kernel, cell);
  activityStops(kernel, cell);
  dropAsks(kernel, cell);
  unwatchAll(kernel, cell);
  cell.handlers = cell.entry.handlers;
  cell.state = undefined;
  cell.isLeaving = false;
  dropDeferred(kernel, cell);
}

/** A signal for user code while none may run: it waits, unless it is for an incarnation that is over. */
export function defer(kernel: Kernel, cell: Cell, signal: LocalSignal): void {
  // A person's command is for whichever incarnation comes.
  if (cell.state === undefined && signal.type !== 'command') {
    if (signal.type === 'ask-replied') kernel.lateReply(cell, signal.reply);
    return;
  }
  cell.deferred ??= [];
  cell.deferred.push(signal);
}

/** What waited for user code of an incarnation that is over: ticks, outcomes, watches. */
function dropDeferred(kernel: Kernel, cell: Cell): void {
  const { deferred } = cell;
  cell.deferred = undefined;
  for (const signal of deferred ?? []) defer(kernel, cell, signal);
}

// ── Passivation ─────────────────────────────────────────────────────────────────────────────────────────────────────

export function passivate(kernel: Kernel, cell: Cell): void {
  setStatus(kernel, cell, STATUS.stopping);
  cancelRegroups(kernel, cell);
  stopChildrenThen(kernel, cell, { then: 'passivate' });
}

export function finishPassivation(kernel: Kernel, cell: Cell): void {
  leaveIncarnation(kernel, cell, false);
  kernel.host.emit({ type: 'passivated', path: cell.path });
  unstash(cell);
  sleepUnlessMail(kernel, cell);
}

/** What came while it was on its way wakes it at once. */
function sleepUnlessMail(kernel: Kernel, cell: Cell): void {
  fallAsleep(kernel, cell);
  if (cell.mailbox.length > 0) wake(kernel, cell);
}

/** No state, no room: the first message takes the slow way in, which wakes it. */
export function fallAsleep(kernel: Kernel, cell: Cell): void {
  cell.dormant = true;
  kernel.whereabouts.setRoom(cell, -1);
  setStatus(kernel, cell, STATUS.dormant);
}

export function wake(kernel: Kernel, cell: Cell): void {
  kernel.whereabouts.setRoom(cell, cell.entry.definition.mailbox.capacity);
  kernel.enqueueSignal(cell, { type: 'start' });
}

// ── Status ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export function statusOf(kernel: Kernel, cell: Cell): number {
  return kernel.host.table.get(cell.ref.id, COLUMN.status);
}

/** It has started and nothing has become of it since, though it may be held up. */
export function isUp(kernel: Kernel, cell: Cell): boolean {
  const status = statusOf(kernel, cell);
  return status === STATUS.running || status === STATUS.blocked || status === STATUS.paused;
}

/** An actor that runs is shown as what holds it up, where something does. */
export function setStatus(kernel: Kernel, cell: Cell, status: number): void {
  const shown = status === STATUS.running ? runningStatus(cell) : status;
  kernel.host.table.set(cell.ref.id, COLUMN.status, shown);
  const wasReceptive = cell.receptive;
  cell.receptive = shown === STATUS.running;
  if (cell.receptive && !wasReceptive) goOn(kernel, cell);
}

function runningStatus(cell: Cell): number {
  if (cell.isPaused) return STATUS.paused;
  return isBlocked(cell) ? STATUS.blocked : STATUS.running;
}

/** What holds an actor up has changed. */
export function reconsider(kernel: Kernel, cell: Cell): void {
  if (isUp(kernel, cell)) return setStatus(kernel, cell, STATUS.running);
  if (cell.draining === undefined) return;
  // It still handles what waits, under another status.
  cell.receptive = runningStatus(cell) === STATUS.running;
  if (!cell.receptive) return;
  goOn(kernel, cell);
  // With nothing left to handle it stops now.
  if (!cell.scheduled) kernel.schedule(cell);
}

/** User code may be called again: first with what came for it in the meantime. */
export function goOn(kernel: Kernel, cell: Cell): void {
  const { deferred } = cell;
  if (deferred !== undefined) {
    cell.deferred = undefined;
    for (const signal of deferred.toReversed()) cell.signals.unshift(signal);
  }
  if (!cell.scheduled && (hasSignals(cell) || cell.mailbox.length > 0)) kernel.schedule(cell);
}
