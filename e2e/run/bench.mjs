/**
 * `npm run bench`: measures every workload of e2e/bench in a headless Chromium or in Node, several runs each, one round of
 * all workloads after another, so that a slow minute of the machine meets all of them. A run whose checksum is wrong ends
 * it: messages that got lost must never look fast. How fast it was ends nothing.
 */
import './node-version.mjs';
import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startNodeWorkloads } from '../bench/node-workloads.mjs';
import { buildPages, servePages } from '../pages/build-pages.mjs';
import { CHROMIUM_ARGS, ensureChromium } from './chromium.mjs';
import { RunError, runMain } from './commands.mjs';
import { readFlags } from './flags.mjs';
import { installMissing } from './install.mjs';
import { measuredValue, summaryOf, tableOf } from './measurements.mjs';

/**
 * @typedef {import('../bench/workload.ts').WorkloadSummary} Workload
 * @typedef {import('../bench/workload.ts').Measurement} Measurement
 * @typedef {{ readonly workload: Workload, readonly values: number[], run(name: string): Promise<Measurement> }} Row
 */

const RUNS_DEFAULT = 7;

/** Chromium tells what memory is in use when it is asked, instead of when it next collects garbage by itself. */
const MEMORY_ARGS = ['--enable-blink-features=ForceEagerMeasureMemory'];

await runMain(async () => {
  const flags = readFlags('npm run bench', {
    only: { type: 'text', about: 'measure the workloads whose name matches this regular expression' },
    runs: { type: 'count', about: `measured runs of each workload, after one to warm up (default ${RUNS_DEFAULT})` },
    json: { type: 'text', about: 'also write the results to this file' },
  });
  const runs = flags.runs ?? RUNS_DEFAULT;
  const pattern = flags.only === undefined ? /(?:)/ : patternOf(flags.only);
  // Found out now rather than after minutes of measuring.
  if (flags.json !== undefined) checkWritable(flags.json);

  await installMissing();
  const executablePath = await ensureChromium();
  await buildPages();
  const server = await servePages();
  const { chromium } = await import('@playwright/test');
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS, ...MEMORY_ARGS] });
  /** @type {Awaited<ReturnType<typeof startNodeWorkloads>> | undefined} */
  let node;
  try {
    node = await startNodeWorkloads();
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`In the page: ${error.message}`));
    await page.goto(`${server.address}bench.html`);
    const { workloads, threads } = await page.evaluate(() => ({
      workloads: [...window.bench.workloads],
      threads: window.bench.threads,
    }));
    const inPage = (/** @type {string} */ name) => page.evaluate((wanted) => window.bench.run(wanted), name);
    const { workloads: nodeWorkloads, run: inNode } = node;
    /** @type {readonly Row[]} */
    const rows = select([...workloads, ...nodeWorkloads], pattern).map((workload) => ({
      workload,
      values: [],
      run: nodeWorkloads.includes(workload) ? inNode : inPage,
    }));
    console.log(
      `Chromium ${browser.version()}, Node ${process.versions.node}, ${threads} hardware threads; ` +
        `${runs} runs each after one to warm up.\n`,
    );
    /** @type {Map<string, { readonly name: string, readonly checksum: number }>} */
    const sameRuns = new Map();

    for (let round = 0; round <= runs; round++) {
      process.stdout.write(round === 0 ? 'warming up…' : ` ${round}`);
      for (const { workload, values, run } of rows) {
        const measurement = await run(workload.name);
        if (measurement.checksum !== measurement.expected) {
          throw new RunError(
            `\n"${workload.name}" arrived damaged: checksum ${measurement.checksum}, expected ${measurement.expected}. ` +
              'Messages were lost, doubled or reordered, or a run did not come back to where it was; there is no result.',
          );
        }
        checkSameRun(workload, measurement.checksum, sameRuns);
        if (round > 0) values.push(measuredValue(workload.unit, measurement));
      }
    }
    const results = rows.map(({ workload, values }) => summaryOf(workload, values));
    console.log(`\n\n${tableOf(results)}`);
    if (flags.json !== undefined) {
      const report = results.map(({ name, unit, median, min, max, runs }) => ({ name, unit, median, min, max, runs }));
      writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`);
      console.log(`\nWritten to ${flags.json}.`);
    }
  } finally {
    node?.close();
    await browser.close();
    await server.close();
  }
});

/**
 * The matching workloads and the baselines that they are compared with.
 * @param {readonly Workload[]} workloads
 * @param {RegExp} pattern
 */
function select(workloads, pattern) {
  const matching = workloads.filter(({ name }) => pattern.test(name));
  if (matching.length === 0) {
    const names = workloads.map(({ name }) => `  ${name}`).join('\n');
    throw new RunError(`--only matches no workload. There are:\n${names}`);
  }
  const baselines = new Set(matching.map(({ baseline }) => baseline));
  return workloads.filter((workload) => matching.includes(workload) || baselines.has(workload.name));
}

/**
 * The same run gives the same everywhere, each time.
 * @param {Workload} workload
 * @param {number} checksum
 * @param {Map<string, { readonly name: string, readonly checksum: number }>} sameRuns what they gave before
 */
function checkSameRun({ name, sameRun }, checksum, sameRuns) {
  if (sameRun === undefined) return;
  const before = sameRuns.get(sameRun);
  if (before === undefined) sameRuns.set(sameRun, { name, checksum });
  else if (before.checksum !== checksum) {
    throw new RunError(
      `\n"${name}" is another run than "${before.name}" was before: checksum ${checksum} instead of ${before.checksum}. ` +
        'The same scenario, parameters and seed must give the same steps everywhere; there is no result.',
    );
  }
}

/** @param {string} text */
function patternOf(text) {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new RunError(`--only takes a regular expression; "${text}" is none: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {string} file */
function checkWritable(file) {
  const folder = path.dirname(path.resolve(file));
  const wrong = (/** @type {string} */ why) =>
    new RunError(`--json cannot write "${file}": ${why}. Name another file.`);
  if (!existsSync(folder)) throw wrong(`there is no folder ${folder}`);
  if (existsSync(file) && !statSync(file).isFile()) throw wrong('it is not a file');
  try {
    accessSync(existsSync(file) ? file : folder, constants.W_OK);
  } catch {
    throw wrong('permission denied');
  }
}
