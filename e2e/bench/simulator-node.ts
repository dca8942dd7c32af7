/** The simulator in Node: a process of its own that lists its workloads and runs the one that it is asked for. */
import { Simulator } from '../../src/engine/simulator/simulator.ts';
import { type FarRowName, type FarRun, FarRuns } from './far-run.ts';
import { LINK_STEP, type RowName, simulatorRow } from './simulator-rows.ts';
import {
  checksumOf,
  hashOf,
  openCheckout,
  type PreparedLink,
  prepareLink,
  readLink,
  runCheckout,
  runPingPong,
} from './simulator-runs.ts';
import type { Measurement, Workload, WorkloadSummary } from './workload.ts';

/** What the process says: first what there is, then what each run came to. */
export type NodeAnswer =
  | { readonly kind: 'ready'; readonly workloads: readonly WorkloadSummary[] }
  | { readonly kind: 'measured'; readonly measurement: Measurement }
  | { readonly kind: 'failed'; readonly text: string };

let link: PreparedLink | undefined;

function openLink(): Measurement {
  link ??= prepareLink();
  const { fragment, expected } = link;
  const startMs = performance.now();
  const simulator = new Simulator(readLink(fragment));
  simulator.seek(LINK_STEP);
  const elapsedMs = performance.now() - startMs;
  if (simulator.step !== LINK_STEP) throw new Error(`The link led to step ${simulator.step} instead of ${LINK_STEP}.`);
  return { operations: 1, elapsedMs, checksum: checksumOf(hashOf(simulator)), expected };
}

const COLLECTIONS = 2;

/** Undefined without Node's flag --expose-gc. */
function bytesNow(): number | undefined {
  if (globalThis.gc === undefined) return undefined;
  // The memory of buffers is swept after a collection; the next one waits for that.
  for (let collection = 0; collection < COLLECTIONS; collection++) globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function openFarRun(): FarRun {
  const before = bytesNow();
  const simulator = openCheckout();
  return {
    seek: (step) => simulator.seek(step),
    get step() {
      return simulator.step;
    },
    get checksum() {
      return checksumOf(hashOf(simulator));
    },
    bytes() {
      const bytes = bytesNow();
      return bytes === undefined || before === undefined ? undefined : bytes - before;
    },
    keyframes: () => simulator.keyframes.count,
    close: () => undefined,
  };
}

const farRuns = new FarRuns(openFarRun);

function workload(name: RowName, run: Workload['run']): Workload {
  return { ...simulatorRow(name, 'Node'), run };
}

const WORKLOADS: readonly Workload[] = [
  workload('pingPong', async (size) => runPingPong(size)),
  workload('checkout', async (size) => runCheckout(size)),
  workload('link', async () => openLink()),
  ...(['stepBack', 'jump', 'memory', 'memoryAdded', 'keyframes'] as const satisfies readonly FarRowName[]).map((name) =>
    workload(name, () => farRuns.take(name)),
  ),
];

async function answerTo(name: string): Promise<NodeAnswer> {
  try {
    const found = WORKLOADS.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`There is no workload "${name}".`);
    return { kind: 'measured', measurement: await found.run(found.size) };
  } catch (error) {
    return { kind: 'failed', text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function say(answer: NodeAnswer): void {
  process.send?.(answer);
}

process.on('message', (name: string) => void answerTo(name).then(say));
say({ kind: 'ready', workloads: WORKLOADS.map(({ run: _, ...summary }) => summary) });
