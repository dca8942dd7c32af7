/** Steps from the log as whoever is outside sees them, with names instead of numbers. */
import type { Mark, StepRecord } from '../simulation.ts';
import type { Simulator } from './simulator.ts';
import { KINDS, type LoggedStep, MARKS, markBit } from './step-log.ts';

const DEVIATION = markBit('deviation');

/** Undefined where the step is not in the log. */
export function recordOf(simulator: Simulator, step: number): StepRecord | undefined {
  const logged = simulator.system.recorder?.log.read(step);
  return logged && recordFrom(simulator, step, logged);
}

function recordFrom(simulator: Simulator, step: number, logged: LoggedStep): StepRecord {
  const { recorder } = simulator.system;
  return {
    step,
    atMs: logged.atMs,
    kind: KINDS[logged.kind] ?? 'message',
    path: recorder?.lifelines.path(logged.lifeline) ?? '',
    worker: logged.worker,
    label: recorder?.labels.text(logged.label) ?? '',
    cause: logged.cause,
    from: recorder?.lifelines.path(logged.sender) ?? '',
    sentMs: logged.sentMs,
    arrivedMs: logged.arrivedMs,
    busyMs: logged.busyMs,
    marks: marksOf(logged.marks),
    isDeviation: (logged.marks & DEVIATION) !== 0,
  };
}

function marksOf(bits: number): readonly Mark[] {
  return bits === 0 ? NONE : MARKS.filter((_, bit) => (bits & (1 << bit)) !== 0);
}

const NONE: readonly Mark[] = [];

/**
 * Sees to it that steps with from ≤ step < to are in the log, by taking them once more where they are not. Steps that were
 * never taken stay unknown.
 */
export function ensureLogged(simulator: Simulator, from: number, to: number): void {
  const { log } = simulator.system.recorder ?? {};
  const last = Math.min(to - 1, simulator.head);
  let first = Math.max(1, from);
  while (first <= last && log?.read(first) !== undefined) first++;
  if (log === undefined || first > last) return;
  simulator.excursion(() => {
    simulator.seek(first - 1);
    // Step by step: a keyframe on the way would jump over some.
    simulator.run(last, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  });
}
