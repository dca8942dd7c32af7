/** The scenario of storage.html: accounts that remember, a durable store, and a root that starts them and asks. */
import {
  type AskOutcome,
  actor,
  durablePersistence,
  eventSourced,
  type RefOf,
  type Scenario,
  t,
} from '../../src/index.ts';

const Store = durablePersistence('Store', { eventsMax: 1_000_000 });

const Account = eventSourced('Account', {
  protocol: { Deposit: { n: t.uint32, replyTo: t.ref({ Deposited: { count: t.uint32 } }) } },
  events: { Deposited: { n: t.uint32 } },
  state: () => ({ items: [] as number[] }),
  commands: { Deposit: (_, { n }) => ({ kind: 'Deposited', n }) },
  apply: { Deposited: (state, { n }) => void state.items.push(n) },
  stored: { Deposit: ({ items }, { replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Deposited', count: items.length }) },
  snapshotEvery: 1_000,
  storeTimeoutMs: 2_000,
  recoveryAttempts: 20,
});

interface RootState {
  readonly size: number;
  readonly accounts: RefOf<typeof Account>[];
  /** Numbers that an account has confirmed, by account. */
  readonly acknowledged: number[][];
  readonly failed: string[];
  /** While it is above 0, every account is sent the next number as soon as it has answered. */
  until: number;
  sent: number;
  done: number;
}

const Root = actor('Root', {
  protocol: { Deposit: { account: t.uint32, n: t.uint32 }, Load: { until: t.uint32 } },
  supervision: { intensity: 1_000 },
  state: ({ size }: { readonly size: number }): RootState => ({
    size,
    accounts: [],
    acknowledged: [],
    failed: [],
    until: 0,
    sent: 0,
    done: 0,
  }),
  signals: {
    preStart(state, ctx) {
      const store = ctx.spawn(Store, { name: 'store', placement: 1 });
      for (let number = 0; number < state.size; number++) {
        const args = { store, id: `account ${number}` };
        state.accounts.push(ctx.spawn(Account, { name: `a${number}`, args, placement: 2 }));
        state.acknowledged.push([]);
      }
    },
  },
  on: {
    Deposit({ accounts }, { account, n }, ctx) {
      const options = { reply: 'Answered', timeoutMs: 30_000, context: [account, n] } as const;
      ctx.ask(accounts[account] as RefOf<typeof Account>, { kind: 'Deposit', n }, options);
    },
    Load(state, { until }, ctx) {
      state.until = until;
      for (const account of state.accounts.keys()) ctx.tell(ctx.self, { kind: 'Deposit', account, n: ++state.sent });
    },
  },
  replies: {
    Answered(state, outcome: AskOutcome<{ readonly kind: 'Deposited' }, readonly [number, number]>, ctx) {
      const [account, n] = outcome.context;
      if (outcome.ok) state.acknowledged[account]?.push(n);
      else state.failed.push(`${n} ${outcome.error.code}`);
      if (++state.done < state.until && state.sent < state.until) {
        ctx.tell(ctx.self, { kind: 'Deposit', account, n: ++state.sent });
      }
    },
  },
});

export function storageScenario(size: number): Scenario {
  return {
    id: `storage ${size}`,
    title: 'Storage',
    summary: '',
    experiments: [],
    parameters: {},
    behaviors: [Root, Store, Account],
    root: { behavior: Root, name: 'root', args: { size } },
  };
}
