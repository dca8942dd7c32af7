/**
 * Browser tests: every `e2e/*.spec.ts`, against the production build and the test pages, one after another, without
 * retries. A test that only passes the second time has found something.
 */
import path from 'node:path';
import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from './run/chromium.mjs';
import { CACHE, ROOT } from './run/commands.mjs';

const chromium = await findChromium();
if (chromium === undefined)
  throw new Error('No Chromium found: run "npm test", which installs one, or set PLAYHOUSE_CHROMIUM.');

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: path.join(CACHE, 'browser-tests'),
  workers: 1,
  retries: 0,
  // Ends a test that hangs; no test depends on it.
  timeout: 120_000,
  // How long a condition is waited for, for the same purpose: a busy machine is no reason to fail.
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: path.join(CACHE, 'results', 'browser.json') }]],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: chromium, args: CHROMIUM_ARGS },
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    // Set by Playwright from the line that the server prints.
    baseURL: process.env['PLAYHOUSE_APP'],
  },
  webServer: {
    command: 'node e2e/run/serve-tests.mjs',
    cwd: ROOT,
    wait: { stdout: /app at (?<playhouse_app>\S+) and the test pages at (?<playhouse_pages>\S+)/ },
    stdout: 'pipe',
    timeout: 120_000,
  },
});
