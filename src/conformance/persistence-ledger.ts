/** The actors of the cases about event sourcing: a ledger, its store on another worker, and a bank that uses them. */
import type { AskOutcome, RefOf } from '../kernel/behavior.ts';
import { actor } from '../kernel/definition.ts';
import type { AnyMessage, Ref } from '../kernel/ref.ts';
import { t } from '../kernel/schema.ts';
import { eventSourced } from '../patterns/state/event-sourced.ts';
import { inMemoryPersistence, type PersistenceRef } from '../patterns/state/persistence.ts';
import { type Case, type Driver, equal } from './case.ts';

export const Store = inMemoryPersistence('Store');

type Log = Ref<{ readonly kind: 'Note'; readonly text: string }>;

/** No event can bring this number into the ledger. */
export const POISON = 666;

/** A list of numbers; 0 asks how many there are. Takes a snapshot every 5 events, and one after each number that ends in 99. */
export const Ledger = eventSourced('Ledger', {
  protocol: { Add: { n: t.int32, replyTo: t.ref({ Count: { count: t.int32 } }) } },
  events: { Added: { n: t.int32 } },
  state: (_: { readonly bank: Log }) => ({ items: [] as number[] }),
  commands: {
    Add(state, { n, replyTo }, ctx) {
      if (n !== 0) return { kind: 'Added', n };
      ctx.tell(replyTo, { kind: 'Count', count: state.items.length });
      return [];
    },
  },
  apply: {
    Added(state, { n }) {
      if (n === POISON) throw new Error('poison');
      state.items.push(n);
    },
  },
  stored: { Add: (state, { replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Count', count: state.items.length }) },
  signals: {
    storeFailed: (_, { code }, ctx, { bank }) => ctx.tell(bank, { kind: 'Note', text: `store failed: ${code}` }),
  },
  snapshotEvery: 5,
  snapshotWhen: (_, { n }) => n % 100 === 99,
  storeTimeoutMs: 400,
  recoveryRetryMs: 10,
  recoveryAttempts: 3,
  mailbox: { stash: 20 },
});

interface BankState {
  store: PersistenceRef | null;
  readonly ledgers: Record<string, RefOf<typeof Ledger>>;
  /** `ledger number → count`, or the code of the error. */
  readonly heard: string[];
  readonly notes: string[];
}

/** Starts a store and a ledger named `a`, and writes down what it hears. */
export const Bank = actor('Bank', {
  protocol: {
    /** Asks a ledger to add the numbers from … to. */
    Add: { to: t.string, from: t.int32, upTo: t.int32 },
    /** Starts a ledger on the other worker, on the log of that id, and asks it to add numbers at once. */
    Open: { name: t.string, id: t.string, from: t.int32, upTo: t.int32 },
    Close: { name: t.string },
    /** Puts an event into a log behind the ledger's back. */
    Forge: { id: t.string, expected: t.uint32, event: t.any },
    Note: { text: t.string },
  },
  supervision: { intensity: 100 },
  state: (): BankState => ({ store: null, ledgers: {}, heard: [], notes: [] }),
  signals: {
    preStart(state, ctx) {
      state.store = ctx.spawn(Store, { name: 'store', placement: 1 });
      state.ledgers['a'] = ctx.spawn(Ledger, { name: 'a', args: { store: state.store, bank: ctx.self } });
    },
  },
  on: {
    Add(state, { to, from, upTo }, ctx) {
      for (let n = from; n <= upTo; n++) {
        const ledger = state.ledgers[to] as RefOf<typeof Ledger>;
        ctx.ask(ledger, { kind: 'Add', n }, { reply: 'Answered', timeoutMs: 10_000, context: `${to} ${n}` });
      }
    },
    Open(state, { name, id, from, upTo }, ctx) {
      const args = { store: state.store as PersistenceRef, id, bank: ctx.self };
      state.ledgers[name] = ctx.spawn(Ledger, { name, args, placement: 1 });
      ctx.tell(ctx.self, { kind: 'Add', to: name, from, upTo });
    },
    Close: (state, { name }, ctx) => ctx.stop(state.ledgers[name] as RefOf<typeof Ledger>),
    Forge(state, { id, expected, event }, ctx) {
      const request = { kind: 'Append', id, expected, writer: 0, events: [event] } as const;
      ctx.ask(state.store as PersistenceRef, request, { reply: 'Answered', timeoutMs: 10_000, context: 'forged' });
    },
    Note: (state, { text }) => void state.notes.push(text),
  },
  replies: {
    Answered(state, outcome: AskOutcome<AnyMessage & { readonly count?: number }, string>) {
      const what = outcome.ok ? (outcome.reply.count ?? 'ok') : outcome.error.code;
      state.heard.push(`${outcome.context} → ${what}`);
    },
  },
});

export interface LedgerView {
  readonly state: { readonly items: readonly number[] };
  readonly journal: {
    readonly phase: string;
    readonly sequence: number;
    readonly snapshot: number;
    readonly waiting: number;
    readonly counts: Readonly<Record<'replayed' | 'written' | 'refused' | 'snapshots' | 'storeFailures', number>>;
  };
}

interface StoreView {
  readonly counts: { readonly reads: number; readonly eventsRead: number };
}

export const LEDGER = '/root/a';
export const STORE = '/root/store';

export const ledger = (driver: Driver, path = LEDGER): Promise<LedgerView> => driver.state<LedgerView>(path);
export const storeCounts = async (driver: Driver) => (await driver.state<StoreView>(STORE)).counts;
export const notes = async (driver: Driver) => (await driver.state<BankState>('/root')).notes;
export const heard = async (driver: Driver) => (await driver.state<BankState>('/root')).heard;

/** Adds the numbers from … to, and waits until all of them have been answered. */
export async function add(driver: Driver, from: number, upTo: number, to = 'a'): Promise<void> {
  const before = (await heard(driver)).length;
  await driver.send('/root', { kind: 'Add', to, from, upTo });
  await hears(driver, before + upTo - from + 1);
}

export const hears = (driver: Driver, count: number): Promise<void> =>
  driver.until(`${count} answers`, async () => (await heard(driver)).length >= count);

export const failNext = (driver: Driver, operation: string, how: string, count = 1): Promise<void> =>
  driver.send(STORE, { kind: 'FailNext', operation, how, count });

/** Crashes the ledger, and waits until it has recovered. */
export async function crashAndRecover(driver: Driver): Promise<void> {
  const before = (await driver.actor(LEDGER))?.restarts ?? 0;
  await driver.inject({ kind: 'crash', path: LEDGER });
  await recovered(driver, before + 1);
}

export const recovered = (driver: Driver, restarts: number): Promise<void> =>
  driver.until(`restart ${restarts} and recovery`, async () => {
    const actor = await driver.actor(LEDGER);
    if (actor?.status !== 'running' || actor.restarts !== restarts) return false;
    return (await ledger(driver)).journal.phase === 'ready';
  });

export const numbers = (from: number, upTo: number): number[] =>
  Array.from({ length: upTo - from + 1 }, (_, index) => from + index);

/** Checks the ledger's numbers, which are also its sequence number. */
export async function hasItems(driver: Driver, items: readonly number[], path = LEDGER): Promise<void> {
  const { state, journal } = await ledger(driver, path);
  equal(state.items, items, `numbers in ${path}`);
  equal(journal.sequence, items.length, `sequence number of ${path}`);
}

export function ledgerCase(id: string, title: string, run: (driver: Driver) => Promise<void>): Case {
  return { id, title, behaviors: [Bank, Ledger, Store], root: Bank, run };
}
