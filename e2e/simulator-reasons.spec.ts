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
  const until = async (name: string, fill?: () => Promise<unknown>): Promise<void> => {
    await page.getByTestId('run-until').click();
    await fill?.();
    await page.getByTestId(`run-until-${name}`).click();
    await expect(page.getByTestId('run-until-menu')).toHaveCount(0);
    await playhouse.idle();
    await expect(page.getByTestId('stopped')).toHaveAttribute('data-because', 'until');
  };
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
  await expect(page.getByTestId('inspector').getByTestId('trip')).toBeEnabled();
  await select(page, '/shop/payments');
  await expect(page.getByTestId('inspector-budget')).toContainText('3 left of 3');
  await playhouse.inject({ kind: 'crash', path: SERVICE });
  await playhouse.runUntil({ until: 'restart', path: SERVICE });
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

test('messages on their way are dots on the graph, and can be dropped there', async ({ page, playhouse }) => {
  await playhouse.seek(1_000);
  const dots = page.getByTestId('in-flight');
  // Where somebody sends something to somebody on another worker, it takes its time.
  while ((await dots.count()) === 0) {
    await playhouse.step();
    await playhouse.idle();
  }
  const at = await step(playhouse);
  const id = await dots.first().getAttribute('data-id');
  await dots.first().click({ force: true });
  const card = page.getByTestId('in-flight-card');
  await expect(card).toHaveAttribute('data-pinned', 'true');
  await card.getByTestId('in-flight-drop').click();
  await expectStep(page, playhouse, at + 1);
  await expect(page.locator(`[data-testid=in-flight][data-id="${id}"]`)).toHaveCount(0);
  await page.getByTestId('transport-back').click();
  await expectStep(page, playhouse, at);
  await expect(page.locator(`[data-testid=in-flight][data-id="${id}"]`)).toHaveCount(1);
});
