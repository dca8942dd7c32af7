/** What durable stores promise beyond those in memory, on every engine. */
import { durablePersistence } from '../patterns/state/durable-persistence.ts';
import { type Case, type Driver, equal, holds } from './case.ts';
import { add, Bank, hasItems, heard, hears, Ledger, ledger, numbers, STORE } from './persistence-ledger.ts';

const Store = durablePersistence('Store');

interface StoreView {
  readonly kept: string;
  readonly underWay: ReadonlyMap<number, unknown>;
  readonly counts: { readonly appends: number };
}

function durableCase(id: string, title: string, run: (driver: Driver) => Promise<void>): Case {
  return { id, title, behaviors: [Bank, Ledger, Store], root: Bank, run };
}

export const DURABLE_CASES: readonly Case[] = [
  durableCase('durable-kept', 'a durable store says where it keeps its logs', async (driver) => {
    await add(driver, 1, 3);
    const { kept, counts } = await driver.state<StoreView>(STORE);
    equal(kept, driver.clock === 'wall' ? 'in storage' : 'in memory', 'where');
    equal(counts.appends, 3, 'appends');
  }),

  durableCase(
    'durable-crash',
    'a durable store that crashes loses nothing, and leaves nobody waiting',
    async (driver) => {
      for (let first = 1; first <= 25; first += 5) {
        const before = (await heard(driver)).length;
        await driver.send('/root', { kind: 'Add', to: 'a', from: first, upTo: first + 4 });
        await driver.inject({ kind: 'crash', path: STORE });
        await hears(driver, before + 5);
      }
      const done = (await heard(driver))
        .filter((text) => /→ \d+$/.test(text))
        .map((text) => Number(text.split(' ')[1]));
      await driver.until('it is ready', async () => (await ledger(driver)).journal.phase === 'ready');
      const { state } = await ledger(driver);
      for (const n of done) holds(state.items.includes(n), `${n} was acknowledged and is not there`);
      equal(new Set(state.items).size, state.items.length, 'numbers that are there twice');
      // The last acknowledgement may come before the snapshot that it was followed by.
      const isIdle = async () => (await driver.state<StoreView>(STORE)).underWay.size === 0;
      await driver.until('no request is under way', isIdle);
    },
  ),

  durableCase(
    'durable-many',
    'commands of several actors are stored side by side, each in its order',
    async (driver) => {
      for (const name of ['b', 'c', 'd'])
        await driver.send('/root', { kind: 'Open', name, id: name, from: 1, upTo: 9 });
      await driver.send('/root', { kind: 'Add', to: 'a', from: 1, upTo: 9 });
      await hears(driver, 36);
      for (const name of ['a', 'b', 'c', 'd']) await hasItems(driver, numbers(1, 9), `/root/${name}`);
    },
  ),
];
