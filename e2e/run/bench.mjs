/**
 * `npm run bench`: measures every workload of e2e/bench in a headless Chromium or in Node, several runs each, one round of
 * all workloads after another, so that a slow minute of the machine meets all of them. A run whose checksum is wrong ends
 * it: messages that got lost must never look fast. How fast it was ends nothing.
 */
import './node-version.mjs';
import { accessSync, constants, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { startNodeWorkloads } from '../bench/node-workloads.mjs';
import { startRivals } from '../bench/rivals/rivals.mjs';
import { buildPages, servePages } from '../pages/build-pages.mjs';
import { LEGEND, markdownOf, replacePart, tableOf } from './bench-table.mjs';
import { CHROMIUM_ARGS, ensureChromium } from './chromium.mjs';
import { RunError, runMain } from './commands.mjs';
import { readFlags } from './flags.mjs';
import { installMissing } from './install.mjs';
import { measuredValue, summaryOf } from './measurements.mjs';

/**
 * @typedef {import('../bench/workload.ts').WorkloadSummary} Workload
 * @typedef {import('../bench/workload.ts').Measurement} Measurement
 * @typedef {{ readonly workload: Workload, readonly values: number[], run(name: string): Promise<Measurement> }} Row
 * @typedef {import('../bench/rivals/rivals.mjs').Place} Place
 */

const RUNS_DEFAULT = 5;
/** Longer than any run takes, also on a slow machine. */
const RUN_MINUTES_MAX = 2;

await runMain(async () => {
  const flags = readFlags('npm run bench', {
    only: { type: 'text', about: 'measure the workloads whose name matches this regular expression' },
    runs: { type: 'count', about: `measured runs of each workload, after one to warm up (default ${RUNS_DEFAULT})` },
    'no-rivals': { type: 'switch', about: 'leave out nact, XState and Erlang/OTP' },
    json: { type: 'text', about: 'also write the results to this file' },
    markdown: { type: 'text', about: 'also write the table to this file, between its marks where it has some' },
  });
  const runs = flags.runs ?? RUNS_DEFAULT;
  const pattern = flags.only === undefined ? /(?:)/ : patternOf(flags.only);
  // Found out now rather than after minutes of measuring.
  if (flags.json !== undefined) checkWritable('json', flags.json);
  if (flags.markdown !== undefined) checkWritable('markdown', flags.markdown);

  await installMissing();
  const executablePath = await ensureChromium();
  await buildPages();
  const server = await servePages();
  const { chromium } = await import('@playwright/test');
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  /** @type {Place[]} */
  const places = [];
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`In the page: ${error.message}`));
    await page.goto(`${server.address}bench.html`);
    const { workloads, threads } = await page.evaluate(() => ({
      workloads: [...window.bench.workloads],
      threads: window.bench.threads,
    }));
    places.push({
      workloads,
      run: (name) => page.evaluate((wanted) => window.bench.run(wanted), name),
      close: () => undefined,
    });
    places.push(await startNodeWorkloads());
    const machine = [
      `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${threads} hardware threads`,
      `Chromium ${browser.version()}`,
      `Node ${process.versions.node}`,
    ];
    if (flags['no-rivals'] !== true) {
      const rivals = await startRivals();
      places.push(...rivals.places);
      machine.push(...rivals.notes);
    }
    const rows = select(places, pattern);
    console.log(`${machine.join('; ')}; ${runs} runs each after one to warm up.\n`);
    await measure(rows, runs);
    const results = rows.map(({ workload, values }) => summaryOf(workload, values));
    console.log(`\n\n${tableOf(results)}\n\n${LEGEND}`);
    if (flags.json !== undefined) {
      const report = results.map(({ baseline: _, ...result }) => result);
      writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`);
      console.log(`\nWritten to ${flags.json}.`);
    }
    if (flags.markdown !== undefined) {
      const part = `${machine.join('; ')}; medians of ${runs} runs or fewer.\n\n${markdownOf(results)}`;
      const before = existsSync(flags.markdown) ? readFileSync(flags.markdown, 'utf8') : '';
      writeFileSync(flags.markdown, replacePart(before, part));
      console.log(`\nWritten to ${flags.markdown}.`);
    }
  } finally {
    for (const place of places) place.close();
    await browser.close();
    await server.close();
  }
});

/**
 * One round of all rows after another.
 * @param {readonly Row[]} rows
 * @param {number} runs
 */
async function measure(rows, runs) {
  /** @type {Map<string, { readonly name: string, readonly checksum: number }>} */
  const sameRuns = new Map();
  for (let round = 0; round <= runs; round++) {
    process.stdout.write(round === 0 ? 'warming up…' : ` ${round}`);
    for (const { workload, values, run } of rows) {
      // What takes seconds warms up by itself.
      if (workload.runsMax !== undefined && (round === 0 || round > workload.runsMax)) continue;
      const measurement = await withinMinutes(workload.name, run(workload.name));
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
}

/**
 * A run that never ends, because something got lost, is named too.
 * @param {string} name
 * @param {Promise<Measurement>} measured
 */
async function withinMinutes(name, measured) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const tooLong = new Promise((_, reject) => {
    const error = new RunError(`\n"${name}" did not end within ${RUN_MINUTES_MAX} minutes: there is no result.`);
    timer = setTimeout(reject, RUN_MINUTES_MAX * 60_000, error);
  });
  try {
    return await /** @type {Promise<Measurement>} */ (Promise.race([measured, tooLong]));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The matching workloads and the baselines that they are compared with.
 * @param {readonly Place[]} places
 * @param {RegExp} pattern
 * @returns {readonly Row[]}
 */
function select(places, pattern) {
  const rows = places.flatMap(({ workloads, run }) => workloads.map((workload) => ({ workload, values: [], run })));
  const matching = new Set(rows.filter(({ workload }) => pattern.test(workload.name)));
  if (matching.size === 0) {
    const names = rows.map(({ workload }) => `  ${workload.name}`).join('\n');
    throw new RunError(`--only matches no workload. There are:\n${names}`);
  }
  const baselines = new Set([...matching].map(({ workload }) => workload.baseline));
  return rows.filter((row) => matching.has(row) || baselines.has(row.workload.name));
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

/**
 * @param {string} flag
 * @param {string} file
 */
function checkWritable(flag, file) {
  const folder = path.dirname(path.resolve(file));
  const wrong = (/** @type {string} */ why) =>
    new RunError(`--${flag} cannot write "${file}": ${why}. Name another file.`);
  if (!existsSync(folder)) throw wrong(`there is no folder ${folder}`);
  if (existsSync(file) && !statSync(file).isFile()) throw wrong('it is not a file');
  try {
    accessSync(existsSync(file) ? file : folder, constants.W_OK);
  } catch {
    throw wrong('permission denied');
  }
}
