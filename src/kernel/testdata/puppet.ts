/**
 * Puppets: actors that do as they are told, and tell a recorder what happens to them. A plan says how a tree of them starts.
 * `/root` is a Top; it starts the recorder as `/root/log`, then the trees of its plans.
 */
import {
  ActorError,
  type AskOutcome,
  actor,
  type Behavior,
  type BehaviorDefinition,
  type FailureRules,
  type MessageOf,
  PlayhouseError,
  type Protocol,
  type Ref,
  type RestartType,
  t,
} from '../../index.ts';

export interface Plan {
  readonly name: string;
  /** Name of the puppet behavior; `Puppet` without. */
  readonly behavior?: string;
  readonly children?: readonly Plan[];
  /** Worker number; beside the parent without. */
  readonly at?: number;
  readonly restart?: RestartType;
  readonly shutdownMs?: number;
  readonly onFailure?: FailureRules;
  readonly lazy?: boolean;
}

const LogProtocol = { Note: { text: t.string } } as const;
type Log = Ref<MessageOf<typeof LogProtocol>>;

export const Recorder = actor('Recorder', {
  protocol: LogProtocol,
  mailbox: { capacity: 65_536 },
  state: () => ({ notes: [] as string[] }),
  on: { Note: (state, { text }) => void state.notes.push(text) },
});

const AnswerProtocol = { Answer: { n: t.int32 } } as const;

export const PuppetProtocol = {
  Work: { n: t.int32 },
  /** Fails with a kind of error. */
  Throw: { errorKind: t.string },
  Quit: {},
  Spawn: { plan: t.any },
  StopChild: { name: t.string },
  RestartChild: { name: t.string },
  DeleteChild: { name: t.string },
  /** Writes down its children. */
  Children: {},
  Watch: { name: t.string },
  Unwatch: { name: t.string },
  /** Sends `Work` 1 … count to a child, or to a grandchild by way of its parent's ref. */
  Feed: { name: t.string, count: t.int32 },
  Stash: { n: t.int32 },
  Unstash: {},
  Become: { name: t.string },
  Ask: { name: t.string, n: t.int32, timeoutMs: t.float64 },
  /** Answers with the double; throws below 0; never answers 0; refuses above 1,000. */
  Double: { n: t.int32, replyTo: t.ref(AnswerProtocol) },
  Every: { key: t.string, ms: t.float64 },
  Once: { key: t.string, ms: t.float64 },
  Cancel: { key: t.string },
  ReceiveTimeout: { ms: t.float64 },
  Tick: { key: t.string },
} as const;

export type PuppetRef = Ref<MessageOf<typeof PuppetProtocol>>;

export interface PuppetState {
  readonly log: Log;
  readonly plans: readonly Plan[];
  readonly refs: Record<string, PuppetRef>;
  readonly done: number[];
  readonly heard: string[];
}

interface PuppetArgs {
  readonly log: Log;
  readonly plans: readonly Plan[];
}

type Definition = BehaviorDefinition<
  typeof PuppetProtocol,
  PuppetState,
  PuppetArgs,
  Record<never, never>,
  'stashing' | 'proud',
  'Answered'
>;

interface SpawnContext {
  readonly path: string;
  readonly incarnation: number;
  spawn<Q extends Protocol, A>(behavior: Behavior<Q, A>, options?: object): Ref<MessageOf<Q>>;
}

/** Behaviors are found by their names: a plan needs no more. */
function spawnPlan(state: PuppetState, plan: Plan, ctx: SpawnContext): void {
  const { name, behavior = 'Puppet', children = [], at, restart, shutdownMs, onFailure, lazy } = plan;
  const options = {
    name,
    args: { log: state.log, plans: children },
    ...(at === undefined ? {} : { placement: at }),
    ...(restart === undefined ? {} : { restart }),
    ...(shutdownMs === undefined ? {} : { shutdownMs }),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(lazy === undefined ? {} : { lazy }),
  };
  state.refs[name] = ctx.spawn({ name: behavior } as unknown as Behavior<typeof PuppetProtocol, never>, options);
}

/** A puppet named `broken` fails in its first restarts. */
const BROKEN_STARTS = 2;

type Options = Partial<Pick<Definition, 'mailbox' | 'supervision' | 'onFailure' | 'passivateAfterMs' | 'signals'>>;

/** A puppet with the given settings. Its hooks say in the log what they are: `preStart a 1` is name and incarnation. */
export function puppet(name: string, options: Options = {}): Behavior<typeof PuppetProtocol, PuppetArgs> {
  const note = (state: PuppetState, what: string, ctx: SpawnContext & { tell: TellLog }): void =>
    ctx.tell(state.log, { kind: 'Note', text: `${what} ${ctx.path.slice('/root/'.length)} ${ctx.incarnation}` });
  const start = (what: string) => (state: PuppetState, ctx: Parameters<typeof note>[2]) => {
    note(state, what, ctx);
    if (ctx.path.endsWith('/broken') && ctx.incarnation > 1 && ctx.incarnation <= 1 + BROKEN_STARTS)
      throw new ActorError('Broken', 'broken');
    for (const plan of state.plans) spawnPlan(state, plan, ctx);
  };
  return actor<typeof PuppetProtocol, PuppetState, PuppetArgs, Record<never, never>, 'stashing' | 'proud', 'Answered'>(
    name,
    {
      protocol: PuppetProtocol,
      state: ({ log, plans }) => ({ log, plans, refs: {}, done: [], heard: [] }),
      on: {
        Work: (state, { n }) => void state.done.push(n),
        Throw: (_, { errorKind }) => {
          throw new ActorError(errorKind, 'on purpose');
        },
        Quit: (_state, _message, ctx) => ctx.stop(),
        Spawn: (state, { plan }, ctx) => attempt(state, () => spawnPlan(state, plan as Plan, ctx)),
        StopChild: (state, { name: child }, ctx) => ctx.stop(state.refs[child] as PuppetRef),
        RestartChild: (state, { name: child }, ctx) =>
          attempt(state, () => {
            state.refs[child] = ctx.restartChild(child) as PuppetRef;
          }),
        DeleteChild: (state, { name: child }, ctx) => attempt(state, () => ctx.deleteChild(child)),
        Children: (state, _, ctx) =>
          void state.heard.push(
            ctx
              .children()
              .map((child) => `${child.name}${child.running ? '' : ' (stopped)'}`)
              .join(', '),
          ),
        Watch: (state, { name: child }, ctx) => ctx.watch(state.refs[child] as PuppetRef),
        Unwatch: (state, { name: child }, ctx) => ctx.unwatch(state.refs[child] as PuppetRef),
        Feed(state, { name: child, count }, ctx) {
          for (let n = 1; n <= count; n++) ctx.tell(state.refs[child] as PuppetRef, { kind: 'Work', n });
        },
        Stash: (state, message, ctx) => attempt(state, () => ctx.stash(message)),
        Unstash: (_state, _message, ctx) => ctx.unstash(),
        Become: (_, { name: next }, ctx) => (next === '' ? ctx.become() : ctx.become(next as 'proud')),
        Ask(state, { name: child, n, timeoutMs }, ctx) {
          const target = state.refs[child] as PuppetRef;
          ctx.ask(target, { kind: 'Double', n }, { reply: 'Answered', timeoutMs, context: n });
        },
        Double(_, { n, replyTo }, ctx) {
          if (n < 0) throw new ActorError('Negative', `no ${n}`);
          if (n > 1_000) ctx.fail(replyTo, { code: 'request-rejected', message: 'too much' });
          else if (n > 0) ctx.tell(replyTo, { kind: 'Answer', n: n * 2 });
        },
        Every: (_, { key, ms }, ctx) => ctx.startPeriodicTimer(key, { kind: 'Tick', key }, ms),
        Once: (_, { key, ms }, ctx) => ctx.startTimer(key, { kind: 'Tick', key }, ms),
        Cancel: (_, { key }, ctx) => ctx.cancelTimer(key),
        ReceiveTimeout: (_, { ms }, ctx) => ctx.setReceiveTimeout(ms),
        Tick: (state, { key }, ctx) => void state.heard.push(`${key}@${Math.round(ctx.now())}`),
      },
      become: {
        /** Puts work aside. */
        stashing: { Work: (_, message, ctx) => ctx.stash(message) },
        proud: { Work: (state, { n }) => void state.done.push(n * 100) },
      },
      replies: {
        Answered(state, outcome: AskOutcome<{ readonly kind: 'Answer'; readonly n: number }, number>) {
          const what = outcome.ok ? `${outcome.reply.n}` : outcome.error.code;
          state.heard.push(`${outcome.context} → ${what}`);
        },
      },
      ...options,
      signals: {
        preStart: start('preStart'),
        postStop: (state, ctx) => note(state, 'postStop', ctx),
        terminated: (state, { ref, reason }) => {
          const child = Object.keys(state.refs).find((key) => state.refs[key]?.id === ref.id);
          state.heard.push(`${child} terminated: ${reason}`);
        },
        receiveTimeout: (state, ctx) => void state.heard.push(`idle@${Math.round(ctx.now())}`),
        backpressure: (state, { active }) => void state.heard.push(active ? 'slow down' : 'go on'),
        ...options.signals,
      },
    },
  );
}

type TellLog = (to: Log, message: MessageOf<typeof LogProtocol>) => void;

/** Notes that a hook ran, for puppets with hooks of their own. */
export function noteHook(
  state: PuppetState,
  what: string,
  ctx: { readonly path: string; readonly incarnation: number; tell: TellLog },
): void {
  ctx.tell(state.log, { kind: 'Note', text: `${what} ${ctx.path.slice('/root/'.length)} ${ctx.incarnation}` });
}

function attempt(state: PuppetState, action: () => void): void {
  try {
    action();
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError)) throw thrown;
    state.heard.push(`${thrown.code}${thrown.field === undefined ? '' : ` (${thrown.field})`}`);
  }
}

export const Puppet = puppet('Puppet');

/** Forgives everything, so that what is tested is below it. */
export const Top = actor('Top', {
  protocol: { Spawn: { plan: t.any } },
  supervision: { intensity: 1_000 },
  state: ({ plans }: { readonly plans: readonly Plan[] }) => ({ plans }),
  signals: {
    preStart({ plans }, ctx) {
      const log = ctx.spawn(Recorder, { name: 'log' });
      for (const plan of plans) spawnPlan({ log, plans: [], refs: {}, done: [], heard: [] }, plan, ctx);
    },
  },
  on: { Spawn: () => undefined },
});
