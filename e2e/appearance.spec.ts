/** What everybody must be able to read, reach and understand, also where Playhouse cannot run. */
import { expect, expectAccessible, serveWithoutIsolation, test } from './fixtures.ts';

for (const colorScheme of ['dark', 'light'] as const) {
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    test.describe(`${colorScheme}, ${viewport.width} × ${viewport.height}`, () => {
      test.use({ colorScheme, viewport, contextOptions: { reducedMotion: 'reduce' } });

      test('nothing stands in anybody’s way', async ({ page, playhouse }) => {
        await page.goto('/');
        await playhouse.idle();
        await expectAccessible(page);
        // With a failure, an open breaker and an actor selected.
        await playhouse.inject({ kind: 'crash', path: '/shop/orders/worker-2' });
        await playhouse.inject({ kind: 'trip-breaker', path: '/shop/payments/breaker' });
        await page.goto('/#v=1&s=checkout&g=tree&a=/shop/payments/breaker&t=faults');
        await playhouse.idle();
        await expectAccessible(page);
        await page.keyboard.press('s');
        await expect(page.getByTestId('share-dialog')).toBeVisible();
        await expectAccessible(page);
      });
    });
  }
}

for (const [width, height] of [
  [320, 640],
  [390, 844],
  [768, 1024],
  [844, 390],
  [880, 700],
  [1440, 400],
  [2560, 1440],
] as const) {
  test(`nothing sticks out at ${width} × ${height}`, async ({ page, playhouse }) => {
    await page.setViewportSize({ width, height });
    await page.goto('/');
    await playhouse.idle();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await expect(page.getByTestId('share')).toBeInViewport({ ratio: 1 });
  });
}

test('site data may be blocked', async ({ page, playhouse }) => {
  await page.addInitScript(() => {
    for (const storage of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, storage, {
        get() {
          throw new DOMException('Access is denied for this document.', 'SecurityError');
        },
      });
    }
  });
  await page.goto('/');
  await playhouse.idle();
  await expect(page.getByTestId('status')).toHaveText(/running/i);
  await page.getByTestId('theme').click();
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toMatch(/dark|light/);
});

test.describe('where Playhouse cannot run', () => {
  test('not isolated: the page says what is missing, and simulated runs work', async ({ page, playhouse }) => {
    await serveWithoutIsolation(page);
    await page.goto('/');
    await playhouse.idle();
    await expect(page.getByTestId('not-isolated')).toContainText('Cross-Origin-Embedder-Policy');
    expect(await page.evaluate(() => window.playhouse.isolated)).toBe(false);
    await expectAccessible(page);
    // What needs no shared memory works: a simulated run, and its scripting.
    await expect(page.getByTestId('mode-live')).toHaveAttribute('aria-disabled', 'true');
    expect(await playhouse.mode()).toBe('simulated');
    await page.getByTestId('transport-step').click();
    await playhouse.step(20);
    expect((await playhouse.position()).step).toBe(21);
    const code = await page.evaluate(() => window.playhouse.setMode('live').catch((error) => error.code));
    expect(code).toBe('not-isolated');
    await page.getByTestId('not-isolated-dismiss').click();
    await expect(page.getByTestId('not-isolated')).toBeHidden();
  });

  test('too old a browser: a plain page, not a blank one', async ({ page }) => {
    await page.addInitScript(() => {
      Reflect.deleteProperty(window, 'Atomics');
      Reflect.deleteProperty(window, 'SharedArrayBuffer');
    });
    await page.goto('/');
    await expect(page.getByTestId('plain-error')).toBeVisible();
    await expect(page.getByTestId('plain-error')).toContainText(/Chrome|Firefox|Safari/);
  });

  test('a browser of some years ago: the same plain page, before anything breaks', async ({ page }) => {
    await page.addInitScript(() => {
      Reflect.deleteProperty(Array.prototype, 'toReversed');
      Reflect.deleteProperty(Array.prototype, 'findLast');
    });
    await page.goto('/');
    await expect(page.getByTestId('plain-error')).toBeVisible();
  });

  test.describe('without JavaScript', () => {
    test.use({ javaScriptEnabled: false });

    test('the page says so', async ({ page }) => {
      await page.goto('/');
      await expect(page.getByText(/needs JavaScript/)).toBeVisible();
    });
  });
});
