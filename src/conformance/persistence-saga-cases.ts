/** Sagas: what is done, what is undone, and in which order. Not in the list of cases; E1 to E3 lead here. */
import type { AskOutcome, RefOf } from '../kernel/behavior.ts';
import { actor } from '../kernel/definition.ts';
import type { AnyMessage, Ref } from '../kernel/ref.ts';
import { t } from '../kernel/schema.ts';
import { inMemoryPersistence } from '../patterns/state/persistence.ts';
import { saga } from '../patterns/state/saga.ts';
import { sagaRequest } from '../patterns/state/saga-options.ts';
import { type Case, type Driver, equal, holds } from './case.ts';

const Store = inMemoryPersistence('Store');
const done = t.ref({ Done: { ticket: t.int32 } });

interface ServiceState {
  readonly name: string;
  readonly log: Ref<{ readonly kind: 'Note'; readonly text: string }>;
  does: string;
  undoFailures: number;
}

/** Carries out a step as it is told to: `ok`, `refuse`, `ignore`, `throw`. */
const Service = actor('Service', {
  protocol: {
    Do: { run: t.string, replyTo: done },
    Undo: { run: t.string, replyTo: done },
    Behave: { does: t.string, undoFailures: t.int32 },
  },
  state: ({ name, log }: Pick<ServiceState, 'name' | 'log'>): ServiceState => ({
    name,
    log,
    does: 'ok',
    undoFailures: 0,
  }),
  on: {
    Do({ name, log, does }, { run, replyTo }, ctx) {
      ctx.tell(log, { kind: 'Note', text: `do ${name} ${run}` });
      if (does === 'throw') throw new Error('broken');
      if (does === 'refuse') ctx.fail(replyTo, { code: 'request-rejected', message: `no ${name}` });
      if (does === 'ok') ctx.tell(replyTo, { kind: 'Done', ticket: name.length });
    },
    Undo(state, { run, replyTo }, ctx) {
      ctx.tell(state.log, { kind: 'Note', text: `undo ${state.name} ${run}` });
      if (state.undoFailures-- > 0) ctx.fail(replyTo, { code: 'request-rejected', message: 'not now' });
      else ctx.tell(replyTo, { kind: 'Done', ticket: 0 });
    },
    Behave(state, { does, undoFailures }) {
      state.does = does;
      state.undoFailures = undoFailures;
    },
  },
});

type ServiceRef = RefOf<typeof Service>;

interface Targets {
  readonly stock: ServiceRef;
  readonly money: ServiceRef;
  readonly parcel: ServiceRef;
}

const Order = saga('Order', {
  input: { cents: t.int32 },
  data: ({ cents }) => ({ cents, tickets: [] as number[] }),
  steps: [
    {
      name: 'stock',
      request: (_, { stock }: Targets, run) => sagaRequest(stock, { kind: 'Do', run }),
      done: (data, { ticket }: AnyMessage & { readonly ticket: number }) => void data.tickets.push(ticket),
      undo: (_, { stock }, run) => sagaRequest(stock, { kind: 'Undo', run }),
    },
    {
      name: 'money',
      request: (_, { money }, run) => sagaRequest(money, { kind: 'Do', run }),
      done: (data, { ticket }: AnyMessage & { readonly ticket: number }) => void data.tickets.push(ticket),
      undo: (_, { money }, run) => sagaRequest(money, { kind: 'Undo', run }),
      timeoutMs: 300,
    },
    { name: 'parcel', request: (_, { parcel }, run) => sagaRequest(parcel, { kind: 'Do', run }) },
  ],
  runsMax: 8,
  undoAttempts: 3,
  retryMs: 10,
});

/** Starts a saga's coordinator on one worker and the services on the other; writes down what was asked, and how runs ended. */
const Office = actor('Office', {
  protocol: { Buy: { run: t.string }, Note: { text: t.string } },
  supervision: { intensity: 100 },
  state: () => ({ order: null as RefOf<typeof Order> | null, notes: [] as string[], ends: [] as unknown[] }),
  signals: {
    preStart(state, ctx) {
      const store = ctx.spawn(Store, { name: 'store' });
      const service = (name: string) => ctx.spawn(Service, { name, args: { name, log: ctx.self }, placement: 1 });
      const [stock, money, parcel] = [service('stock'), service('money'), service('parcel')] as const;
      state.order = ctx.spawn(Order, { name: 'order', args: { store, stock, money, parcel } });
    },
  },
  on: {
    Buy(state, { run }, ctx) {
      if (state.order === null) return;
      const message = { kind: 'Start', run, input: { cents: 5 } } as const;
      ctx.ask(state.order, message, { reply: 'Ended', timeoutMs: 10_000, context: run });
    },
    Note: (state, { text }) => void state.notes.push(text),
  },
  replies: {
    Ended: (state, outcome: AskOutcome<AnyMessage, string>) =>
      void state.ends.push(outcome.ok ? outcome.reply : `${outcome.context} ${outcome.error.code}`),
  },
});

interface OfficeView {
  readonly notes: readonly string[];
  readonly ends: readonly unknown[];
}

const office = (driver: Driver): Promise<OfficeView> => driver.state<OfficeView>('/root');

const behave = (driver: Driver, service: string, does: string, undoFailures = 0): Promise<void> =>
  driver.send(`/root/${service}`, { kind: 'Behave', does, undoFailures });

async function buy(driver: Driver, ...runs: readonly string[]): Promise<OfficeView> {
  const before = (await office(driver)).ends.length;
  for (const run of runs) await driver.send('/root', { kind: 'Buy', run });
  await driver.until('the ends', async () => (await office(driver)).ends.length === before + runs.length);
  return office(driver);
}

const completed = (run: string) => ({ kind: 'Completed', run, data: { cents: 5, tickets: [5, 5] } });

const aborted = (run: string, step: string, cause: string, notUndone: readonly string[] = []) => ({
  kind: 'Aborted',
  run,
  step,
  error: { code: 'saga-aborted', message: `Step "${step}" failed: ${cause}`, field: step },
  notUndone,
});

function sagaCase(id: string, title: string, run: (driver: Driver) => Promise<void>): Case {
  return { id, title, behaviors: [Office, Order, Service, Store], root: Office, run };
}

export const SAGA_CASES: readonly Case[] = [
  sagaCase(
    'saga-completes',
    'steps are done in order, each after the one before it, and the data comes back',
    async (driver) => {
      const { notes, ends } = await buy(driver, 'r');
      equal(ends, [completed('r')], 'end');
      equal(notes, ['do stock r', 'do money r', 'do parcel r'], 'what was asked');
    },
  ),

  sagaCase('saga-undoes', 'a failure in the middle undoes the completed steps in reverse', async (driver) => {
    await behave(driver, 'parcel', 'refuse');
    const { notes, ends } = await buy(driver, 'r');
    equal(ends, [aborted('r', 'parcel', 'no parcel')], 'end');
    equal(notes, ['do stock r', 'do money r', 'do parcel r', 'undo money r', 'undo stock r'], 'what was asked');
  }),

  sagaCase('saga-first-step', 'a failure of the first step has nothing to undo', async (driver) => {
    await behave(driver, 'stock', 'refuse');
    const { notes, ends } = await buy(driver, 'r');
    equal(ends, [aborted('r', 'stock', 'no stock')], 'end');
    equal(notes, ['do stock r'], 'what was asked');
  }),

  sagaCase('saga-unknown', 'a step that may have been done is undone too', async (driver) => {
    await behave(driver, 'money', 'ignore');
    const { notes, ends } = await buy(driver, 'r');
    equal((ends[0] as { readonly step: string }).step, 'money', 'step');
    equal(notes, ['do stock r', 'do money r', 'undo money r', 'undo stock r'], 'what was asked');
  }),

  sagaCase('saga-undo-retried', 'a compensation that fails is tried again', async (driver) => {
    await behave(driver, 'money', 'refuse');
    await behave(driver, 'stock', 'ok', 2);
    const { notes, ends } = await buy(driver, 'r');
    equal(ends, [aborted('r', 'money', 'no money')], 'end');
    equal(notes, ['do stock r', 'do money r', 'undo stock r', 'undo stock r', 'undo stock r'], 'what was asked');
  }),

  sagaCase(
    'saga-undo-given-up',
    'a compensation that keeps failing is named, and the others are done',
    async (driver) => {
      await behave(driver, 'parcel', 'refuse');
      await behave(driver, 'money', 'ok', 3);
      const { notes, ends } = await buy(driver, 'r');
      equal(ends, [aborted('r', 'parcel', 'no parcel', ['money'])], 'end');
      equal(notes.slice(3), ['undo money r', 'undo money r', 'undo money r', 'undo stock r'], 'what was undone');
    },
  ),

  sagaCase('saga-outlives-crash', 'a run goes on where it was when its coordinator has crashed', async (driver) => {
    await driver.inject({ kind: 'pause', path: '/root/parcel' });
    await driver.send('/root', { kind: 'Buy', run: 'r' });
    await driver.until('the second step', async () => (await office(driver)).notes.includes('do money r'));
    await driver.inject({ kind: 'crash', path: '/root/order' });
    await driver.inject({ kind: 'resume', path: '/root/parcel' });
    await driver.until('the end', async () => (await office(driver)).ends.length === 1);
    const { notes, ends } = await office(driver);
    equal(ends, [completed('r')], 'end');
    equal((await driver.actor('/root/order'))?.restarts, 1, 'restarts');
    const firsts = notes.filter((note, index) => notes.indexOf(note) === index);
    equal(firsts, ['do stock r', 'do money r', 'do parcel r'], 'what was asked, some of it perhaps twice');
  }),

  sagaCase(
    'saga-store-fails',
    'an outcome that cannot be stored is stored later; the run is not stuck',
    async (driver) => {
      await driver.send('/root', { kind: 'Buy', run: 'q' });
      await driver.until('the end', async () => (await office(driver)).ends.length === 1);
      await driver.inject({ kind: 'pause', path: '/root/stock' });
      await driver.send('/root', { kind: 'Buy', run: 'r' });
      await driver.until('the run', async () => {
        const { state } = await driver.state<{ readonly state: { readonly runs: ReadonlyMap<string, unknown> } }>(
          '/root/order',
        );
        return state.runs.has('r');
      });
      await driver.send('/root/store', { kind: 'FailNext', operation: 'Append', how: 'refuse', count: 2 });
      await driver.inject({ kind: 'resume', path: '/root/stock' });
      await driver.until('the end', async () => (await office(driver)).ends.length === 2);
      equal((await office(driver)).ends[1], completed('r'), 'end');
    },
  ),

  sagaCase('saga-many', 'many runs at a time, bounded; a run that has ended is not done again', async (driver) => {
    // None of them ends before the last one has begun.
    await driver.inject({ kind: 'pause', path: '/root/parcel' });
    const runs = Array.from({ length: 10 }, (_, index) => `r${index}`);
    for (const run of runs) await driver.send('/root', { kind: 'Buy', run });
    await driver.until('two are refused', async () => (await office(driver)).ends.length === 2);
    await driver.inject({ kind: 'resume', path: '/root/parcel' });
    await driver.until('the ends', async () => (await office(driver)).ends.length === runs.length);
    const { ends, notes } = await office(driver);
    const refused = ends.filter((end) => typeof end === 'string' && end.endsWith('request-rejected'));
    equal(refused.length, 2, 'runs refused');
    for (const run of runs.slice(0, 8)) {
      holds(JSON.stringify(ends).includes(JSON.stringify(run)), `${run} ended`);
      const own = notes.filter((note) => note.endsWith(` ${run}`));
      equal(own, [`do stock ${run}`, `do money ${run}`, `do parcel ${run}`], `what ${run} asked`);
    }
    const again = await buy(driver, 'r0');
    equal(again.ends.at(-1), completed('r0'), 'end of a run that was begun again');
    equal(again.notes.length, notes.length, 'what was asked');
  }),
];
