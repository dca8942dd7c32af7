/**
 * Actors that send each other numbered messages and ask each other while they are handed over from thread to thread. A
 * fixed number of messages is under way: who gets one sends the next one, until it has sent its share.
 */
import { type AskOutcome, actor, type MessageOf, type Ref, type Scenario, t } from '../../src/index.ts';

export const WALKERS = 24;
/** Every so manieth stays where it was placed. */
export const PINNED_EVERY = 6;
/** Messages under way for each walker. */
const TOKENS = 4;
/** One in so many is an ask. */
const ASK_EVERY = 16;
const ASK_TIMEOUT_MS = 60_000;
/** Problems that one walker remembers. */
const PROBLEMS_MAX = 5;

const AnswerProtocol = { Answer: { n: t.int32 } } as const;
const MetProtocol = { Met: {} } as const;

const WalkerProtocol = {
  Meet: { peers: t.array(t.ref({})), quota: t.int32, replyTo: t.ref(MetProtocol) },
  Begin: {},
  /** `idle`: so many who had nothing left to send have passed it on in a row. */
  Numbered: { from: t.int32, number: t.int32, idle: t.int32 },
  Query: { n: t.int32, replyTo: t.ref(AnswerProtocol) },
} as const;

type WalkerRef = Ref<MessageOf<typeof WalkerProtocol>>;

export interface WalkerState {
  readonly number: number;
  peers: readonly WalkerRef[];
  quota: number;
  total: number;
  dice: number;
  /** By peer: messages sent to it, and the number of its next one. */
  readonly sent: number[];
  readonly got: number[];
  asked: number;
  settled: number;
  readonly problems: string[];
}

interface Teller {
  tell(to: WalkerRef, message: MessageOf<typeof WalkerProtocol>): void;
}

function send(state: WalkerState, ctx: Teller, to: number, idle: number): void {
  const number = state.sent[to] ?? 0;
  state.sent[to] = number + 1;
  state.total++;
  ctx.tell(state.peers[to] as WalkerRef, { kind: 'Numbered', from: state.number, number, idle });
}

function problem(state: WalkerState, text: string): void {
  if (state.problems.length < PROBLEMS_MAX) state.problems.push(text);
}

const Walker = actor('Walker', {
  protocol: WalkerProtocol,
  mailbox: { capacity: 65_536 },
  state: ({ number }: { readonly number: number }): WalkerState => ({
    number,
    peers: [],
    quota: 0,
    total: 0,
    dice: number,
    sent: new Array<number>(WALKERS).fill(0),
    got: new Array<number>(WALKERS).fill(0),
    asked: 0,
    settled: 0,
    problems: [],
  }),
  on: {
    Meet(state, { peers, quota, replyTo }, ctx) {
      state.peers = [...peers] as WalkerRef[];
      state.quota = quota;
      ctx.tell(replyTo, { kind: 'Met' });
    },
    Begin(state, _message, ctx) {
      for (let token = 0; token < TOKENS; token++) send(state, ctx, (state.number + token) % WALKERS, 0);
    },
    Numbered(state, { from, number, idle }, ctx) {
      const expected = state.got[from] ?? 0;
      if (number !== expected) problem(state, `${state.number} got ${number} of ${from}, not ${expected}`);
      state.got[from] = number + 1;
      state.dice = (Math.imul(state.dice, 1_103_515_245) + 12_345) & 0x7fffffff;
      const to = (state.dice >>> 8) % WALKERS;
      if (state.total >= state.quota) {
        if (idle < 2 * WALKERS) send(state, ctx, (state.number + 1) % WALKERS, idle + 1);
      } else if (state.total % ASK_EVERY === 0) {
        const n = ++state.asked;
        state.total++;
        ctx.ask(
          state.peers[to] as WalkerRef,
          { kind: 'Query', n },
          {
            reply: 'Answered',
            timeoutMs: ASK_TIMEOUT_MS,
            context: { n, to },
          },
        );
      } else {
        send(state, ctx, to, 0);
      }
    },
    Query(_state, { n, replyTo }, ctx) {
      ctx.tell(replyTo, { kind: 'Answer', n });
    },
  },
  replies: {
    Answered(
      state,
      outcome: AskOutcome<{ readonly kind: 'Answer'; readonly n: number }, { n: number; to: number }>,
      ctx,
    ) {
      state.settled++;
      if (!outcome.ok) problem(state, `${state.number}: ask ${outcome.context.n}: ${outcome.error.code}`);
      else if (outcome.reply.n !== outcome.context.n) problem(state, `${state.number}: an answer to another ask`);
      send(state, ctx, outcome.context.to, 0);
    },
  },
});

const Root = actor('Root', {
  protocol: { Run: { quota: t.int32 } },
  state: () => ({ walkers: [] as WalkerRef[], met: 0 }),
  on: {
    Run({ walkers }, { quota }, ctx) {
      for (const walker of walkers) {
        ctx.ask(walker, { kind: 'Meet', peers: walkers, quota }, { reply: 'Met', timeoutMs: ASK_TIMEOUT_MS });
      }
    },
  },
  replies: {
    // Only then: what another walker sends may be quicker than what the root has sent before.
    Met(state, outcome, ctx) {
      if (!outcome.ok) throw new Error(outcome.error.message);
      if (++state.met < WALKERS) return;
      for (const walker of state.walkers) ctx.tell(walker, { kind: 'Begin' });
    },
  },
  signals: {
    preStart(state, ctx) {
      for (let number = 0; number < WALKERS; number++) {
        const placement = number % PINNED_EVERY === 0 ? (number / PINNED_EVERY) % ctx.workers : 'round-robin';
        state.walkers.push(ctx.spawn(Walker, { name: `w${number}`, args: { number }, placement }));
      }
    },
  },
});

export const WALKING: Scenario = {
  id: 'walking',
  title: 'Walkers',
  summary: '',
  experiments: [],
  parameters: {},
  behaviors: [Root, Walker],
  root: { behavior: Root, name: 'root' },
};
