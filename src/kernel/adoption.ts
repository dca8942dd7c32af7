/**
 * Adoption: an actor whose worker was lost gets a new cell on another one, under the same ref and in the same row. It has no
 * state, and is where its supervisor believes it to be: failed, or halted. What is decided about it is not decided here.
 */
import { unreachable } from '../base/assert.ts';
import { COLUMN, FIELD, STATUS } from './actor-table.ts';
import { skipAskNumbers } from './asks.ts';
import type { Failure } from './behavior.ts';
import type { Cell } from './cell.ts';
import type { Child } from './child.ts';
import type { Kernel } from './kernel.ts';
import { failWith, recordFailure, setStatus } from './lifecycle.ts';
import type { Ref } from './ref.ts';
import type { SpawnRequest } from './signal.ts';

function failureFor(worker: number): Failure {
  return { kind: 'WorkerLost', error: `worker ${worker} was lost`, during: 'worker loss' };
}

/**
 * Every child of a supervisor that lived on the lost worker and was not to stop. However many they were, it was one failure:
 * it counts once against the supervisor's budget.
 */
export function adoptChildren(kernel: Kernel, supervisor: Cell, worker: number): void {
  const { table } = kernel.host;
  let isCounted = false;
  for (const child of supervisor.children?.values() ?? []) {
    const { id, generation } = child.ref;
    if (table.get(id, COLUMN.worker) !== worker || table.get(id, COLUMN.generation) !== generation) continue;
    if (table.get(id, COLUMN.status) === STATUS.free) {
      // It stopped by itself before that, and the news of it may be lost: heard twice it changes nothing.
      kernel.enqueueSignal(supervisor, { type: 'child-stopped', child: child.ref, reason: 'killed' });
      continue;
    }
    if (child.phase === 'stopping') {
      hasStopped(kernel, supervisor, child);
      continue;
    }
    if (child.phase === 'up' || child.phase === 'starting') {
      child.isForgiven = isCounted;
      isCounted = true;
    }
    adoptChild(kernel, supervisor, child, failureFor(worker));
  }
}

/** It was to stop, and that it did. */
function hasStopped(kernel: Kernel, supervisor: Cell, { ref, name }: Child): void {
  kernel.ids.release(ref.id);
  kernel.host.table.set(ref.id, COLUMN.depth, 0);
  kernel.host.emit({ type: 'stopped', path: `${supervisor.path}/${name}`, reason: 'killed' });
  kernel.enqueueSignal(supervisor, { type: 'child-stopped', child: ref, reason: 'killed' });
}

function adoptChild(kernel: Kernel, supervisor: Cell, child: Child, failure: Failure): void {
  const { ref, entry, name, args, options, incarnation, regroup } = child;
  const cell = takeIn(kernel, {
    ref,
    behavior: entry.index,
    path: `${supervisor.path}/${name}`,
    args,
    parent: supervisor.ref,
    restart: options.restart,
    lazy: options.lazy,
  });
  cell.incarnation = incarnation;
  switch (child.phase) {
    case 'up':
    case 'starting':
      return failWith(kernel, cell, failure, false);
    case 'down':
      // What becomes of it is being decided already; but it has nothing to go on with any more.
      child.canResume = false;
      cell.failure = failure;
      return setStatus(kernel, cell, STATUS.failed);
    case 'halting':
    case 'halted': {
      const stash = regroup?.stash ?? -1;
      cell.failure = failure;
      cell.isHalted = true;
      if (stash >= 0) {
        kernel.whereabouts.setRoom(cell, stash);
        setStatus(kernel, cell, STATUS.backingOff);
      }
      if (child.phase === 'halting') {
        kernel.enqueueSignal(supervisor, { type: 'child-halted', child: ref, incarnation });
      }
      return;
    }
    case 'stopping':
      // Gone, and not adopted.
      return;
    default:
      return unreachable(child.phase, 'phase');
  }
}

/** A cell without a state for an actor of another worker, of which only the row is left. */
function takeIn(kernel: Kernel, request: SpawnRequest): Cell {
  const { table, worker } = kernel.host;
  const { id } = request.ref;
  const status = table.get(id, COLUMN.status);
  const cell = kernel.place(request);
  cell.processed = table.processed(id);
  cell.isPaused = status === STATUS.paused;
  cell.slowMs = table.get(id, COLUMN.slowMs);
  cell.slowFactor = (table.field(id, FIELD.slowPercent) || 100) / 100;
  // It had not begun: its start comes into the trace before its end does.
  const isNew = status === STATUS.starting;
  cell.dormant = status === STATUS.dormant || (isNew && request.lazy);
  if (isNew) kernel.host.emit({ type: 'spawned', path: cell.path, behavior: cell.entry.name });
  skipAskNumbers(kernel, cell);
  table.set(id, COLUMN.depth, 0);
  setStatus(kernel, cell, STATUS.restarting);
  table.set(id, COLUMN.worker, worker);
  kernel.whereabouts.takenIn(request.ref);
  return cell;
}

/**
 * The root has nobody above it to decide: it is started again, with its children of before killed. One that was on its way
 * out is not.
 * @param kernel that of the worker that takes the lost one's place
 */
export function adoptRoot(
  kernel: Kernel,
  { ref, path }: { readonly ref: Ref; readonly path: string },
  args: unknown,
): void {
  const { table, worker } = kernel.host;
  const status = table.get(ref.id, COLUMN.status);
  if (status === STATUS.failed || status === STATUS.stopping) return;
  const behavior = table.get(ref.id, COLUMN.behavior);
  const cell = takeIn(kernel, { ref, behavior, path, args, parent: null, restart: 'transient', lazy: false });
  // Only its restarts have changed that.
  cell.incarnation = 1 + table.get(ref.id, COLUMN.restarts);
  cell.isHalted = true;
  cell.failure = failureFor(worker);
  recordFailure(kernel, cell, cell.failure);
  kernel.enqueueSignal(cell, { type: 'restart', incarnation: cell.incarnation, counted: 1, intensity: 1 });
}
