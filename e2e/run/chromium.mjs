/**
 * Finds a Chromium for the browser tests and benchmarks: the one named by PLAYHOUSE_CHROMIUM, an installed one, or one that
 * Playwright downloaded. `ensureChromium` installs one where there is none.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT, RunError, run, runTool } from './commands.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** What a browser under test needs: no traffic of its own, and no sandbox for root, under whom Chromium refuses to start with one. */
export const CHROMIUM_ARGS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // Chromium tells what memory is in use when it is asked, instead of when it next collects garbage by itself.
  '--enable-blink-features=ForceEagerMeasureMemory',
];

/**
 * The path of a Chromium, without installing anything.
 * @returns {Promise<string | undefined>}
 */
export async function findChromium() {
  const named = process.env['PLAYHOUSE_CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new RunError(
      `PLAYHOUSE_CHROMIUM is "${named}", but there is no such file. Correct it, or unset it to search.`,
    );
  }
  return [...onPath(), ...usualPlaces(), ...(await downloadedPlaces())].find((candidate) => existsSync(candidate));
}

/** The path of a Chromium; installs one where there is none. */
export async function ensureChromium() {
  let found = await findChromium();
  if (found !== undefined) return found;
  const isDebianRoot = process.getuid?.() === 0 && existsSync('/etc/debian_version');
  console.log('No Chromium found; downloading one for the browser tests…');
  // Where the download host cannot be reached, a minute is long enough to notice.
  await runTool('@playwright/test/cli.js', ['install', ...(isDebianRoot ? ['--with-deps'] : []), 'chromium'], {
    PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '20000',
  });
  found = await findChromium();
  if (found === undefined && isDebianRoot) {
    console.log('The download failed; installing the Debian package chromium…');
    if ((await run('apt-get', ['update'])) === 0) await run('apt-get', ['install', '-y', 'chromium']);
    found = await findChromium();
  }
  if (found !== undefined) return found;
  throw new RunError(
    'No Chromium was found and none could be installed. Install Chromium or Google Chrome (Debian: apt install chromium), ' +
      'or set PLAYHOUSE_CHROMIUM to the path of one.',
  );
}

function onPath() {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
}

function usualPlaces() {
  if (process.platform === 'darwin') {
    return ['Chromium.app/Contents/MacOS/Chromium', 'Google Chrome.app/Contents/MacOS/Google Chrome'].flatMap((app) => [
      path.join('/Applications', app),
      path.join(process.env['HOME'] ?? '', 'Applications', app),
    ]);
  }
  if (process.platform === 'win32') {
    return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => {
      const folder = process.env[variable];
      if (folder === undefined) return [];
      return [
        path.join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
        path.join(folder, 'Chromium', 'Application', 'chrome.exe'),
      ];
    });
  }
  return [...NAMES.map((name) => `/usr/bin/${name}`), '/snap/bin/chromium'];
}

/** Where Playwright keeps its own Chromium, if it was ever told to fetch one. */
async function downloadedPlaces() {
  if (!existsSync(path.join(ROOT, 'node_modules', '@playwright', 'test'))) return [];
  const { chromium } = await import('@playwright/test');
  return [chromium.executablePath()];
}
