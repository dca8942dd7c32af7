/** The net under the browser tests holds: each way in which a browser reports trouble fails a test. */
import { expect, test } from './fixtures.ts';

const TROUBLE = {
  'console.error in the page': "console.error('trouble')",
  'an uncaught exception in the page': "setTimeout(() => { throw new Error('trouble') })",
  'an unhandled rejection in the page': "void Promise.reject(new Error('trouble'))",
  'console.error in a worker': worker("console.error('trouble')"),
  'an uncaught exception in a worker': worker("throw new Error('trouble')"),
  'an unhandled rejection in a worker': worker("Promise.reject(new Error('trouble'))"),
};

/** A script that starts a worker with the given source. */
function worker(source: string): string {
  return `new Worker(URL.createObjectURL(new Blob([${JSON.stringify(source)}], { type: 'text/javascript' })))`;
}

for (const [name, script] of Object.entries(TROUBLE)) {
  test(`${name} is noticed`, async ({ page, testPage, browserErrors }) => {
    await page.goto(testPage('memory'));
    await page.evaluate(script);
    await expect.poll(() => browserErrors.length).toBeGreaterThan(0);
    expect(browserErrors.every((text) => text.includes('trouble'))).toBe(true);
    // This trouble was wanted; whatever else is left fails the test as usual.
    browserErrors.length = 0;
  });
}
