/** The page of a simulated run: by keyboard, on a phone, and for everybody. */
import { expect, expectAccessible, nodeOf, test } from './fixtures.ts';
import { expectStep, openFresh } from './simulated-run.ts';

const SERVICE = '/shop/payments/service';

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
  await page.keyboard.press('u');
  const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['testid']);
  for (let presses = 0; (await focused()) !== 'until-time'; presses++) {
    expect(presses).toBeLessThan(40);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type('30');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('run-until-menu')).toHaveCount(0);
  await expect(page.getByTestId('stopped')).toHaveAttribute('data-because', 'until');
  expect((await playhouse.position()).timeMs).toBe(30);
  // The keys are the page's again.
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
