/** Builds the workloads that run in Node, TypeScript as they are, and starts them in a process of their own. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT, RunError } from '../run/commands.mjs';

/**
 * @typedef {import('./simulator-node.ts').NodeAnswer} NodeAnswer
 * @typedef {import('./workload.ts').WorkloadSummary} Workload
 * @typedef {import('./workload.ts').Measurement} Measurement
 */

const ENTRY = path.join(ROOT, 'e2e', 'bench', 'simulator-node.ts');

/**
 * @returns {Promise<{
 *   readonly workloads: readonly Workload[], run(name: string): Promise<Measurement>, close(): void,
 * }>}
 */
export async function startNodeWorkloads() {
  const folder = mkdtempSync(path.join(tmpdir(), 'playhouse-bench-'));
  try {
    const child = fork(await buildInto(folder), [], { execArgv: ['--expose-gc'] });
    const ready = await answerOf(child);
    if (ready.kind !== 'ready') throw new RunError('The workloads for Node did not start.');
    return {
      workloads: ready.workloads,
      async run(name) {
        child.send(name);
        const answer = await answerOf(child);
        if (answer.kind === 'measured') return answer.measurement;
        throw new RunError(`\n"${name}" failed: ${answer.kind === 'failed' ? answer.text : 'it started again'}`);
      },
      close: () => child.disconnect(),
    };
  } finally {
    // What runs is in memory by now.
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * One file without imports, so that it runs wherever it lies.
 * @param {string} folder
 */
async function buildInto(folder) {
  const { build } = await import('vite');
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: ENTRY,
      target: 'node20',
      minify: false,
      outDir: folder,
      // It is empty, and outside the repository.
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: 'workloads.mjs' } },
    },
  });
  return path.join(folder, 'workloads.mjs');
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<NodeAnswer>}
 */
function answerOf(child) {
  return new Promise((resolve, reject) => {
    const onExit = (/** @type {number | null} */ code) =>
      reject(new RunError(`\nThe process with the workloads for Node ended with code ${code}.`));
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.off('exit', onExit);
      resolve(/** @type {NodeAnswer} */ (answer));
    });
  });
}
