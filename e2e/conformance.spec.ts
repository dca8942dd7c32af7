/** The conformance cases on real threads. src/conformance/conformance.test.ts runs them under a virtual clock. */
import { CASES } from '../src/conformance/cases.ts';
import { expect, test } from './fixtures.ts';

for (const { id, title, virtualOnly = false } of CASES) {
  if (virtualOnly) continue;
  test(`${id} ${title}`, async ({ sharedPage: { page, errors }, testPage }) => {
    // Each case has an engine and threads of its own; only the page is the same.
    if (page.url() !== testPage('conformance')) await page.goto(testPage('conformance'));
    await page.evaluate((name) => window.conformance.run(name), id);
    expect(errors.splice(0), 'errors in the browser').toEqual([]);
  });
}
