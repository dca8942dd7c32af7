/** The soaks, short. `npm run soak` runs them as long as one likes. */
import { expect, test } from './fixtures.ts';
import { growthOf } from './run/soak-memory.mjs';

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

test('the memory of a shop under fire stays as it is', async ({ page, testPage }) => {
  test.setTimeout(120_000);
  await page.goto(testPage('soak'));
  const samples = await page.evaluate(() => window.soak.memory({ minutes: 0.7, killEveryMs: 5_000, workers: 2 }));
  test.info().annotations.push({ type: 'soak', description: JSON.stringify(samples) });
  expect(samples.length).toBe(20);
  expect(samples.some(({ processed }) => processed > 100)).toBe(true);
  const { percent } = growthOf(samples);
  // Short as it is, it would see a leak of whole workers or of their memory: some ten threads are replaced meanwhile.
  expect(percent).toBeLessThan(20);
});
