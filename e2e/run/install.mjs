/**
 * Installs the packages of package-lock.json where node_modules does not hold them. Compares contents, not times: a
 * checkout touches files without changing them.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, RunError, run } from './commands.mjs';

/**
 * @typedef {{ version?: string, optional?: boolean, link?: boolean }} LockedPackage
 * @typedef {Record<string, LockedPackage>} LockedPackages by path, such as node_modules/vite
 */

export async function installMissing() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  console.log(`Installing packages (${describe(missing)})…`);
  if ((await runNpm(['ci', '--include=dev'])) === 0) return;
  console.warn(
    '\n"npm ci" failed, perhaps because package.json and package-lock.json disagree. ' +
      'Trying "npm install" instead, which may change package-lock.json.',
  );
  if ((await runNpm(['install', '--include=dev'])) === 0) return;
  throw new RunError(
    'The packages could not be installed. Check the network connection, then run "npm ci" and try again.',
  );
}

/** Paths of the locked packages that are not installed in that version. */
export function missingPackages() {
  const locked = readPackages('package-lock.json');
  if (locked === undefined)
    throw new RunError('package-lock.json is missing or damaged: restore it from the repository.');
  // npm writes this file last, so an installation that was cut off does not count.
  const installed = readPackages('node_modules/.package-lock.json') ?? {};
  return Object.keys(locked).filter((name) => {
    if (name === '') return false;
    const want = /** @type {LockedPackage} */ (locked[name]);
    const have = installed[name];
    // Optional packages are mostly binaries for other platforms.
    return have === undefined ? want.optional !== true : have.version !== want.version;
  });
}

/**
 * @param {string} file
 * @returns {LockedPackages | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** @param {readonly string[]} missing */
function describe(missing) {
  const names = missing.map((name) => name.replace(/^.*node_modules\//, ''));
  return names.length > 3 ? `${names.length} missing or outdated` : `missing or outdated: ${names.join(', ')}`;
}

/** @param {readonly string[]} args */
function runNpm(args) {
  // Set by npm itself while it runs a script: the very npm that was called, without a shell in between.
  const npm = process.env['npm_execpath'];
  return npm?.endsWith('.js') ? run(process.execPath, [npm, ...args]) : run('npm', args);
}
