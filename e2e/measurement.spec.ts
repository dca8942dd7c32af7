/** What is measured of a live run: times of messages, what workers do with their time, and what nobody pays for unlooked at. */
import type { MeasuredMessages } from '../src/engine/engine.ts';
import { expect, expectAccessible, test } from './fixtures.ts';

const WORKER = '/shop/orders/worker-1';

test('a slow actor: its service takes as long as its delay, and its messages wait longer and longer', async ({
  page,
  playhouse,
}) => {
  await page.goto('./');
  await playhouse.idle();
  await playhouse.inject({ kind: 'slow', path: WORKER, delayMs: 5 });
  await page.locator(`[data-testid=actor-node][data-path="${WORKER}"]`).click();
  const cell = (row: string, percentile: string) =>
    page.getByTestId(`actor-times-table-${row}`).locator(`[data-percentile=${percentile}]`);
  const shown = async (row: string, percentile: string): Promise<number> =>
    Number((await cell(row, percentile).getAttribute('data-ms')) ?? Number.NaN);
  // 500 orders a second for one that can do 200: soon as many wait as there is room for.
  await expect.poll(() => shown('service', 'p99'), { timeout: 20_000 }).toBeGreaterThanOrEqual(4.9);
  await expect.poll(() => shown('queue', 'p99'), { timeout: 20_000 }).toBeGreaterThan(500);
  await expect.poll(() => shown('service', 'p50'), { timeout: 20_000 }).toBeGreaterThanOrEqual(4.9);
  await expect(page.getByTestId('actor-times-note')).toContainText(/sample/);
  await expect(page.getByTestId('actor-times-note')).toContainText(/measured/);
  const times = await playhouse.times(WORKER);
  expect(times.kind === 'measured' && times.samples > 0 && (times.queueMs.max ?? 0) > 500).toBe(true);
  // Another one, on the same scenario, is as quick as before.
  const other = await playhouse.times('/shop/gateway');
  expect(other.kind === 'measured' ? other.serviceMs.p50 : undefined).toBeLessThan(2);
  const depth = Number((await page.getByTestId('inspector-depth-max').textContent())?.replaceAll(',', ''));
  expect(depth).toBeGreaterThan(50);
});

test('the workers: shares of their time, what is sampled, and what watching costs', async ({ page, playhouse }) => {
  await page.goto('./');
  await playhouse.idle();
  await page.getByTestId('lower-workers').click();
  const rows = page.getByTestId('worker-row');
  await expect(rows).toHaveCount(await playhouse.workers());
  await expect.poll(async () => (await playhouse.metrics()).measured).toBeGreaterThan(1_000);
  const { workers, queueMs, serviceMs } = await playhouse.metrics();
  for (const worker of workers) {
    const { busyShare, spinShare, parkedShare, measuredEvery, measured, observeShare } = worker;
    expect(Math.abs(busyShare + spinShare + parkedShare - 1)).toBeLessThan(0.01);
    for (const share of [busyShare, spinShare, parkedShare]) expect(share).toBeGreaterThanOrEqual(0);
    expect(busyShare).toBeGreaterThan(0);
    expect(measuredEvery).toBeGreaterThanOrEqual(1);
    expect(measured).toBeGreaterThan(0);
    expect(observeShare).toBeLessThan(0.1);
  }
  const percentiles = [queueMs.p50, queueMs.p95, queueMs.p99, queueMs.p999, queueMs.max].map((ms) => ms ?? Number.NaN);
  expect(percentiles).toEqual(percentiles.toSorted((a, b) => a - b));
  expect(serviceMs.count).toBeGreaterThan(0);
  await expect(rows.first().getByTestId('shares')).toHaveText(/\d+% busy · \d+% spinning · \d+% parked/);
  await expect(rows.first().getByTestId('worker-sampling')).toHaveText(/^1 in \d/);
  await expect(page.getByTestId('observing-note')).toContainText('Watching costs');
  // Standing still, so that looking at all of the page does not take longer than it has to.
  await playhouse.pause();
  await expectAccessible(page);
});

test('messages of a live run are dots on their way, as long as somebody looks at the graph', async ({
  page,
  playhouse,
}) => {
  await page.goto('./');
  await playhouse.idle();
  const dots = page.getByTestId('measured-message');
  await expect(dots.first()).toBeAttached();
  await playhouse.pause();
  await expect(dots).toHaveCount(0);
});

test('in a simulated run all messages are measured, and the same run has the same times', async ({
  page,
  playhouse,
}) => {
  await page.goto('./');
  await playhouse.idle();
  const timesAt = async (): Promise<unknown> => {
    await playhouse.step(2_000);
    await playhouse.idle();
    return [await playhouse.times(WORKER), (await playhouse.metrics()).measured];
  };
  await playhouse.setMode('simulated');
  const first = await timesAt();
  await playhouse.seek(0);
  expect(await timesAt()).toEqual(first);
  await page.getByTestId('lower-workers').click();
  await expect(page.getByTestId('workers-pane')).toContainText('Virtual workers');
});

interface Counted {
  readonly written: number;
  readonly measured: number;
  readonly seen: MeasuredMessages;
}

test('what nobody looks at is not written, and whoever has no slot is told so', async ({ page, testPage }) => {
  await page.goto(testPage('live'));
  await page.evaluate(() =>
    window.live.open({
      behavior: 'Parent',
      args: { children: ['a', 'b'], from: 0 },
      workers: 1,
      settings: { measuredActors: 1 },
    }),
  );
  const tell = (n: number): Promise<void> =>
    page.evaluate(
      (k) =>
        window.live.engine.send('/root', { kind: 'Ask', name: 'a', kind_: 'Double', n: k, timeoutMs: 5_000 } as never),
      n,
    );
  const count = (): Promise<Counted> =>
    page.evaluate(() => {
      const { engine } = window.live;
      const [buffer] = engine['memory'].shared.messages;
      const written = Atomics.load(new Int32Array(buffer as SharedArrayBuffer), 0);
      return { written, measured: engine.read().times.samples, seen: engine.messages() };
    });
  for (let n = 1; n <= 20; n++) await tell(n);
  await expect.poll(async () => (await count()).measured).toBeGreaterThan(10);
  expect(await count()).toMatchObject({ written: 0, seen: { messages: [], lost: 0 } });

  await page.evaluate(() => window.live.engine.observe({ messages: true }));
  for (let n = 1; n <= 20; n++) await tell(n);
  await expect.poll(async () => (await count()).seen.messages.length).toBeGreaterThan(5);
  const { seen, written } = await count();
  expect(seen.messages.some(({ from, to, kind }) => from === '/root' && to === '/root/a' && kind === 'Double')).toBe(
    true,
  );
  expect(seen.messages.every(({ queueMs, weight }) => queueMs >= 0 && weight >= 1)).toBe(true);
  expect(seen.lost).toBe(0);

  await page.evaluate(() => window.live.engine.observe({ messages: false }));
  for (let n = 1; n <= 20; n++) await tell(n);
  await page.evaluate(() => window.live.engine.idle());
  expect((await count()).written).toBeLessThanOrEqual(written + 2);

  // One of them has the only slot.
  const kinds = await page.evaluate(async () =>
    Promise.all(['/root', '/root/a'].map(async (path) => (await window.live.engine.times(path)).kind)),
  );
  expect([...kinds].sort()).toEqual(['measured', 'no-slot']);
  expect(await page.evaluate(async () => (await window.live.engine.times('/root/b')).kind)).toMatch(/none|no-slot/);
});
