/** What the cases about routing and work distribution are played by: routees that write down what they hear, and a hub. */
import { type AskOutcome, actor, type Behavior, type MessageOf, type Ref, t } from '../index.ts';
import type { RouterArgs, RouterControl } from '../patterns/routing/router.ts';
import type { Case, Driver } from './case.ts';

const AnswerProtocol = { Answer: { n: t.int32, by: t.string } } as const;
type Answer = MessageOf<typeof AnswerProtocol>;

/** What the routers of these cases pass on. */
export const RoutedProtocol = {
  Job: { n: t.int32, key: t.string },
  Ask: { n: t.int32, key: t.string, replyTo: t.ref(AnswerProtocol) },
} as const;

export type Routed = MessageOf<typeof RoutedProtocol>;

/** Answers, never answers, or answers with an error. */
export type Mode = 'answers' | 'silent' | 'refuses';

export interface EchoState {
  readonly name: string;
  readonly mode: Mode;
  readonly jobs: number[];
  readonly asks: number[];
  /** Of the jobs, in order. */
  readonly keys: string[];
}

export const Echo = actor('Echo', {
  protocol: { ...RoutedProtocol, Quit: {} },
  state: ({ name, mode = 'answers' }: { readonly name: string; readonly mode?: Mode }): EchoState => ({
    name,
    mode,
    jobs: [],
    asks: [],
    keys: [],
  }),
  on: {
    Job(state, { n, key }) {
      state.jobs.push(n);
      state.keys.push(key);
    },
    Ask(state, { n, replyTo }, ctx) {
      state.asks.push(n);
      if (state.mode === 'answers') ctx.tell(replyTo, { kind: 'Answer', n: n * 2, by: state.name });
      if (state.mode === 'refuses') ctx.fail(replyTo, { code: 'request-rejected', message: `not by ${state.name}` });
    },
    Quit: (_state, _message, ctx) => ctx.stop(),
  },
});

export interface HubState {
  readonly echoes: { readonly name: string; readonly ref: Ref<Routed> }[];
  /** `1 → 2 by a`, or `1 → no-routees`, in the order in which they came. */
  readonly heard: string[];
  /** Ms that the outcomes took. */
  readonly took: number[];
}

export interface EchoPlan {
  readonly name: string;
  readonly mode?: Mode;
  /** Number of its worker. */
  readonly at: number;
}

type Router = Behavior<typeof RoutedProtocol & RouterControl<typeof RoutedProtocol>, RouterArgs<typeof RoutedProtocol>>;

/** `/root`: starts routees, and before them a router as `/root/router`; asks it, and changes who is in it. */
export function hub(router: Router) {
  return actor('Hub', {
    protocol: {
      AskRouter: { n: t.int32, key: t.string, timeoutMs: t.float64 },
      Start: { name: t.string, at: t.int32 },
      Remove: { name: t.string },
      Add: { name: t.string },
    },
    supervision: { intensity: 100 },
    state: ({ echoes }: { readonly echoes: readonly EchoPlan[] }) => ({
      plans: echoes,
      echoes: [] as { readonly name: string; readonly ref: Ref<Routed> }[],
      heard: [] as string[],
      took: [] as number[],
      router: null as Ref<MessageOf<typeof router.protocol>> | null,
    }),
    signals: {
      preStart(state, ctx) {
        for (const { name, mode = 'answers', at } of state.plans) {
          state.echoes.push({ name, ref: ctx.spawn(Echo, { name, args: { name, mode }, placement: at }) });
        }
        const routees = state.echoes.map(({ ref }) => ref);
        state.router = ctx.spawn(router, { name: 'router', args: { routees }, placement: 1 });
      },
    },
    on: {
      AskRouter({ router: to }, { n, key, timeoutMs }, ctx) {
        if (to !== null) ctx.ask(to, { kind: 'Ask', n, key }, { reply: 'Answered', timeoutMs, context: n });
      },
      Start(state, { name, at }, ctx) {
        const ref = ctx.spawn(Echo, { name, args: { name }, placement: at });
        state.echoes.push({ name, ref });
        if (state.router !== null) ctx.tell(state.router, { kind: 'AddRoutee', routee: ref });
      },
      Add({ echoes, router: to }, { name }, ctx) {
        const echo = echoes.find((one) => one.name === name);
        if (to !== null && echo !== undefined) ctx.tell(to, { kind: 'AddRoutee', routee: echo.ref });
      },
      Remove({ echoes, router: to }, { name }, ctx) {
        const echo = echoes.find((one) => one.name === name);
        if (to !== null && echo !== undefined) ctx.tell(to, { kind: 'RemoveRoutee', routee: echo.ref });
      },
    },
    replies: {
      Answered(state, outcome: AskOutcome<Answer, number>) {
        const what = outcome.ok ? `${outcome.reply.n} by ${outcome.reply.by}` : outcome.error.code;
        state.heard.push(`${outcome.context} → ${what}`);
        state.took.push(outcome.elapsedMs);
      },
    },
  });
}

/** Over two workers: a on the first, b on the second, c on the first. */
export const THREE: readonly EchoPlan[] = [
  { name: 'a', at: 0 },
  { name: 'b', at: 1 },
  { name: 'c', at: 0 },
];

export function routerCase(
  id: string,
  title: string,
  router: Router,
  echoes: readonly EchoPlan[],
  run: (driver: Driver) => Promise<void>,
  options: Partial<Case> = {},
): Case {
  const root = hub(router);
  return { id, title, behaviors: [root, router, Echo], root, args: { echoes }, run, ...options };
}

export async function sendJobs(driver: Driver, first: number, last: number, key = ''): Promise<void> {
  for (let n = first; n <= last; n++) await driver.send('/root/router', { kind: 'Job', n, key });
}

export const ask = (driver: Driver, n: number, timeoutMs = 10_000): Promise<void> =>
  driver.send('/root', { kind: 'AskRouter', n, key: '', timeoutMs });

export const echoState = (driver: Driver, name: string): Promise<EchoState> => driver.state<EchoState>(`/root/${name}`);

/** Numbers of the jobs that each has heard so far. */
export async function jobsOf(driver: Driver, names: readonly string[]): Promise<readonly (readonly number[])[]> {
  const jobs: (readonly number[])[] = [];
  for (const name of names) jobs.push((await echoState(driver, name)).jobs);
  return jobs;
}

/** Until they have heard so many jobs together. */
export function untilJobs(driver: Driver, names: readonly string[], count: number): Promise<void> {
  return driver.until(`${count} jobs at ${names.join(', ')}`, async () => {
    const jobs = await jobsOf(driver, names);
    return jobs.flat().length === count;
  });
}

export const hubState = (driver: Driver): Promise<HubState> => driver.state<HubState>('/root');

export const untilHeard = (driver: Driver, count: number): Promise<void> =>
  driver.until(`${count} outcomes`, async () => (await hubState(driver)).heard.length === count);

interface RouterShape {
  readonly routes: { readonly list: { readonly routees: readonly { readonly ref: Ref }[] } };
}

/** Routees of a router or pool. */
export async function routeeCount(driver: Driver, path = '/root/router'): Promise<number> {
  return (await driver.state<RouterShape>(path)).routes.list.routees.length;
}

export const untilRoutees = (driver: Driver, count: number, path = '/root/router'): Promise<void> =>
  driver.until(`${count} routees`, async () => (await routeeCount(driver, path)) === count);
