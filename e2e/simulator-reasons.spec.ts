/** Stopping where something happens, asking why it did, and looking closely at who it happened to. */
import type { Page } from '@playwright/test';
import { actorAt, expect, nodeOf, type RemotePlayhouse, test } from './fixtures.ts';
import { expectStep, momentOf, openFresh } from './simulated-run.ts';

const BREAKER = '/shop/payments/breaker';
const SERVICE = '/shop/payments/service';
const GATEWAY = '/shop/gateway';

const step = async (playhouse: RemotePlayhouse): Promise<number> => (await playhouse.position()).step;

async function select(page: Page, path: string): Promise<void> {
  await nodeOf(page, path).click();
  await expect(page.getByTestId('inspector-path')).toHaveText(path);
}

/** Runs until something of the menu: what there is to choose first, then its button. */
async function untilByMenu(
  page: Page,
  playhouse: RemotePlayhouse,
  name: string,
  fill?: () => Promise<unknown>,
): Promise<void> {
  await page.getByTestId('run-until').click();
  await fill?.();
  await page.getByTestId(`run-until-${name}`).click();
  await expect(page.getByTestId('run-until-menu')).toHaveCount(0);
  await playhouse.idle();
  await expect(page.getByTestId('stopped')).toHaveAttribute('data-because', 'until');
}

test.beforeEach(async ({ page, playhouse }) => {
  await openFresh(page, playhouse);
});

test('run until the breaker opens, then ask why', async ({ page, playhouse }) => {
  const field = page.getByTestId('param-failureRate-number');
  await field.fill('60');
  await field.press('Enter');
  await expectStep(page, playhouse, 1);
  await field.blur();
  await page.keyboard.press('u');
  await page.getByTestId('until-phase').selectOption('open');
  await page.getByTestId('run-until-breaker').click();
  const stopped = page.getByTestId('stopped');
  await expect(stopped).toHaveAttribute('data-because', 'until');
  await expect(stopped).toContainText(`${BREAKER} went from closed to open`);
  const opened = await step(playhouse);
  expect(opened).toBeGreaterThan(100);
  await expect(stopped).toHaveAttribute('data-step', String(opened));
  await expectStep(page, playhouse, opened);
  await expect(nodeOf(page, BREAKER).getByTestId('breaker-phase')).toHaveText(/open/i);
  expect((await actorAt(playhouse, BREAKER))?.breaker).toBe('open');
  const last = (await playhouse.trace()).at(-1);
  expect(last).toMatchObject({ type: 'breaker', path: BREAKER, to: 'open', step: opened });
  const mark = page.getByTestId('timeline').locator('[data-mark=breaker]');
  await expect(mark).toHaveCount(1);
  await expect(mark.locator('title')).toHaveText(/^Steps? [\d–]+: 1 breaker transition$/);

  await page.keyboard.press('w');
  const causes = page.getByTestId('why-pane').getByTestId('cause');
  await expect(causes.last()).toHaveAttribute('data-step', String(opened));
  await expect(causes.last()).toContainText('from closed to open');
  const first = Number(await causes.first().getAttribute('data-step'));
  expect(first).toBeLessThan(opened);
  const steps = await causes.evaluateAll((all) => all.map((one) => Number((one as HTMLElement).dataset['step'])));
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  await causes.first().getByRole('button').click();
  await expectStep(page, playhouse, first);
  expect((await actorAt(playhouse, BREAKER))?.breaker ?? 'closed').toBe('closed');
  // The answer stays while its links are followed.
  await causes.last().getByRole('button').click();
  await expectStep(page, playhouse, opened);
  await page.getByTestId('why-close').click();
  await expect(page.getByTestId('why-pane')).toHaveCount(0);
});

test('a run can be run until a state, a time, a message and an actor’s step', async ({ page, playhouse }) => {
  const until = (name: string, fill?: () => Promise<unknown>) => untilByMenu(page, playhouse, name, fill);
  await until('state', () => page.getByTestId('until-state').fill('/shop/load.sent = 100'));
  expect(await playhouse.state('/shop/load')).toMatchObject({ sent: 100 });
  await until('time', () => page.getByTestId('until-time').fill('500'));
  expect((await playhouse.position()).timeMs).toBe(500);
  await until('message', () => page.getByTestId('until-kind').selectOption('Charge'));
  await expect(page.getByTestId('current-step')).toContainText('Charge');
  await until('actor', () => page.getByTestId('until-actor').selectOption(GATEWAY));
  await expect(page.getByTestId('current-step')).toContainText('gateway');
  await page.getByTestId('run-until').click();
  await page.getByTestId('until-state').fill('nonsense');
  await expect(page.getByText('Write it like /shop/load.sent = 100.')).toBeVisible();
  await expect(page.getByTestId('run-until-state')).toBeDisabled();
});

test('a run can be run until something goes wrong: anywhere, or with the selected actor', async ({
  page,
  playhouse,
}) => {
  const until = (name: string, fill?: () => Promise<unknown>) => untilByMenu(page, playhouse, name, fill);
  const stopped = page.getByTestId('stopped');
  await playhouse.inject({ kind: 'set-parameter', name: 'crashesPerMinute', value: 60 });
  await playhouse.seek(500);
  await select(page, SERVICE);
  // The gateway fails long before the service does.
  await playhouse.inject({ kind: 'poison', path: GATEWAY });
  await until('failure', () => page.getByTestId('until-only').check());
  await expect(stopped).toContainText(`${SERVICE} failed`);
  const failed = (await playhouse.trace()).flatMap((event) => (event.type === 'failed' ? [event.path] : []));
  expect(failed).toEqual([GATEWAY, SERVICE]);
  await playhouse.inject({ kind: 'set-parameter', name: 'crashesPerMinute', value: 0 });
  await until('restart');
  await expect(stopped).toContainText(`${SERVICE} was restarted`);
  // Until the restart budget of its supervisor is used up.
  for (let crash = 2; crash <= 3; crash++) {
    await playhouse.inject({ kind: 'crash', path: SERVICE });
    await playhouse.runUntil({ until: 'restart', path: SERVICE });
  }
  await playhouse.inject({ kind: 'crash', path: SERVICE });
  await until('escalation');
  expect((await playhouse.trace()).at(-1)).toMatchObject({ type: 'escalated', child: 'service', cause: 'budget' });
  // A mailbox that nobody empties runs over.
  const { mailboxCapacity = 0 } = (await actorAt(playhouse, GATEWAY)) ?? {};
  await playhouse.inject({ kind: 'pause', path: GATEWAY });
  await playhouse.inject({ kind: 'flood', path: GATEWAY, count: mailboxCapacity });
  await until('violation');
  await expect(stopped).toContainText('No message is lost');
  const violated = await step(playhouse);
  await select(page, GATEWAY);
  await until('dead-letter', () => page.getByTestId('until-only').check());
  expect((await playhouse.trace()).at(-1)).toMatchObject({ type: 'dead-letter', path: GATEWAY });
  expect(await step(playhouse)).toBeGreaterThan(violated);
});

test('a breakpoint stops a playing run each time, until it is removed', async ({ page, playhouse }) => {
  await page.getByTestId('transport-speed').selectOption('Infinity');
  await page.keyboard.press('u');
  await page.getByTestId('until-kind').selectOption('Charge');
  await page.getByTestId('breakpoint-message').click();
  await expect(page.getByTestId('breakpoint')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('run-until-menu')).toHaveCount(0);
  for (let before = 0, count = 0; count < 3; count++) {
    await page.getByTestId('transport-play').click();
    await expect.poll(() => step(playhouse)).toBeGreaterThan(before);
    await expect(page.getByTestId('stopped')).toHaveAttribute('data-because', 'breakpoint');
    await expect(page.getByTestId('transport-play')).toHaveAttribute('data-state', 'paused');
    await expect(page.getByTestId('current-step')).toContainText('Charge');
    before = await step(playhouse);
  }
  const at = await step(playhouse);
  await page.keyboard.press('u');
  await page.getByTestId('breakpoint-remove').click();
  await expect(page.getByTestId('breakpoint')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.getByTestId('transport-play').click();
  await expect.poll(() => step(playhouse)).toBeGreaterThan(at + 1_000);
  await playhouse.pause();
});

test('messages that come twice break a promise, and the run stops at that step', async ({ page, playhouse }) => {
  await playhouse.seek(500);
  await select(page, SERVICE);
  await page.getByTestId('more-faults').locator('summary').click();
  await page.getByTestId('network-kind').selectOption('duplicate');
  await page.getByTestId('network-share').fill('100');
  await page.getByTestId('network-apply').click();
  await expectStep(page, playhouse, 501);
  await page.getByTestId('transport-speed').selectOption('Infinity');
  await page.getByTestId('transport-play').click();
  const stopped = page.getByTestId('stopped');
  await expect(stopped).toHaveAttribute('data-because', 'violation');
  await expect(stopped).toContainText('No order is charged twice at once');
  const violated = await step(playhouse);
  // With its cause chain: from the start to the step that broke it.
  await expect(page.getByTestId('why-pane')).toHaveAttribute('data-step', String(violated));
  await expect(page.getByTestId('cause').last()).toHaveAttribute('data-step', String(violated));
  expect(await page.getByTestId('cause').count()).toBeGreaterThan(3);
  const pill = page.getByTestId('property-violated');
  await expect(pill).toHaveAttribute('data-step', String(violated));
  await page.getByTestId('transport-start').click();
  await expectStep(page, playhouse, 0);
  await playhouse.seek(violated + 50);
  await pill.click();
  await expectStep(page, playhouse, violated);
  await page.keyboard.press('ArrowLeft');
  await expectStep(page, playhouse, violated - 1);
  await expect(pill).toHaveCount(0);
});

test('the inspector shows what a step changed, what waits, what is due, and the budget', async ({
  page,
  playhouse,
}) => {
  await playhouse.runUntil({ until: 'message', kind: 'Charge', path: SERVICE });
  await select(page, SERVICE);
  await expect(page.getByTestId('present-step')).toContainText('Charge');
  await expect(page.locator('[data-testid=change][data-field^=pending]').first()).toBeVisible();
  await expect(page.locator('[data-testid=timer][data-key=tick]')).toBeVisible();
  const { changes } = await playhouse.inspect(SERVICE);
  expect(changes.map(({ field }) => field)).toEqual(
    await page.getByTestId('change').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['field'])),
  );
  await select(page, BREAKER);
  expect((await playhouse.inspect(BREAKER)).breaker).toBe('closed');
  await expect(page.getByTestId('inspector').getByTestId('breaker-phase')).toHaveText('closed');
  await expect(page.getByTestId('inspector').getByTestId('trip')).toBeEnabled();
  await select(page, '/shop/payments');
  await expect(page.getByTestId('inspector-budget')).toContainText('3 left of 3');
  // The kind is what rules of supervision match.
  await select(page, SERVICE);
  await page.getByTestId('more-faults').locator('summary').click();
  await page.getByTestId('crash-kind').fill('TypeError');
  await page.getByTestId('crash-of-kind').click();
  await expect(page.getByTestId('current-step')).toContainText('fault crash');
  await playhouse.runUntil({ until: 'restart', path: SERVICE });
  const failures = (await playhouse.trace()).flatMap((event) => (event.type === 'failed' ? [event] : []));
  expect(failures).toMatchObject([{ path: SERVICE, kind: 'TypeError' }]);
  await select(page, '/shop/payments');
  await expect(page.getByTestId('inspector-budget')).toContainText('2 left of 3');
  // Messages wait while it does not take any.
  await playhouse.inject({ kind: 'pause', path: SERVICE });
  await playhouse.seek((await step(playhouse)) + 3_000);
  await select(page, SERVICE);
  await expect(page.getByTestId('waiting').first()).toContainText(/Charge|Settle|Tick/);
  expect((await playhouse.inspect(SERVICE)).mailboxTotal).toBe((await actorAt(playhouse, SERVICE))?.mailboxDepth);
});

test('faults of every kind are steps, and can be taken back', async ({ page, playhouse }) => {
  await playhouse.seek(1_000);
  const before = await momentOf(page);
  await select(page, GATEWAY);
  await page.getByTestId('more-faults').locator('summary').click();
  const inject: readonly (readonly [string, () => Promise<void>])[] = [
    ['crash', () => page.getByTestId('crash').click()],
    ['pause', () => page.getByTestId('fault-pause').click()],
    ['resume', () => page.getByTestId('fault-resume').click()],
    ['hang', () => page.getByTestId('fault-hang').click()],
    ['hang', () => page.getByTestId('fault-hang-open').click()],
    ['hang', () => page.getByTestId('fault-hang-end').click()],
    ['slow', () => page.getByTestId('fault-factor').click()],
    ['slow', () => page.getByTestId('heal').click()],
    ['flood', () => page.getByTestId('fault-flood').click()],
    ['poison', () => page.getByTestId('fault-poison').click()],
    ['drop', () => page.getByTestId('network-apply').click()],
    ['drop', () => page.getByTestId('network-end').click()],
    [
      'kill-worker',
      async () => {
        await page.getByTestId('deselect').click();
        await page.locator('[data-testid=kill-worker][data-worker="3"]').click();
      },
    ],
  ];
  for (const [index, [kind, click]] of inject.entries()) {
    await click();
    await expectStep(page, playhouse, 1_001 + index);
    await expect(page.getByTestId('current-step')).toContainText(`fault ${kind}`);
  }
  await expect(page.getByTestId('control-error')).toHaveCount(0);
  expect((await playhouse.trace()).filter(({ type }) => type === 'fault').length).toBe(inject.length);
  await playhouse.seek(15_000);
  const trace = await playhouse.trace();
  const failed = trace.flatMap((event) => (event.type === 'failed' && event.path === GATEWAY ? [event.kind] : []));
  expect(failed).toContain('Crash');
  expect(failed.length).toBeGreaterThan(1);
  const after = await momentOf(page);
  await playhouse.seek(1_000);
  expect(await momentOf(page)).toEqual(before);
  await playhouse.seek(15_000);
  expect(await momentOf(page)).toEqual(after);
});

test('a breaker is forced open or closed, and stays so until it is reset', async ({ page, playhouse }) => {
  await playhouse.inject({ kind: 'set-parameter', name: 'breakerResetMs', value: 500 });
  // Few steps in much time.
  await playhouse.inject({ kind: 'set-parameter', name: 'rate', value: 200 });
  await playhouse.seek(500);
  await select(page, BREAKER);
  const inspector = page.getByTestId('inspector');
  const phase = inspector.getByTestId('breaker-phase');
  await expect(phase).toHaveText('closed');
  await page.getByTestId('more-faults').locator('summary').click();
  await page.getByTestId('force-open').click();
  await expectStep(page, playhouse, 501);
  await expect(page.getByTestId('current-step')).toContainText('fault force-breaker');
  await playhouse.runUntil({ until: 'breaker', path: BREAKER, to: 'open' });
  await expect(phase).toHaveText('open');
  await expect(inspector.getByTestId('trip')).toBeDisabled();
  // By itself it would have tried again by then.
  await playhouse.runUntil({ until: 'time', atMs: (await playhouse.position()).timeMs + 600 });
  await expect(phase).toHaveText('open');
  await inspector.getByTestId('reset').click();
  await expect(page.getByTestId('current-step')).toContainText('fault reset-breaker');
  await playhouse.runUntil({ until: 'breaker', path: BREAKER });
  await expect(phase).toHaveText('closed');
  await page.getByTestId('force-closed').click();
  await playhouse.step(50);
  await inspector.getByTestId('trip').click();
  await expect(page.getByTestId('current-step')).toContainText('fault trip-breaker');
  await playhouse.step(100);
  await expect(phase).toHaveText('closed');
  await inspector.getByTestId('reset').click();
  await playhouse.step(50);
  await inspector.getByTestId('trip').click();
  await playhouse.runUntil({ until: 'breaker', path: BREAKER });
  await expect(phase).toHaveText('open');
  await expect(page.getByTestId('control-error')).toHaveCount(0);
});

test('the network holds back, mixes up and drops what it is told to', async ({ page, playhouse }) => {
  await playhouse.seek(1_000);
  const apply = async (kind: string, share: string, delayMs?: string): Promise<void> => {
    const before = await step(playhouse);
    await page.getByTestId('network-kind').selectOption(kind);
    await page.getByTestId('network-share').fill(share);
    if (delayMs !== undefined) await page.getByTestId('network-delay').fill(delayMs);
    await page.getByTestId('network-apply').click();
    await expectStep(page, playhouse, before + 1);
    await expect(page.getByTestId('current-step')).toContainText(`fault ${kind}`);
  };
  const takeBack = async (): Promise<void> => {
    const before = await step(playhouse);
    await page.getByTestId('network-end').click();
    await expectStep(page, playhouse, before + 1);
  };
  const pass = async (ms: number): Promise<void> =>
    playhouse.runUntil({ until: 'time', atMs: (await playhouse.position()).timeMs + ms });
  const service = async () =>
    (await playhouse.state(SERVICE)) as {
      readonly taken: number;
      readonly pending: readonly { readonly order: number }[];
    };
  const isInOrder = async (): Promise<boolean> => {
    const orders = (await service()).pending.map(({ order }) => order);
    return orders.every((order, index) => order > (orders[index - 1] ?? 0));
  };

  await select(page, SERVICE);
  await page.getByTestId('more-faults').locator('summary').click();
  await expect(page.getByTestId('network-delay')).toHaveCount(0);
  await apply('delay', '100', '50');
  await pass(2);
  const { taken } = await service();
  await pass(46);
  expect((await service()).taken).toBe(taken);
  await pass(12);
  expect((await service()).taken).toBeGreaterThan(taken);
  await takeBack();
  await pass(100);
  expect(await isInOrder()).toBe(true);
  await apply('reorder', '50', '20');
  await pass(30);
  expect(await isInOrder()).toBe(false);
  await takeBack();

  // Of one link only: what the others send still comes.
  await select(page, '/shop/payments');
  await page.getByTestId('more-faults').locator('summary').click();
  await page.getByTestId('network-from').selectOption('/shop/orders/worker-1');
  await apply('drop', '100');
  // The first one that is lost breaks a promise, which stops the run.
  await playhouse.runUntil({ until: 'violation' });
  // Until all that was on its way before, also what was held back, is paid.
  await pass(100);
  const confirmed = async (worker: number): Promise<number> =>
    ((await playhouse.state(`/shop/orders/worker-${worker}`)) as { readonly confirmed: number }).confirmed;
  const before = await Promise.all([1, 2, 3, 4].map(confirmed));
  await pass(50);
  const after = await Promise.all([1, 2, 3, 4].map(confirmed));
  expect(after.map((count, index) => count > (before[index] ?? 0))).toEqual([false, true, true, true]);
  await expect(page.getByTestId('control-error')).toHaveCount(0);
});

test('messages on their way are dots on the graph, and can be dropped, doubled and delayed there', async ({
  page,
  playhouse,
}) => {
  await playhouse.seek(1_000);
  const dots = page.getByTestId('in-flight');
  // Where somebody sends something to somebody on another worker, it takes its time.
  while ((await dots.count()) === 0) {
    await playhouse.step();
    await playhouse.idle();
  }
  const at = await step(playhouse);
  const id = await dots.first().getAttribute('data-id');
  const one = page.locator(`[data-testid=in-flight][data-id="${id}"]`);
  const card = page.getByTestId('in-flight-card');
  const open = async (): Promise<void> => {
    await one.click({ force: true });
    await expect(card).toHaveAttribute('data-pinned', 'true');
  };
  // Where they are follows from virtual time, and that stands still.
  const places = () =>
    dots.evaluateAll((all) =>
      all.map((dot) => `${dot.getAttribute('data-id')} ${dot.getAttribute('transform')}`).sort(),
    );
  const placesNow = await places();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  expect(await places()).toEqual(placesNow);
  await playhouse.seek(at + 200);
  await playhouse.idle();
  expect(await places()).not.toEqual(placesNow);
  await playhouse.seek(at);
  await playhouse.idle();
  expect(await places()).toEqual(placesNow);

  await open();
  await card.getByTestId('in-flight-drop').click();
  await expectStep(page, playhouse, at + 1);
  await expect(one).toHaveCount(0);
  await page.getByTestId('transport-back').click();
  await expectStep(page, playhouse, at);
  await expect(one).toHaveCount(1);

  const { from, to, kind } = await one.evaluate((dot) => ({ ...(dot as SVGElement).dataset }));
  const alike = page.locator(`[data-testid=in-flight][data-from="${from}"][data-to="${to}"][data-kind="${kind}"]`);
  const count = await alike.count();
  await open();
  await card.getByTestId('in-flight-duplicate').click();
  await expectStep(page, playhouse, at + 1);
  await expect(alike).toHaveCount(count + 1);
  await page.getByTestId('transport-back').click();
  await expectStep(page, playhouse, at);
  await expect(alike).toHaveCount(count);

  const arrivesMs = async (): Promise<number> =>
    Number(/arrives ([\d,.]+)/.exec((await card.textContent()) ?? '')?.[1]?.replaceAll(',', ''));
  await open();
  const before = await arrivesMs();
  await card.getByRole('textbox', { name: 'Delay in ms' }).fill('25');
  await card.getByTestId('in-flight-delay').click();
  await expectStep(page, playhouse, at + 1);
  await open();
  expect((await arrivesMs()) - before).toBeCloseTo(25, 1);
  await expect(page.getByTestId('control-error')).toHaveCount(0);
});
