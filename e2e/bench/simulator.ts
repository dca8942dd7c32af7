/**
 * The simulator in Chromium. How fast it goes is measured inside a worker; what a person waits for (a step back, a jump, a
 * link) is measured from the page, through the same engine and worker that the app opens.
 */
import { openSimulatedEngine } from '../../src/app/bridge/simulated.ts';
import { checkout } from '../../src/scenarios/checkout/scenario.ts';
import { type FarRowName, type FarRun, FarRuns } from './far-run.ts';
import { bytesNow, untilWorkersEnded } from './memory.ts';
import { CHECKOUT_WORKERS, LINK_STEP, type RowName, SEED, simulatorRow } from './simulator-rows.ts';
import { checksumOf, type PreparedLink, readLink } from './simulator-runs.ts';
import type { SimulatorAnswer, SimulatorTask } from './simulator-worker.ts';
import type { Measurement, Workload } from './workload.ts';

let worker: Worker | undefined;

/** Kept for all runs of the page, so that its code stays compiled. */
function ask<J extends SimulatorTask['job']>(job: J, size: number): Promise<SimulatorAnswer<J>> {
  worker ??= new Worker(new URL('./simulator-worker.ts', import.meta.url), { type: 'module' });
  const asked = worker;
  return new Promise((resolve, reject) => {
    asked.onmessage = ({ data }: MessageEvent<SimulatorAnswer<J>>) => resolve(data);
    asked.onerror = (event) => reject(new Error(`${job}: ${event.message}`));
    asked.postMessage({ job, size } satisfies SimulatorTask);
  });
}

let link: PreparedLink | undefined;

/** From the text of a link to the first frame of the step that it points at, the start of the worker included. */
async function openLink(): Promise<Measurement> {
  link ??= await ask('link', LINK_STEP);
  const { fragment, expected } = link;
  const startMs = performance.now();
  const engine = openSimulatedEngine(readLink(fragment));
  try {
    await engine.start();
    const elapsedMs = performance.now() - startMs;
    const { step, hash } = engine.simulation();
    if (step !== LINK_STEP) throw new Error(`The link led to step ${step} instead of ${LINK_STEP}.`);
    return { operations: 1, elapsedMs, checksum: checksumOf(hash), expected };
  } finally {
    await engine.stop();
  }
}

async function openFarRun(): Promise<FarRun> {
  await untilWorkersEnded();
  const before = await bytesNow();
  const engine = openSimulatedEngine({ scenario: checkout, parameters: {}, workers: CHECKOUT_WORKERS, seed: SEED });
  await engine.start();
  return {
    seek: (step) => engine.seek(step),
    get step() {
      return engine.simulation().step;
    },
    get checksum() {
      return checksumOf(engine.simulation().hash);
    },
    async bytes() {
      const bytes = await bytesNow();
      return bytes === undefined || before === undefined ? undefined : bytes - before;
    },
    // They are the simulator's own affair; the same run in Node has as many.
    keyframes: () => undefined,
    close: () => engine.stop(),
  };
}

const farRuns = new FarRuns(openFarRun);

function workload(name: RowName, run: Workload['run']): Workload {
  return { ...simulatorRow(name, 'Chromium'), run };
}

export const SIMULATOR_WORKLOADS: readonly Workload[] = [
  workload('pingPong', (size) => ask('pingPong', size)),
  workload('checkout', (size) => ask('checkout', size)),
  workload('link', openLink),
  ...(['stepBack', 'jump', 'memory', 'memoryAdded'] as const satisfies readonly FarRowName[]).map((name) =>
    workload(name, () => farRuns.take(name)),
  ),
];
