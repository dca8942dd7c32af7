/** The process in which one rival runs: says what there is, then measures what it is asked for. */
import { createRequire } from 'node:module';

/**
 * @typedef {import('./rivals.mjs').RivalAnswer} RivalAnswer
 * @typedef {import('./rivals.mjs').Task} Task
 * @typedef {import('./rivals.mjs').Result} Result
 */

const TITLES = /** @type {const} */ ({ nact: 'nact', xstate: 'XState' });
const name = process.argv[2] === 'nact' ? 'nact' : 'xstate';
/** @type {Readonly<Record<string, (size: number) => Promise<Result>>>} */
const workloads = (await import(`./${name}.mjs`)).WORKLOADS;
const { version } = createRequire(import.meta.url)(`${name}/package.json`);

/** @param {RivalAnswer} answer */
const say = (answer) => process.send?.(answer);

process.on('message', async (/** @type {Task} */ { workload, size }) => {
  try {
    const run = workloads[workload];
    if (run === undefined) throw new Error(`There is no workload ${workload}.`);
    say({ kind: 'measured', result: await run(size) });
  } catch (error) {
    say({ kind: 'failed', text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});

const names = /** @type {import('./rivals.mjs').ShapeName[]} */ (Object.keys(workloads));
say({ kind: 'ready', version: `${TITLES[name]} ${version}`, workloads: names });
