/** Actors that move from thread to thread: all the time because a test wants it, and of themselves where work lies. */
import { expect, test } from './fixtures.ts';

const FORCE_STEAL_MS = 2;
/** Conformance cases of all chapters: what holds for actors holds for actors that move. */
const CASES = [
  ...[
    'S1',
    'S4',
    'S8',
    'S12',
    'L1',
    'L3',
    'W1',
    'T1',
    'T2',
    'T3',
    'lazy',
    'become',
    'M1-block',
    'M3',
    'M5',
    'M6-drain',
  ],
  ...['batch', 'A1-timeout', 'A1-failures', 'A1-restart', 'forward', 'pipe', 'X1', 'C1', 'retry', 'R2-broadcast', 'R3'],
  ...['work-once', 'stream-order', 'pub-sub-order', 'E2', 'E3'],
];

test('conformance cases hold while actors move all the time', async ({ page, testPage }) => {
  test.setTimeout(240_000);
  await page.goto(testPage('conformance'));
  for (const id of CASES) {
    await test.step(id, () =>
      page.evaluate(([name, ms]) => window.conformance.run(name, ms), [id, FORCE_STEAL_MS] as const),
    );
  }
});

test.describe('a soak', () => {
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
});
