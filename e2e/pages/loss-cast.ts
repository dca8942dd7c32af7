/** Actors that are hard on their worker: one whose turn never ends while it goes on sending, one that wants all memory there is. */
import { type AskOutcome, actor, type RefOf, t } from '../../src/index.ts';

/** Counts what it is told. */
const Tally = actor('Tally', {
  protocol: { Count: {} },
  state: () => ({ count: 0 }),
  on: { Count: (state) => void state.count++ },
});

const Reckless = actor('Reckless', {
  protocol: {
    Pour: {},
    Hoard: {},
    Throw: {},
    /** Sends itself one message after another, and fails so often that the trace cannot hold it. */
    Chatter: {},
    Nothing: { replyTo: t.ref({ Never: {} }) },
  },
  state: ({ tally }: { readonly tally: RefOf<typeof Tally> }) => ({ tally, hoarded: 0 }),
  on: {
    Pour({ tally }, _message, ctx) {
      for (;;) ctx.tell(tally, { kind: 'Count' });
    },
    /** More than any browser gives: an error where it is asked for. */
    Hoard(state) {
      state.hoarded = new ArrayBuffer(2 ** 52).byteLength;
    },
    /** Outside of any turn: what becomes of a bug in the runtime itself. */
    Throw() {
      setTimeout(() => {
        throw new Error('nobody catches that');
      });
    },
    Chatter(_, message, ctx) {
      ctx.tell(ctx.self, message);
      ctx.stop(ctx.spawn(Tally));
    },
    Nothing: () => undefined,
  },
});

/** The root: a tally beside it on worker 0, the reckless one on the last worker. */
const Household = actor('Household', {
  protocol: { Ask: {} },
  supervision: { intensity: 100 },
  state: () => ({ reckless: null as RefOf<typeof Reckless> | null, heard: [] as string[] }),
  signals: {
    preStart(state, ctx) {
      const tally = ctx.spawn(Tally, { name: 'tally', placement: 0 });
      state.reckless = ctx.spawn(Reckless, { name: 'reckless', placement: 1, args: { tally } });
    },
  },
  on: {
    Ask({ reckless }, _message, ctx) {
      if (reckless !== null) ctx.ask(reckless, { kind: 'Nothing' }, { reply: 'Heard', timeoutMs: 60_000 });
    },
  },
  replies: {
    Heard(state, outcome: AskOutcome<{ kind: 'Never' }>) {
      state.heard.push(outcome.ok ? 'an answer' : `${outcome.error.code}: ${outcome.error.message}`);
    },
  },
});

export const LOSS_CAST = [Household, Reckless, Tally];
