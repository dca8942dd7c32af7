/** Actors that move from thread to thread: all the time because a test wants it, and of themselves where work lies. */
import { expect, test } from './fixtures.ts';

test.beforeEach(async ({ page, testPage }) => {
  await page.goto(testPage('soak'));
});

for (const workers of [2, 4]) {
  test(`a million messages between actors that move every few milliseconds, on ${workers} threads`, async ({
    page,
  }) => {
    test.setTimeout(240_000);
    const report = await page.evaluate((given) => window.soak.stealing(given), { messages: 1_000_000, workers });
    expect(report.wrong).toEqual([]);
    expect(report.messages + report.asks).toBeGreaterThanOrEqual(1_000_000);
    expect(report.moves).toBeGreaterThan(100);
    expect(report.strayedPinned).toBe(0);
    test.info().annotations.push({ type: 'report', description: JSON.stringify(report) });
  });
}

test('a load that is born on one thread spreads', async ({ page }) => {
  const report = await page.evaluate(() => window.soak.spread(2));
  expect(report.given).toBeGreaterThan(0);
  const [first = 0, second = 0] = report.processed;
  expect(second, JSON.stringify(report)).toBeGreaterThan(first / 4);
});
