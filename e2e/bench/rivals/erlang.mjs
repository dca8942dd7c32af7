/** Erlang/OTP with one scheduler, as one worker has one thread: compiled into a temporary folder, then asked over its input. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT, RunError } from '../../run/commands.mjs';

/** @typedef {import('./rivals.mjs').Rival} Rival */

const SOURCE = path.join(ROOT, 'e2e', 'bench', 'rivals', 'erlang', 'bench.erl');

/** The names of the shapes, as the functions of bench.erl are called. */
const WORKLOADS = /** @type {const} */ ([
  'counting',
  'pingPong',
  'threadRing',
  'forkJoin',
  'big',
  'banking',
  'create40',
  'create200',
  'idle',
]);

/** @returns {Promise<Rival | undefined>} undefined where it is not installed */
export async function startErlang() {
  const folder = mkdtempSync(path.join(tmpdir(), 'playhouse-erlang-'));
  const compiled = spawnSync('erlc', ['-o', folder, SOURCE], { encoding: 'utf8' });
  if (compiled.error !== undefined) {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  if (compiled.status !== 0) throw new RunError(`erlc refused bench.erl:\n${compiled.stdout}${compiled.stderr}`);
  const child = spawn('erl', ['+S', '1:1', '-noshell', '-pa', folder, '-s', 'bench', 'serve'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new RunError('\nErlang ended.');
    return String(value);
  };
  const release = await next();
  // What runs is in memory by now.
  rmSync(folder, { recursive: true, force: true });
  return {
    system: `Erlang/OTP ${release}, 1 scheduler`,
    isSlow: false,
    workloads: WORKLOADS,
    async measure({ workload, size }) {
      child.stdin.write(`${workload} ${size}\n`);
      const line = await next();
      const [, unit, value, checksum] = /^(us|bytes) (\S+) (-?\d+)$/.exec(line) ?? [];
      if (value === undefined) throw new RunError(`\nErlang said "${line}" about ${workload}.`);
      return unit === 'us'
        ? { elapsedMs: Number(value) / 1_000, checksum: Number(checksum) }
        : { amount: Number(value), checksum: Number(checksum) };
    },
    close: () => child.stdin.end(),
  };
}
