/** Every control on screen does what it says. */
import { actorAt, expect, nodeOf, test } from './fixtures.ts';

const GATEWAY = '/shop/gateway';
const BREAKER = '/shop/payments/breaker';

test.beforeEach(async ({ page, playhouse }) => {
  await page.goto('/');
  await playhouse.idle();
});

test('both graphs show every actor, in view', async ({ page, playhouse }) => {
  const paths = (await playhouse.actors()).map(({ path }) => path).sort();
  for (const graph of ['graph-tree', 'graph-flow', 'graph-tree']) {
    await page.getByTestId(graph).click();
    await expect(page.getByTestId('actor-node')).toHaveCount(paths.length);
    for (const path of paths) await expect(nodeOf(page, path)).toBeInViewport();
  }
  // Edges: one from each parent to each child, and where messages flow.
  await expect(page.locator('.react-flow__edge')).toHaveCount(paths.length - 1);
  await page.getByTestId('graph-flow').click();
  await expect(page.locator('[data-testid=flow-edge][data-from="/shop/load"][data-to="/shop/gateway"]')).toBeAttached();
});

test('every actor shows its worker, status, mailbox and restarts', async ({ page, playhouse }) => {
  for (const { path, worker } of await playhouse.actors()) {
    const node = nodeOf(page, path);
    await expect(node).toContainText(`W${worker}`);
    await expect(node).toHaveAttribute('data-status', 'running');
    await expect(node.getByTestId('mailbox-depth')).toHaveText(/\d/);
    await expect(node.getByTestId('restarts')).toHaveText(/0/);
  }
});

test('zoom in, zoom out and fit move the graph', async ({ page }) => {
  const scale = () =>
    page.locator('.react-flow__viewport').evaluate((element) => new DOMMatrix(getComputedStyle(element).transform).a);
  const fitted = await scale();
  await page.getByTestId('zoom-in').click();
  await expect.poll(scale).toBeGreaterThan(fitted * 1.05);
  await page.getByTestId('zoom-fit').click();
  await expect.poll(scale).toBeCloseTo(fitted, 2);
  await page.getByTestId('zoom-out').click();
  await expect.poll(scale).toBeLessThan(fitted * 0.95);
});

test('every parameter can be typed, slid and reset', async ({ page, playhouse }) => {
  const before = await playhouse.parameters();
  for (const [name, value] of Object.entries(before)) {
    const slider = page.getByTestId(`param-${name}`);
    const box = page.getByTestId(`param-${name}-number`);
    await slider.focus();
    await page.keyboard.press('End');
    const max = Number(await slider.getAttribute('max'));
    await expect.poll(async () => (await playhouse.parameters())[name]).toBe(max);
    const min = Number(await slider.getAttribute('min'));
    await box.fill(String(min));
    await box.press('Enter');
    await expect.poll(async () => (await playhouse.parameters())[name]).toBe(min);
    await expect(slider).toHaveValue(String(min));
    // Out of range: said, and not applied.
    await box.fill(String(max + 1));
    await box.press('Enter');
    await expect(page.getByText(`Enter a number from ${min} to ${max}.`)).toBeVisible();
    expect((await playhouse.parameters())[name]).toBe(min);
    await box.blur();
    await expect(box).toHaveValue(String(min));
    await box.fill(String(max));
    await box.press('Enter');
    await page.getByTestId(`param-${name}-reset`).click();
    await expect.poll(async () => (await playhouse.parameters())[name]).toBe(value);
  }
});

test('the load follows its parameter', async ({ page, playhouse }) => {
  await page.getByTestId('param-rate-number').fill('500');
  await page.getByTestId('param-rate-number').press('Enter');
  await expect.poll(async () => (await playhouse.metrics()).latencyMs.count).toBeLessThan(700);
  await page.getByTestId('param-rate-number').fill('0');
  await page.getByTestId('param-rate-number').press('Enter');
  await expect.poll(async () => (await playhouse.metrics()).latencyMs.count).toBe(0);
  // Nothing answered: no percentile, rather than a wrong one.
  expect((await playhouse.metrics()).latencyMs.p99).toBeNull();
  await expect(page.getByTestId('stat-p99')).toContainText('–');
  await page.getByTestId('param-rate-reset').click();
  await expect.poll(async () => (await playhouse.metrics()).latencyMs.count).toBeGreaterThan(1_000);
});

test('select, inspect, crash by button and by key, deselect', async ({ page, playhouse }) => {
  await expect(page.getByTestId('nothing-selected')).toBeVisible();
  await nodeOf(page, GATEWAY).click();
  await expect(page.getByTestId('inspector-path')).toHaveText(GATEWAY);
  await expect(page.getByTestId('actor-state')).toContainText('accepted');
  await page.getByTestId('crash').click();
  await expect.poll(async () => (await actorAt(playhouse, GATEWAY))?.restarts).toBe(1);
  await page.getByTestId('inspector').click();
  await page.keyboard.press('k');
  await expect.poll(async () => (await actorAt(playhouse, GATEWAY))?.restarts).toBe(2);
  await expect(page.getByTestId('inspector-restarts')).toHaveText('2');
  await expect(page.getByTestId('last-error')).toContainText('crashed by hand');
  await page.getByTestId('deselect').click();
  await expect(page.getByTestId('nothing-selected')).toBeVisible();
  await nodeOf(page, GATEWAY).click();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('nothing-selected')).toBeVisible();
});

test('slow down and heal', async ({ page, playhouse }) => {
  await nodeOf(page, GATEWAY).click();
  await page.getByTestId('slow-input-number').fill('50');
  await page.getByTestId('slow-input-number').press('Enter');
  await expect.poll(async () => (await actorAt(playhouse, GATEWAY))?.slowMs).toBe(50);
  await expect(nodeOf(page, GATEWAY).getByTestId('slow-badge')).toBeVisible();
  // At most twenty messages a second now; the rest waits.
  await expect.poll(async () => (await actorAt(playhouse, GATEWAY))?.mailboxDepth).toBeGreaterThan(200);
  await page.getByTestId('heal').click();
  await expect.poll(async () => (await actorAt(playhouse, GATEWAY))?.slowMs).toBe(0);
  await expect.poll(async () => (await actorAt(playhouse, GATEWAY))?.mailboxDepth).toBeLessThan(100);
});

test('the breaker card trips and resets', async ({ page, playhouse }) => {
  const card = page.getByTestId('breaker-card');
  await card.getByTestId('trip').click();
  await expect.poll(async () => (await actorAt(playhouse, BREAKER))?.breaker).toBe('open');
  await expect(card).toContainText('open');
  await expect(page.getByTestId('stat-rejected')).not.toHaveText(/Rejected\s*0$/);
  await expect(card.getByTestId('trip')).toBeDisabled();
  await card.getByTestId('reset').click();
  await expect.poll(async () => (await actorAt(playhouse, BREAKER))?.breaker).toBe('closed');
  // One that is forced closed does not open, and looks like any closed one: a reset is the way back.
  await playhouse.inject({ kind: 'force-breaker', path: BREAKER, to: 'closed' });
  await card.getByTestId('trip').click();
  await playhouse.idle();
  expect((await actorAt(playhouse, BREAKER))?.breaker).toBe('closed');
  await card.getByTestId('reset').click();
  await card.getByTestId('trip').click();
  await expect.poll(async () => (await actorAt(playhouse, BREAKER))?.breaker).toBe('open');
});

test('the event log tells, filters and selects', async ({ page, playhouse }) => {
  await playhouse.inject({ kind: 'crash', path: GATEWAY });
  await page.getByTestId('tab-events').click();
  const failed = page.locator(`[data-testid=event-row][data-type=failed][data-path="${GATEWAY}"]`);
  await expect(failed.first()).toBeVisible();
  const group = (await failed.first().getAttribute('data-group')) as string;
  await page.getByTestId('event-filter').selectOption(group);
  for (const row of await page.getByTestId('event-row').all()) expect(await row.getAttribute('data-group')).toBe(group);
  await failed.first().getByRole('button').click();
  await expect(nodeOf(page, GATEWAY)).toHaveAttribute('data-selected', 'true');
  await page.getByTestId('tab-faults').click();
  await expect(page.getByTestId('inspector-path')).toHaveText(GATEWAY);
});

test('the plots share one time axis and say exact values', async ({ page, playhouse }) => {
  await expect.poll(async () => (await playhouse.position()).timeMs).toBeGreaterThan(1_500);
  for (const plot of ['plot-latency', 'plot-mailboxes', 'plot-throughput']) {
    await expect(page.getByTestId(plot)).toBeVisible();
  }
  const plots = await page.getByTestId('plots').locator('canvas').first().boundingBox();
  if (plots === null) throw new Error('no plots');
  await page.mouse.move(plots.x + 30, plots.y + plots.height / 2);
  const tooltip = page.getByTestId('plot-tooltip');
  for (const name of ['P50', 'P99', 'W0']) await expect(tooltip).toContainText(name);
});

test('restart begins anew and keeps the parameters', async ({ page, playhouse }) => {
  await page.getByTestId('param-rate-number').fill('700');
  await page.getByTestId('param-rate-number').press('Enter');
  await expect.poll(async () => (await playhouse.position()).timeMs).toBeGreaterThan(1_500);
  const before = await playhouse.position();
  await page.getByTestId('restart').click();
  await expect.poll(async () => (await playhouse.position()).timeMs).toBeLessThan(before.timeMs);
  await playhouse.idle();
  expect((await playhouse.parameters())['rate']).toBe(700);
  await expect(page.getByTestId('status')).toHaveText(/running/i);
});

test('the theme is chosen and remembered', async ({ page, playhouse }) => {
  const theme = () => page.evaluate(() => document.documentElement.dataset['theme']);
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const seen = new Map<string | undefined, string>();
  for (let press = 0; press < 3; press++) {
    await page.getByTestId('theme').click();
    seen.set(await theme(), await background());
  }
  expect([...seen.keys()].sort()).toEqual(['dark', 'light']);
  expect(new Set(seen.values()).size).toBe(2);
  while ((await page.getByTestId('theme').getAttribute('data-choice')) !== 'dark')
    await page.getByTestId('theme').click();
  await page.reload();
  await playhouse.idle();
  expect(await theme()).toBe('dark');
});

test('help lists the shortcuts, and they work', async ({ page, playhouse }) => {
  await page.keyboard.press('?');
  await expect(page.getByTestId('help-dialog')).toContainText('Supervision tree');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('help-dialog')).toBeHidden();
  await page.getByTestId('help').click();
  await expect(page.getByTestId('help-dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('2');
  await expect(page.getByTestId('graph-tree')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('1');
  await expect(page.getByTestId('graph-flow')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('e');
  await expect(page.getByTestId('event-rows')).toBeVisible();
  await page.keyboard.press('f');
  await expect(page.getByTestId('breaker-card')).toBeVisible();
  await page.keyboard.press('s');
  await expect(page.getByTestId('share-dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  const { timeMs } = await playhouse.position();
  await page.keyboard.press('r');
  await expect.poll(async () => (await playhouse.position()).timeMs).toBeLessThan(timeMs);
});

test('Space pauses also when an actor or a tab has the focus', async ({ page }) => {
  const status = page.getByTestId('status');
  await nodeOf(page, GATEWAY).click();
  await page.keyboard.press('Space');
  await expect(status).toHaveText(/paused/i);
  await page.getByTestId('tab-events').click();
  await page.keyboard.press('Space');
  await expect(status).toHaveText(/running/i);
  // A button keeps Space for itself.
  await page.getByTestId('pause').focus();
  await page.keyboard.press('Space');
  await expect(status).toHaveText(/paused/i);
});

test('a parameter that is changed while the system is stopped holds after the restart', async ({ page, playhouse }) => {
  await playhouse.inject({ kind: 'crash', path: '/shop' });
  await expect(page.getByTestId('stopped-banner')).toContainText('/shop');
  await page.getByTestId('param-rate-number').fill('600');
  await page.getByTestId('param-rate-number').press('Enter');
  await expect(page.getByTestId('control-error')).toHaveCount(0);
  await page.getByTestId('banner-restart').click();
  await playhouse.idle();
  expect((await playhouse.parameters())['rate']).toBe(600);
});

test('the link is copied to the clipboard', async ({ page, playhouse, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByTestId('share').click();
  await page.getByTestId('copy-link').click();
  await expect(page.getByTestId('copy-link')).toHaveText(/Copied/);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await playhouse.link());
});

test('the address bar always holds the link', async ({ page, playhouse }) => {
  await page.getByTestId('param-paymentMs-number').fill('17');
  await page.getByTestId('param-paymentMs-number').press('Enter');
  await page.keyboard.press('2');
  await playhouse.idle();
  await expect.poll(() => page.url()).toContain('p.paymentMs=17');
  expect(page.url()).toBe(await playhouse.link());
  await page.reload();
  await playhouse.idle();
  expect((await playhouse.parameters())['paymentMs']).toBe(17);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('every panel is one tap away', async ({ page, playhouse }) => {
    await expect(nodeOf(page, GATEWAY)).toBeInViewport();
    await page.getByTestId('tab-plots').tap();
    await expect(page.getByTestId('plots')).toBeInViewport();
    await page.getByTestId('tab-events').tap();
    await expect(page.getByTestId('event-rows')).toBeInViewport();
    await page.getByTestId('tab-faults').tap();
    await page.getByTestId('breaker-card').getByTestId('trip').tap();
    await expect.poll(async () => (await actorAt(playhouse, BREAKER))?.breaker).toBe('open');
    await page.getByTestId('tab-graph').tap();
    await nodeOf(page, GATEWAY).tap();
    await page.getByTestId('selection-bar').tap();
    await expect(page.getByTestId('inspector-path')).toHaveText(GATEWAY);
    // Nothing sticks out sideways.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
