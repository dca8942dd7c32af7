/** Where the repository is, and how the scripts run other programs: always there, and always with their output shown. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Everything the scripts write beside dist: results, built pages. Safe to delete. */
export const CACHE = path.join(ROOT, '.cache');

/** An operating error: its message says what to do, so it is shown without a stack. */
export class RunError extends Error {}

/**
 * Runs a program in the repository and resolves with its exit code; output goes straight to the terminal.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} [environment] added to the present one
 * @returns {Promise<number>}
 */
export function run(command, args, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...environment },
      // Windows finds npm.cmd and npx.cmd only through a shell.
      shell: process.platform === 'win32' && !path.isAbsolute(command),
    });
    child.on('error', (error) => {
      console.error(`Cannot run ${command}: ${error.message}`);
      resolve(127);
    });
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

/**
 * Runs a tool that is installed in node_modules, through its JavaScript entry point, so that no shell is involved.
 * @param {string} entry path inside node_modules
 * @param {readonly string[]} args
 * @param {Record<string, string>} [environment]
 */
export function runTool(entry, args, environment) {
  const file = path.join(ROOT, 'node_modules', entry);
  if (!existsSync(file)) throw new RunError(`node_modules/${entry} is missing. Run "npm ci" and try again.`);
  return run(process.execPath, [file, ...args], environment);
}

/**
 * Runs a script's main function; an operating error ends it with its message alone.
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof RunError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
