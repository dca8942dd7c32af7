/** The cast of the golden scripts. Each behavior does as little as shows one thing. */
import { circuitBreaker } from '../../patterns/guards/circuit-breaker.ts';
import type { AskOutcome, SupervisionOptions } from '../behavior.ts';
import { actor } from '../definition.ts';
import type { AnyMessage, Ref } from '../ref.ts';
import { type MessageOf, t } from '../schema.ts';

const WorkerProtocol = {
  /** Remembers a number. */
  Work: { n: t.int32 },
  /** Throws. */
  Boom: { text: t.string },
  /** Stops itself. */
  Quit: {},
  /** Calls a timer every so many ms. */
  Every: { key: t.string, ms: t.int32 },
  Once: { key: t.string, ms: t.int32 },
  Cancel: { key: t.string },
  Tick: { key: t.string },
  /** Doubles a number, for whoever asks. */
  Double: { n: t.int32, replyTo: t.ref({ Doubled: { n: t.int32 } }) },
  /** Answers after a while. */
  Slowly: { n: t.int32, ms: t.int32, replyTo: t.ref({ Doubled: { n: t.int32 } }) },
  Answer: { n: t.int32, replyTo: t.ref({ Doubled: { n: t.int32 } }) },
  /** Never answers. */
  Ignore: { replyTo: t.ref({ Doubled: { n: t.int32 } }) },
  Refuse: { replyTo: t.ref({ Doubled: { n: t.int32 } }) },
} as const;

interface WorkerState {
  done: number[];
  ticks: string[];
}

function worker(name: string, overflow: 'drop-newest' | 'drop-oldest') {
  return actor(name, {
    protocol: WorkerProtocol,
    mailbox: { capacity: 10, overflow },
    state: (): WorkerState => ({ done: [], ticks: [] }),
    signals: {
      preStart: (_, ctx) => ctx.tell(ctx.self, { kind: 'Work', n: 0 }),
    },
    on: {
      Work: (state, { n }) => void state.done.push(n),
      Boom: (_, { text }) => {
        throw new Error(text);
      },
      Quit: (_state, _message, ctx) => ctx.stop(),
      Every: (_, { key, ms }, ctx) => ctx.startPeriodicTimer(key, { kind: 'Tick', key }, ms),
      Once: (_, { key, ms }, ctx) => ctx.startTimer(key, { kind: 'Tick', key }, ms),
      Cancel: (_, { key }, ctx) => ctx.cancelTimer(key),
      Tick: (state, { key }, ctx) => void state.ticks.push(`${key}@${ctx.now()}`),
      Double: (_, { n, replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Doubled', n: n * 2 }),
      Slowly: (_, { n, ms, replyTo }, ctx) => ctx.startTimer(`answer-${n}`, { kind: 'Answer', n, replyTo }, ms),
      Answer: (_, { n, replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Doubled', n: n * 2 }),
      Ignore: () => undefined,
      Refuse: (_, { replyTo }, ctx) => ctx.fail(replyTo, { code: 'request-rejected', message: 'not today' }),
    },
  });
}

/** Mailbox of 10 that keeps the first ones. */
export const Worker = worker('Worker', 'drop-newest');
/** Mailbox of 10 that keeps the latest ones. */
export const Latest = worker('Latest', 'drop-oldest');

type WorkerRef = Ref<MessageOf<typeof WorkerProtocol>>;
type Doubled = { readonly kind: 'Doubled'; readonly n: number };

const ParentProtocol = {
  Spawn: { name: t.string, worker: t.optional(t.int32) },
  Stop: { name: t.string },
  Watch: { name: t.string },
  /** Asks a child: `Double`, `Slowly`, `Ignore`, `Refuse`. */
  Ask: { name: t.string, kind_: t.literal('Double', 'Slowly', 'Ignore', 'Refuse'), n: t.int32, timeoutMs: t.int32 },
  /** Tells a child something that its protocol does not allow. */
  Wrong: { name: t.string },
  Boom: { text: t.string },
} as const;

interface ParentArgs {
  readonly children?: readonly string[];
  /** Worker of the first child; the next ones go on from there. */
  readonly from?: number;
}

function parent(name: string, supervision: SupervisionOptions) {
  return actor(name, {
    protocol: ParentProtocol,
    supervision,
    state: ({ children = [], from = 0 }: ParentArgs) => ({
      children,
      from,
      refs: {} as Record<string, WorkerRef>,
      heard: [] as string[],
    }),
    signals: {
      preStart(state, ctx) {
        for (const [index, child] of state.children.entries()) {
          state.refs[child] = ctx.spawn(Worker, { name: child, placement: state.from + index });
        }
      },
      postStop: (_, ctx) => void ctx.now(),
      terminated: (state, { ref, reason }) => void state.heard.push(`#${ref.id} terminated: ${reason}`),
    },
    on: {
      Spawn(state, { name: child, worker: at }, ctx) {
        state.refs[child] = ctx.spawn(Worker, { name: child, placement: at ?? 'parent' });
      },
      Stop: (state, { name: child }, ctx) => ctx.stop(state.refs[child]),
      Watch: (state, { name: child }, ctx) => ctx.watch(state.refs[child] as WorkerRef),
      Ask(state, { name: child, kind_, n, timeoutMs }, ctx) {
        const request = kind_ === 'Slowly' ? { kind: kind_, n, ms: n } : { kind: kind_, n };
        const { n: _n, ...bare } = request;
        const message = kind_ === 'Ignore' || kind_ === 'Refuse' ? bare : request;
        ctx.ask(state.refs[child] as WorkerRef, message as never, {
          reply: 'Answered',
          timeoutMs,
          context: `${kind_}(${n})`,
        });
      },
      Wrong: (state, { name: child }, ctx) => ctx.tell(state.refs[child] as WorkerRef, { kind: 'Work', n: 1.5 }),
      Boom: (_, { text }) => {
        throw new Error(text);
      },
    },
    replies: {
      Answered(state, outcome: AskOutcome<Doubled, string>, ctx) {
        const what = outcome.ok ? `${outcome.reply.n}` : `${outcome.error.code}: ${outcome.error.message}`;
        state.heard.push(`${outcome.context} → ${what} at ${ctx.now()}`);
      },
    },
  });
}

/** Three restarts in 60 s, as OTP's examples and the defaults. */
export const Parent = parent('Parent', {});
/** The first failure is one too many. */
export const Strict = parent('Strict', { intensity: 0 });

/** A supervisor of supervisors. */
export const Grandparent = actor('Grandparent', {
  protocol: { Noop: {} },
  state: () => ({}),
  signals: {
    preStart(_, ctx) {
      ctx.spawn(Parent, { name: 'left', args: { children: ['a', 'b'], from: 1 } });
      ctx.spawn(Parent, { name: 'right', args: { children: ['c'] } });
    },
  },
  on: { Noop: () => undefined },
});

/** Fails as soon as it starts. */
export const Stillborn = actor('Stillborn', {
  protocol: {},
  state: () => ({ callback: () => 'not plain data' }),
  on: {},
});

export const Nursery = actor('Nursery', {
  protocol: {},
  state: () => ({}),
  signals: { preStart: (_, ctx) => void ctx.spawn(Stillborn, { name: 'baby' }) },
  on: {},
});

const EchoProtocol = {
  Echo: { n: t.int32, replyTo: t.ref({ Echoed: { n: t.int32 } }) },
} as const;

/** Answers odd numbers, fails on negative ones, and never answers 0. */
export const Flaky = actor('Flaky', {
  protocol: EchoProtocol,
  state: () => ({ asked: 0 }),
  on: {
    Echo(state, { n, replyTo }, ctx) {
      state.asked++;
      if (n < 0) ctx.fail(replyTo, { code: 'request-rejected', message: `no ${n}` });
      else if (n > 0) ctx.tell(replyTo, { kind: 'Echoed', n });
    },
  },
});

/** The reference defaults: 5 failures, 30 s, 3 successes. */
export const Breaker = circuitBreaker('Breaker', { protocol: EchoProtocol });

/** By rate: of the last 5 calls, 60 % failed. Its reset time grows from 1 s to 3 s. */
export const RateBreaker = circuitBreaker('RateBreaker', {
  protocol: EchoProtocol,
  rate: { windowCalls: 5, minimumCalls: 5, failureRatePercent: 60 },
  resetTimeoutMs: 1_000,
  resetFactor: 2,
  resetMaxMs: 3_000,
  successThreshold: 1,
});

function caller(name: string, behavior: typeof Breaker) {
  return actor(name, {
    protocol: { Call: { n: t.int32 } },
    state: () => ({ breaker: null as Ref<MessageOf<typeof EchoProtocol>> | null, heard: [] as string[] }),
    signals: {
      preStart(state, ctx) {
        const target = ctx.spawn(Flaky, { name: 'flaky' });
        state.breaker = ctx.spawn(behavior, { name: 'breaker', args: { target } });
      },
    },
    on: {
      Call(state, { n }, ctx) {
        if (state.breaker === null) return;
        ctx.ask(state.breaker, { kind: 'Echo', n }, { reply: 'Answered', timeoutMs: 60_000, context: n });
      },
    },
    replies: {
      Answered(state, outcome: AskOutcome<AnyMessage & { readonly n: number }, number>) {
        state.heard.push(outcome.ok ? `${outcome.reply.n}` : `${outcome.error.code}: ${outcome.error.message}`);
      },
    },
  });
}

export const Caller = caller('Caller', Breaker);
export const RateCaller = caller('RateCaller', RateBreaker);

export const CAST = [
  Worker,
  Latest,
  Parent,
  Strict,
  Grandparent,
  Stillborn,
  Nursery,
  Flaky,
  Breaker,
  RateBreaker,
  Caller,
  RateCaller,
] as const;
