/** The soaks, short. `npm run soak` runs them as long as one likes. */
import { expect, test } from './fixtures.ts';

test('threads that are killed and hang at random lose no confirmed deposit and leave no ask unsettled', async ({
  page,
  testPage,
}) => {
  test.setTimeout(240_000);
  await page.goto(testPage('soak'));
  const report = await page.evaluate(() => window.soak.kills({ losses: 8, workers: 3, seed: 7, pauseMs: 300 }));
  test.info().annotations.push({ type: 'soak', description: JSON.stringify(report) });
  expect(report).toMatchObject({ missing: [], doubled: [], unsettled: [], status: 'running' });
  expect(report.kills + report.hangs).toBe(8);
  expect(report.kills).toBeGreaterThan(0);
  expect(report.hangs).toBeGreaterThan(0);
  expect(report.joined).toBe(report.lost);
  expect(report.confirmed).toBeGreaterThan(50);
});
