/** Builds the app into dist where its sources have changed since the last build. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, RunError, runTool } from './commands.mjs';

const SOURCES = ['src', 'public', 'index.html', 'vite.config.ts', 'tsconfig.json', 'package.json', 'package-lock.json'];

/** Written into dist after a build; any other build empties dist and so removes it. */
const STAMP = path.join(ROOT, 'dist', '.sources');

/** Whether dist was built from the present sources. */
export function isBuilt() {
  return existsSync(path.join(ROOT, 'dist', 'index.html')) && readStamp() === hashSources();
}

export async function buildApp() {
  const hash = hashSources();
  const code = await runTool('vite/bin/vite.js', ['build', '--logLevel', 'warn']);
  if (code !== 0) throw new RunError('The production build failed: see the messages above.');
  writeFileSync(STAMP, hash);
}

export async function buildAppIfChanged() {
  if (isBuilt()) return;
  console.log('Building…');
  await buildApp();
}

function readStamp() {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return undefined;
  }
}

function hashSources() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesUnder).sort()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {string} place a file or folder of the repository
 * @returns {string[]} files, relative to the repository; tests are no part of the build
 */
function filesUnder(place) {
  const absolute = path.join(ROOT, place);
  if (!existsSync(absolute)) return [];
  if (statSync(absolute).isFile()) return /\.test\.tsx?$/.test(place) ? [] : [place];
  return readdirSync(absolute).flatMap((name) => filesUnder(path.posix.join(place, name)));
}
