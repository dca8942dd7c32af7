/**
 * Stopping children: one after another in the reverse order of their start, each with its own time; whoever overruns it is
 * killed. What their supervisor does afterwards is in stop.ts.
 */
import { type AfterChildren, type Cell, Deadline } from './cell.ts';
import type { Child } from './child.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import type { Signal } from './signal.ts';
import { childrenStopped } from './stop.ts';
import { advance, childOf } from './supervise.ts';
import type { StopReason } from './trace.ts';

type SignalOf<T extends Signal['type']> = Extract<Signal, { readonly type: T }>;

export function stopChild(kernel: Kernel, cell: Cell, child: Child, reason: StopReason): void {
  if (child.phase === 'stopping') return;
  child.phase = 'stopping';
  watchOverrun(kernel, cell, child);
  kernel.signal(child.ref, { type: 'stop', reason, forced: false });
}

/** @param forced kills them all at once and does not wait */
export function stopChildrenThen(kernel: Kernel, cell: Cell, after: AfterChildren, forced = false): void {
  const isStoppingThem = cell.afterChildren !== undefined;
  cell.afterChildren = after;
  if (forced) {
    killChildren(kernel, cell);
    cell.stopOrder = undefined;
    cell.stopping = undefined;
    childrenStopped(kernel, cell);
  } else if (!isStoppingThem) {
    cell.stopOrder = [...(cell.children?.values() ?? [])];
    stopNextChild(kernel, cell);
  }
}

export function killChildren(kernel: Kernel, cell: Cell): void {
  for (const child of cell.children?.values() ?? []) {
    forgetOverrun(kernel, child);
    kernel.signal(child.ref, { type: 'stop', reason: 'killed', forced: true });
  }
  forgetChildren(cell);
}

/** Children stop in the reverse order of their start, one after another; then the cell goes on. */
function stopNextChild(kernel: Kernel, cell: Cell): void {
  for (let last = cell.stopOrder?.pop(); last !== undefined; last = cell.stopOrder?.pop()) {
    if (!cell.children?.has(last.ref.id)) continue;
    cell.stopping = last;
    stopChild(kernel, cell, last, 'shutdown');
    return;
  }
  cell.stopOrder = undefined;
  cell.stopping = undefined;
  forgetChildren(cell);
  childrenStopped(kernel, cell);
}

export function childStopped(kernel: Kernel, cell: Cell, { child: ref }: SignalOf<'child-stopped'>): void {
  const child = childOf(cell, ref);
  if (child === undefined) return;
  const { options, regroup: group } = child;
  forgetOverrun(kernel, child);
  cell.children?.delete(ref.id);
  if (options.isKept) {
    keepSpec(cell, child);
  } else if (child.number === 0) {
    cell.childNames?.delete(child.givenName);
  }
  if (group !== undefined) {
    group.members.splice(group.members.indexOf(child), 1);
    child.regroup = undefined;
    advance(kernel, cell, group);
  }
  // Another one may have stopped by itself meanwhile: it is not the one that is waited for.
  if (cell.stopping === child) stopNextChild(kernel, cell);
}

/** The oldest spec is forgotten when there are too many. */
function keepSpec(cell: Cell, child: Child): void {
  cell.stoppedChildren ??= new Map();
  cell.stoppedChildren.set(child.name, child);
  if (cell.stoppedChildren.size <= LIMITS.keptSpecsMax) return;
  const [oldest] = cell.stoppedChildren.keys();
  if (oldest === undefined) return;
  cell.stoppedChildren.delete(oldest);
  cell.childNames?.delete(oldest);
}

function forgetChildren(cell: Cell): void {
  cell.children?.clear();
  cell.stoppedChildren = undefined;
  cell.childNames?.clear();
}

/** A child may take so long to stop, and no longer. */
export function watchOverrun(kernel: Kernel, cell: Cell, child: Child): void {
  forgetOverrun(kernel, child);
  child.overrun = new Deadline(kernel.host.now() + child.options.shutdownMs, cell, { due: 'overrun', child });
  kernel.deadlines.add(child.overrun);
}

export function forgetOverrun(kernel: Kernel, child: Child): void {
  if (child.overrun !== undefined) kernel.deadlines.remove(child.overrun);
  child.overrun = undefined;
}

export function overrunDue(kernel: Kernel, child: Child): void {
  child.overrun = undefined;
  if (child.phase === 'halting') {
    const { ref, incarnation, regroup: group } = child;
    kernel.signal(ref, { type: 'halt', incarnation, forced: true, stash: group?.stash ?? -1 });
  } else {
    kernel.signal(child.ref, { type: 'stop', reason: 'killed', forced: true });
  }
}
