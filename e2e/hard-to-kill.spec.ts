/** What people will do to a live run: turns that never end, threads that are killed, that fail, that eat all memory. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

const RECKLESS = '/root/reckless';
const TALLY = '/root/tally';

async function openHousehold(page: Page, workers = 2): Promise<void> {
  await page.evaluate((count) => window.live.open({ behavior: 'Household', workers: count }), workers);
}

const send = (page: Page, path: string, kind: string): Promise<void> =>
  page.evaluate(([at, what]) => window.live.engine.send(at, { kind: what }), [path, kind] as const);

const inject = (page: Page, fault: Parameters<Window['live']['engine']['inject']>[0]): Promise<void> =>
  page.evaluate((given) => window.live.engine.inject(given), fault);

const eventsOf = (page: Page, type: string) =>
  page.evaluate((wanted) => window.live.engine.trace().filter((event) => event.type === wanted), type);

const state = <T>(page: Page, path: string): Promise<T> =>
  page.evaluate((at) => window.live.engine.state(at), path) as Promise<T>;

const actor = async (page: Page, path: string) =>
  (await page.evaluate(() => window.live.read().actors)).find((one) => one.path === path);

async function untilReplaced(page: Page, times = 1): Promise<void> {
  await expect.poll(async () => (await eventsOf(page, 'worker-joined')).length).toBe(times);
}

test.beforeEach(async ({ page, testPage }) => {
  await page.goto(testPage('live'));
});

test('a turn that never ends is found within 2 s, the guilty actor is named, and the page stays responsive', async ({
  page,
}) => {
  await openHousehold(page);
  await send(page, '/root', 'Ask');
  await page.evaluate(() => {
    const frames = window as unknown as { longestGapMs: number };
    frames.longestGapMs = 0;
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      frames.longestGapMs = Math.max(frames.longestGapMs, now - last);
      last = now;
    }, 10);
  });
  const fromMs = await page.evaluate(() => window.live.engine.read().atMs);
  await inject(page, { kind: 'hang', path: RECKLESS });
  await untilReplaced(page);
  const [lost] = await eventsOf(page, 'worker-lost');
  expect(lost).toMatchObject({ lost: 1, cause: 'did not come back from a turn', during: RECKLESS, actors: 1 });
  // Found, and stopped: the page's looks come late where the machine is busy.
  expect((lost?.atMs ?? 0) - fromMs).toBeGreaterThan(1_000);
  test.info().annotations.push({ type: 'found after', description: `${(lost?.atMs ?? 0) - fromMs} ms` });
  expect(await page.evaluate(() => (window as unknown as { longestGapMs: number }).longestGapMs)).toBeLessThan(1_000);
  await expect.poll(async () => (await actor(page, RECKLESS))?.status).toBe('running');
  expect((await actor(page, RECKLESS))?.worker).toBe(0);
  expect((await state<{ readonly heard: readonly string[] }>(page, '/root')).heard).toEqual([
    `worker-lost: Worker 1 was lost before ${RECKLESS} answered Nothing.`,
  ]);
});

test('what a terminated thread still writes is read by nobody', async ({ page }) => {
  await openHousehold(page);
  await send(page, RECKLESS, 'Pour');
  await untilReplaced(page);
  const [lost] = await eventsOf(page, 'worker-lost');
  expect(lost).toMatchObject({ lost: 1, during: RECKLESS });
  // It had sent, and it goes on in its loop for a while: nothing of that arrives any more.
  const count = async () => (await state<{ readonly count: number }>(page, TALLY)).count;
  await expect.poll(async () => (await actor(page, TALLY))?.mailboxDepth).toBe(0);
  const before = await count();
  expect(before).toBeGreaterThan(0);
  const rows = () =>
    page.evaluate(() => window.live.read().actors.map(({ path, status, worker }) => [path, status, worker]));
  const rowsBefore = await rows();
  await page.waitForFunction(
    (untilMs) => performance.now() > untilMs,
    (await page.evaluate(() => performance.now())) + 3_000,
  );
  expect(await count()).toBe(before);
  expect(await rows()).toEqual(rowsBefore);
});

test('a root that is lost again before anybody has seen it has its path all the same', async ({ page }) => {
  await openHousehold(page);
  // Without a frame in between, in which the page would ask who is there.
  await page.evaluate(async () => {
    for (let times = 0; times < 3; times++) await window.live.engine.inject({ kind: 'kill-worker', worker: 0 });
  });
  // One that is lost again before its first turn has not been restarted.
  await expect.poll(async () => (await actor(page, '/root'))?.restarts).toBeGreaterThan(0);
  await expect.poll(async () => (await actor(page, TALLY))?.status).toBe('running');
  const paths = await page.evaluate(() => window.live.read().actors.map(({ path }) => path));
  expect(paths.filter((path) => !path.startsWith('/root'))).toEqual([]);
});

test('killed by hand: reported, restarted elsewhere, asks settled, and the next one too', async ({ page }) => {
  await openHousehold(page, 3);
  await send(page, '/root', 'Ask');
  await inject(page, { kind: 'kill-worker', worker: 1 });
  await expect.poll(async () => (await actor(page, RECKLESS))?.status).toBe('running');
  expect((await actor(page, RECKLESS))?.worker).toBe(0);
  await expect
    .poll(async () => (await state<{ readonly heard: readonly string[] }>(page, '/root')).heard)
    .toEqual([`worker-lost: Worker 1 was lost before ${RECKLESS} answered Nothing.`]);
  // The root's own worker, with everybody on it.
  await inject(page, { kind: 'kill-worker', worker: 0 });
  await expect.poll(async () => (await actor(page, '/root'))?.restarts).toBe(1);
  await expect.poll(async () => (await actor(page, RECKLESS))?.status).toBe('running');
  expect((await actor(page, RECKLESS))?.worker).toBe(1);
  expect(await page.evaluate(() => window.live.read().status)).toBe('running');
  // A worker that does not exist.
  const refused = page.evaluate(() =>
    window.live.engine.inject({ kind: 'kill-worker', worker: 3 }).then(
      () => '',
      (error: { readonly code: string; readonly field: string }) => `${error.code} ${error.field}`,
    ),
  );
  expect(await refused).toBe('invalid-configuration worker');
});

test('two threads that are killed at once, and all of them', async ({ page }) => {
  await openHousehold(page, 3);
  await page.evaluate(() =>
    Promise.all([0, 1].map((worker) => window.live.engine.inject({ kind: 'kill-worker', worker }))),
  );
  await expect.poll(async () => (await actor(page, RECKLESS))?.status).toBe('running');
  await page.evaluate(() =>
    Promise.all([0, 1, 2].map((worker) => window.live.engine.inject({ kind: 'kill-worker', worker }))),
  );
  await untilReplaced(page, 5);
  await expect.poll(async () => (await actor(page, RECKLESS))?.status).toBe('running');
  expect(await page.evaluate(() => window.live.read().status)).toBe('running');
});

test('a system of one thread survives its loss', async ({ page }) => {
  await openHousehold(page, 1);
  await inject(page, { kind: 'kill-worker', worker: 0 });
  await expect.poll(async () => (await actor(page, '/root'))?.restarts).toBe(1);
  await expect.poll(async () => (await actor(page, RECKLESS))?.status).toBe('running');
});

test('a thread that fails outside of any turn is replaced, and the failure is told', async ({ page }) => {
  await openHousehold(page);
  await send(page, RECKLESS, 'Throw');
  // What a browser's timer brings happens when the thread comes back to its event loop: when it is asked something.
  const joined = async (): Promise<number> => {
    await state(page, RECKLESS).catch(() => undefined);
    return (await eventsOf(page, 'worker-joined')).length;
  };
  await expect.poll(joined).toBe(1);
  const [lost] = await eventsOf(page, 'worker-lost');
  expect(lost).toMatchObject({ lost: 1 });
  expect((lost as unknown as { readonly cause: string }).cause).toContain('nobody catches that');
  await expect.poll(async () => (await actor(page, RECKLESS))?.worker).toBe(0);
});

test('a thread that is killed while the run is paused is replaced, and the run stays paused', async ({ page }) => {
  await openHousehold(page);
  await page.evaluate(() => window.live.engine.pause());
  await inject(page, { kind: 'kill-worker', worker: 1 });
  await untilReplaced(page);
  expect(await page.evaluate(() => window.live.read().status)).toBe('paused');
  const before = await page.evaluate(() => window.live.read().atMs);
  expect(await page.evaluate(() => window.live.read().atMs)).toBe(before);
  await page.evaluate(() => window.live.engine.resume());
  await expect.poll(async () => (await actor(page, RECKLESS))?.status).toBe('running');
});

test('memory that there is not is a failure of the actor that wanted it', async ({ page }) => {
  await openHousehold(page);
  await send(page, RECKLESS, 'Hoard');
  await expect.poll(async () => (await actor(page, RECKLESS))?.restarts).toBe(1);
  expect(await eventsOf(page, 'failed')).toMatchObject([{ path: RECKLESS, kind: 'RangeError', during: 'Hoard' }]);
  expect(await eventsOf(page, 'worker-lost')).toEqual([]);
});

test('a control message that cannot be read costs the thread, not the run', async ({ page }) => {
  await openHousehold(page);
  await page.evaluate(() => window.live.made[1]?.dispatchEvent(new MessageEvent('messageerror')));
  await untilReplaced(page);
  expect(await eventsOf(page, 'worker-lost')).toMatchObject([
    { lost: 1, cause: expect.stringContaining('could not be read') },
  ]);
  await expect.poll(async () => (await actor(page, RECKLESS))?.worker).toBe(0);
});

test('a thread that does not start in a lost one’s place is tried again, and then the run ends with the cause', async ({
  page,
}) => {
  const openWith = (brokenReplacements: number) =>
    page.evaluate(
      (broken) => window.live.open({ behavior: 'Household', workers: 2, brokenReplacements: broken }),
      brokenReplacements,
    );
  await openWith(1);
  await inject(page, { kind: 'kill-worker', worker: 1 });
  await untilReplaced(page);
  await expect.poll(async () => (await actor(page, RECKLESS))?.status).toBe('running');
  await openWith(2);
  await inject(page, { kind: 'kill-worker', worker: 1 });
  await expect
    .poll(() => page.evaluate(() => window.live.read().stopCause))
    .toMatch(/^Worker 1 was killed, and could not be replaced: .*script could not be loaded/);
});

test('a page that is busy keeps no thread from its work, and what it missed of the trace is counted', async ({
  page,
}) => {
  await openHousehold(page);
  const { before, after, lost } = await page.evaluate(async () => {
    const { engine } = window.live;
    const turns = (): number => engine.read().workers.reduce((sum, { processed }) => sum + processed, 0);
    // A message that makes more: it tells the tally until the thread is lost.
    await engine.send('/root/reckless', { kind: 'Chatter' } as { readonly kind: string });
    const first = turns();
    const endMs = performance.now() + 1_000;
    while (performance.now() < endMs);
    const readings = engine.read().workers;
    return { before: first, after: turns(), lost: readings.reduce((sum, { lostEvents }) => sum + lostEvents, 0) };
  });
  expect(after - before).toBeGreaterThan(1_000);
  expect(lost).toBeGreaterThan(0);
});
