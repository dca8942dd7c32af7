/**
 * The scenario of the soak: accounts that remember, a durable store, and clients on every thread that deposit and write down
 * what was confirmed, where no thread can lose it. Everybody may be lost at any time.
 */
import {
  type AskOutcome,
  actor,
  durablePersistence,
  eventSourced,
  type RefOf,
  type Scenario,
  t,
} from '../../src/index.ts';
import { findScenario } from '../../src/scenarios/catalog.ts';

export const ACCOUNTS = 6;
/** Asks of one client that are under way at a time. */
const ASKS = 4;
const ASK_TIMEOUT_MS = 5_000;

/** A confirmed deposit, as the page hears of it. */
export interface Confirmed {
  readonly account: number;
  readonly id: string;
}

export const CONFIRMED_CHANNEL = 'playhouse-soak-confirmed';

const Store = durablePersistence('Store', { eventsMax: 1_000_000 });

const Account = eventSourced('Account', {
  protocol: { Deposit: { id: t.string, replyTo: t.ref({ Deposited: { count: t.uint32 } }) } },
  events: { Deposited: { id: t.string } },
  state: () => ({ ids: [] as string[] }),
  commands: { Deposit: (_, { id }) => ({ kind: 'Deposited', id }) },
  apply: { Deposited: (state, { id }) => void state.ids.push(id) },
  stored: { Deposit: ({ ids }, { replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Deposited', count: ids.length }) },
  snapshotEvery: 500,
  storeTimeoutMs: 2_000,
  recoveryAttempts: 100,
});

export interface ClientState {
  readonly accounts: readonly RefOf<typeof Account>[];
  /** Tells the deposits of one life of one client from all others. */
  readonly life: string;
  asked: number;
  settled: number;
  confirmed: number;
  stopping: boolean;
  /** How asks ended that were not answered, by code. */
  readonly failed: Record<string, number>;
}

let channel: BroadcastChannel | undefined;

const Client = actor('Client', {
  protocol: { Go: {}, Stop: {} },
  state: ({ accounts }: { readonly accounts: readonly RefOf<typeof Account>[] }): ClientState => ({
    accounts,
    // Short, because accounts remember thousands of them, and their snapshots travel.
    life: crypto.randomUUID().slice(0, 8),
    asked: 0,
    settled: 0,
    confirmed: 0,
    stopping: false,
    failed: {},
  }),
  signals: {
    preStart(_, ctx) {
      for (let count = 0; count < ASKS; count++) ctx.tell(ctx.self, { kind: 'Go' });
    },
  },
  on: {
    Go(state, _message, ctx) {
      if (state.stopping) return;
      const account = Math.floor(ctx.random() * state.accounts.length);
      const id = `${state.life} ${++state.asked}`;
      const target = state.accounts[account] as RefOf<typeof Account>;
      ctx.ask(
        target,
        { kind: 'Deposit', id },
        { reply: 'Settled', timeoutMs: ASK_TIMEOUT_MS, context: { account, id } },
      );
    },
    Stop: (state) => {
      state.stopping = true;
    },
  },
  replies: {
    Settled(state, outcome: AskOutcome<{ readonly kind: 'Deposited' }, Confirmed>, ctx) {
      state.settled++;
      if (outcome.ok) {
        state.confirmed++;
        channel ??= new BroadcastChannel(CONFIRMED_CHANNEL);
        channel.postMessage(outcome.context);
      } else {
        state.failed[outcome.error.code] = (state.failed[outcome.error.code] ?? 0) + 1;
      }
      // An account that cannot be reached is not asked at full speed.
      ctx.startTimer(`go ${state.settled % ASKS}`, { kind: 'Go' }, outcome.ok ? 1 : 20);
    },
  },
});

const Root = actor('Root', {
  protocol: {},
  supervision: { intensity: 1_000 },
  state: () => ({}),
  signals: {
    preStart(_, ctx) {
      const store = ctx.spawn(Store, { name: 'store', placement: 'round-robin' });
      const accounts = Array.from({ length: ACCOUNTS }, (_, number) =>
        ctx.spawn(Account, { name: `a${number}`, placement: 'round-robin', args: { store, id: `account ${number}` } }),
      );
      for (let number = 0; number < ctx.parameter('clients'); number++) {
        ctx.spawn(Client, { name: `c${number}`, placement: number, args: { accounts } });
      }
    },
  },
  on: {},
});

export const SOAK: Scenario = {
  id: 'soak',
  title: 'Soak',
  summary: '',
  experiments: [],
  parameters: {
    clients: {
      label: 'Clients',
      unit: '',
      default: 0,
      min: 0,
      max: 16,
      step: 1,
      hint: 'One for each thread; none to look at the accounts.',
    },
  },
  behaviors: [Root, Store, Account, Client],
  root: { behavior: Root, name: 'root' },
};

/** One of the catalog. */
export function scenarioOf(id: string): Scenario {
  const scenario = findScenario(id);
  if (scenario === undefined) throw new Error(`there is no scenario ${id}`);
  return scenario;
}
