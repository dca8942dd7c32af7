/**
 * Mixers: actors that do at random, from the system's own chance, whatever an actor may do. A tree of them is a system in
 * which everything happens sooner or later; each is plain data, so that two of them can be compared.
 */
import type { AskOutcome } from '../../../kernel/behavior.ts';
import type { Context, Placement } from '../../../kernel/context.ts';
import { actor } from '../../../kernel/definition.ts';
import { ActorError } from '../../../kernel/errors.ts';
import type { Fault } from '../../../kernel/fault.ts';
import type { Ref } from '../../../kernel/ref.ts';
import type { PlannedFault, Scenario } from '../../../kernel/scenario.ts';
import { type MessageOf, t } from '../../../kernel/schema.ts';
import { circuitBreaker } from '../../../patterns/guards/circuit-breaker.ts';

const AnswerProtocol = { Answer: { n: t.int32 } } as const;
const QuestionProtocol = { Question: { n: t.int32, replyTo: t.ref(AnswerProtocol) } } as const;

const MixerProtocol = {
  ...QuestionProtocol,
  /** Passed on `hops` times. */
  Job: { n: t.int32, hops: t.int32, load: t.any },
  /** Fails whoever handles it. */
  Bad: { errorKind: t.string },
  Know: { peer: t.ref({ Job: { n: t.int32, hops: t.int32, load: t.any } }) },
} as const;

type MixerRef = Ref<MessageOf<typeof MixerProtocol>>;

/** Where a mixer and its children are, and what kinds they are. */
export interface MixerPlan {
  readonly behavior: MixerKind;
  readonly placement: Placement;
  readonly children: readonly MixerPlan[];
}

interface MixerArgs {
  readonly plans: readonly MixerPlan[];
  /** Ms between two things that it does by itself; 0: only when told. */
  readonly everyMs: number;
  readonly peers: readonly MixerRef[];
}

interface MixerState {
  plans: readonly MixerPlan[];
  peers: MixerRef[];
  breaker: Ref<MessageOf<typeof QuestionProtocol>> | null;
  everyMs: number;
  done: number;
  heard: string[];
  seen: Map<number, { times: number }>;
  latest: unknown;
}

type MixerContext = Context<typeof MixerProtocol & { readonly Due: Record<never, never> }, 'lazy', 'Heard'>;

const HEARD_MAX = 12;
const PEERS_MAX = 8;
const CHILDREN_MAX = 5;

function hear(state: MixerState, what: string): void {
  state.heard.push(what);
  if (state.heard.length > HEARD_MAX) state.heard.shift();
}

function know(state: MixerState, peer: MixerRef): void {
  state.peers.push(peer);
  if (state.peers.length > PEERS_MAX) state.peers.shift();
}

function pick<T>(items: readonly T[], ctx: MixerContext): T | undefined {
  return items[Math.floor(ctx.random() * items.length)];
}

type Deed = (state: MixerState, ctx: MixerContext, peer: MixerRef) => void;

const DEEDS: readonly Deed[] = [
  (state, ctx, peer) => ctx.tell(peer, { kind: 'Job', n: ++state.done, hops: 3, load: { list: [state.done] } }),
  (state, ctx, peer) => ctx.tell(peer, { kind: 'Job', n: ++state.done, hops: 1, load: null }),
  (_, ctx, peer) => {
    for (let n = 0; n < 6; n++) ctx.tell(peer, { kind: 'Job', n, hops: 0, load: null });
  },
  (state, ctx, peer) =>
    ctx.ask(peer, { kind: 'Question', n: state.done }, { reply: 'Heard', timeoutMs: 4, context: state.done }),
  ({ breaker }, ctx) => {
    if (breaker !== null) ctx.ask(breaker, { kind: 'Question', n: 7 }, { reply: 'Heard', timeoutMs: 50, context: 0 });
  },
  (_, ctx) => ctx.busy(ctx.random() * 3),
  (_, ctx) => ctx.busy(0.5),
  (_, ctx, peer) => ctx.watch(peer),
  (_, ctx, peer) => ctx.unwatch(peer),
  (_, ctx) => ctx.startTimer('once', { kind: 'Job', n: 1, hops: 0, load: null }, ctx.random() * 5),
  (_, ctx) => ctx.startPeriodicTimer('often', { kind: 'Job', n: 2, hops: 0, load: null }, 2),
  (_, ctx) => ctx.cancelTimer('often'),
  (_, ctx) => ctx.setReceiveTimeout(3),
  (_, ctx) => ctx.setReceiveTimeout(0),
  (_, ctx) => ctx.become('lazy'),
  (_, ctx) => ctx.unstash(),
  (_, ctx, peer) => ctx.tell(peer, { kind: 'Know', peer: ctx.self }),
  (state, ctx) => {
    if (ctx.children().length >= CHILDREN_MAX) return;
    const args = { plans: [], everyMs: 0, peers: [ctx.self] };
    know(state, ctx.spawn(Mixer, { args, placement: Math.floor(ctx.random() * ctx.workers) }) as MixerRef);
  },
  (_, ctx) => {
    const child = pick(ctx.children(), ctx);
    if (child?.running === true) ctx.stop(child.ref);
  },
  (_, ctx, peer) => ctx.tell(peer, { kind: 'Bad', errorKind: ctx.random() < 0.5 ? 'Odd' : 'Even' }),
  (_, ctx) => {
    if (ctx.random() < 0.2) ctx.stop();
  },
  () => {
    throw new ActorError('Odd', 'by chance');
  },
];

function doSomething(state: MixerState, ctx: MixerContext): void {
  const peer = pick(state.peers, ctx) ?? (ctx.self as MixerRef);
  pick(DEEDS, ctx)?.(state, ctx, peer);
}

function begin(state: MixerState, ctx: MixerContext): void {
  for (const [index, { behavior, placement, children }] of state.plans.entries()) {
    const name = `c${index}`;
    // Kept over a restart.
    const kept = ctx.child(name);
    const args = { plans: children, everyMs: state.everyMs, peers: [ctx.self as MixerRef, ...state.peers] };
    const child = kept ?? ctx.spawn(MIXERS[behavior], { name, args, placement });
    know(state, child as MixerRef);
    const target = child as never;
    if (ctx.child('breaker') !== undefined) continue;
    state.breaker = ctx.spawn(MixerBreaker, { name: 'breaker', args: { target }, placement: 'round-robin' }) as never;
  }
  if (state.everyMs > 0) ctx.startPeriodicTimer('due', { kind: 'Due' } as never, state.everyMs);
}

type Options = Pick<
  Parameters<
    typeof actor<typeof MixerProtocol, MixerState, MixerArgs, { Due: Record<never, never> }, 'lazy', 'Heard'>
  >[1],
  'mailbox' | 'supervision' | 'passivateAfterMs' | 'onFailure'
>;

function mixer(name: string, options: Options) {
  return actor<typeof MixerProtocol, MixerState, MixerArgs, { Due: Record<never, never> }, 'lazy', 'Heard'>(name, {
    protocol: MixerProtocol,
    internal: { Due: {} },
    state: ({ plans, everyMs, peers }) => ({
      plans,
      everyMs,
      peers: [...peers],
      breaker: null,
      done: 0,
      heard: [],
      seen: new Map(),
      latest: null,
    }),
    on: {
      Due: (state, _, ctx) => doSomething(state, ctx),
      Job(state, { n, hops, load }, ctx) {
        state.done++;
        const seen = state.seen.get(n) ?? { times: 0 };
        seen.times++;
        state.seen.set(n, seen);
        state.latest = load;
        if (state.seen.size > HEARD_MAX) state.seen.clear();
        const peer = pick(state.peers, ctx);
        if (hops > 0 && peer !== undefined) ctx.tell(peer, { kind: 'Job', n, hops: hops - 1, load });
        if (ctx.random() < 0.1) doSomething(state, ctx);
      },
      Question(state, { n, replyTo }, ctx) {
        const chance = ctx.random();
        if (chance < 0.6) ctx.tell(replyTo, { kind: 'Answer', n: n + 1 });
        else if (chance < 0.7) ctx.fail(replyTo, { code: 'request-rejected', message: 'no' });
        else if (chance < 0.8) throw new ActorError('Even', 'a bad question');
        else hear(state, 'no answer');
      },
      Bad(_, { errorKind }) {
        throw new ActorError(errorKind, 'on purpose');
      },
      Know: (state, { peer }) => know(state, peer as MixerRef),
    },
    become: {
      lazy: {
        Job(state, message, ctx) {
          if (ctx.random() < 0.3) ctx.become();
          if (state.heard.length % 2 === 0) ctx.stash(message);
          hear(state, 'later');
        },
      },
    },
    replies: {
      Heard(state, outcome: AskOutcome<{ readonly kind: 'Answer'; readonly n: number }, number>) {
        hear(state, outcome.ok ? `${outcome.reply.n}` : outcome.error.code);
      },
    },
    signals: {
      preStart: begin,
      terminated: (state, { reason }) => hear(state, `terminated ${reason}`),
      receiveTimeout: (state, ctx) => hear(state, `idle ${ctx.now().toFixed(3)}`),
      backpressure: (state, { active }) => hear(state, `pressed ${active}`),
    },
    ...options,
  });
}

const supervision = { intensity: 50, periodMs: 100 } as const;

export const Mixer = mixer('Mixer', { supervision });
const MIXERS = {
  Mixer,
  AllForOne: mixer('AllForOne', { supervision: { ...supervision, strategy: 'one_for_all' } }),
  RestForOne: mixer('RestForOne', {
    supervision: { ...supervision, strategy: 'rest_for_one', backoff: { minMs: 2, maxMs: 20 } },
  }),
  Picky: mixer('Picky', {
    supervision: { ...supervision, onFailure: { Odd: 'resume', Even: 'escalate' }, keepChildren: true },
  }),
  PerChild: mixer('PerChild', { supervision: { intensity: 2, periodMs: 50, budget: 'per_child' } }),
  Ranked: mixer('Ranked', {
    supervision,
    mailbox: { capacity: 5, overflow: 'drop-oldest', priority: ({ kind }) => (kind === 'Job' ? 1 : 5), deadlineMs: 2 },
  }),
  Blocking: mixer('Blocking', { supervision, mailbox: { capacity: 3, overflow: 'block', onStop: 'drain' } }),
  Pressing: mixer('Pressing', { supervision, mailbox: { capacity: 3, overflow: 'backpressure', stash: 4 } }),
  Sleepy: mixer('Sleepy', { supervision, passivateAfterMs: 4 }),
} as const;

export type MixerKind = keyof typeof MIXERS;
export const MIXER_KINDS = Object.keys(MIXERS) as readonly MixerKind[];

/** Starts everything, lives for ever and does nothing else. */
const Mix = actor('Mix', {
  protocol: {},
  supervision: { intensity: 1_000, periodMs: 1_000 },
  state: (args: Pick<MixerArgs, 'plans' | 'everyMs'>) => args,
  signals: {
    preStart({ plans, everyMs }, ctx) {
      const peers: MixerRef[] = [];
      for (const [index, { behavior, placement, children }] of plans.entries()) {
        const args = { plans: children, everyMs, peers: [...peers] };
        const options = { name: `c${index}`, args, placement, restart: 'permanent' } as const;
        peers.push(ctx.spawn(MIXERS[behavior], options) as MixerRef);
      }
    },
  },
  on: {},
});

const MixerBreaker = circuitBreaker('MixerBreaker', {
  protocol: QuestionProtocol,
  failureThreshold: 2,
  callTimeoutMs: 5,
  resetTimeoutMs: 15,
} as never);

export interface MixerSystem {
  readonly plans: readonly MixerPlan[];
  readonly everyMs: number;
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly turnMs: number;
  readonly faults: readonly PlannedFault[];
}

/** A scenario of mixers under `/mix`, with properties that some runs break. */
export function mixerScenario({ plans, everyMs, latencyMs, jitterMs, turnMs, faults }: MixerSystem): Scenario {
  return {
    id: 'mixers',
    title: 'Mixers',
    summary: 'Everything, at random.',
    experiments: [],
    parameters: { knob: { label: 'Knob', unit: '', default: 1, min: 0, max: 10, step: 1, hint: 'Turned.' } },
    behaviors: [Mix, ...Object.values(MIXERS), MixerBreaker],
    simulation: { latencyMs, jitterMs, turnMs },
    faults,
    properties: [
      { name: 'few dead letters', type: 'never', holds: (world) => world.deadLetters > 40 },
      {
        name: 'a breaker closes',
        type: 'eventually',
        when: (world) => world.actor('/mix/c0/breaker')?.breaker === 'open',
        holds: (world) => world.actor('/mix/c0/breaker')?.breaker !== 'open',
        withinMs: 16,
      },
    ],
    root: { behavior: Mix, name: 'mix', args: { plans, everyMs } },
  };
}

/** Faults of every kind that make sense for actors of these paths. */
export function faultsOn(path: string, other: string, number: number): readonly Fault[] {
  const breaker = '/mix/c0/breaker';
  return [
    { kind: 'crash', path },
    { kind: 'crash', path, errorKind: 'Odd' },
    { kind: 'hang', path, forMs: 1 + (number % 7) },
    { kind: 'hang', path },
    { kind: 'hang', path, forMs: 0 },
    { kind: 'slow', path, delayMs: number % 4, factor: 2 },
    { kind: 'slow', path, delayMs: 0 },
    { kind: 'pause', path },
    { kind: 'resume', path },
    { kind: 'poison', path },
    { kind: 'flood', path, count: 1 + (number % 9) },
    { kind: 'force-breaker', path: breaker, to: 'open' },
    { kind: 'trip-breaker', path: breaker },
    { kind: 'reset-breaker', path: breaker },
    { kind: 'set-parameter', name: 'knob', value: number % 11 },
    { kind: 'kill-worker', worker: number % 3 },
    { kind: 'drop', to: path, probability: 0.5 },
    { kind: 'drop', to: path, from: other, probability: 0 },
    { kind: 'duplicate', to: path, from: other, probability: 0.7 },
    { kind: 'delay', to: path, probability: 1, delayMs: 2 },
    { kind: 'reorder', to: path, from: other, probability: 0.6, delayMs: 5 },
    { kind: 'in-flight', message: number, action: 'drop' },
    { kind: 'in-flight', message: number, action: 'duplicate' },
    { kind: 'in-flight', message: number, action: 'delay', delayMs: 3 },
  ];
}
