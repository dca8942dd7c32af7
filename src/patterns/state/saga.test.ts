/** Sagas: the course of a run against a dumb model, options, and what does not compile. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AskOutcome, RefOf } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import type { ErrorCode } from '../../kernel/errors.ts';
import { injectFault } from '../../kernel/inject.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { t } from '../../kernel/schema.ts';
import { TestSystem } from '../../kernel/testdata/test-system.ts';
import { inMemoryPersistence, type PersistenceRef } from './persistence.ts';
import { saga } from './saga.ts';
import { type SagaOptions, type SagaStep, sagaRequest } from './saga-options.ts';
import { beginRun, endOf, type PlannedStep, type SagaRun, settleStep } from './saga-run.ts';

const NOBODY: Ref = { node: 0, id: 0, generation: 0, ask: 0, protocol: 0 };
const UNDO_ATTEMPTS = 3;
/** The first was certainly not done, the others may have been. */
const FAILURES: readonly ErrorCode[] = [
  'request-rejected',
  'ask-timeout',
  'handler-failed',
  'target-stopped',
  'retries-exhausted',
];
const Store = inMemoryPersistence('Store');

interface Script {
  readonly canUndo: boolean;
  readonly fails: ErrorCode | null;
  /** Failures of its compensation before that works. */
  readonly undoFails: number;
}

/** Plays a run against a script; what was asked, in order, and how it ended. */
function play(scripts: readonly Script[]) {
  const plan: readonly PlannedStep[] = scripts.map(({ canUndo }, index) => ({ name: `s${index}`, canUndo }));
  const run: SagaRun = beginRun('r', 0, NOBODY as never);
  const asked: string[] = [];
  const undoFailures = scripts.map(({ undoFails }) => undoFails);
  for (;;) {
    const end = endOf(run, plan);
    if (end !== undefined) return { asked, end, stage: run.stage };
    const script = scripts[run.step];
    if (script === undefined) throw new Error('no such step');
    if (run.phase === 'doing') {
      asked.push(`do ${run.step}`);
      const error = script.fails === null ? undefined : { code: script.fails, message: 'no' };
      const done = { type: 'done', data: run.step } as const;
      settleStep(run, plan, error === undefined ? done : { type: 'failed', error }, UNDO_ATTEMPTS);
    } else {
      asked.push(`undo ${run.step}`);
      const fails = (undoFailures[run.step] ?? 0) > 0;
      undoFailures[run.step] = (undoFailures[run.step] ?? 0) - 1;
      const error = { code: 'request-rejected', message: 'no' } as const;
      settleStep(run, plan, fails ? { type: 'undo-failed', error } : { type: 'undone' }, UNDO_ATTEMPTS);
    }
  }
}

/** The same, said at once. */
function model(scripts: readonly Script[]) {
  const failed = scripts.findIndex(({ fails }) => fails !== null);
  const last = failed < 0 ? scripts.length - 1 : failed;
  const asked = Array.from({ length: last + 1 }, (_, index) => `do ${index}`);
  if (failed < 0) return { asked, notUndone: null };
  const isKnown = scripts[failed]?.fails === 'request-rejected';
  const notUndone: string[] = [];
  for (let index = isKnown ? failed - 1 : failed; index >= 0; index--) {
    const { canUndo = false, undoFails = 0 } = scripts[index] ?? {};
    if (!canUndo) continue;
    for (let attempt = 0; attempt < Math.min(undoFails + 1, UNDO_ATTEMPTS); attempt++) asked.push(`undo ${index}`);
    if (undoFails >= UNDO_ATTEMPTS) notUndone.push(`s${index}`);
  }
  return { asked, notUndone };
}

describe('the course of a run', () => {
  const script = fc.record({
    canUndo: fc.boolean(),
    fails: fc.oneof(
      { weight: 4, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constantFrom(...FAILURES) },
    ),
    undoFails: fc.integer({ min: 0, max: 4 }),
  });

  it('is that of the model (seed 11)', () => {
    fc.assert(
      fc.property(fc.array(script, { minLength: 1, maxLength: 8 }), (scripts) => {
        const { asked, end, stage } = play(scripts);
        const expected = model(scripts);
        expect(asked).toEqual(expected.asked);
        expect(end.kind === 'Aborted' ? end.notUndone : null).toEqual(expected.notUndone);
        expect(stage).toBe(asked.length);
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});

const Shop = actor('Shop', {
  protocol: { Reserve: { order: t.string, replyTo: t.ref({ Reserved: { ticket: t.int32 } }) }, Ping: {} },
  state: () => ({}),
  on: { Reserve: () => undefined, Ping: () => undefined },
});

const Undoable = actor('Undoable', {
  protocol: {
    Do: { run: t.string, replyTo: t.ref({ Done: {} }) },
    Undo: { run: t.string, replyTo: t.ref({ Done: {} }) },
  },
  /** Per run, the last thing that was asked for. */
  state: () => ({ last: {} as Record<string, string> }),
  onFailure: { '*': 'resume' },
  on: {
    Do(state, { run, replyTo }, ctx) {
      const luck = ctx.random();
      if (luck < 0.15) return ctx.fail(replyTo, { code: 'request-rejected', message: 'no' });
      state.last[run] = 'do';
      if (luck < 0.25) throw new Error('done, but broken');
      if (luck > 0.1) ctx.tell(replyTo, { kind: 'Done' });
    },
    Undo(state, { run, replyTo }, ctx) {
      const luck = ctx.random();
      if (luck < 0.2) return ctx.fail(replyTo, { code: 'request-rejected', message: 'not now' });
      state.last[run] = 'undo';
      if (luck > 0.3) ctx.tell(replyTo, { kind: 'Done' });
    },
  },
});

const STEPS = ['a', 'b', 'c'] as const;
type Undoables = Readonly<Record<(typeof STEPS)[number], RefOf<typeof Undoable>>>;

const Trip = saga('Trip', {
  input: {},
  data: () => ({}),
  steps: STEPS.map((name) => ({
    name,
    request: (_: object, targets: Undoables, run: string) => sagaRequest(targets[name], { kind: 'Do', run }),
    undo: (_: object, targets: Undoables, run: string) => sagaRequest(targets[name], { kind: 'Undo', run }),
  })),
  stepTimeoutMs: 20,
  undoAttempts: 1_000,
  retryMs: 5,
  snapshotEvery: 7,
  storeTimeoutMs: 20,
  recoveryAttempts: 100,
});

const Agency = actor('Agency', {
  protocol: { Go: { run: t.string } },
  supervision: { intensity: 1_000, periodMs: 1 },
  state: () => ({ trip: null as RefOf<typeof Trip> | null, ends: {} as Record<string, string> }),
  signals: {
    preStart(state, ctx) {
      const store = ctx.spawn(Store, { name: 'store', placement: 1 });
      const [a, b, c] = STEPS.map((name) => ctx.spawn(Undoable, { name, placement: 1 })) as [
        Undoables['a'],
        Undoables['b'],
        Undoables['c'],
      ];
      state.trip = ctx.spawn(Trip, { name: 'trip', args: { store, a, b, c } });
    },
  },
  on: {
    Go({ trip }, { run }, ctx) {
      const options = { reply: 'Ended', timeoutMs: 1_000_000, context: run } as const;
      if (trip !== null) ctx.ask(trip, { kind: 'Start', run, input: {} }, options);
    },
  },
  replies: {
    Ended(state, outcome: AskOutcome<AnyMessage, string>) {
      state.ends[outcome.context] = outcome.ok ? outcome.reply.kind : outcome.error.code;
    },
  },
});

/** A step does what was asked of it last, or nothing yet. */
const lastAsked = (system: TestSystem, step: string, run: string): string =>
  system.state<{ readonly last: Readonly<Record<string, string>> }>(`/root/${step}`).last[run] ?? 'undo';

describe('a coordinator', () => {
  it('does all of a run or nothing, whatever crashes and fails (seed 5)', () => {
    const seen: Record<string, number> = { Completed: 0, Aborted: 0, 'handler-failed': 0, restarts: 0 };
    const action = fc.constantFrom('go', 'go', 'crash', 'step', 'step', 'step', 'wait', 'refuse', 'lose-answer');
    fc.assert(
      fc.property(fc.array(action, { minLength: 10, maxLength: 60, size: 'max' }), (actions) => {
        const system = new TestSystem([Agency, Trip, Undoable, Store], { workers: 2 });
        system.start('Agency');
        let runs = 0;
        for (const one of actions) {
          if (one === 'go') system.post('/root', { kind: 'Go', run: `r${runs++}` } as never);
          else if (one === 'step') step(system);
          else if (one === 'wait') system.advance(7);
          else if (one === 'crash') crash(system);
          else system.post('/root/store', { kind: 'FailNext', operation: 'Append', how: one, count: 1 } as never);
        }
        system.settle();
        system.advance(20_000);
        const { ends } = system.state<{ readonly ends: Readonly<Record<string, string>> }>('/root');
        for (let run = 0; run < runs; run++) {
          const end = ends[`r${run}`] ?? 'none';
          const [a, b, c] = STEPS.map((name) => lastAsked(system, name, `r${run}`));
          // All three alike; and as the end says, where the answer to Start was not lost in a crash.
          expect([b, c]).toEqual([a, a]);
          if (end === 'Completed') expect(a).toBe('do');
          else if (end === 'Aborted' || end === 'request-rejected') expect(a).toBe('undo');
          else expect(end).toBe('handler-failed');
          seen[end] = (seen[end] ?? 0) + 1;
        }
        seen['restarts'] = (seen['restarts'] ?? 0) + system.find('/root/trip').cell.incarnation - 1;
      }),
      { seed: 5, numRuns: 400 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });
});

/** One turn of every worker, and one message between them: a crash can come between any two. */
function step(system: TestSystem): void {
  for (const kernel of system.kernels) kernel.run(1, 1);
  system.deliverOne();
}

function crash(system: TestSystem): void {
  const { kernel, cell } = system.find('/root/trip');
  injectFault(kernel, cell, { kind: 'crash', path: '/root/trip' });
}

interface Targets {
  readonly shop: RefOf<typeof Shop>;
}

const input = { cents: t.int32 } as const;
const reserve: SagaStep<{ cents: number }, Targets> = {
  name: 'reserve',
  request: (_, { shop }, run) => sagaRequest(shop, { kind: 'Reserve', order: run }),
};

describe('options', () => {
  type Options = SagaOptions<typeof input, { cents: number }, Targets>;
  const minimal: Options = { input, data: ({ cents }) => ({ cents }), steps: [reserve] };
  const refused: readonly [string, Partial<Options>, string][] = [
    ['no step', { steps: [] }, 'steps.length'],
    ['two steps of one name', { steps: [reserve, reserve] }, 'steps[1].name'],
    ['no time for a step', { steps: [{ ...reserve, timeoutMs: 0 }] }, 'steps[0].timeoutMs'],
    ['no run', { runsMax: 0 }, 'runsMax'],
    ['too many runs', { runsMax: 501 }, 'runsMax'],
    ['no memory of ends', { endedMax: 0 }, 'endedMax'],
    ['no time', { stepTimeoutMs: 0 }, 'stepTimeoutMs'],
    ['no attempt', { undoAttempts: 0 }, 'undoAttempts'],
    ['a negative pause', { retryMs: -1 }, 'retryMs'],
    ['a negative interval', { snapshotEvery: -1 }, 'snapshotEvery'],
  ];
  for (const [what, options, field] of refused) {
    it(`${what} is refused, naming ${field}`, () => {
      const make = () => saga('S', { ...minimal, ...options });
      expect(make).toThrowError(expect.objectContaining({ code: 'invalid-configuration', field }));
    });
  }
});

const Order = saga('Order', { input, data: ({ cents }): { cents: number } => ({ cents }), steps: [reserve] });

/** Never called: compiling it is the test. */
function mistakes(ctx: Context, shop: RefOf<typeof Shop>, store: PersistenceRef): void {
  sagaRequest(shop, { kind: 'Reserve', order: 'a' });
  // @ts-expect-error no such kind
  sagaRequest(shop, { kind: 'Charge', order: 'a' });
  // @ts-expect-error missing field
  sagaRequest(shop, { kind: 'Reserve' });
  // @ts-expect-error not a kind that can be asked
  sagaRequest(shop, { kind: 'Ping' });
  const order = ctx.spawn(Order, { args: { store, shop } });
  // @ts-expect-error no shop
  ctx.spawn(Order, { args: { store } });
  // @ts-expect-error no store
  ctx.spawn(Order, { args: { shop } });
  ctx.ask(order, { kind: 'Start', run: 'a', input: { cents: 1 } }, { reply: 'Ended', timeoutMs: 1 });
  // @ts-expect-error wrong input
  ctx.ask(order, { kind: 'Start', run: 'a', input: { cents: 'one' } }, { reply: 'Ended', timeoutMs: 1 });
  // @ts-expect-error what it tells itself is not for others
  ctx.tell(order, { kind: 'Settled', run: 'a', stage: 0, answer: null });
}

it('mistakes do not compile', () => expect(mistakes).toBeTypeOf('function'));
