/**
 * `npm run soak`: what takes longer than tests may. Threads are killed and hang while actors store deposits; actors move from
 * thread to thread while messages are counted; a shop is under fire while its memory is weighed. Ends with an error when
 * something was lost, doubled or left open, or when memory grows.
 */
import './node-version.mjs';
import { buildPages, servePages } from '../pages/build-pages.mjs';
import { CHROMIUM_ARGS, ensureChromium } from './chromium.mjs';
import { RunError, runMain } from './commands.mjs';
import { readFlags } from './flags.mjs';
import { installMissing } from './install.mjs';
import { growthOf } from './soak-memory.mjs';

const LOSSES_DEFAULT = 100;
const MINUTES_DEFAULT = 10;
const MESSAGES_DEFAULT = 100;
const WORKERS_DEFAULT = 3;

await runMain(async () => {
  const flags = readFlags('npm run soak', {
    only: { type: 'text', about: 'one of kills, memory, stealing' },
    losses: { type: 'count', about: `threads that are killed or hang (default ${LOSSES_DEFAULT})` },
    minutes: { type: 'count', about: `how long memory is weighed (default ${MINUTES_DEFAULT})` },
    messages: { type: 'count', about: `millions of messages to actors that move (default ${MESSAGES_DEFAULT})` },
    workers: { type: 'count', about: `threads (default ${WORKERS_DEFAULT})` },
    seed: { type: 'count', about: 'of the losses (default: another one each time, printed)' },
  });
  const workers = flags.workers ?? WORKERS_DEFAULT;
  const seed = flags.seed ?? 1 + (Date.now() % 1_000);
  const parts = ['kills', 'stealing', 'memory'];
  if (flags.only !== undefined && !parts.includes(flags.only)) {
    throw new RunError(`--only takes one of ${parts.join(', ')}, not "${flags.only}".`);
  }
  const wanted = (/** @type {string} */ part) => flags.only === undefined || flags.only === part;

  await installMissing();
  const executablePath = await ensureChromium();
  await buildPages();
  const server = await servePages();
  const { chromium } = await import('@playwright/test');
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`In the page: ${error.message}`));
    await page.goto(`${server.address}soak.html`);
    if (wanted('kills')) {
      const losses = flags.losses ?? LOSSES_DEFAULT;
      console.log(`${losses} threads are killed or hang, of ${workers}; seed ${seed}.`);
      const report = await page.evaluate((given) => window.soak.kills(given), { losses, workers, seed, pauseMs: 500 });
      console.log(JSON.stringify(report, null, 2));
      const { missing, doubled, unsettled } = report;
      if (missing.length + doubled.length + unsettled.length > 0) {
        throw new RunError('Confirmed deposits were lost or doubled, or asks were never settled.');
      }
    }
    if (wanted('stealing')) {
      const messages = (flags.messages ?? MESSAGES_DEFAULT) * 1_000_000;
      console.log(`${messages} messages while actors move every few milliseconds, on ${workers} threads.`);
      const report = await page.evaluate((given) => window.soak.stealing(given), { messages, workers });
      console.log(JSON.stringify(report, null, 2));
      if (report.wrong.length > 0) throw new RunError('Messages were lost, doubled or out of order.');
    }
    if (wanted('memory')) {
      const minutes = flags.minutes ?? MINUTES_DEFAULT;
      console.log(`A shop under fire for ${minutes} minutes, on ${workers} threads.`);
      const samples = await page.evaluate((given) => window.soak.memory(given), {
        minutes,
        workers,
        killEveryMs: 10_000,
      });
      for (const { atMs, bytes, processed } of samples) {
        console.log(`  ${(atMs / 1_000).toFixed(0).padStart(4)} s ${(bytes / 1e6).toFixed(1)} MB, ${processed} turns`);
      }
      const { percent, isFlat } = growthOf(samples);
      console.log(
        `What is kept, from the second third to the last: ${percent >= 0 ? '+' : ''}${percent.toFixed(1)} %.`,
      );
      if (!isFlat) throw new RunError('Memory grows.');
    }
    console.log('All is well.');
  } finally {
    await browser.close();
    await server.close();
  }
});
