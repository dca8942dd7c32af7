/**
 * Rings and codec in the browser, in real workers: Node accepts things about shared memory that browsers refuse. The
 * checks live in e2e/pages/memory-checks. A failing seed goes into the list of its check and stays there.
 */
import { expect, test } from './fixtures.ts';

const CHECKS = [
  { name: 'ring-order', title: 'a ring does what two lists would do', seeds: [1, 2, 3], runs: 300 },
  { name: 'text-round-trip', title: 'text comes back unit by unit', seeds: [1, 2], runs: 500 },
  { name: 'plain-data-round-trip', title: 'plain data comes back to the bit', seeds: [1, 2], runs: 500 },
  { name: 'codec-round-trip', title: 'messages of random protocols come back', seeds: [1, 2, 3], runs: 300 },
  { name: 'codec-too-large', title: 'a message fits or is refused by name', seeds: [1, 2], runs: 300 },
  { name: 'ring-stream', title: 'two threads: nothing is lost, doubled or reordered', seeds: [1, 2], runs: 20 },
  { name: 'ring-stream-slow-consumer', title: 'two threads, full ring: nothing is lost', seeds: [1], runs: 10 },
  { name: 'ring-stream-slow-producer', title: 'two threads, empty ring: nothing is invented', seeds: [1], runs: 10 },
  { name: 'codec-stream', title: 'two threads: messages of random protocols arrive', seeds: [1, 2], runs: 20 },
];

test('every memory check of the page is run by a test', async ({ page, testPage }) => {
  await page.goto(testPage('memory'));
  expect(CHECKS.map(({ name }) => name).sort()).toEqual(
    await page.evaluate(() => window.memoryChecks.names.toSorted()),
  );
});

for (const { name, title, seeds, runs } of CHECKS) {
  for (const seed of seeds) {
    test(`${title} (${name}, seed ${seed}, ${runs} runs)`, async ({ page, testPage }) => {
      await page.goto(testPage('memory'));
      expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
      await page.evaluate((options) => window.memoryChecks.run(options.name, options), { name, seed, runs });
    });
  }
}
