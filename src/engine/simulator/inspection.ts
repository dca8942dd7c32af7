/** One actor now: its state, what waits for it, what it waits for, and what its supervision has left. */
import { BREAKER_PHASES, FIELD } from '../../kernel/actor-table.ts';
import type { Cell, Deadline } from '../../kernel/cell.ts';
import { waitingIn } from '../../kernel/mailbox.ts';
import type { BudgetView, Inspection, StateChange, TimerView, WaitingMessage } from '../simulation.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';
import { copied } from './copied.ts';
import { actorAt } from './faults.ts';
import { contentOf, isMessage, signalLabel, timerLabel } from './recorder.ts';
import { recordOf } from './records.ts';
import type { Simulator } from './simulator.ts';
import { detailOf } from './steps.ts';

/** @throws PlayhouseError `actor-not-found` */
export function inspectActor(simulator: Simulator, path: string): Inspection {
  const { system } = simulator;
  const record = recordOf(simulator, simulator.step);
  const changes: readonly StateChange[] =
    record?.path === path ? (detailOf(simulator, simulator.step)?.changes ?? []) : [];
  // Found only now: what went elsewhere in time and came back has other cells.
  const { kernel, cell } = actorAt(system, path, 'path');
  const timers = timersOf(kernel.deadlines.toSorted(), cell);
  const breaker = BREAKER_PHASES[system.table.field(cell.ref.id, FIELD.breaker) - 1];
  return copied({
    path,
    state: cell.state,
    changes,
    mailbox: waitingOf(simulator, cell),
    mailboxTotal: cell.signals.length + cell.mailbox.length,
    stashed: cell.stashed?.length ?? 0,
    timers: timers.slice(0, SIMULATION_LIMITS.timersShownMax),
    timersTotal: timers.length,
    asks: cell.asks?.size ?? 0,
    // Time may have passed since the latest step.
    budget: budgetOf(cell, Math.max(simulator.clockMs, system.nowMs)),
    breaker,
  });
}

function waitingOf(simulator: Simulator, cell: Cell): readonly WaitingMessage[] {
  const { system, clockMs } = simulator;
  const max = SIMULATION_LIMITS.mailboxShownMax;
  const waiting: WaitingMessage[] = [];
  const add = (thing: object, kind: string, isSignal: boolean, message: unknown): void => {
    const provenance = system.recorder?.provenances.of(thing);
    const { step: cause = 0, sender = -1, lifeline = 0, arrivedMs = clockMs } = provenance ?? {};
    const from = sender < 0 ? '' : (system.recorder?.lifelines.path(lifeline) ?? '');
    waiting.push({ kind, isSignal, message, from, cause, waitedMs: Math.max(0, clockMs - arrivedMs) });
  };
  for (let index = 0; index < cell.signals.length && waiting.length < max; index++) {
    const signal = cell.signals.at(index);
    add(signal, signalLabel(signal), !isMessage(signal), contentOf(signal));
  }
  for (const message of waitingIn(cell.mailbox, max - waiting.length)) add(message, message.kind, false, message);
  return waiting;
}

function timersOf(deadlines: readonly Deadline[], cell: Cell): readonly TimerView[] {
  return deadlines
    .filter((deadline) => deadline.cell === cell)
    .map((deadline) => {
      const { what, dueMs } = deadline;
      const isTimer = typeof what === 'object' && !('due' in what);
      const kind = timerLabel(deadline);
      return { key: isTimer ? what.key : kind, kind, dueMs, periodMs: isTimer ? what.periodMs : 0 };
    });
}

/** As a failure at this moment would find it: see kernel/supervision.ts. */
function budgetOf(cell: Cell, nowMs: number): BudgetView | undefined {
  if (cell.children === undefined) return undefined;
  const { budget, intensity, periodMs } = cell.entry.definition.supervision;
  const spent = (cell.restartTimesMs ?? []).filter((atMs) => atMs >= nowMs - periodMs).length;
  const leftByChild = [...cell.children.values()].map(({ name, budgetWindow: spentOf }) => {
    const isOver = spentOf === undefined || nowMs - spentOf.startMs > periodMs;
    return { child: name, left: intensity - (isOver ? 0 : spentOf.count) };
  });
  return {
    kind: budget,
    intensity,
    periodMs,
    left: Math.max(0, intensity - spent),
    leftByChild: budget === 'per_child' ? leftByChild : [],
  };
}
