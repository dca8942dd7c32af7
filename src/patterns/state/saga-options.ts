/** What an author says about a saga, and what its coordinator accepts. saga.ts makes an actor of it. */
import type { Askable } from '../../kernel/context.ts';
import { checkNumber, checkWhole, PlayhouseError } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { type Fields, type InferFields, type MessageOf, type Schema, t } from '../../kernel/schema.ts';

/** Whom a step asks for what; from `sagaRequest`. */
export interface SagaRequest {
  readonly to: Ref<AnyMessage>;
  readonly message: AnyMessage;
}

/** Whom a step or a compensation asks, and for what. Checked against the protocol of whom it asks. */
export function sagaRequest<M extends AnyMessage>(to: Ref<M>, message: NoInfer<Askable<M>>): SagaRequest {
  return { to: to as unknown as Ref<AnyMessage>, message: message as unknown as AnyMessage };
}

/** One step. `D`: the data of a run, `A`: the arguments of the spawn (the addresses of those who are asked). */
export interface SagaStep<D, A> {
  /** Unique within the saga; named when the saga is aborted. */
  readonly name: string;
  readonly request: (data: Readonly<D>, args: Readonly<A>, run: string) => SagaRequest;
  /** Notes in the data what the answer says. A failure here is a failure of the step, which then is undone too. */
  done?(data: D, reply: AnyMessage): void;
  /** The compensation; without it there is nothing to undo. */
  readonly undo?: (data: Readonly<D>, args: Readonly<A>, run: string) => SagaRequest;
  /** For this step and its compensation, each; default that of the saga. */
  readonly timeoutMs?: number;
}

/** `F`: the fields of the input, `D`: the data of a run, `A`: the arguments of the spawn beside the store. */
export interface SagaOptions<F extends Fields, D, A> {
  /** What `Start` brings. */
  readonly input: F;
  /** What a run remembers: plain data. */
  readonly data: (input: InferFields<F>) => D;
  /** At least one, in the order in which they are done. */
  readonly steps: readonly SagaStep<D, A>[];
  /** Runs under way at a time; 1 … 500, default 100. More are refused with `request-rejected`. */
  readonly runsMax?: number;
  /** Ends of runs that are remembered, to answer a repeated `Start`; 1 … 10,000, default 100. The oldest go first. */
  readonly endedMax?: number;
  /** How long a step or a compensation may take, in ms; default 1,000. */
  readonly stepTimeoutMs?: number;
  /** Tries of one compensation; 1 … 1,000, default 5. */
  readonly undoAttempts?: number;
  /** Pause before a compensation, or a write that the store refused, is tried again, in ms; default 100. */
  readonly retryMs?: number;
  /** As for `eventSourced`. */
  readonly snapshotEvery?: number;
  readonly storeTimeoutMs?: number;
  readonly recoveryAttempts?: number;
  readonly recoveryRetryMs?: number;
}

/** How a run ends: with its data, or with the step that failed and why (`saga-aborted`); `notUndone` names what could not be undone. */
export const SagaEndProtocol = {
  Completed: { run: t.string, data: t.any },
  Aborted: {
    run: t.string,
    step: t.string,
    error: t.object({ code: t.literal('saga-aborted'), message: t.string, field: t.string }),
    notUndone: t.array(t.string),
  },
} as const;

/** What the coordinator of a saga accepts. `run` names the run; the name of one that has ended is answered with its end. */
export type SagaProtocol<F extends Fields> = {
  readonly Start: {
    readonly run: Schema<string>;
    readonly input: Schema<InferFields<F>>;
    readonly replyTo: Schema<Ref<MessageOf<typeof SagaEndProtocol>>>;
  };
};

type CheckedOptions = Readonly<Record<'runsMax' | 'endedMax' | 'stepTimeoutMs' | 'undoAttempts' | 'retryMs', number>>;

/** @throws PlayhouseError `invalid-configuration`, naming the option */
export function checkSaga(
  name: string,
  { runsMax, endedMax, stepTimeoutMs, undoAttempts, retryMs }: CheckedOptions,
  steps: readonly { readonly name: string; readonly timeoutMs?: number }[],
): void {
  checkWhole('runsMax', runsMax, 1, 500, name);
  checkWhole('endedMax', endedMax, 1, 10_000, name);
  checkNumber('stepTimeoutMs', stepTimeoutMs, 1, 2 ** 31, name);
  checkWhole('undoAttempts', undoAttempts, 1, 1_000, name);
  checkNumber('retryMs', retryMs, 0, 2 ** 31, name);
  checkWhole('steps.length', steps.length, 1, 100, name);
  for (const [index, step] of steps.entries()) {
    const field = `steps[${index}]`;
    if (step.timeoutMs !== undefined) checkNumber(`${field}.timeoutMs`, step.timeoutMs, 1, 2 ** 31, name);
    if (steps.findIndex((other) => other.name === step.name) === index) continue;
    const text = `${name}: two steps are named "${step.name}".`;
    throw new PlayhouseError('invalid-configuration', text, `${field}.name`);
  }
}
