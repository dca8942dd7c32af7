/**
 * Coordinated shutdown (Pekko's): the end of a system, phase by phase, each phase a set of tasks that run together.
 *
 *   waiting ──Run──▶ phase 1 ──all tasks ended, or time is up──▶ phase 2 … ──▶ stopping ──one by one──▶ done
 *                       └──a task failed, and the phase does not recover──▶ aborted
 *
 * Invariants: it runs once, and whoever asks a second time hears the result of the first; a phase begins when those it
 * comes after have ended; no task is asked twice. It survives its own failures.
 */
import type { AskOutcome, Behavior } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { checkNumber, type ErrorReport, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import { type Ref, sameRef } from '../../kernel/ref.ts';
import { type MessageOf, type Schema, t } from '../../kernel/schema.ts';
import {
  type OrderedPhase,
  orderPhases,
  SHUTDOWN_LIMITS,
  SHUTDOWN_PHASES,
  type ShutdownPhase,
} from './shutdown-phases.ts';

/** What a task accepts; to spread into its protocol. It does its work and answers `Done`, or `ctx.fail`s the ask. */
export const shutdownTask = {
  ShutDown: { phase: t.string, replyTo: t.ref({ Done: {} }) },
} as const;

/**
 * What an actor needs to be stopped at the end: `protocol: { …, ...stoppable.protocol }`, `on: { …, ...stoppable.on }`. It
 * handles what came before, then its mailbox does what its behavior says (`mailbox.onStop`).
 */
export const stoppable = {
  protocol: { Stop: {} },
  on: {
    Stop: (_state: unknown, _message: { readonly kind: 'Stop' }, ctx: Pick<Context, 'stop'>): void => ctx.stop(),
  },
} as const;

const PHASE_REPORT = t.object({
  phase: t.string,
  /** Tasks that were asked. */
  tasks: t.uint32,
  /** Those that failed or took too long: `ask-timeout`. */
  failed: t.array(t.object({ task: t.string, code: t.string, message: t.string })),
});

const RESULT = {
  ShutdownDone: {
    phases: t.array(PHASE_REPORT),
    stopped: t.uint32,
    /** Actors that took longer than they may; they are left as they are. */
    unstopped: t.uint32,
  },
  /** The phase that did not recover; later ones did not run, and nobody was stopped. */
  ShutdownAborted: { phase: t.string, phases: t.array(PHASE_REPORT) },
} as const;

/** How a shutdown ended: done, with a report, or aborted in a phase. */
export type ShutdownResult = MessageOf<typeof RESULT>;
type PhaseReport = ShutdownResult['phases'][number];
type TaskRef = Ref<MessageOf<typeof shutdownTask>>;

const ADDED = { TaskAdded: { phase: t.string, name: t.string } } as const;

/** The protocol as the shutdown itself sees it; callers see `ShutdownProtocol`. */
const UNTYPED = {
  AddTask: { phase: t.string, name: t.string, task: t.ref(shutdownTask), replyTo: t.ref(ADDED) },
  Run: { replyTo: t.ref(RESULT) },
} as const;

/** `N`: names of the phases. */
export type ShutdownProtocol<N extends string> = {
  /** Asked: the answer `TaskAdded` says that it will be asked to `ShutDown` in that phase. */
  readonly AddTask: Omit<typeof UNTYPED.AddTask, 'phase'> & { readonly phase: Schema<N> };
  /** Asked: begins, or joins what has begun. The answer is the result, when there is one. */
  readonly Run: typeof UNTYPED.Run;
};

/** Who is asked to shut down in which phase. */
export interface ShutdownTask<N extends string = string> {
  readonly phase: N;
  /** Unique in its phase. */
  readonly name: string;
  readonly task: TaskRef;
}

/** The phases of a shutdown and their times. `N`: the names of the phases. */
export interface CoordinatedShutdownOptions<P extends readonly ShutdownPhase[]> {
  /** Default: `SHUTDOWN_PHASES`. */
  readonly phases?: P;
  /** How long each actor may take to stop at the end; default 5,000 ms. */
  readonly stopTimeoutMs?: number;
}

/** The tasks of a shutdown, and the actors it stops at the end. */
export interface CoordinatedShutdownArguments<N extends string = string> {
  /** Tasks that are known from the start; others follow with `AddTask`. */
  readonly tasks?: readonly ShutdownTask<N>[];
  /** Actors to stop at the end, in reverse order, one after another. A `permanent` child would be started again. */
  readonly stop?: readonly Ref<MessageOf<typeof stoppable.protocol>>[];
}

interface State {
  /** By phase. */
  readonly tasks: Map<string, ShutdownTask[]>;
  taskCount: number;
  /** Those still to stop, the next one last. */
  readonly toStop: Ref<MessageOf<typeof stoppable.protocol>>[];
  stopped: number;
  unstopped: number;
  /** Place of the phase that runs; −1 before the first. */
  place: number;
  /** Tasks of that phase whose outcome is not known yet. */
  pending: number;
  readonly reports: { readonly phase: string; readonly tasks: number; readonly failed: Failed[] }[];
  joined: Ref<ShutdownResult>[];
  result: ShutdownResult | null;
}

type Failed = PhaseReport['failed'][number];
type ShutdownContext = Omit<Context, 'self'>;

const TASKS_MAX = 1_000;
const JOINED_MAX = 1_000;
const STOP_TIMER = 'stop-timeout';

/**
 * An actor that ends a system in order. `Run` asks the tasks of each phase to `ShutDown`, all of a phase at the same time;
 * when they have answered or the phase's time (5 s) is up, the next phase begins. A failed task is reported and changes
 * nothing else, unless its phase has `recover: false`: then the shutdown is aborted. At the end it tells the actors in
 * `args.stop` to stop, one after another, and answers `ShutdownDone` with a report.
 *
 * `AddTask` fails with `duplicate-name`, `already-started` or `request-rejected` (1,000 tasks).
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the field: see `orderPhases`
 */
export function coordinatedShutdown<const P extends readonly ShutdownPhase[] = typeof SHUTDOWN_PHASES>(
  name: string,
  options: CoordinatedShutdownOptions<P> = {},
): Behavior<ShutdownProtocol<P[number]['name']>, CoordinatedShutdownArguments<P[number]['name']>> {
  const { stopTimeoutMs = SHUTDOWN_LIMITS.timeoutMsDefault } = options;
  checkNumber('stopTimeoutMs', stopTimeoutMs, 1, SHUTDOWN_LIMITS.timeoutMsMax, name);
  const phases = orderPhases(options.phases ?? SHUTDOWN_PHASES, name);
  const phaseName = t.literal(...phases.map((phase) => phase.name));

  const finish = (state: State, result: ShutdownResult, ctx: ShutdownContext): void => {
    state.result = result;
    for (const replyTo of state.joined) ctx.tell(replyTo, result);
    state.joined = [];
  };

  const beginNext = (state: State, ctx: ShutdownContext): void => {
    for (state.place++; state.place < phases.length; state.place++) {
      const { name: phase, timeoutMs } = phases[state.place] as OrderedPhase;
      const tasks = state.tasks.get(phase) ?? [];
      state.reports.push({ phase, tasks: tasks.length, failed: [] });
      state.pending = tasks.length;
      for (const { name: context, task } of tasks) {
        ctx.ask(task, { kind: 'ShutDown', phase }, { reply: 'Ended', timeoutMs, context });
      }
      if (tasks.length > 0) return;
    }
    stopNext(state, ctx);
  };

  const stopNext = (state: State, ctx: ShutdownContext): void => {
    const next = state.toStop.at(-1);
    if (next === undefined) {
      const { stopped, unstopped } = state;
      finish(state, { kind: 'ShutdownDone', phases: reportsOf(state), stopped, unstopped }, ctx);
      return;
    }
    ctx.watch(next);
    ctx.tell(next, { kind: 'Stop' });
    ctx.startTimer(STOP_TIMER, { kind: 'StopTimeout' }, stopTimeoutMs);
  };

  const behavior = actor(name, {
    protocol: { ...UNTYPED, AddTask: { ...UNTYPED.AddTask, phase: phaseName } },
    internal: { StopTimeout: {} },
    onFailure: { '*': 'resume' },
    state: ({ tasks = [], stop = [] }: CoordinatedShutdownArguments): State => {
      const state: State = {
        tasks: new Map(),
        taskCount: 0,
        toStop: [...stop],
        stopped: 0,
        unstopped: 0,
        place: -1,
        pending: 0,
        reports: [],
        joined: [],
        result: null,
      };
      for (const [index, task] of tasks.entries()) {
        const wrong = addTask(state, phases, task);
        if (wrong === undefined) continue;
        const field = `args.tasks[${index}]${wrong.field === undefined ? '' : `.${wrong.field}`}`;
        throw new PlayhouseError('invalid-configuration', `${name}: ${field}: ${wrong.message}`, field);
      }
      return state;
    },
    on: {
      AddTask(state, { phase, name: task, task: ref, replyTo }, ctx) {
        const wrong = addTask(state, phases, { phase, name: task, task: ref });
        if (wrong === undefined) ctx.tell(replyTo, { kind: 'TaskAdded', phase, name: task });
        else ctx.fail(replyTo, wrong);
      },
      Run(state, { replyTo }, ctx) {
        if (state.result !== null) return ctx.tell(replyTo, state.result);
        if (state.joined.length >= JOINED_MAX) {
          ctx.fail(replyTo, reportOf('request-rejected', `${JOINED_MAX} wait for the result of ${ctx.path} already.`));
          return;
        }
        state.joined.push(replyTo);
        if (state.place < 0) beginNext(state, ctx);
      },
      StopTimeout(state, _message, ctx) {
        const late = state.toStop.pop();
        state.unstopped++;
        if (late !== undefined) ctx.unwatch(late);
        stopNext(state, ctx);
      },
    },
    replies: {
      Ended(state: State, outcome: AskOutcome<{ readonly kind: 'Done' }, string>, ctx) {
        const report = state.reports.at(-1);
        const phase = phases[state.place];
        if (report === undefined || phase === undefined) return;
        if (!outcome.ok) {
          const { code, message } = outcome.error;
          report.failed.push({ task: outcome.context, code, message });
        }
        if (--state.pending > 0) return;
        if (phase.recover || report.failed.length === 0) return beginNext(state, ctx);
        finish(state, { kind: 'ShutdownAborted', phase: phase.name, phases: reportsOf(state) }, ctx);
      },
    },
    signals: {
      terminated(state, { ref }, ctx) {
        const expected = state.toStop.at(-1);
        if (expected === undefined || !sameRef(expected, ref)) return;
        ctx.cancelTimer(STOP_TIMER);
        state.toStop.pop();
        state.stopped++;
        stopNext(state, ctx);
      },
    },
  });
  return behavior as unknown as Behavior<
    ShutdownProtocol<P[number]['name']>,
    CoordinatedShutdownArguments<P[number]['name']>
  >;
}

/** @returns why not, when it is refused */
function addTask(state: State, phases: readonly OrderedPhase[], added: ShutdownTask): ErrorReport | undefined {
  const { phase, name } = added;
  if (!phases.some((known) => known.name === phase)) {
    return reportOf('invalid-message', `"${phase}" is no phase of this shutdown.`, 'phase');
  }
  if (state.place >= 0) return reportOf('already-started', 'The shutdown has begun: it takes no more tasks.');
  if (state.taskCount >= TASKS_MAX) return reportOf('request-rejected', `There are ${TASKS_MAX} tasks already.`);
  const tasks = state.tasks.get(phase) ?? [];
  if (tasks.some((known) => known.name === name)) {
    return reportOf('duplicate-name', `Phase "${phase}" has a task "${name}" already.`, 'name');
  }
  state.tasks.set(phase, [...tasks, added]);
  state.taskCount++;
  return undefined;
}

/** A copy: the answer must stay what it is. */
function reportsOf({ reports }: State): readonly PhaseReport[] {
  return reports.map(({ phase, tasks, failed }) => ({ phase, tasks, failed: [...failed] }));
}
