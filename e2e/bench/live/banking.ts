/** Banking: a teller orders transfers between accounts chosen at random; each is four messages, and answered. */
import { actor, type MessageOf, type Ref, t } from '../../../src/index.ts';
import { ACCOUNTS, chosen, nextSeed, OPENING, SHAPES, TRANSFERS_AT_ONCE } from '../shapes.mjs';
import { type ActorWorkload, begin, finish, outcome, scenarioOf, type Teller } from './outcome.ts';

const TellerProtocol = { Transferred: { n: t.int32 }, Holds: { balance: t.float64 } } as const;
const CreditedProtocol = { Credited: { n: t.int32 } } as const;
const CreditProtocol = { Credit: { n: t.int32, amount: t.int32, source: t.ref(CreditedProtocol) } } as const;
const AccountProtocol = {
  Transfer: { n: t.int32, amount: t.int32, target: t.ref(CreditProtocol) },
  ...CreditProtocol,
  ...CreditedProtocol,
  Show: {},
} as const;

type AccountRef = Ref<MessageOf<typeof AccountProtocol>>;

const Account = actor('Account', {
  protocol: AccountProtocol,
  state: ({ teller }: { readonly teller: Ref<MessageOf<typeof TellerProtocol>> }) => ({ teller, balance: OPENING }),
  on: {
    Transfer(state, { n, amount, target }, ctx) {
      state.balance -= amount;
      ctx.tell(target, { kind: 'Credit', n, amount, source: ctx.self });
    },
    Credit(state, { n, amount, source }, ctx) {
      state.balance += amount;
      ctx.tell(source, { kind: 'Credited', n });
    },
    Credited: (state, { n }, ctx) => ctx.tell(state.teller, { kind: 'Transferred', n }),
    Show: (state, _, ctx) => ctx.tell(state.teller, { kind: 'Holds', balance: state.balance }),
  },
});

interface Desk {
  seed: number;
  readonly size: number;
  ordered: number;
  readonly accounts: readonly AccountRef[];
}

function orderTransfers(state: Desk, ctx: Teller): void {
  const { accounts } = state;
  let { seed } = state;
  const end = Math.min(state.size, state.ordered + TRANSFERS_AT_ONCE);
  for (let n = state.ordered; n < end; n++) {
    seed = nextSeed(seed);
    const source = chosen(seed, ACCOUNTS);
    seed = nextSeed(seed);
    const target = (source + 1 + chosen(seed, ACCOUNTS - 1)) % ACCOUNTS;
    const amount = 1 + (n & 1_023);
    ctx.tell(accounts[source] as AccountRef, { kind: 'Transfer', n, amount, target: accounts[target] as AccountRef });
  }
  state.seed = seed;
  state.ordered = end;
}

const Bank = actor('Bank', {
  protocol: { Run: { size: t.int32 }, ...TellerProtocol },
  mailbox: { capacity: 65_536 },
  state: () => ({ ...outcome(), seed: 1, size: 0, ordered: 0, answered: 0, shown: 0, accounts: [] as AccountRef[] }),
  signals: {
    preStart(state, ctx) {
      for (let place = 0; place < ACCOUNTS; place++) {
        state.accounts.push(ctx.spawn(Account, { args: { teller: ctx.self } }));
      }
    },
  },
  on: {
    Run(state, { size }, ctx) {
      begin(state, ctx);
      state.size = size;
      state.ordered = 0;
      state.answered = 0;
      state.shown = 0;
      orderTransfers(state, ctx);
    },
    Transferred(state, { n }, ctx) {
      state.checksum += n;
      if (++state.answered < state.ordered) return;
      if (state.ordered < state.size) orderTransfers(state, ctx);
      else for (const account of state.accounts) ctx.tell(account, { kind: 'Show' });
    },
    Holds(state, { balance }, ctx) {
      state.checksum += balance;
      if (++state.shown === state.accounts.length) finish(state, ctx);
    },
  },
});

export const BANKING: ActorWorkload = {
  shape: SHAPES.banking,
  workers: 1,
  scenario: scenarioOf('banking', Bank, [Account]),
  warmSize: 2 * TRANSFERS_AT_ONCE,
  goal: { atLeast: 3, mark: 5.6 },
};
