/** Questions about a run. None of them changes it: what has to be taken again for an answer is taken elsewhere in time. */
import { unreachable } from '../../base/assert.ts';
import { quantile } from '../../base/histogram.ts';
import { BREAKER_PHASES, COLUMN } from '../../kernel/actor-table.ts';
import type { Cell, Deadline } from '../../kernel/cell.ts';
import { waitingIn } from '../../kernel/mailbox.ts';
import { PlainCopier } from '../../kernel/plain-copier.ts';
import type {
  BranchEnd,
  BudgetView,
  CauseLink,
  Choice,
  Comparison,
  Inspection,
  StateChange,
  StepDetail,
  StepRecord,
  Timeline,
  TimerView,
  WaitingMessage,
} from '../simulation.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';
import { candidatesOf, scheduledKey } from './candidates.ts';
import { changesBetween } from './changes.ts';
import { actorAt } from './faults.ts';
import { contentOf, isMessage, signalLabel, timerLabel } from './recorder.ts';
import { ensureLogged, recordOf } from './records.ts';
import type { Simulator } from './simulator.ts';
import { contentOfMail } from './virtual-mail.ts';

/** A copy that goes on its own; what cannot be copied is told by its kind. */
function copied<T>(value: T): T {
  return new PlainCopier().value(value);
}

// ── What could be ───────────────────────────────────────────────────────────────────────────────────────────────────

export function choicesOf(simulator: Simulator): readonly Choice[] {
  const { system, branches } = simulator;
  const next = simulator.step + 1;
  const parting = branches.partingAt(next);
  return simulator.lookAhead(() => {
    const scheduled = scheduledKey(system);
    const takenBy = (key: string): readonly number[] =>
      parting.filter((number) => {
        const branch = branches.at(number);
        const intervention = branch.interventions.get(next);
        if (intervention !== undefined) return intervention.type === 'choice' && intervention.choice === key;
        return key === scheduled && branch.end >= next;
      });
    const choices = candidatesOf(system).map((candidate): Choice => {
      const { key, kind, path, worker } = candidate;
      const isScheduled = key === scheduled;
      const common = { key, kind, path, worker, atMs: system.nowMs, isScheduled, takenBy: takenBy(key) };
      switch (candidate.kind) {
        case 'timer':
          return { ...common, label: timerLabel(candidate.deadline), isSignal: true, message: null };
        case 'arrival': {
          const { kind: label, isSignal, message } = contentOfMail(candidate.mail);
          return { ...common, label, isSignal, message: copied(message) };
        }
        case 'turn': {
          const { cell } = candidate;
          const signal = cell.signals.length > 0 ? cell.signals.at(0) : undefined;
          if (signal !== undefined) {
            const message = copied(contentOf(signal));
            return { ...common, label: signalLabel(signal), isSignal: !isMessage(signal), message };
          }
          const message = waitingIn(cell.mailbox, 1)[0];
          return { ...common, label: message?.kind ?? '', isSignal: false, message: copied(message) };
        }
        default:
          return unreachable(candidate, 'candidate');
      }
    });
    return choices.sort((a, b) => Number(b.isScheduled) - Number(a.isScheduled));
  });
}

// ── What was ────────────────────────────────────────────────────────────────────────────────────────────────────────

export function stepsOf(simulator: Simulator, from: number, to: number): readonly StepRecord[] {
  const first = Math.max(1, from);
  const end = Math.min(to, first + SIMULATION_LIMITS.windowMax);
  ensureLogged(simulator, first, end);
  const records: StepRecord[] = [];
  for (let step = first; step < end; step++) {
    const record = recordOf(simulator, step);
    if (record !== undefined) records.push(record);
  }
  return records;
}

/** Undefined for a step that was never taken. */
export function detailOf(simulator: Simulator, step: number): StepDetail | undefined {
  ensureLogged(simulator, step, step + 1);
  const record = recordOf(simulator, step);
  const { system } = simulator;
  const { recorder } = system;
  if (record === undefined || recorder === undefined) return undefined;
  return simulator.excursion(() => {
    simulator.seek(step - 1);
    const before = copied(system.find(record.path)?.cell.state);
    recorder.capture = { message: null, sent: [], events: [] };
    try {
      simulator.forward();
      const { message, sent, events } = recorder.capture;
      const after = system.find(record.path)?.cell.state;
      const changes = record.path === '' ? [] : changesBetween(before, copied(after));
      return copied({ record, message, changes, sent, events });
    } finally {
      recorder.capture = undefined;
    }
  });
}

/** Links of one chain that are told, and steps that are looked at for it. */
const CHAIN_MAX = 200;
const HOPS_MAX = 1_000_000;
/** Steps before one that is not in the log that are taken again with it: its causes are among them. */
const LOOK_BACK_STEPS = 2_000;

/**
 * Whatever goes round in circles (a timer that is set again, a conversation) is told once: without that, the first cause of a
 * request would be thousands of ticks away.
 */
export function causesOf(simulator: Simulator, step: number): readonly CauseLink[] {
  const chain: CauseLink[] = [];
  const told = new Set<string>();
  let between = 0;
  for (let at = step, hops = 0; at > 0 && hops < HOPS_MAX && chain.length < CHAIN_MAX; hops++) {
    if (recordOf(simulator, at) === undefined) ensureLogged(simulator, at - LOOK_BACK_STEPS, at + 1);
    const record = recordOf(simulator, at);
    if (record === undefined) break;
    const { atMs, path, kind, label, marks } = record;
    // Nothing is caused by what comes after it.
    const cause = record.cause < at ? record.cause : 0;
    const name = `${kind} ${label} ${path}`;
    if (told.has(name) && marks.length === 0 && cause > 0) {
      between++;
    } else {
      const text = whatItDid(simulator, record, chain.at(-1));
      const rounds =
        between === 0 ? '' : `${text === '' ? '' : '; '}then ${between} more steps like the following ones`;
      chain.push({ step: at, atMs, path, kind, label, text: text + rounds });
      told.add(name);
      between = 0;
    }
    at = cause;
  }
  return chain.reverse();
}

function whatItDid(simulator: Simulator, record: StepRecord, next: CauseLink | undefined): string {
  const known = simulator.system.observations.slice().filter(({ step }) => step === record.step);
  // Of what is yet to come, or was long ago, the events have to be made again.
  const isForgotten = known.length === 0 && record.marks.length > 0;
  const events = isForgotten ? (detailOf(simulator, record.step)?.events ?? []) : known;
  const texts = events.flatMap((event) => {
    switch (event.type) {
      case 'failed':
        return [`failed: ${event.error}`];
      case 'restarted':
        return ['was restarted'];
      case 'escalated':
        return [`escalated: ${event.error}`];
      case 'breaker':
        return [`went from ${event.from} to ${event.to}: ${event.cause}`];
      case 'dead-letter':
        return [`${event.kind} to ${event.path} became a dead letter`];
      case 'violated':
        return [`broke the promise “${event.property}”`];
      case 'stopped':
        return ['stopped'];
      default:
        return [];
    }
  });
  if (texts.length > 0) return texts.join('; ');
  if (record.marks.length > 0) return record.marks.join(', ');
  if (next === undefined) return '';
  if (next.kind === 'timer') return `set the timer ${next.label}`;
  return next.path === record.path ? `led to ${next.label}` : `sent ${next.label} to ${next.path}`;
}

export function timelineOf({ branches }: Simulator, parts: number): Timeline {
  const furthest = Math.max(1, ...branches.list.map(({ end }) => end));
  const stepsPerPart = Math.max(1, Math.ceil(furthest / Math.max(1, Math.floor(parts))));
  return {
    stepsPerPart,
    rows: branches.list.map((_, branch) => ({ branch, parts: branches.partsOf(branch, stepsPerPart) })),
  };
}

// ── What is ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** @throws PlayhouseError `actor-not-found` */
export function inspectActor(simulator: Simulator, path: string): Inspection {
  const { system } = simulator;
  const record = recordOf(simulator, simulator.step);
  const changes: readonly StateChange[] =
    record?.path === path ? (detailOf(simulator, simulator.step)?.changes ?? []) : [];
  // Found only now: what went elsewhere in time and came back has other cells.
  const { kernel, cell } = actorAt(system, path, 'path');
  const timers = timersOf(kernel.deadlines.toSorted(), cell);
  const breaker = BREAKER_PHASES[system.table.get(cell.ref.id, COLUMN.breaker) - 1];
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
    budget: budgetOf(cell, system.nowMs),
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

function budgetOf(cell: Cell, nowMs: number): BudgetView | undefined {
  if (cell.children === undefined) return undefined;
  const { budget, intensity, periodMs } = cell.entry.definition.supervision;
  const spent = (cell.restartTimesMs ?? []).filter((atMs) => atMs >= nowMs - periodMs).length;
  const leftByChild = [...cell.children.values()].map(({ name, window }) => {
    const isOver = window === undefined || nowMs - window.startMs >= periodMs;
    return { child: name, left: intensity - (isOver ? 0 : window.count) };
  });
  return {
    kind: budget,
    intensity,
    periodMs,
    left: Math.max(0, intensity - spent),
    leftByChild: budget === 'per_child' ? leftByChild : [],
  };
}

// ── Two ends ────────────────────────────────────────────────────────────────────────────────────────────────────────

export function compareBranches(simulator: Simulator, left: number, right: number): Comparison {
  const { branches } = simulator;
  const ends = [left, right].map((number) =>
    simulator.excursion(() => {
      simulator.show(number);
      simulator.seek(branches.at(number).head);
      return { end: endOf(simulator, number), states: statesOf(simulator) };
    }),
  );
  const [a, b] = ends as [(typeof ends)[number], (typeof ends)[number]];
  const paths = new Set([...a.states.keys(), ...b.states.keys()]);
  const actors = [...paths].flatMap((path) => {
    const changes = changesBetween(a.states.get(path), b.states.get(path));
    return changes.length === 0 ? [] : [{ path, changes }];
  });
  return { commonStep: branches.commonStep(left, right), left: a.end, right: b.end, actors };
}

/** Actors whose states are compared. */
const COMPARED_MAX = 500;

function statesOf({ system }: Simulator): ReadonlyMap<string, unknown> {
  const copier = new PlainCopier();
  const entries = [...system.directory()].slice(0, COMPARED_MAX);
  return new Map(entries.map(([path, { cell }]) => [path, copier.value(cell.state)]));
}

function endOf(simulator: Simulator, branch: number): BranchEnd {
  const { system } = simulator;
  const { observations, kernels, table } = system;
  const cells = [...system.directory().values()].map(({ cell }) => cell);
  const sum = (column: number): number => cells.reduce((total, { ref }) => total + table.get(ref.id, column), 0);
  const inMs = (q: number): number | undefined => {
    const us = quantile(observations.latencyCounts, q);
    return us === undefined ? undefined : us / 1_000;
  };
  return {
    branch,
    step: system.step,
    atMs: system.stepMs,
    actors: cells.length,
    processed: kernels.reduce((total, { turns }) => total + turns, 0),
    failures: sum(COLUMN.failures),
    restarts: sum(COLUMN.restarts),
    deadLetters: kernels.reduce((total, { deadLetters }) => total + deadLetters.count, 0),
    answered: observations.answered,
    failed: observations.failed,
    p50Ms: inMs(0.5),
    p99Ms: inMs(0.99),
  };
}
