/** Coordinated shutdown K1: the order of phases, cycles, time-outs, running once, and the end of the actors. */
import { type AskOutcome, actor, PlayhouseError, type RefOf, t } from '../index.ts';
import {
  coordinatedShutdown,
  type ShutdownResult,
  shutdownTask,
  stoppable,
} from '../patterns/talking/coordinated-shutdown.ts';
import { type Case, type Driver, equal, holds } from './case.ts';

const Ending = coordinatedShutdown('Ending', {
  phases: [
    { name: 'last', after: ['left', 'right'] },
    { name: 'right', after: ['first'], timeoutMs: 60 },
    { name: 'left', after: ['first'], timeoutMs: 10_000, recover: false },
    { name: 'first' },
  ],
  stopTimeoutMs: 10_000,
});

const NoteProtocol = { Note: { text: t.string } } as const;
const noteRef = t.ref(NoteProtocol);
type Notes = RefOf<{ readonly protocol: typeof NoteProtocol }>;

/** Writes down that it was asked; then answers, refuses, or says nothing. */
const Task = actor('EndingTask', {
  protocol: shutdownTask,
  state: ({ name, does, notes }: { readonly name: string; readonly does: string; readonly notes: Notes }) => ({
    name,
    does,
    notes,
  }),
  on: {
    ShutDown({ name, does, notes }, { phase, replyTo }, ctx) {
      ctx.tell(notes, { kind: 'Note', text: `${phase}/${name}` });
      if (does === 'answer') ctx.tell(replyTo, { kind: 'Done' });
      else if (does === 'refuse') ctx.fail(replyTo, { code: 'request-rejected', message: 'not now' });
    },
  },
});

const WorkerProtocol = { Work: { count: t.uint32, notes: noteRef }, ...stoppable.protocol } as const;

/** Tells itself how often to work, so that some of it waits behind the stop. */
const workerDefinition = {
  protocol: { ...WorkerProtocol, Item: { notes: noteRef } },
  state: () => ({ done: 0 }),
} as const;

const Drains = actor('EndingDrains', {
  ...workerDefinition,
  mailbox: { onStop: 'drain' },
  on: {
    ...stoppable.on,
    Work(_state, { count, notes }, ctx) {
      for (let index = 0; index < count; index++) ctx.tell(ctx.self, { kind: 'Item', notes });
    },
    Item: (_state, { notes }, ctx) => ctx.tell(notes, { kind: 'Note', text: 'drained' }),
  },
  signals: { preStart: () => undefined },
});

const Drops = actor('EndingDrops', {
  ...workerDefinition,
  on: {
    ...stoppable.on,
    Work(_state, { count, notes }, ctx) {
      for (let index = 0; index < count; index++) ctx.tell(ctx.self, { kind: 'Item', notes });
    },
    Item: (_state, { notes }, ctx) => ctx.tell(notes, { kind: 'Note', text: 'dropped' }),
  },
});

interface Plan {
  readonly phase: 'first' | 'left' | 'right' | 'last';
  readonly name: string;
  readonly does: 'answer' | 'refuse' | 'nothing';
}

const System = actor('EndingSystem', {
  protocol: { ...NoteProtocol, Run: {}, AddTask: { name: t.string }, Late: { count: t.uint32 } },
  state: ({ plans }: { readonly plans: readonly Plan[] }) => ({
    plans,
    notes: [] as string[],
    results: [] as ShutdownResult[],
    refusals: [] as string[],
    ending: null as RefOf<typeof Ending> | null,
    drains: null as RefOf<typeof Drains> | null,
    drops: null as RefOf<typeof Drops> | null,
    terminated: [] as string[],
  }),
  signals: {
    preStart(state, ctx) {
      const tasks = state.plans.map(({ phase, name, does }, index) => ({
        phase,
        name,
        task: ctx.spawn(Task, { name, args: { name, does, notes: ctx.self }, placement: index % 2 }),
      }));
      state.drains = ctx.spawn(Drains, { name: 'drains', placement: 1 });
      state.drops = ctx.spawn(Drops, { name: 'drops', placement: 0 });
      ctx.watch(state.drains);
      ctx.watch(state.drops);
      const args = { tasks, stop: [state.drains, state.drops] };
      state.ending = ctx.spawn(Ending, { name: 'ending', args, placement: 1 });
    },
    terminated(state, { ref }) {
      state.terminated.push(ref.id === state.drains?.id ? 'drains' : 'drops');
    },
  },
  on: {
    Note: (state, { text }) => void state.notes.push(text),
    Run({ ending }, _message, ctx) {
      if (ending !== null) ctx.ask(ending, { kind: 'Run' }, { reply: 'Ended', timeoutMs: 20_000 });
    },
    AddTask({ ending }, { name }, ctx) {
      if (ending === null) return;
      const task = ctx.spawn(Task, { name, args: { name, does: 'answer', notes: ctx.self } });
      ctx.ask(ending, { kind: 'AddTask', phase: 'last', name: 'added', task }, { reply: 'Added', timeoutMs: 10_000 });
    },
    /** To each worker: an order for work, the stop, and the work comes after it. */
    Late({ drains, drops }, { count }, ctx) {
      for (const worker of [drains, drops]) {
        if (worker === null) continue;
        ctx.tell(worker, { kind: 'Work', count, notes: ctx.self });
        ctx.tell(worker, { kind: 'Stop' });
      }
    },
  },
  replies: {
    Ended(state, outcome: AskOutcome<ShutdownResult>) {
      if (outcome.ok) state.results.push(outcome.reply);
      else state.refusals.push(outcome.error.code);
    },
    Added(state, outcome: AskOutcome) {
      state.refusals.push(outcome.ok ? 'added' : outcome.error.code);
    },
  },
});

interface SystemState {
  readonly notes: readonly string[];
  readonly results: readonly ShutdownResult[];
  readonly refusals: readonly string[];
  readonly terminated: readonly string[];
}

const system = (driver: Driver) => driver.state<SystemState>('/root');

async function results(driver: Driver, count = 1): Promise<readonly ShutdownResult[]> {
  await driver.until(`${count} results`, async () => (await system(driver)).results.length >= count);
  return (await system(driver)).results;
}

const plan = (phase: Plan['phase'], name: string, does: Plan['does'] = 'answer'): Plan => ({ phase, name, does });
const base = { behaviors: [System, Ending, Task, Drains, Drops], root: System } as const;

export const SHUTDOWN_CASES: readonly Case[] = [
  {
    ...base,
    id: 'K1',
    title: 'shutdown phases run in topological order, tasks of a phase together, once; then the actors are stopped',
    args: {
      plans: [plan('last', 'd'), plan('left', 'b'), plan('first', 'a1'), plan('right', 'c'), plan('first', 'a2')],
    },
    async run(driver) {
      await driver.send('/root', { kind: 'Run' });
      await driver.send('/root', { kind: 'Run' });
      const [first, second] = await results(driver, 2);
      const report = (phase: string, tasks: number) => ({ phase, tasks, failed: [] });
      const expected = {
        kind: 'ShutdownDone',
        phases: [report('first', 2), report('right', 1), report('left', 1), report('last', 1)],
        stopped: 2,
        unstopped: 0,
      };
      equal(first, expected, 'result');
      equal(second, expected, 'result of the second run');
      const { notes, terminated } = await system(driver);
      equal([...notes.slice(0, 2)].sort(), ['first/a1', 'first/a2'], 'first phase');
      equal(notes.slice(2), ['right/c', 'left/b', 'last/d'], 'later phases');
      equal(terminated, ['drops', 'drains'], 'stopped in reverse order');
      await driver.send('/root', { kind: 'Run' });
      equal((await results(driver, 3))[2], expected, 'result of a run after the end');
      equal((await system(driver)).notes.length, 5, 'tasks asked');
    },
  },
  {
    ...base,
    id: 'shutdown-cycle',
    args: { plans: [] },
    title: 'a cycle, an unknown phase and a duplicate are refused when they are defined, naming the field',
    async run() {
      const field = (phases: Parameters<typeof coordinatedShutdown>[1]): string => {
        try {
          coordinatedShutdown('Wrong', phases);
        } catch (thrown) {
          if (thrown instanceof PlayhouseError) return `${thrown.code} ${thrown.field}`;
        }
        return 'accepted';
      };
      const cycle = [
        { name: 'a', after: ['b'] },
        { name: 'b', after: ['a'] },
      ];
      equal(field({ phases: cycle as never }), 'invalid-configuration phases[0].after[0]', 'a cycle');
      const unknown = [{ name: 'a', after: ['z'] }];
      equal(field({ phases: unknown as never }), 'invalid-configuration phases[0].after[0]', 'an unknown phase');
      const duplicate = [{ name: 'a' }, { name: 'a' }];
      equal(field({ phases: duplicate as never }), 'invalid-configuration phases[1].name', 'a duplicate');
    },
  },
  {
    ...base,
    id: 'shutdown-timeout',
    title: 'a phase that is not ready in time, and tasks that fail, are reported; the next phase runs all the same',
    args: {
      plans: [
        plan('right', 'hangs', 'nothing'),
        plan('right', 'fine'),
        plan('first', 'no', 'refuse'),
        plan('last', 'd'),
      ],
    },
    async run(driver) {
      await driver.send('/root', { kind: 'Run' });
      const [result] = await results(driver);
      equal(result?.kind, 'ShutdownDone', 'kind');
      const failed = result?.phases.flatMap(({ phase, failed: those }) =>
        those.map(({ task, code }) => `${phase}/${task} ${code}`),
      );
      equal(failed, ['first/no request-rejected', 'right/hangs ask-timeout'], 'failed tasks');
      equal((await system(driver)).notes.at(-1), 'last/d', 'the last phase');
    },
  },
  {
    ...base,
    id: 'shutdown-abort',
    title: 'a phase that does not recover aborts the shutdown and says so: later phases do not run, nobody is stopped',
    args: { plans: [plan('left', 'no', 'refuse'), plan('last', 'd')] },
    async run(driver) {
      await driver.send('/root', { kind: 'Run' });
      await driver.send('/root', { kind: 'Run' });
      const [first, second] = await results(driver, 2);
      equal(first?.kind === 'ShutdownAborted' && first.phase, 'left', 'aborted in');
      equal(second, first, 'result of the second run');
      await driver.quiet();
      const { notes, terminated } = await system(driver);
      equal([notes, terminated], [['left/no'], []], 'tasks asked, actors stopped');
    },
  },
  {
    ...base,
    id: 'shutdown-add-task',
    title: 'tasks may be added until it begins; a duplicate, and one that comes later, is refused',
    args: { plans: [] },
    async run(driver) {
      const added = async (name: string, count: number) => {
        await driver.send('/root', { kind: 'AddTask', name });
        await driver.until(name, async () => (await system(driver)).refusals.length === count);
      };
      await added('one', 1);
      await added('two', 2);
      await driver.send('/root', { kind: 'Run' });
      await results(driver);
      await added('three', 3);
      equal((await system(driver)).refusals, ['added', 'duplicate-name', 'already-started'], 'answers');
      equal((await system(driver)).notes, ['last/one'], 'tasks asked');
    },
  },
  {
    ...base,
    id: 'shutdown-leftovers',
    title:
      'an actor that is stopped drains its mailbox where its behavior says so; elsewhere the rest are dead letters',
    args: { plans: [] },
    async run(driver) {
      await driver.send('/root', { kind: 'Late', count: 5 });
      await driver.until('both stop', async () => (await system(driver)).terminated.length === 2);
      await driver.quiet();
      const { notes } = await system(driver);
      const trace = await driver.trace();
      const dead = trace
        .flatMap((event) => (event.type === 'dead-letter' && event.kind === 'Item' ? [event] : []))
        .reduce((sum, { count }) => sum + count, 0);
      holds(notes.length + dead === 10, `${notes.length} handled and ${dead} dead letters, not 10 together`);
      equal(notes.filter((note) => note === 'drained').length, 5, 'drained');
    },
  },
];
