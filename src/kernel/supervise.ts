/**
 * The supervisor's side: deciding about failed children, and restarting them in groups. Stopping them is in stop-children.ts.
 *
 * A restart has two halves so that a group is never half old and half new: its members are halted in the reverse order of
 * their start, one after another; then, perhaps after a backoff, they are started in order. Meanwhile the supervisor keeps
 * serving: everything here happens between its turns.
 */
import { unreachable } from '../base/assert.ts';
import { STATUS } from './actor-table.ts';
import type { Decision } from './behavior.ts';
import { type Cell, Deadline } from './cell.ts';
import type { Child, Regroup } from './child.ts';
import type { Kernel } from './kernel.ts';
import { failWith, setStatus } from './lifecycle.ts';
import { LIMITS } from './limits.ts';
import { type Ref, sameRef } from './ref.ts';
import type { Signal } from './signal.ts';
import { forgetOverrun, stopChild, stopChildrenThen, watchOverrun } from './stop-children.ts';
import { backoffDelayMs, ruleFor, spendInWindow, spendRestart } from './supervision.ts';

type SignalOf<T extends Signal['type']> = Extract<Signal, { readonly type: T }>;

export function childOf(cell: Cell, ref: Ref): Child | undefined {
  const child = cell.children?.get(ref.id);
  return child !== undefined && sameRef(child.ref, ref) ? child : undefined;
}

/** Being halted or stopped anyway: its failures need no decision. */
function isOnItsWayOut({ phase }: Child): boolean {
  return phase === 'halting' || phase === 'stopping';
}

// ── Deciding ────────────────────────────────────────────────────────────────────────────────────────────────────────

export function childFailed(kernel: Kernel, cell: Cell, signal: SignalOf<'child-failed'>): void {
  const child = childOf(cell, signal.child);
  // A report of an earlier incarnation, or about one that is on its way out anyway, needs no decision.
  if (child === undefined || child.incarnation !== signal.incarnation || isOnItsWayOut(child)) return;
  if (cell.afterChildren !== undefined) return;
  child.phase = 'down';
  child.canResume = signal.canResume;
  const decision = decide(cell, child, signal.kind);
  switch (decision) {
    case 'resume':
      if (!signal.canResume) return restartChild(kernel, cell, child, signal.error);
      child.phase = 'up';
      return kernel.signal(child.ref, { type: 'resume', incarnation: child.incarnation });
    case 'restart':
      return restartChild(kernel, cell, child, signal.error);
    case 'stop':
      return stopChild(kernel, cell, child, 'failed');
    case 'escalate': {
      const { intensity, periodMs } = cell.entry.definition.supervision;
      const { kind, error } = signal;
      kernel.host.emit({
        type: 'escalated',
        path: cell.path,
        child: child.name,
        cause: 'rule',
        intensity,
        periodMs,
        error,
      });
      const text = `${child.name}: ${error}`.slice(0, LIMITS.errorTextMax);
      return failWith(kernel, cell, { kind, error: text, during: 'supervision' }, signal.canResume);
    }
    default:
      return unreachable(decision, 'decision');
  }
}

function decide(cell: Cell, { entry, options }: Child, kind: string): Decision {
  const { supervision } = cell.entry.definition;
  const decision = ruleFor(kind, [entry.definition.onFailure, options.onFailure, supervision.onFailure]) ?? 'restart';
  return decision === 'restart' && options.restart === 'temporary' ? 'stop' : decision;
}

/** A permanent child stopped itself: it is started again, as after a failure. */
export function childExited(kernel: Kernel, cell: Cell, signal: SignalOf<'child-exited'>): void {
  const child = childOf(cell, signal.child);
  if (child === undefined || child.incarnation !== signal.incarnation || isOnItsWayOut(child)) return;
  if (cell.afterChildren !== undefined) return;
  child.phase = 'down';
  restartChild(kernel, cell, child, 'it stopped itself');
}

// ── Restarting ──────────────────────────────────────────────────────────────────────────────────────────────────────

function restartChild(kernel: Kernel, cell: Cell, child: Child, error: string): void {
  const { intensity, periodMs, budget } = cell.entry.definition.supervision;
  const nowMs = kernel.host.now();
  if (budget === 'per_child') {
    child.budgetWindow ??= { startMs: nowMs, count: 0 };
    const counted = spendInWindow(child.budgetWindow, nowMs, intensity, periodMs);
    if (counted === 0) return stopChild(kernel, cell, child, 'failed');
    return regroup(kernel, cell, child, counted);
  }
  cell.restartTimesMs ??= [];
  const times = cell.restartTimesMs;
  const counted = child.isForgiven ? Math.max(1, times.length) : spendRestart(times, nowMs, intensity, periodMs);
  if (counted > 0) return regroup(kernel, cell, child, counted);
  const { name } = child;
  kernel.host.emit({ type: 'escalated', path: cell.path, child: name, cause: 'budget', intensity, periodMs, error });
  cancelRegroups(kernel, cell);
  if (!cell.isHalted) setStatus(kernel, cell, STATUS.failed);
  const text = `restart budget used up (${intensity} in ${periodMs / 1000} s): ${name}: ${error}`;
  stopChildrenThen(kernel, cell, {
    then: 'give-up',
    kind: 'restart-budget-exceeded',
    error: text.slice(0, LIMITS.errorTextMax),
  });
}

/** A supervisor goes on with its state: so do the children whose failures it had escalated. */
export function resumeDown(kernel: Kernel, cell: Cell): void {
  for (const child of [...(cell.children?.values() ?? [])]) {
    if (child.phase !== 'down' || child.regroup?.stage === 'halting') continue;
    if (!child.canResume) {
      restartChild(kernel, cell, child, 'it has no state to go on with');
      continue;
    }
    child.phase = 'up';
    kernel.signal(child.ref, { type: 'resume', incarnation: child.incarnation });
  }
}

/** A supervisor was restarted and kept its children: those that had failed start anew. */
export function restartDown(kernel: Kernel, cell: Cell, counted: number): void {
  for (const child of [...(cell.children?.values() ?? [])]) {
    if (child.phase === 'down' && child.regroup?.stage !== 'halting') regroup(kernel, cell, child, counted);
  }
}

/** Starts the restart of a child and of those that its failure concerns. */
function regroup(kernel: Kernel, cell: Cell, failed: Child, counted: number): void {
  const { intensity, backoff } = cell.entry.definition.supervision;
  const members = membersFor(cell, failed);
  for (const member of members) {
    member.isForgiven = false;
    if (member.regroup !== undefined) cancel(kernel, cell, member.regroup);
  }
  if (backoff !== undefined && kernel.host.now() - failed.startedMs >= backoff.resetAfterMs) failed.failures = 0;
  const group: Regroup = {
    members,
    counted,
    intensity,
    backoffMs: backoff === undefined ? 0 : backoffDelayMs(failed.failures++, backoff, kernel.host.random()),
    stash: backoff?.stash ?? -1,
    stage: 'halting',
    deadline: undefined,
  };
  if (backoff !== undefined) {
    const { name: child } = failed;
    const delayMs = Math.round(group.backoffMs);
    kernel.host.emit({ type: 'backoff', path: cell.path, child, delayMs, failures: failed.failures });
  }
  cell.regroups ??= new Set();
  cell.regroups.add(group);
  for (const child of members) child.regroup = group;
  advance(kernel, cell, group);
}

/** The children that a failure concerns, in the order of their start. */
function membersFor(cell: Cell, failed: Child): Child[] {
  const { strategy } = cell.entry.definition.supervision;
  if (strategy === 'one_for_one') return [failed];
  const all = [...(cell.children?.values() ?? [])];
  const first = strategy === 'one_for_all' ? 0 : all.indexOf(failed);
  // Whoever is being restarted already and is not up again joins in: a group is never started from its middle.
  const isUnfinished = ({ regroup: group, phase }: Child): boolean =>
    group !== undefined && (phase !== 'up' || group.stage === 'halting');
  return all.filter((child, index) => index >= first || isUnfinished(child));
}

/** Takes the next step of a restart; called whenever a member has taken its own. */
export function advance(kernel: Kernel, cell: Cell, group: Regroup): void {
  if (group.stage === 'halting') {
    for (const child of group.members.toReversed()) {
      if (child.phase === 'halted') continue;
      if (child.phase !== 'halting' && child.phase !== 'stopping') haltChild(kernel, cell, child, group);
      return;
    }
    group.stage = group.backoffMs > 0 ? 'waiting' : 'starting';
    if (group.stage === 'waiting') {
      group.deadline = new Deadline(kernel.host.now() + group.backoffMs, cell, { due: 'backoff', regroup: group });
      kernel.deadlines.add(group.deadline);
    }
  }
  if (group.stage === 'waiting') return;
  for (const child of group.members) {
    if (child.phase === 'starting' || child.phase === 'stopping') return;
    if (child.phase !== 'halted') continue;
    startChild(kernel, child, group);
    return;
  }
  cell.regroups?.delete(group);
  for (const child of group.members) child.regroup = undefined;
}

function haltChild(kernel: Kernel, cell: Cell, child: Child, { stash }: Regroup): void {
  // A temporary child is never started again, whoever's failure it was.
  if (child.options.restart === 'temporary') return stopChild(kernel, cell, child, 'shutdown');
  child.phase = 'halting';
  watchOverrun(kernel, cell, child);
  kernel.signal(child.ref, { type: 'halt', incarnation: child.incarnation, forced: false, stash });
}

function startChild(kernel: Kernel, child: Child, { counted, intensity }: Regroup): void {
  kernel.signal(child.ref, { type: 'restart', incarnation: child.incarnation, counted, intensity });
  child.phase = 'starting';
  child.incarnation++;
  child.startedMs = kernel.host.now();
}

export function backoffOver(kernel: Kernel, cell: Cell, group: Regroup): void {
  group.stage = 'starting';
  advance(kernel, cell, group);
}

export function childHalted(kernel: Kernel, cell: Cell, signal: SignalOf<'child-halted'>): void {
  const child = childOf(cell, signal.child);
  if (child === undefined || child.phase !== 'halting' || child.incarnation !== signal.incarnation) return;
  child.phase = 'halted';
  forgetOverrun(kernel, child);
  if (child.regroup !== undefined) advance(kernel, cell, child.regroup);
}

export function childReady(kernel: Kernel, cell: Cell, signal: SignalOf<'child-ready'>): void {
  const child = childOf(cell, signal.child);
  if (child === undefined || child.phase !== 'starting' || child.incarnation !== signal.incarnation) return;
  child.phase = 'up';
  if (child.regroup !== undefined) advance(kernel, cell, child.regroup);
}

function cancel(kernel: Kernel, cell: Cell, group: Regroup): void {
  if (group.deadline !== undefined) kernel.deadlines.remove(group.deadline);
  cell.regroups?.delete(group);
  for (const child of group.members) child.regroup = undefined;
}

export function cancelRegroups(kernel: Kernel, cell: Cell): void {
  for (const group of [...(cell.regroups ?? [])]) cancel(kernel, cell, group);
}
