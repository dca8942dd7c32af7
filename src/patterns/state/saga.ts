/**
 * Sagas: a long conversation with several actors, step by step, that is undone step by step when one of them fails. One
 * actor coordinates many runs; it is event-sourced, so that a run outlives a crash of its coordinator: after recovery each
 * run goes on with the step where it was. (Garcia-Molina and Salem, Sagas, 1987.)
 *
 * Invariant: nobody is asked for a step before the outcome of the one before it is stored. Hence a step may be asked for
 * twice (the coordinator crashed in between), never left out: those who carry out steps and compensations must recognise a
 * run that they know, and a compensation must bear that its step was never done.
 *
 * saga-run.ts holds the course of a run; here is what asks, waits and answers.
 */

import { copyOf } from '../../base/copy.ts';
import type { AskOutcome, Behavior } from '../../kernel/behavior.ts';
import { type ErrorReport, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { type Fields, type Schema, t } from '../../kernel/schema.ts';
import { eventSourced } from './event-sourced.ts';
import type { EventSourcedArgs, EventSourcedContext } from './event-sourced-options.ts';
import { checkSaga, SagaEndProtocol, type SagaOptions, type SagaProtocol, type SagaStep } from './saga-options.ts';
import {
  beginRun,
  endOf,
  type PlannedStep,
  type SagaEnd,
  type SagaRun,
  type StepOutcome,
  settleStep,
} from './saga-run.ts';

interface Ended {
  readonly end: SagaEnd;
  readonly replyTo: Ref<AnyMessage>;
}

interface SagaState {
  readonly runs: Map<string, SagaRun>;
  /** The latest at the end. */
  ended: Ended[];
  /** The run that the latest event ended, if it did: a crash may have cost its answer, and no other one's. */
  justEnded: string;
}

/** Which question an outcome answers. */
interface Asked {
  readonly run: string;
  readonly stage: number;
}

type Answer = { readonly ok: true; readonly reply: AnyMessage } | { readonly ok: false; readonly error: ErrorReport };

/** Sent by the coordinator to itself only, and by timers only: a full mailbox must not cost an outcome. */
const Internal = {
  Settled: { run: t.string, stage: t.uint32, answer: t.any },
  AskAgain: { run: t.string, stage: t.uint32 },
} as const;

const Events = {
  Began: { run: t.string, data: t.any, replyTo: t.ref() },
  Settled: { run: t.string, outcome: t.any },
} as const;

type SagaContext = EventSourcedContext<typeof Internal, 'Settled'>;

/**
 * The coordinator of a saga; spawn it with a store and the addresses that its steps need. `Start` begins a run; its answer
 * is how the run ended: `Completed`, or `Aborted` when a step failed and the completed ones were undone in reverse. After a
 * crash of the coordinator that answer may come twice.
 *
 * A step fails when its ask fails: refused with `ctx.fail`, not answered in time, crashed. A step that may have been done
 * (time-out, crash, a target that has stopped, `retries-exhausted`; see `isInDoubt`) is undone like the completed ones. A
 * compensation is tried up to 5 times, 100 ms apart; one that cannot be done is named in `notUndone`, and the others are done.
 *
 * A run with a name that is under way is refused with `already-started`, one too many with `request-rejected`.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function saga<const F extends Fields, D, A = unknown>(
  name: string,
  options: SagaOptions<F, D, A>,
): Behavior<SagaProtocol<F>, A & EventSourcedArgs> {
  const { runsMax = 100, endedMax = 100, stepTimeoutMs = 1_000, undoAttempts = 5, retryMs = 100 } = options;
  checkSaga(name, { runsMax, endedMax, stepTimeoutMs, undoAttempts, retryMs }, options.steps);
  const steps = options.steps as unknown as readonly SagaStep<unknown, unknown>[];
  const dataOf = options.data as (input: unknown) => unknown;
  const input = t.object(options.input) as unknown as Schema<unknown>;
  const plan: readonly PlannedStep[] = steps.map((step) => ({ name: step.name, canUndo: step.undo !== undefined }));

  /** By a timer, because that is never dropped. */
  const settle = ({ run, stage }: Asked, answer: Answer, delayMs: number, ctx: SagaContext): void =>
    ctx.startTimer(timerOf({ run, stage }), { kind: 'Settled', run, stage, answer }, delayMs);

  const ask = ({ run, stage, step: index, phase, data }: SagaRun, ctx: SagaContext, args: unknown): void => {
    const step = steps[index];
    const request = phase === 'doing' ? step?.request : step?.undo;
    if (step === undefined || request === undefined) return;
    try {
      const { to, message } = request(data as never, args as never, run);
      const timeoutMs = step.timeoutMs ?? stepTimeoutMs;
      ctx.ask(to, copyOf(message) as never, { reply: 'Settled', timeoutMs, context: { run, stage } });
    } catch (thrown) {
      // Whatever is wrong with it, nobody was asked: the step was certainly not done.
      const error =
        thrown instanceof PlayhouseError
          ? reportOf('request-rejected', thrown.message, thrown.field)
          : reportOf('request-rejected', String(thrown));
      settle({ run, stage }, { ok: false, error }, 0, ctx);
    }
  };

  /** After each stored outcome: what comes next in a run. */
  const goOn = (state: Readonly<SagaState>, run: string, ctx: SagaContext, args: unknown): void => {
    const present = state.runs.get(run);
    const ended = present === undefined ? endedRun(state, run) : undefined;
    if (ended !== undefined) ctx.tell(ended.replyTo, ended.end);
    if (present === undefined) return;
    if (present.failures === 0) return ask(present, ctx, args);
    const { stage } = present;
    ctx.startTimer(timerOf({ run, stage }), { kind: 'AskAgain', run, stage }, retryMs);
  };

  const outcomeOf = ({ phase, step, data }: SagaRun, answer: Answer): StepOutcome => {
    if (!answer.ok) return { type: phase === 'doing' ? 'failed' : 'undo-failed', error: answer.error };
    if (phase === 'undoing') return { type: 'undone' };
    const changed = copyOf(data);
    try {
      steps[step]?.done?.(changed, copyOf(answer.reply));
    } catch (thrown) {
      return { type: 'failed', error: reportOf('handler-failed', String(thrown)) };
    }
    return { type: 'done', data: changed };
  };

  const behavior = eventSourced(name, {
    protocol: { Start: { run: t.string, input, replyTo: t.ref(SagaEndProtocol) } },
    internal: Internal,
    events: Events,
    state: (): SagaState => ({ runs: new Map(), ended: [], justEnded: '' }),
    commands: {
      Start(state, { run, input: given, replyTo }, ctx) {
        const ended = endedRun(state, run);
        if (ended !== undefined) return ctx.tell(replyTo, ended.end as never);
        if (state.runs.has(run)) {
          return ctx.fail(replyTo, reportOf('already-started', `${ctx.path} has run "${run}" under way already.`));
        }
        if (state.runs.size >= runsMax) {
          ctx.countRejected();
          return ctx.fail(replyTo, reportOf('request-rejected', `${ctx.path} has ${runsMax} runs under way already.`));
        }
        try {
          return { kind: 'Began', run, data: copyOf(dataOf(given)), replyTo };
        } catch (thrown) {
          const text = `${ctx.path} cannot begin run "${run}": ${String(thrown)}`;
          return ctx.fail(replyTo, reportOf('request-rejected', text, 'input'));
        }
      },
      Settled(state, { run, stage, answer }) {
        const present = state.runs.get(run);
        if (present?.stage !== stage) return undefined;
        return { kind: 'Settled', run, outcome: outcomeOf(present, answer as Answer) };
      },
      AskAgain(state, { run, stage }, ctx, args) {
        const present = state.runs.get(run);
        if (present?.stage === stage) ask(present, ctx as never, args);
      },
    },
    apply: {
      Began(state, { run, data, replyTo }) {
        state.justEnded = '';
        state.runs.set(run, beginRun(run, data, replyTo as never));
      },
      Settled(state, { run, outcome }) {
        state.justEnded = '';
        const present = state.runs.get(run);
        if (present === undefined) return;
        settleStep(present, plan, outcome as StepOutcome, undoAttempts);
        const end = endOf(present, plan);
        if (end === undefined) return;
        state.justEnded = run;
        state.runs.delete(run);
        state.ended = [...state.ended, { end, replyTo: present.replyTo }].slice(-endedMax);
      },
    },
    stored: {
      Start: (state, { run }, ctx, _, args) => goOn(state, run, ctx as never, args),
      Settled: (state, { run }, ctx, _, args) => goOn(state, run, ctx as never, args),
    },
    replies: {
      Settled(state, outcome: AskOutcome<AnyMessage, Asked>, ctx) {
        const { run, stage } = outcome.context;
        if (state.runs.get(run)?.stage !== stage) return;
        const answer: Answer = outcome.ok ? { ok: true, reply: outcome.reply } : { ok: false, error: outcome.error };
        settle(outcome.context, answer, 0, ctx as never);
      },
    },
    signals: {
      /** Whoever was asked or answered last is so again: whether they heard of it nobody knows. */
      recovered(state, ctx, args) {
        goOn(state, state.justEnded, ctx as never, args);
        for (const run of state.runs.values()) ask(run, ctx as never, args);
      },
      refused(_, command, error, ctx) {
        if (command.kind !== 'Settled') return;
        // What `done` made of the data cannot be stored, now or later: then the step has failed.
        const isHopeless = error.code === 'invalid-message' || error.code === 'message-too-large';
        const failed: Answer = { ok: false, error: reportOf('handler-failed', error.message) };
        settle(command, isHopeless ? failed : (command.answer as Answer), retryMs, ctx as never);
      },
    },
    deleteEvents: true,
    ...optional('snapshotEvery', options.snapshotEvery),
    ...optional('storeTimeoutMs', options.storeTimeoutMs),
    ...optional('recoveryAttempts', options.recoveryAttempts),
    ...optional('recoveryRetryMs', options.recoveryRetryMs),
  });
  return behavior as unknown as Behavior<SagaProtocol<F>, A & EventSourcedArgs>;
}

/** A stage each: what comes late about an earlier one must not replace what is awaited now. */
function timerOf({ run, stage }: Asked): string {
  return `${stage} of ${run}`;
}

function endedRun({ ended }: Readonly<SagaState>, run: string): Ended | undefined {
  return ended.findLast(({ end }) => end.run === run);
}

function optional<K extends string>(key: K, value: number | undefined): { readonly [N in K]?: number } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [N in K]?: number };
}
