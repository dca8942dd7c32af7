/** What the pointer can do to a simulated run, the keyboard can do too. */
import type { Page } from '@playwright/test';
import { expect, type RemotePlayhouse, test } from './fixtures.ts';
import { expectStep, FRESH, openFresh } from './simulated-run.ts';

const SERVICE = '/shop/payments/service';
/** So many presses of Tab lead from one control to the next but a few; more mean that it cannot be reached. */
const TABS_MAX = 40;

const step = async (playhouse: RemotePlayhouse): Promise<number> => (await playhouse.position()).step;

/** Presses Tab until the control has the focus. */
async function tabTo(page: Page, testId: string): Promise<void> {
  for (let presses = 0; presses < TABS_MAX; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['testid']);
    if (focused === testId) return;
  }
  throw new Error(`${testId} cannot be reached by Tab.`);
}

/** Whether what has the focus lies in the element with that test id. */
const isFocusIn = (page: Page, testId: string): Promise<boolean> =>
  page.evaluate((id) => document.activeElement?.closest(`[data-testid="${id}"]`) != null, testId);

test.beforeEach(async ({ page, playhouse }) => {
  await openFresh(page, playhouse);
});

test('messages on their way are dropped, duplicated and delayed', async ({ page, playhouse }) => {
  await playhouse.seek(1_000);
  await page.keyboard.press('n');
  const rows = page.getByTestId('in-flight-row');
  const messages = page.locator('[data-testid=in-flight-row][data-signal=false]');
  while ((await messages.count()) === 0) {
    await page.keyboard.press('.');
    await playhouse.idle();
  }
  const at = await step(playhouse);
  const id = await messages.first().getAttribute('data-id');
  const row = page.locator(`[data-testid=in-flight-row][data-id="${id}"]`);
  const before = await rows.count();

  // Duplicated: another one, and the focus stays where it is.
  await row.locator('summary').first().focus();
  await page.keyboard.press('Enter');
  await expect(row.locator('.state-tree')).toBeVisible();
  await tabTo(page, 'in-flight-duplicate');
  await page.keyboard.press('Enter');
  await expectStep(page, playhouse, at + 1);
  await expect(page.getByTestId('current-step')).toContainText('fault in-flight');
  await expect(rows).toHaveCount(before + 1);
  await expect(row.getByTestId('in-flight-duplicate')).toBeFocused();

  // Delayed: it says when it arrives now.
  const when = row.locator('.in-flight-when');
  const msOf = async (): Promise<number> => Number(/[\d.,]+/.exec((await when.textContent()) ?? '')?.[0]);
  const leftMs = await msOf();
  await tabTo(page, 'in-flight-delay-number');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('25');
  await page.keyboard.press('Enter');
  await expectStep(page, playhouse, at + 2);
  await expect.poll(async () => Math.round(((await msOf()) - leftMs) * 1_000)).toBe(25_000);

  // Dropped: gone, and the focus is with its neighbour.
  await row.getByTestId('in-flight-drop').focus();
  await page.keyboard.press('Enter');
  await expectStep(page, playhouse, at + 3);
  await expect(row).toHaveCount(0);
  await expect(rows).toHaveCount(before);
  expect(await isFocusIn(page, 'in-flight-list')).toBe(true);
  await page.keyboard.press('ArrowLeft');
  await expectStep(page, playhouse, at + 2);
  await expect(row).toHaveCount(1);
});

test('signals on their way are only ever late', async ({ page, playhouse }) => {
  // Whoever is started on another worker is started by a signal.
  await page.goto(`${FRESH}&w=4`);
  await playhouse.idle();
  await playhouse.seek(5);
  await page.keyboard.press('n');
  const signals = page.locator('[data-testid=in-flight-row][data-signal=true]');
  await signals.first().locator('summary').first().focus();
  await page.keyboard.press('Enter');
  await expect(signals.first().getByTestId('in-flight-delay')).toBeVisible();
  await expect(signals.first().getByTestId('in-flight-drop')).toHaveCount(0);
  await expect(signals.first().getByTestId('in-flight-duplicate')).toHaveCount(0);
});

test('folded steps of the diagram open and close', async ({ page, playhouse }) => {
  await page.getByTestId('lower-space-time').click();
  // Without any orders only timers are left, and those concern nobody else.
  await playhouse.inject({ kind: 'set-parameter', name: 'rate', value: 0 });
  await playhouse.seek(300);
  const diagram = page.getByTestId('space-time');
  const plot = page.getByTestId('st-plot');
  await expect(diagram).toHaveAttribute('data-current', '300');
  await plot.focus();
  await expect(plot).toHaveAttribute('aria-valuetext', /one of \d+ folded steps/);
  const closed = (await diagram.getAttribute('data-summary')) ?? '';
  const at = await step(playhouse);
  await page.keyboard.press('o');
  await expect(diagram).not.toHaveAttribute('data-summary', closed);
  await expect(plot).not.toHaveAttribute('aria-valuetext', /folded/);
  await page.keyboard.press('o');
  await expect(diagram).toHaveAttribute('data-summary', closed);
  await expectStep(page, playhouse, at);
  await page.keyboard.press('?');
  await expect(page.getByTestId('help-dialog')).toContainText('Open folded steps');
});

test('what waits in a mailbox opens to what it says, and leads to who sent it', async ({ page, playhouse }) => {
  await playhouse.seek(1_000);
  await playhouse.inject({ kind: 'pause', path: SERVICE });
  await playhouse.seek(4_000);
  await page.locator(`[data-testid=actor-node][data-path="${SERVICE}"]`).click();
  const { mailbox } = await playhouse.inspect(SERVICE);
  const place = mailbox.findIndex(({ isSignal, cause }) => !isSignal && cause > 0);
  expect(place).toBeGreaterThanOrEqual(0);
  const waiting = page.getByTestId('waiting').nth(place);
  await waiting.locator('summary').first().focus();
  await expect(waiting.locator('.state-tree')).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(waiting.locator('.state-tree')).toContainText('kind');
  await tabTo(page, 'waiting-cause');
  await page.keyboard.press('Enter');
  await expectStep(page, playhouse, mailbox[place]?.cause ?? 0);
});

test('ten steps with Shift, by either key', async ({ page, playhouse }) => {
  await page.keyboard.press('Shift+.');
  await expectStep(page, playhouse, 10);
  await page.keyboard.press('Shift+ArrowRight');
  await expectStep(page, playhouse, 20);
  await page.keyboard.press('Shift+,');
  await expectStep(page, playhouse, 10);
});

test('a seed that is none is refused in words', async ({ page, playhouse }) => {
  const seed = page.getByTestId('seed');
  await seed.fill('seven');
  await seed.press('Enter');
  await expect(page.getByTestId('control-error')).toContainText('“seven” is not a seed');
  await seed.fill('99999999999');
  await seed.press('Enter');
  await expect(page.getByTestId('control-error')).toContainText('The seed must be a whole number');
  expect(await playhouse.seed()).toBe(1);
});
