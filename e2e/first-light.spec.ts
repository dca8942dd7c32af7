/** The promises of the page, end to end, in a real browser on real threads. */
import { actorAt, expect, type RemotePlayhouse, remotePlayhouse, test } from './fixtures.ts';

const SERVICE = '/shop/payments/service';
const BREAKER = '/shop/payments/breaker';

async function confirmed(playhouse: RemotePlayhouse): Promise<number> {
  return ((await playhouse.state('/shop/load')) as { readonly confirmed: number }).confirmed;
}

/** Waits until the load gets answers again: more than it has now. */
async function expectLoadGoesOn(playhouse: RemotePlayhouse): Promise<void> {
  const before = await confirmed(playhouse);
  await expect.poll(() => confirmed(playhouse)).toBeGreaterThan(before + 100);
}

async function setParameter(playhouse: RemotePlayhouse, name: string, value: number): Promise<void> {
  await playhouse.inject({ kind: 'set-parameter', name, value });
}

test.beforeEach(async ({ page, playhouse }) => {
  await page.goto('/');
  await playhouse.idle();
});

test('the page is isolated and there is a worker for every hardware thread', async ({ page, playhouse }) => {
  expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
  const threads = await page.evaluate(() => navigator.hardwareConcurrency);
  const { workers } = await playhouse.metrics();
  expect(workers.length).toBe(Math.min(16, threads));
  expect(page.workers().length).toBe(workers.length);
  // Every one of them hosts actors, and the tree hangs together across them.
  const actors = await playhouse.actors();
  const paths = new Set(actors.map(({ path }) => path));
  for (const { parent } of actors) expect(parent === null || paths.has(parent)).toBe(true);
  expect(new Set(actors.map(({ worker }) => worker)).size).toBe(workers.length);
});

test('the person chooses how many workers there are', async ({ page, playhouse }) => {
  await page.getByTestId('workers').selectOption('3');
  await playhouse.idle();
  await expect.poll(() => page.workers().length).toBe(3);
  expect((await playhouse.metrics()).workers.length).toBe(3);
  expect(new Set((await playhouse.actors()).map(({ worker }) => worker)).size).toBe(3);
  await expectLoadGoesOn(playhouse);
});

test('one worker is enough', async ({ page, playhouse }) => {
  await page.getByTestId('workers').selectOption('1');
  await playhouse.idle();
  expect((await playhouse.metrics()).workers.length).toBe(1);
  await expectLoadGoesOn(playhouse);
});

test('messages cross workers through shared memory and never through postMessage', async ({ page }) => {
  // Before anything runs: count whatever workers post to the page or to each other through it.
  await page.addInitScript(() => {
    const counts = { posted: 0, channels: 0 };
    Reflect.set(window, 'postCounts', counts);
    const NativeWorker = window.Worker;
    window.Worker = class extends NativeWorker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        this.addEventListener('message', () => counts.posted++);
      }
    };
    const NativeChannel = window.MessageChannel;
    window.MessageChannel = class extends NativeChannel {
      constructor() {
        super();
        counts.channels++;
      }
    };
  });
  await page.reload();
  const playhouse = remotePlayhouse(page);
  await playhouse.idle();
  const posted = () => page.evaluate(() => (Reflect.get(window, 'postCounts') as { posted: number }).posted);
  const crossed = async () => (await playhouse.metrics()).workers.reduce((sum, worker) => sum + worker.received, 0);
  const postedBefore = await posted();
  const crossedBefore = await crossed();
  await expect.poll(crossed).toBeGreaterThan(crossedBefore + 5_000);
  // Control calls may answer; thousands of messages must not.
  expect((await posted()) - postedBefore).toBeLessThan(100);
});

test('a crashed actor is restarted, and the load goes on', async ({ page, playhouse }) => {
  const path = '/shop/orders/worker-1';
  const node = page.locator(`[data-testid=actor-node][data-path="${path}"]`);
  await node.click();
  await page.getByTestId('crash').click();
  await expect(node.getByTestId('restarts')).toContainText('1');
  expect((await actorAt(playhouse, path))?.restarts).toBe(1);
  expect((await actorAt(playhouse, path))?.status).toBe('running');
  const types = (await playhouse.trace())
    .filter((event) => 'path' in event && event.path === path)
    .map(({ type }) => type)
    .filter((type) => type !== 'dead-letter');
  expect(types.slice(-2)).toEqual(['failed', 'restarted']);
  await expectLoadGoesOn(playhouse);
});

test('a failure is shown on the graph with its message, and the budget escalates', async ({ page, playhouse }) => {
  const node = page.locator(`[data-testid=actor-node][data-path="${SERVICE}"]`);
  for (let restarts = 1; restarts <= 3; restarts++) {
    await playhouse.inject({ kind: 'crash', path: SERVICE, error: 'lost the card reader' });
    await expect.poll(async () => (await actorAt(playhouse, SERVICE))?.restarts).toBe(restarts);
  }
  await expect(node.getByTestId('actor-error')).toContainText('lost the card reader');
  // The fourth within a minute is one too many: the supervisor gives up and is restarted with fresh children.
  await playhouse.inject({ kind: 'crash', path: SERVICE, error: 'lost the card reader' });
  await expect.poll(async () => (await actorAt(playhouse, '/shop/payments'))?.restarts).toBe(1);
  await expect.poll(async () => (await actorAt(playhouse, SERVICE))?.restarts).toBe(0);
  await page.keyboard.press('e');
  await expect(
    page
      .getByTestId('event-row')
      .filter({ hasText: 'gave up' })
      .or(page.locator('[data-testid=event-row][data-type=escalated]'))
      .first(),
  ).toBeVisible();
  await expectLoadGoesOn(playhouse);
});

test('a tripped breaker goes open, half-open, closed, and counts what it refused', async ({ page, playhouse }) => {
  await setParameter(playhouse, 'breakerResetMs', 1_000);
  // A trial call that fails by chance would open it once more.
  await setParameter(playhouse, 'failureRate', 0);
  await page.locator(`[data-testid=actor-node][data-path="${BREAKER}"]`).click();
  await page.getByTestId('inspector').getByTestId('trip').click();
  await expect(
    page.locator(`[data-testid=actor-node][data-path="${BREAKER}"]`).getByTestId('breaker-phase'),
  ).toHaveText(/open/i);
  await expect.poll(async () => (await actorAt(playhouse, BREAKER))?.breaker).toBe('closed');
  const transitions = (await playhouse.trace()).filter((event) => event.type === 'breaker' && event.path === BREAKER);
  expect(transitions.map((event) => (event.type === 'breaker' ? `${event.from} → ${event.to}` : ''))).toEqual([
    'closed → open',
    'open → half-open',
    'half-open → closed',
  ]);
  const refused = (await actorAt(playhouse, BREAKER))?.rejected;
  expect(refused).toBeGreaterThan(0);
  expect((await playhouse.metrics()).rejected).toBeGreaterThanOrEqual(refused ?? 0);
  await expectLoadGoesOn(playhouse);
});

test('the breaker opens by itself when the service fails, and closes when it heals', async ({ playhouse }) => {
  await setParameter(playhouse, 'breakerResetMs', 500);
  await setParameter(playhouse, 'failureRate', 100);
  await expect.poll(async () => (await actorAt(playhouse, BREAKER))?.breaker).toBe('open');
  await setParameter(playhouse, 'failureRate', 0);
  await expect.poll(async () => (await actorAt(playhouse, BREAKER))?.breaker).toBe('closed');
  await expectLoadGoesOn(playhouse);
});

test('P50 and P99 move when the payment service is slowed', async ({ playhouse }) => {
  // Little load, so that what is measured is the service and not this machine.
  await setParameter(playhouse, 'rate', 100);
  await setParameter(playhouse, 'failureRate', 0);
  const latency = async () => (await playhouse.metrics()).latencyMs;
  await expect.poll(async () => (await latency()).count).toBeLessThan(200);
  await expect.poll(async () => (await latency()).p99 ?? Number.POSITIVE_INFINITY).toBeLessThan(60);
  const before = await latency();
  await setParameter(playhouse, 'paymentMs', 200);
  await expect.poll(async () => (await latency()).p50 ?? 0).toBeGreaterThan((before.p50 ?? 0) + 90);
  await expect.poll(async () => (await latency()).p99 ?? 0).toBeGreaterThan((before.p99 ?? 0) + 90);
});

test('a slow actor fills its mailbox; what does not fit is counted as dead letters', async ({ playhouse }) => {
  await playhouse.inject({ kind: 'slow', path: SERVICE, delayMs: 200 });
  expect((await actorAt(playhouse, SERVICE))?.slowMs).toBe(200);
  await expect.poll(async () => (await actorAt(playhouse, SERVICE))?.mailboxDepth).toBeGreaterThan(100);
  // The breaker stands before the service, so the gateway is the one to drown.
  await playhouse.inject({ kind: 'slow', path: '/shop/gateway', delayMs: 200 });
  await expect.poll(async () => (await actorAt(playhouse, '/shop/gateway'))?.deadLetters).toBeGreaterThan(0);
  const gateway = await actorAt(playhouse, '/shop/gateway');
  expect(gateway?.mailboxCapacity).toBe(1_000);
  expect(gateway?.mailboxDepth).toBeLessThanOrEqual(1_000);
  expect((await playhouse.metrics()).deadLetters).toBeGreaterThan(0);
  await playhouse.inject({ kind: 'slow', path: '/shop/gateway', delayMs: 0 });
  await playhouse.inject({ kind: 'slow', path: SERVICE, delayMs: 0 });
  await expect.poll(async () => (await actorAt(playhouse, '/shop/gateway'))?.mailboxDepth).toBeLessThan(100);
});

test('requests that fail count as failed, not as fast answers', async ({ page, playhouse }) => {
  await playhouse.inject({ kind: 'slow', path: '/shop/gateway', delayMs: 200 });
  await expect.poll(async () => (await playhouse.metrics()).failedPerSecond).toBeGreaterThan(1_000);
  const { answeredPerSecond, latencyMs } = await playhouse.metrics();
  expect(answeredPerSecond).toBeLessThan(200);
  expect(latencyMs.count).toBeLessThan(200);
  await expect(page.getByTestId('stat-failed')).toContainText(/[1-9]/);
  // Refusals flow back to where the requests came from.
  await playhouse.inject({ kind: 'slow', path: '/shop/gateway', delayMs: 0 });
  await expect.poll(async () => (await playhouse.metrics()).answeredPerSecond).toBeGreaterThan(1_500);
});

test('a flood of dead letters does not wash the other events away', async ({ page, playhouse }) => {
  await playhouse.inject({ kind: 'crash', path: '/shop/orders/worker-2', error: 'remember me' });
  await playhouse.inject({ kind: 'slow', path: '/shop/orders/worker-1', delayMs: 200 });
  await expect.poll(async () => (await playhouse.metrics()).deadLetters, { timeout: 20_000 }).toBeGreaterThan(1_500);
  await page.getByTestId('tab-events').click();
  await expect(page.getByTestId('event-row').filter({ hasText: 'remember me' })).toBeVisible();
  // One row that grows, not one a letter.
  const rows = page.locator('[data-testid=event-row][data-type=dead-letter][data-path="/shop/orders/worker-1"]');
  expect(await rows.count()).toBeLessThan(20);
});

test('scripts get copies: nothing they change reaches the page', async ({ page, playhouse }) => {
  await page.evaluate(() => {
    for (const given of [
      window.playhouse.parameters(),
      window.playhouse.metrics(),
      window.playhouse.trace()[0] ?? {},
    ]) {
      try {
        for (const name of Object.keys(given)) Reflect.set(given, name, 5);
      } catch {
        // A frozen object may also refuse.
      }
    }
  });
  expect((await playhouse.parameters())['rate']).toBe(2_000);
  expect((await playhouse.trace())[0]?.type).toBe('spawned');
  expect((await playhouse.metrics()).processed).not.toBe(5);
  expect(await playhouse.link()).not.toContain('rate');
});

test('pause stops the clock and the actors, and resume goes on without a jump', async ({ page, playhouse }) => {
  await page.keyboard.press('Space');
  await expect(page.getByTestId('status')).toHaveText(/paused/i);
  await playhouse.idle();
  const { timeMs } = await playhouse.position();
  const { sent } = (await playhouse.state('/shop/load')) as { readonly sent: number };
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_000)));
  expect((await playhouse.position()).timeMs).toBe(timeMs);
  expect(((await playhouse.state('/shop/load')) as { readonly sent: number }).sent).toBe(sent);
  await page.getByTestId('pause').click();
  await expect(page.getByTestId('status')).toHaveText(/running/i);
  await expectLoadGoesOn(playhouse);
  // The paused second does not count as latency.
  expect((await playhouse.metrics()).latencyMs.max ?? 0).toBeLessThan(1_000);
});

test('wrong messages, faults and paths are refused with a code and the field', async ({ page, playhouse }) => {
  const refusal = (member: 'send' | 'state' | 'inject', ...args: unknown[]) =>
    page.evaluate(
      async ([name, given]) => {
        try {
          await Reflect.apply(window.playhouse[name], window.playhouse, given);
          return 'accepted';
        } catch (thrown) {
          const { code, field } = thrown as { readonly code?: string; readonly field?: string };
          return `${code} ${field}`;
        }
      },
      [member, args] as const,
    );
  const gateway = '/shop/gateway';
  const mistyped = { kind: 'Checkout', order: 1, cents: 'many', replyTo: null };
  expect(await refusal('send', gateway, mistyped)).toBe('invalid-message cents');
  expect(await refusal('send', gateway, { kind: 'Checkin' })).toBe('invalid-message kind');
  expect(await refusal('send', gateway, null)).toBe('invalid-message kind');
  expect(await refusal('send', gateway, { kind: 7 })).toBe('invalid-message kind');
  const withCallback = await page.evaluate(() =>
    window.playhouse.send('/shop/gateway', { kind: 'Checkout', order: () => 1 } as { readonly kind: string }).then(
      () => 'accepted',
      (thrown: { readonly code?: string; readonly field?: string }) => `${thrown.code} ${thrown.field}`,
    ),
  );
  expect(withCallback).toBe('invalid-message order');
  expect(await refusal('send', '/shop/nobody', { kind: 'X' })).toBe('actor-not-found path');
  expect(await refusal('state', '/nowhere')).toBe('actor-not-found path');
  expect(await refusal('inject', { kind: 'trip-breaker', path: gateway })).toBe('not-a-breaker path');
  expect(await refusal('inject', { kind: 'set-parameter', name: 'speed', value: 1 })).toBe('unknown-parameter name');
  expect(await refusal('inject', { kind: 'set-parameter', name: 'rate', value: -1 })).toBe(
    'invalid-configuration rate',
  );
  expect(await refusal('inject', { kind: 'slow', path: gateway, delayMs: -1 })).toBe('invalid-configuration delayMs');
  expect(await refusal('inject', { kind: 'explode', path: gateway })).toBe('invalid-configuration kind');
  expect(await refusal('inject', null)).toBe('invalid-configuration kind');
  await expectLoadGoesOn(playhouse);
});

test('a copied link opened in a fresh browser shows the same thing', async ({ page, playhouse, browser }) => {
  await setParameter(playhouse, 'rate', 3_000);
  await setParameter(playhouse, 'paymentMs', 12);
  await page.keyboard.press('2');
  await page.locator('[data-testid=actor-node][data-path="/shop/gateway"]').click();
  await page.getByTestId('share').click();
  const link = (await page.getByTestId('share-link').inputValue()) as string;
  expect(link).toBe(await playhouse.link());

  const context = await browser.newContext();
  const other = await context.newPage();
  await other.goto(link);
  const there = remotePlayhouse(other);
  await there.idle();
  expect(await there.parameters()).toEqual(await playhouse.parameters());
  expect((await there.parameters())['rate']).toBe(3_000);
  expect(await there.link()).toBe(link);
  await expect(other.getByTestId('inspector-path')).toHaveText('/shop/gateway');
  await expectLoadGoesOn(there);
  await context.close();
});

test('a broken link gives a clear message and a way home', async ({ page, playhouse }) => {
  await page.goto('/#v=1&s=checkout&p.rate=-5');
  await expect(page.getByTestId('error-code')).toContainText('link-invalid');
  await expect(page.getByTestId('error-field')).toContainText('rate');
  await page.getByTestId('go-home').click();
  await playhouse.idle();
  await expectLoadGoesOn(playhouse);
});

test('when the root gives up, the page says why and starts again on request', async ({ page, playhouse }) => {
  await playhouse.inject({ kind: 'crash', path: '/shop', error: 'the roof came down' });
  await expect(page.getByTestId('stopped-banner')).toContainText('the roof came down');
  await page.getByTestId('banner-restart').click();
  await playhouse.idle();
  await expectLoadGoesOn(playhouse);
});
