/**
 * `npm test`: installs what is missing, then runs every check, also after one has failed, and ends with one line that
 * counts what passed and what failed. The counts come from the tools' own reports.
 */
import './node-version.mjs';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildApp } from './build.mjs';
import { ensureChromium } from './chromium.mjs';
import { CACHE, RunError, runMain, runTool } from './commands.mjs';
import { readFlags } from './flags.mjs';
import { installMissing } from './install.mjs';

/** @typedef {{ passed: number, failed: number }} Count */

const RESULTS = path.join(CACHE, 'results');
const UNIT_RESULTS = path.join(RESULTS, 'unit.json');
const BROWSER_RESULTS = path.join(RESULTS, 'browser.json');

const PASSED = { passed: 1, failed: 0 };
const FAILED = { passed: 0, failed: 1 };

/** @type {Record<string, { readonly title: string, readonly run: () => Promise<Count> }>} */
const STEPS = {
  types: { title: 'Types', run: checkTypes },
  lint: { title: 'Lint', run: lint },
  unit: { title: 'Unit tests', run: unitTests },
  build: { title: 'Production build', run: productionBuild },
  browser: { title: 'Browser tests', run: browserTests },
};

await runMain(async () => {
  const { only } = readFlags('npm test', {
    only: { type: 'text', about: `run one step: ${Object.keys(STEPS).join(', ')}` },
  });
  const names = only === undefined ? Object.keys(STEPS) : [only];
  if (only !== undefined && STEPS[only] === undefined) {
    throw new RunError(`--only takes one of ${Object.keys(STEPS).join(', ')}, not "${only}".`);
  }
  await installMissing();
  mkdirSync(RESULTS, { recursive: true });

  const total = { passed: 0, failed: 0 };
  /** @type {string[]} */
  const summary = [];
  for (const name of names) {
    const { title, run } = /** @type {(typeof STEPS)[string]} */ (STEPS[name]);
    console.log(`\n── ${title} ${'─'.repeat(Math.max(0, 60 - title.length))}`);
    const count = await run().catch(reportFailure);
    summary.push(`${count.failed === 0 ? '✓' : '✗'} ${title}: ${count.passed} passed, ${count.failed} failed`);
    total.passed += count.passed;
    total.failed += count.failed;
  }
  console.log(`\n${summary.join('\n')}\n`);
  // Set instead of exiting, so that everything written so far reaches a pipe.
  process.exitCode = total.failed === 0 ? 0 : 1;
  console.log(`${total.passed} passed, ${total.failed} failed`);
});

/**
 * A step that could not even run has failed once.
 * @param {unknown} error
 * @returns {Count}
 */
function reportFailure(error) {
  console.error(error instanceof RunError ? error.message : error);
  return FAILED;
}

async function checkTypes() {
  const page = await runTool('typescript/bin/tsc', ['-p', 'tsconfig.json']);
  // The kernel once more, without the types of browsers and of Node: it must not even see them.
  const kernel = await runTool('typescript/bin/tsc', ['-p', 'src/kernel/tsconfig.json']);
  return page === 0 && kernel === 0 ? PASSED : FAILED;
}

async function lint() {
  const code = await runTool('@biomejs/biome/bin/biome', ['check', '--max-diagnostics=50', '.']);
  return code === 0 ? PASSED : FAILED;
}

async function unitTests() {
  rmSync(UNIT_RESULTS, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${UNIT_RESULTS}`];
  const code = await runTool('vitest/vitest.mjs', args);
  const report = readReport(UNIT_RESULTS);
  // A file that does not load has no tests to count: it failed once. Skipped tests count as failed: nothing is skipped here.
  const unloaded = report.testResults.filter(
    (/** @type {{ status: string, assertionResults: unknown[] }} */ file) =>
      file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + report.numPendingTests + report.numTodoTests + unloaded;
  return withExitCode({ passed: report.numPassedTests, failed }, code);
}

async function productionBuild() {
  await buildApp();
  return PASSED;
}

async function browserTests() {
  const chromium = await ensureChromium();
  rmSync(BROWSER_RESULTS, { force: true });
  const code = await runTool('@playwright/test/cli.js', ['test', '-c', 'e2e/playwright.config.ts'], {
    PLAYHOUSE_CHROMIUM: chromium,
  });
  const { stats, errors } = readReport(BROWSER_RESULTS);
  const failed = stats.unexpected + stats.flaky + stats.skipped + errors.length;
  return withExitCode({ passed: stats.expected, failed }, code);
}

/**
 * An exit code that the report does not explain (an error outside any test, say) is a failure too.
 * @param {Count} count
 * @param {number} code
 */
function withExitCode(count, code) {
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new RunError(`No report was written to ${path.basename(file)}: see the messages above for the reason.`);
  }
}
