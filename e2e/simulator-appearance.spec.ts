/** The page of a simulated run: its space–time diagram, on a phone, and for everybody. */
import { expect, expectAccessible, nodeOf, test } from './fixtures.ts';
import { expectStep, openFresh } from './simulated-run.ts';

const SERVICE = '/shop/payments/service';

test('the space–time diagram has a line for each actor, and moves the run', async ({ page, playhouse }) => {
  await openFresh(page, playhouse);
  await page.getByTestId('lower-space-time').click();
  await playhouse.seek(300);
  await playhouse.idle();
  const diagram = page.getByTestId('space-time');
  await expect(diagram).toHaveAttribute('data-current', '300');
  await expect(diagram).toHaveAttribute('data-summary', /steps=\d+ arrows=[1-9]\d* lifelines=[1-9]/);
  await expect(diagram.locator(`[data-testid=lifeline][data-path="${SERVICE}"]`)).toBeAttached();
  const plot = page.getByTestId('st-plot');
  await plot.focus();
  await page.keyboard.press('ArrowLeft');
  await expectStep(page, playhouse, 299);
  await page.keyboard.press('PageDown');
  await expectStep(page, playhouse, 289);
  await page.keyboard.press('PageUp');
  await expectStep(page, playhouse, 299);
  await page.keyboard.press('End');
  await expectStep(page, playhouse, 300);
  const record = page.getByTestId('current-step');
  const path = /Select (\S+)\.$/.exec((await record.getAttribute('title')) ?? '')?.[1];
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('inspector-path')).toHaveText(path ?? 'no actor');
  await diagram.locator('[data-testid=lifeline] button').first().click();
  await expect(page.getByTestId('inspector-path')).toHaveText('/shop');
  // A click goes to the step under it.
  const box = await plot.boundingBox();
  const view = await diagram.boundingBox();
  if (box === null || view === null) throw new Error('no diagram');
  await page.mouse.click(view.x + view.width / 2, view.y + view.height / 2);
  await expect.poll(async () => (await playhouse.position()).step).toBeLessThan(300);
  expect((await playhouse.position()).step).toBeGreaterThan(0);
});

test('steps, branches and reasons by keyboard alone', async ({ page, playhouse }) => {
  await openFresh(page, playhouse);
  await page.keyboard.press('Shift+ArrowRight');
  await expectStep(page, playhouse, 10);
  await page.keyboard.press('.');
  await expectStep(page, playhouse, 11);
  await page.keyboard.press(',');
  await expectStep(page, playhouse, 10);
  await page.keyboard.press('w');
  await expect(page.getByTestId('why-pane')).toHaveAttribute('data-step', '10');
  await expect(page.getByTestId('cause').last()).toHaveAttribute('data-step', '10');
  await page.keyboard.press('w');
  await expect(page.getByTestId('why-pane')).toHaveCount(0);
  await page.keyboard.press('n');
  await playhouse.idle();
  await page.keyboard.press('1');
  await expectStep(page, playhouse, 11);
  await page.keyboard.press('?');
  await expect(page.getByTestId('help-dialog')).toContainText('Run until…');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('time and every panel are within reach', async ({ page, playhouse }) => {
    await openFresh(page, playhouse);
    for (const control of ['transport-back', 'transport-play', 'transport-step', 'run-until', 'share']) {
      await expect(page.getByTestId(control)).toBeInViewport({ ratio: 1 });
    }
    await page.getByTestId('transport-step').tap();
    await expectStep(page, playhouse, 1);
    await playhouse.seek(500);
    await nodeOf(page, SERVICE).tap();
    await page.getByTestId('selection-bar').tap();
    await expect(page.getByTestId('inspector-path')).toHaveText(SERVICE);
    await page.getByTestId('tab-plots').tap();
    await page.getByTestId('lower-space-time').tap();
    await expect(page.getByTestId('space-time')).toBeInViewport();
    await page.getByTestId('tab-next').tap();
    await playhouse.idle();
    await page.getByTestId('choose').first().tap();
    await expectStep(page, playhouse, 501);
    await page.getByTestId('tab-events').tap();
    await page.getByTestId('event-row').last().getByTestId('why').tap();
    await expect(page.getByTestId('why-pane')).toBeInViewport();
    await page.getByTestId('why-close').tap();
    await page.getByTestId('run-until').tap();
    await expect(page.getByTestId('run-until-breaker')).toBeInViewport();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});

for (const [colorScheme, width, height] of [
  ['dark', 1440, 900],
  ['light', 1440, 900],
  ['light', 390, 844],
] as const) {
  test.describe(`${colorScheme}, ${width} × ${height}`, () => {
    test.use({ colorScheme, viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });

    test('a simulated run stands in nobody’s way', async ({ page, playhouse }) => {
      // In the past, with two branches, a failure, an open breaker, and messages on their way.
      await page.goto(`/#v=2&s=checkout&m=sim&c=1000&l=space-time&t=faults&a=${SERVICE}`);
      await playhouse.idle();
      await playhouse.inject({ kind: 'crash', path: SERVICE });
      await playhouse.runUntil({ until: 'failure' });
      await playhouse.seek(500);
      await playhouse.inject({ kind: 'trip-breaker', path: '/shop/payments/breaker' });
      await playhouse.idle();
      await expect(page.getByTestId('actor-state').first()).toBeVisible();
      await expectAccessible(page);
      await page.keyboard.press('n');
      await page.keyboard.press('w');
      await expect(page.getByTestId('cause').first()).toBeVisible();
      await page.keyboard.press('u');
      await expect(page.getByTestId('run-until-menu')).toBeVisible();
      await playhouse.idle();
      await expectAccessible(page);
    });
  });
}
