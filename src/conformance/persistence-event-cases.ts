/** Event sourcing: E1 to E3, and what they imply about writes, doubt and waiting. */
import { type Case, equal, events, holds } from './case.ts';
import {
  add,
  crashAndRecover,
  failNext,
  hasItems,
  heard,
  hears,
  LEDGER,
  ledger,
  ledgerCase,
  notes,
  numbers,
  POISON,
  recovered,
  STORE,
  storeCounts,
} from './persistence-ledger.ts';

export const EVENT_CASES: readonly Case[] = [
  ledgerCase('E1', 'recovery reads the latest snapshot and only the later events', async (driver) => {
    await add(driver, 1, 12);
    await hasItems(driver, numbers(1, 12));
    const before = await storeCounts(driver);
    equal(before.eventsRead, 0, 'events read before the crash');
    await crashAndRecover(driver);
    await hasItems(driver, numbers(1, 12));
    const { journal } = await ledger(driver);
    equal(journal.snapshot, 10, 'sequence number of the snapshot');
    equal(journal.counts.replayed, 2, 'events replayed');
    equal((await storeCounts(driver)).eventsRead, 2, 'events read');
    await add(driver, 13, 13);
    await hasItems(driver, numbers(1, 13));
  }),

  ledgerCase('snapshot-when', 'a snapshot is also taken after an event that asks for it', async (driver) => {
    await add(driver, 98, 100);
    await driver.until('a snapshot', async () => (await ledger(driver)).journal.snapshot > 0);
    equal((await ledger(driver)).journal.snapshot, 2, 'sequence number of the snapshot');
  }),

  ledgerCase('recovery-in-pages', 'a long log is read in pages, without a gap', async (driver) => {
    await failNext(driver, 'SaveSnapshot', 'refuse', 1_000);
    for (let first = 1; first <= 210; first += 15) await add(driver, first, first + 14);
    const { reads } = await storeCounts(driver);
    await crashAndRecover(driver);
    await hasItems(driver, numbers(1, 210));
    equal((await ledger(driver)).journal.counts.replayed, 210, 'events replayed');
    equal((await storeCounts(driver)).reads - reads, 3, 'pages');
  }),

  ledgerCase(
    'state-outlives-actor',
    'a later actor with the same id goes on where the first one stopped',
    async (driver) => {
      await add(driver, 1, 7);
      await driver.send('/root', { kind: 'Close', name: 'a' });
      await driver.until('it is gone', async () => (await driver.actor(LEDGER)) === undefined);
      await driver.send('/root', { kind: 'Open', name: 'b', id: LEDGER, from: 8, upTo: 9 });
      await hears(driver, 9);
      await hasItems(driver, numbers(1, 9), '/root/b');
      equal((await ledger(driver, '/root/b')).journal.counts.replayed, 2, 'events replayed');
    },
  ),

  ledgerCase('E2', 'commands that come during recovery wait, and are handled in their order', async (driver) => {
    await add(driver, 1, 3);
    // Each unanswered request costs the 80 ms that the store has to answer.
    await failNext(driver, 'LoadSnapshot', 'ignore', 2);
    await driver.inject({ kind: 'crash', path: LEDGER });
    await driver.until('the restart', async () => {
      const actor = await driver.actor(LEDGER);
      return actor?.restarts === 1 && actor.status === 'running';
    });
    await driver.send('/root', { kind: 'Add', to: 'a', from: 4, upTo: 7 });
    await driver.until('commands that wait', async () => (await ledger(driver)).journal.waiting === 4);
    equal((await ledger(driver)).journal.phase, 'recovering', 'phase');
    equal((await heard(driver)).length, 3, 'answers during recovery');
    await hears(driver, 7);
    equal(
      (await heard(driver)).slice(3),
      numbers(4, 7).map((n) => `a ${n} → ${n}`),
      'answers',
    );
    await hasItems(driver, numbers(1, 7));
  }),

  ledgerCase('E2-from-birth', 'commands that come before the first recovery wait as well', async (driver) => {
    await driver.send('/root', { kind: 'Open', name: 'b', id: 'other', from: 1, upTo: 6 });
    await hears(driver, 6);
    equal(
      await heard(driver),
      numbers(1, 6).map((n) => `b ${n} → ${n}`),
      'answers',
    );
  }),

  ledgerCase(
    'stash-bound',
    'commands beyond the room for waiting ones are refused, the others are not',
    async (driver) => {
      await driver.until('it is ready', async () => (await ledger(driver)).journal.phase === 'ready');
      await driver.inject({ kind: 'slow', path: STORE, delayMs: 5 });
      await driver.send('/root', { kind: 'Add', to: 'a', from: 1, upTo: 25 });
      await hears(driver, 25);
      const answers = await heard(driver);
      const refused = answers.filter((text) => text.endsWith('stash-full'));
      equal(
        refused,
        numbers(22, 25).map((n) => `a ${n} → stash-full`),
        'refusals',
      );
      await hasItems(driver, numbers(1, 21));
    },
  ),

  ledgerCase('E3', 'a failing snapshot is reported, and processing goes on', async (driver) => {
    await failNext(driver, 'SaveSnapshot', 'refuse');
    await add(driver, 1, 4);
    await add(driver, 5, 11);
    equal(await notes(driver), ['store failed: request-rejected'], 'what the ledger reported');
    const { journal } = await ledger(driver);
    equal(journal.counts.storeFailures, 1, 'failures of the store');
    await driver.until('the next snapshot', async () => (await ledger(driver)).journal.snapshot === 10);
    await crashAndRecover(driver);
    await hasItems(driver, numbers(1, 11));
  }),

  ledgerCase('E3-replay', 'an event that cannot be applied stops the actor, and the error names it', async (driver) => {
    await add(driver, 1, 2);
    await driver.send('/root', { kind: 'Add', to: 'a', from: POISON, upTo: POISON });
    await driver.until('it stopped', async () => (await driver.actor(LEDGER)) === undefined);
    const failures = await events(driver, 'failed', LEDGER);
    equal(failures.at(-1)?.kind, 'recovery-failed', 'kind of the failure');
    const error = failures.at(-1)?.error ?? '';
    holds(error.includes('event 3 (Added)') && error.includes('poison'), `the error names the event: ${error}`);
    equal((await events(driver, 'stopped', LEDGER)).at(-1)?.reason, 'failed', 'reason');
    await hears(driver, 3);
    equal((await heard(driver)).at(-1), `a ${POISON} → handler-failed`, 'answer');
    await add(driver, 3, 3);
    equal((await heard(driver)).at(-1), 'a 3 → target-stopped', 'answer of an actor that has stopped');
  }),

  ledgerCase(
    'E3-unknown-event',
    'an event that nobody knows stops the actor, and the error names it',
    async (driver) => {
      await add(driver, 1, 2);
      await driver.send('/root', { kind: 'Forge', id: LEDGER, expected: 2, event: { kind: 'Removed' } });
      await hears(driver, 3);
      await driver.inject({ kind: 'crash', path: LEDGER });
      await driver.until('it stopped', async () => (await driver.actor(LEDGER)) === undefined);
      const failure = (await events(driver, 'failed', LEDGER)).at(-1);
      equal(failure?.kind, 'recovery-failed', 'kind of the failure');
      holds(failure?.error.includes('event 3 (Removed)') === true, `the error names the event: ${failure?.error}`);
    },
  ),

  ledgerCase('recovery-unreadable', 'a store that cannot be read is tried again, but not for ever', async (driver) => {
    await add(driver, 1, 2);
    await failNext(driver, 'LoadSnapshot', 'refuse', 2);
    await crashAndRecover(driver);
    await hasItems(driver, [1, 2]);
    await failNext(driver, 'Read', 'refuse', 3);
    await driver.inject({ kind: 'crash', path: LEDGER });
    await driver.until('it stopped', async () => (await driver.actor(LEDGER)) === undefined);
    equal((await events(driver, 'failed', LEDGER)).at(-1)?.kind, 'recovery-failed', 'kind of the failure');
  }),

  ledgerCase('write-refused', 'a refused write refuses the command and leaves the state as it was', async (driver) => {
    await add(driver, 1, 1);
    await failNext(driver, 'Append', 'refuse');
    await add(driver, 2, 2);
    await hasItems(driver, [1]);
    await add(driver, 3, 3);
    equal(await heard(driver), ['a 1 → 1', 'a 2 → request-rejected', 'a 3 → 2'], 'answers');
    await crashAndRecover(driver);
    await hasItems(driver, [1, 3]);
  }),

  ledgerCase(
    'write-in-doubt',
    'a write without an answer is looked up in the log, and only then answered',
    async (driver) => {
      await failNext(driver, 'Append', 'lose-answer');
      await add(driver, 1, 1);
      await failNext(driver, 'Append', 'ignore');
      await add(driver, 2, 2);
      await add(driver, 3, 3);
      equal(await heard(driver), ['a 1 → 1', 'a 2 → ask-timeout', 'a 3 → 2'], 'answers');
      await crashAndRecover(driver);
      await hasItems(driver, [1, 3]);
    },
  ),

  ledgerCase(
    'crash-while-writing',
    'a crash between write and answer neither loses nor doubles the event',
    async (driver) => {
      await add(driver, 1, 1);
      await driver.inject({ kind: 'pause', path: STORE });
      await driver.send('/root', { kind: 'Add', to: 'a', from: 2, upTo: 4 });
      await driver.until('a write', async () => (await ledger(driver)).journal.phase === 'writing');
      await driver.inject({ kind: 'crash', path: LEDGER });
      await driver.inject({ kind: 'resume', path: STORE });
      await hears(driver, 4);
      await recovered(driver, 1);
      const failed = (await heard(driver)).filter((text) => text.endsWith('handler-failed'));
      equal(failed.length, 1, 'commands whose fate the crash left open');
      await hasItems(driver, [1, 2, 3, 4]);
    },
  ),

  ledgerCase('two-writers', 'the second writer of a log is refused, and reads what it has missed', async (driver) => {
    await driver.send('/root', { kind: 'Open', name: 'b', id: LEDGER, from: 0, upTo: 0 });
    await hears(driver, 1);
    await add(driver, 1, 2);
    await add(driver, 9, 9, 'b');
    equal((await heard(driver)).at(-1), 'b 9 → request-rejected', 'the second writer');
    await hasItems(driver, [1, 2], '/root/b');
    await add(driver, 9, 9, 'b');
    await hasItems(driver, [1, 2, 9], '/root/b');
  }),
];
