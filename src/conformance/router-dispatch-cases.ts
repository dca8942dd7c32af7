/** Metrics-based dispatch: each message goes where the expected wait is shortest, by reports that are fresh. */
import { type AskOutcome, actor, type MessageOf, type Ref, t } from '../index.ts';
import { dispatcher } from '../patterns/routing/dispatcher.ts';
import { newLoadMeter, noteJob, takeReport } from '../patterns/routing/worker-load.ts';
import { type Case, type Driver, equal, holds } from './case.ts';

const TaskProtocol = { Task: { n: t.int32, replyTo: t.ref({ Taken: { by: t.string } }) } } as const;
type TaskMessage = MessageOf<typeof TaskProtocol>;
type Taken = MessageOf<{ readonly Taken: { readonly by: typeof t.string } }>;

const Tasks = dispatcher('Tasks', { protocol: TaskProtocol, staleMs: 10_000 });
type TasksRef = Ref<MessageOf<typeof Tasks.protocol>>;

/** Says about itself what it is told to say, true or not. */
const Boaster = actor('Boaster', {
  protocol: { ...TaskProtocol, Say: { depth: t.uint32, processingMs: t.float64, utilisation: t.float64 }, Quit: {} },
  state: ({ name, tasks }: { readonly name: string; readonly tasks: TasksRef }) => ({ name, tasks, taken: 0 }),
  on: {
    Task(state, { replyTo }, ctx) {
      state.taken++;
      ctx.tell(replyTo, { kind: 'Taken', by: state.name });
    },
    Say({ tasks }, { depth, processingMs, utilisation }, ctx) {
      ctx.tell(tasks, { kind: 'WorkerStatus', worker: ctx.self, depth, processingMs, utilisation });
    },
    Quit: (_state, _message, ctx) => ctx.stop(),
  },
});

const Client = actor('Client', {
  protocol: { Feed: { count: t.int32 } },
  state: () => ({ tasks: null as TasksRef | null, heard: [] as string[] }),
  signals: {
    preStart(state, ctx) {
      const tasks = ctx.spawn(Tasks, { name: 'tasks', placement: 1 });
      state.tasks = tasks;
      for (const [index, name] of ['quick', 'slow'].entries()) {
        ctx.spawn(Boaster, { name, args: { name, tasks }, placement: index });
      }
    },
  },
  on: {
    Feed({ tasks }, { count }, ctx) {
      if (tasks === null) return;
      for (let n = 1; n <= count; n++) ctx.ask(tasks, { kind: 'Task', n }, { reply: 'Taken', timeoutMs: 10_000 });
    },
  },
  replies: {
    Taken: (state, outcome: AskOutcome<Taken>) =>
      void state.heard.push(outcome.ok ? outcome.reply.by : outcome.error.code),
  },
});

const say = (driver: Driver, name: string, depth: number, processingMs: number, utilisation = 0): Promise<void> =>
  driver.send(`/root/${name}`, { kind: 'Say', depth, processingMs, utilisation });

/** Asks so many at once, and says who took how many. */
async function feedTasks(driver: Driver, count: number): Promise<Record<string, number>> {
  const before = (await driver.state<{ readonly heard: readonly string[] }>('/root')).heard.length;
  await driver.send('/root', { kind: 'Feed', count });
  const heard = async () => (await driver.state<{ readonly heard: readonly string[] }>('/root')).heard.slice(before);
  await driver.until(`${count} outcomes`, async () => (await heard()).length === count);
  const taken: Record<string, number> = {};
  for (const by of await heard()) taken[by] = (taken[by] ?? 0) + 1;
  return taken;
}

interface TasksState {
  readonly workers: readonly { readonly load: { readonly report: { readonly depth: number } } }[];
}

/** Until the dispatcher knows workers with these depths. */
async function untilReported(driver: Driver, depths: readonly number[]): Promise<void> {
  await driver.until(`depths ${depths.join(', ')} reported`, async () => {
    const { workers } = await driver.state<TasksState>('/root/tasks');
    const found = workers.map(({ load }) => load.report.depth).sort((a, b) => a - b);
    return found.join() === depths.join();
  });
}

const dispatchCase = (
  id: string,
  title: string,
  run: (driver: Driver) => Promise<void>,
  virtualOnly = false,
): Case => ({
  id,
  title,
  behaviors: [Client, Tasks, Boaster],
  root: Client,
  run,
  virtualOnly,
});

const REPORT_CASES: readonly Case[] = [
  dispatchCase('dispatch', 'each message goes where the expected wait is shortest', async (driver) => {
    equal(await feedTasks(driver, 2), { 'no-routees': 2 }, 'before anybody has reported');
    await say(driver, 'quick', 0, 5);
    await say(driver, 'slow', 1, 50);
    await untilReported(driver, [0, 1]);
    // The slow one would be worth its wait only after ten at the quick one.
    equal(await feedTasks(driver, 10), { quick: 10 }, 'taken');
    await driver.send('/root/quick', { kind: 'Quit' });
    await driver.until('it is gone', async () => (await driver.state<TasksState>('/root/tasks')).workers.length === 1);
    equal(await feedTasks(driver, 3), { slow: 3 }, 'taken when only one is left');
  }),
  dispatchCase(
    'dispatch-stale',
    'a report that is too old counts for nothing; when all are, the latest does',
    async (driver) => {
      await say(driver, 'quick', 0, 5);
      await driver.wait(6_000);
      await say(driver, 'slow', 90, 50);
      await driver.wait(4_000);
      equal(await feedTasks(driver, 4), { quick: 4 }, 'while both are fresh');
      await driver.wait(1);
      equal(await feedTasks(driver, 4), { slow: 4 }, 'when one is stale');
      await driver.wait(50_000);
      equal(await feedTasks(driver, 4), { slow: 4 }, 'when both are stale');
      await say(driver, 'quick', 0, 5);
      equal(await feedTasks(driver, 4), { quick: 4 }, 'when one has reported again');
    },
    true,
  ),
];

/** Does tasks one after another, and says truly how it is. */
const Metered = actor('Metered', {
  protocol: TaskProtocol,
  internal: { Finished: {}, Report: {} },
  state: ({ name, tasks, takesMs }: { readonly name: string; readonly tasks: TasksRef; readonly takesMs: number }) => ({
    name,
    tasks,
    takesMs,
    waiting: [] as TaskMessage['replyTo'][],
    startedMs: 0,
    meter: newLoadMeter(0),
  }),
  signals: { preStart: (_, ctx) => ctx.startPeriodicTimer('report', { kind: 'Report' }, 5) },
  on: {
    Task(state, { replyTo }, ctx) {
      state.waiting.push(replyTo);
      if (state.waiting.length > 1) return;
      state.startedMs = ctx.now();
      ctx.startTimer('task', { kind: 'Finished' }, state.takesMs);
    },
    Finished(state, _, ctx) {
      noteJob(state.meter, ctx.now() - state.startedMs);
      const replyTo = state.waiting.shift();
      if (replyTo !== undefined) ctx.tell(replyTo, { kind: 'Taken', by: state.name });
      state.startedMs = ctx.now();
      if (state.waiting.length > 0) ctx.startTimer('task', { kind: 'Finished' }, state.takesMs);
    },
    Report(state, _, ctx) {
      const report = takeReport(state.meter, state.waiting.length - 1, ctx.now());
      ctx.tell(state.tasks, { kind: 'WorkerStatus', worker: ctx.self, ...report });
    },
  },
});

/** Asks something every 4 ms: more than the slow one could do, and less than the quick one can. */
const SteadyClient = actor('SteadyClient', {
  protocol: {},
  internal: { Next: {} },
  state: () => ({ tasks: null as TasksRef | null, asked: 0, heard: [] as string[] }),
  signals: {
    preStart(state, ctx) {
      const tasks = ctx.spawn(Tasks, { name: 'tasks', placement: 1 });
      state.tasks = tasks;
      ctx.spawn(Metered, { name: 'quick', args: { name: 'quick', tasks, takesMs: 2 }, placement: 0 });
      ctx.spawn(Metered, { name: 'slow', args: { name: 'slow', tasks, takesMs: 30 }, placement: 1 });
      ctx.startPeriodicTimer('next', { kind: 'Next' }, 4);
    },
  },
  on: {
    Next(state, _, ctx) {
      if (state.tasks === null || state.asked === 40) return;
      ctx.ask(state.tasks, { kind: 'Task', n: ++state.asked }, { reply: 'Taken', timeoutMs: 10_000 });
    },
  },
  replies: {
    Taken: (state, outcome: AskOutcome<Taken>) =>
      void state.heard.push(outcome.ok ? outcome.reply.by : outcome.error.code),
  },
});

const METERED_CASE: Case = {
  id: 'dispatch-metered',
  title: 'workers that measure themselves get as much as they can do',
  behaviors: [SteadyClient, Tasks, Metered],
  root: SteadyClient,
  async run(driver) {
    const heard = async () => (await driver.state<{ readonly heard: readonly string[] }>('/root')).heard;
    await driver.until('40 outcomes', async () => (await heard()).length === 40);
    const taken = await heard();
    const quick = taken.filter((by) => by === 'quick').length;
    const slow = taken.filter((by) => by === 'slow').length;
    holds(quick > 2 * slow, `quick took ${quick}, slow ${slow}, of 40`);
    holds(quick + slow >= 35, `only ${quick + slow} of 40 were taken`);
  },
};

export const DISPATCH_CASES: readonly Case[] = [...REPORT_CASES, METERED_CASE];
