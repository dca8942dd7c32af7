/**
 * One run of a saga as plain data, and what each outcome makes of it. No actors, no time.
 *
 *   doing 0 ──done──▶ doing 1 ──done──▶ … ──done──▶ completed
 *      │                │ failed
 *      ▼                ▼
 *   aborted ◀──undone── undoing 0 ◀──undone── …   (steps without compensation are passed over)
 *
 * A step whose outcome nobody knows (a time-out, a crash; see `isInDoubt`) may have been done, so it is undone too. A
 * compensation that fails is tried again; after so many failures it is given up and named in the outcome, and the ones before
 * it still run. `stage` counts the outcomes taken in: an outcome of an earlier stage is stale. (Garcia-Molina and Salem, Sagas, 1987.)
 */
import type { ErrorReport } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { isInDoubt } from '../guards/in-doubt.ts';

/** What of a step decides the course of a run. */
export interface PlannedStep {
  readonly name: string;
  readonly canUndo: boolean;
}

/** Why a run was aborted. */
export interface StepFailure {
  readonly step: string;
  readonly error: ErrorReport;
}

/** A run that is under way. `D` is the author's data. */
export interface SagaRun<D = unknown> {
  readonly run: string;
  /** Who hears how it ends. */
  readonly replyTo: Ref<AnyMessage>;
  data: D;
  phase: 'doing' | 'undoing';
  /** Index of the step that is being done or undone. */
  step: number;
  stage: number;
  /** Failures in a row of the present compensation. */
  failures: number;
  failure: StepFailure | null;
  /** Steps whose compensation was given up. */
  notUndone: readonly string[];
}

export type SagaEnd =
  | { readonly kind: 'Completed'; readonly run: string; readonly data: unknown }
  | {
      readonly kind: 'Aborted';
      readonly run: string;
      readonly step: string;
      readonly error: ErrorReport;
      readonly notUndone: readonly string[];
    };

/** What became of what was asked of the present step. */
export type StepOutcome =
  | { readonly type: 'done'; readonly data: unknown }
  | { readonly type: 'failed'; readonly error: ErrorReport }
  | { readonly type: 'undone' }
  | { readonly type: 'undo-failed'; readonly error: ErrorReport };

export function beginRun<D>(run: string, data: D, replyTo: Ref<AnyMessage>): SagaRun<D> {
  return { run, replyTo, data, phase: 'doing', step: 0, stage: 0, failures: 0, failure: null, notUndone: [] };
}

/** Takes in an outcome. @param undoAttempts failures of one compensation after which it is given up */
export function settleStep(
  run: SagaRun,
  plan: readonly PlannedStep[],
  outcome: StepOutcome,
  undoAttempts: number,
): void {
  run.stage++;
  const name = plan[run.step]?.name ?? '';
  switch (outcome.type) {
    case 'done':
      run.data = outcome.data;
      run.step++;
      return;
    case 'failed':
      run.failure = { step: name, error: outcome.error };
      run.phase = 'undoing';
      if (!isInDoubt(outcome.error)) run.step--;
      return passOver(run, plan);
    case 'undo-failed':
      run.failures++;
      if (run.failures < undoAttempts) return;
      run.notUndone = [...run.notUndone, name];
      break;
    case 'undone':
      break;
  }
  run.failures = 0;
  run.step--;
  passOver(run, plan);
}

/** To the next step back that has a compensation. */
function passOver(run: SagaRun, plan: readonly PlannedStep[]): void {
  while (run.step >= 0 && plan[run.step]?.canUndo !== true) run.step--;
}

/** How the run ended; undefined while it is under way. */
export function endOf(run: SagaRun, plan: readonly PlannedStep[]): SagaEnd | undefined {
  if (run.phase === 'doing') {
    return run.step < plan.length ? undefined : { kind: 'Completed', run: run.run, data: run.data };
  }
  if (run.step >= 0 || run.failure === null) return undefined;
  const { step, error } = run.failure;
  const text = `Step "${step}" failed: ${error.message}`;
  return {
    kind: 'Aborted',
    run: run.run,
    step,
    error: { code: 'saga-aborted', message: text, field: step },
    notUndone: run.notUndone,
  };
}
