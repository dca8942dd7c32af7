/**
 * Other actor systems with the same workloads and the same checksums: nact and XState, each in a Node process of its own, and
 * Erlang/OTP where it is installed.
 */
import { fork } from 'node:child_process';
import path from 'node:path';
import { ROOT, RunError } from '../../run/commands.mjs';
import { SHAPES } from '../shapes.mjs';
import { startErlang } from './erlang.mjs';

/**
 * @typedef {import('../workload.ts').Measurement} Measurement
 * @typedef {import('../workload.ts').WorkloadSummary} WorkloadSummary
 * @typedef {import('../workload.ts').Shape} Shape
 * @typedef {keyof typeof SHAPES} ShapeName
 * @typedef {{ readonly elapsedMs?: number, readonly amount?: number, readonly checksum: number }} Result what a rival measured
 * @typedef {{ readonly workload: ShapeName, readonly size: number }} Task
 * @typedef {{ readonly kind: 'ready', readonly version: string, readonly workloads: readonly ShapeName[] }
 *   | { readonly kind: 'measured', readonly result: Result }
 *   | { readonly kind: 'failed', readonly text: string }} RivalAnswer
 * @typedef {{
 *   readonly workloads: readonly WorkloadSummary[], run(name: string): Promise<Measurement>, close(): void,
 * }} Place where workloads are run
 * @typedef {{
 *   readonly system: string, readonly isSlow: boolean, readonly workloads: readonly ShapeName[],
 *   measure(task: Task): Promise<Result>, close(): void,
 * }} Rival
 */

/** @returns {Promise<{ readonly places: readonly Place[], readonly notes: readonly string[] }>} */
export async function startRivals() {
  const nact = await startInNode('nact', true);
  const xstate = await startInNode('xstate', false);
  const erlang = await startErlang();
  const rivals = erlang === undefined ? [nact, xstate] : [nact, xstate, erlang];
  const note = erlang === undefined ? 'no Erlang/OTP (erl and erlc are not on the PATH)' : erlang.system;
  return { places: rivals.map(placeOf), notes: [note] };
}

/**
 * @param {Rival} rival
 * @returns {Place}
 */
function placeOf({ system, isSlow, workloads: names, measure, close }) {
  const rows = new Map(
    names.map((workload) => {
      /** @type {Shape} */
      const shape = SHAPES[workload];
      return [`${shape.title} (${system})`, { workload, shape, size: isSlow ? shape.slowSize : shape.size }];
    }),
  );
  return {
    workloads: [...rows].map(([name, { shape, size }]) => ({
      name,
      group: shape.title,
      system,
      unit: shape.unit,
      size,
    })),
    async run(name) {
      const row = rows.get(name);
      if (row === undefined) throw new RunError(`${system} has no workload "${name}".`);
      const { workload, shape, size } = row;
      const { elapsedMs, amount, checksum } = await measure({ workload, size });
      const expected = shape.expected(size);
      if (amount !== undefined) return { amount, checksum, expected };
      if (elapsedMs === undefined) throw new RunError(`${system} did not measure "${name}".`);
      return { operations: shape.operations(size), elapsedMs, checksum, expected };
    },
    close,
  };
}

/**
 * @param {'nact' | 'xstate'} name
 * @param {boolean} isSlow
 * @returns {Promise<Rival>}
 */
async function startInNode(name, isSlow) {
  const entry = path.join(ROOT, 'e2e', 'bench', 'rivals', 'rival-process.mjs');
  const child = fork(entry, [name], { execArgv: ['--expose-gc'] });
  const ready = await answerOf(child, name);
  if (ready.kind !== 'ready') throw new RunError(`The workloads of ${name} did not start.`);
  return {
    system: `${ready.version} (Node)`,
    isSlow,
    workloads: ready.workloads,
    async measure(task) {
      child.send(task);
      const answer = await answerOf(child, name);
      if (answer.kind === 'measured') return answer.result;
      throw new RunError(`\n${name}: ${answer.kind === 'failed' ? answer.text : 'it started again'}`);
    },
    close: () => child.connected && child.disconnect(),
  };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} name
 * @returns {Promise<RivalAnswer>}
 */
function answerOf(child, name) {
  return new Promise((resolve, reject) => {
    const onExit = (/** @type {number | null} */ code) =>
      reject(new RunError(`\nThe process of ${name} ended with code ${code}.`));
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.off('exit', onExit);
      resolve(/** @type {RivalAnswer} */ (answer));
    });
  });
}
