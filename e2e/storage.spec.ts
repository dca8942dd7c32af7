/** What actors of live runs store in the browser: it is there after a reload, a killed worker, a hanging one, and damage. */
import type { Page } from '@playwright/test';
import type { Result } from '../src/base/result.ts';
import type { ErrorReport } from '../src/kernel/errors.ts';
import { expect, test } from './fixtures.ts';

interface RootState {
  readonly acknowledged: readonly (readonly number[])[];
  readonly failed: readonly string[];
  readonly done: number;
}

const root = (page: Page) => page.evaluate(() => window.storage.engine.state('/root') as Promise<RootState>);

/** The numbers that an account remembers; undefined while it has no state. */
const items = (page: Page, account: number) =>
  page.evaluate(async (number) => {
    const state = await window.storage.engine.state(`/root/a${number}`);
    return (state as { readonly state: { readonly items: readonly number[] } } | undefined)?.state.items;
  }, account);

const send = (page: Page, message: { readonly kind: string; readonly [field: string]: unknown }) =>
  page.evaluate((what) => window.storage.engine.send('/root', what), message);

async function deposit(page: Page, account: number, from: number, upTo: number): Promise<void> {
  const before = (await root(page)).acknowledged[account]?.length ?? 0;
  for (let n = from; n <= upTo; n++) await send(page, { kind: 'Deposit', account, n });
  await expect.poll(async () => (await root(page)).acknowledged[account]?.length).toBe(before + upTo - from + 1);
}

const numbers = (upTo: number): number[] => Array.from({ length: upTo }, (_, index) => index + 1);

/** What a page's journal answers: the value, or the code and the field of the error. */
function append(page: Page, run: string, expected: number, ...events: readonly unknown[]) {
  return page.evaluate(
    async ([name, end, list]) => {
      const result = await window.storage.journal(name).append('a', end, 1, list);
      return result.ok ? result.value : [result.error.code, result.error.field];
    },
    [run, expected, events] as const,
  );
}

async function read(
  page: Page,
  run: string,
): Promise<{ readonly events: readonly unknown[]; readonly damages: number }> {
  return page.evaluate(async (name) => {
    const journal = window.storage.journal(name);
    const result = (await journal.read('a', 0, 100)) as Result<{ events: readonly { event: unknown }[] }, ErrorReport>;
    if (!result.ok) throw new Error(result.error.message);
    return { events: result.value.events.map(({ event }) => event), damages: journal.damages.length };
  }, run);
}

test.beforeEach(async ({ page, testPage }) => {
  await page.goto(testPage('storage'));
});

test('an event-sourced actor is what it was when the page is loaded again', async ({ page }) => {
  const open = () => page.evaluate(() => window.storage.open({ run: 'reload', accounts: 2 }));
  await open();
  await deposit(page, 0, 1, 20);
  await deposit(page, 1, 1, 5);
  expect(await page.evaluate(() => window.storage.engine.state('/root/store'))).toMatchObject({ kept: 'in storage' });
  await page.reload();
  await open();
  await expect.poll(() => items(page, 0)).toEqual(numbers(20));
  await expect.poll(() => items(page, 1)).toEqual(numbers(5));
  await deposit(page, 0, 21, 25);
  expect(await items(page, 0)).toEqual(numbers(25));
});

test('an engine that loses the worker of the store, or of those who store, loses nothing that was acknowledged', async ({
  page,
}) => {
  await page.evaluate(() => window.storage.open({ run: 'lost', accounts: 5 }));
  await send(page, { kind: 'Load', until: 2_000 });
  for (const worker of [1, 2, 1]) {
    const { done } = await root(page);
    await expect.poll(async () => (await root(page)).done).toBeGreaterThan(Math.min(1_990, done + 100));
    await page.evaluate((number) => window.storage.engine.inject({ kind: 'kill-worker', worker: number }), worker);
  }
  await expect.poll(async () => (await root(page)).done, { timeout: 60_000 }).toBe(2_000);
  const { acknowledged, failed } = await root(page);
  expect(acknowledged.flat().length + failed.length).toBe(2_000);
  for (const [account, own] of acknowledged.entries()) {
    await deposit(page, account, 10_000 + account, 10_000 + account);
    const kept = (await items(page, account)) ?? [];
    expect(new Set(kept).size).toBe(kept.length);
    expect(kept).toEqual(expect.arrayContaining([...own]));
  }
});

test('a worker killed in the middle of appending leaves everything that it acknowledged', async ({ page }) => {
  for (const after of [1, 30, 77, 150, 203]) {
    const options = { run: `killed ${after}`, logs: 7, eventBytes: 40, hangAfter: 0, after };
    const { acknowledged, stored } = await page.evaluate((given) => window.storage.kill(given), options);
    for (const [log, found] of stored.entries()) {
      expect(typeof found, `log ${log}: ${found}`).toBe('number');
      expect(found).toBeGreaterThanOrEqual(acknowledged[log] as number);
      // One more may be on the disk without anybody having heard of it; what was said but not heard adds another.
      expect(found).toBeLessThanOrEqual((acknowledged[log] as number) + 2);
    }
  }
});

test('a worker that hangs in the middle of appending holds up nobody', async ({ page }) => {
  const options = { run: 'hanging', logs: 7, eventBytes: 40, hangAfter: 100, after: 100 };
  const { acknowledged, stored, successorMs } = await page.evaluate((given) => window.storage.kill(given), options);
  for (const [log, found] of stored.entries()) expect(found).toBeGreaterThanOrEqual(acknowledged[log] as number);
  expect(successorMs).toBeLessThan(2_000);
});

test('of two pages on one log the second writer is refused, and both go on', async ({ page, context, testPage }) => {
  const other = await context.newPage();
  await other.goto(testPage('storage'));
  expect(await append(page, 'pages', 0, 'one')).toBe(1);
  expect(await append(other, 'pages', 0, 'two')).toEqual(['request-rejected', 'expected']);
  expect((await read(other, 'pages')).events).toEqual(['one']);
  expect(await append(other, 'pages', 1, 'two')).toBe(2);
  expect(await append(page, 'pages', 1, 'three')).toEqual(['request-rejected', 'expected']);
  expect((await read(page, 'pages')).events).toEqual(['one', 'two']);
  expect(await append(page, 'pages', 2, 'three')).toBe(3);
});

test('when the browser gives no more room that has a code, and what was stored is there', async ({ page }) => {
  const cdp = await page.context().newCDPSession(page);
  const origin = new URL(page.url()).origin;
  // Before anything is stored: the browser remembers for half a minute how much room there was.
  await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 200_000 });
  expect(await append(page, 'quota', 0, 'x')).toBe(1);
  expect(await append(page, 'quota', 1, 'y'.repeat(1_000_000))).toEqual(['storage-full', undefined]);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin });
  expect((await read(page, 'quota')).events).toEqual(['x']);
  expect(await append(page, 'quota', 1, 'z')).toBe(2);
});

test('a storage that somebody holds has a code, and opens when it is free again', async ({ page }) => {
  expect(await append(page, 'held', 0, 'x')).toBe(1);
  await page.evaluate(async () => {
    const [{ name = '' } = {}] = (await indexedDB.databases()).filter((one) => one.name?.includes('held'));
    // A connection that does not let go, and somebody who waits to delete the database.
    const holder = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
    });
    const blocked = new Promise((resolve) => {
      indexedDB.deleteDatabase(name).onblocked = resolve;
    });
    await blocked;
    Object.assign(window, { holder });
  });
  expect(await append(page, 'held', 1, 'y')).toEqual(['storage-unavailable', undefined]);
  await page.evaluate(() => (window as unknown as { readonly holder: IDBDatabase }).holder.close());
  await expect.poll(() => append(page, 'held', 0, 'z')).toBe(1);
});

test('bytes that were damaged on the disk are cut off, and what was before them is there', async ({ page }) => {
  for (const [expected, event] of ['one', 'two', 'three'].entries()) await append(page, 'damage', expected, event);
  const at = await page.evaluate(async () => {
    const [{ name = '' } = {}] = (await indexedDB.databases()).filter((one) => one.name?.includes('damage'));
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
    });
    const transaction = database.transaction('chunks', 'readwrite');
    const chunks = transaction.objectStore('chunks');
    const cursor = chunks.openCursor(null, 'prev');
    const key = await new Promise<IDBValidKey>((resolve) => {
      cursor.onsuccess = () => {
        const found = cursor.result as IDBCursorWithValue;
        const bytes = found.value as Uint8Array;
        bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
        found.update(bytes);
        resolve(found.key);
      };
    });
    await new Promise((resolve) => {
      transaction.oncomplete = resolve;
    });
    database.close();
    return key;
  });
  expect(at).toEqual(['a', expect.any(Number)]);
  const { events, damages } = await read(page, 'damage');
  expect(events).toEqual(['one']);
  expect(damages).toBe(1);
  expect(await append(page, 'damage', 1, 'again')).toBe(2);
  expect(await read(page, 'damage')).toEqual({ events: ['one', 'again'], damages: 0 });
});

test('what was stored can be seen, and deleted', async ({ page }) => {
  await append(page, 'kept', 0, 'x');
  await append(page, 'gone', 0, 'x');
  const views = () => page.evaluate(() => window.storage.stored());
  expect(await views()).toEqual([
    { scenario: 'storage', run: 'gone', store: 'Store', files: 1, bytes: expect.any(Number) },
    { scenario: 'storage', run: 'kept', store: 'Store', files: 1, bytes: expect.any(Number) },
  ]);
  expect(await page.evaluate(() => window.storage.clear('gone'))).toBeNull();
  expect((await views()).map(({ run }) => run)).toEqual(['kept']);
  expect((await read(page, 'gone')).events).toEqual([]);
  expect((await read(page, 'kept')).events).toEqual(['x']);
});
