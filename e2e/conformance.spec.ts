/** The conformance cases on real threads. src/conformance/conformance.test.ts runs them under a virtual clock. */
import { CASES } from '../src/conformance/cases.ts';
import { test } from './fixtures.ts';

for (const { id, title, virtualOnly = false } of CASES) {
  if (virtualOnly) continue;
  test(`${id} ${title}`, async ({ page, testPage }) => {
    await page.goto(testPage('conformance'));
    await page.evaluate((name) => window.conformance.run(name), id);
  });
}
