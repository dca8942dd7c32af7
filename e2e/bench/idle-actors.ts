/** Actors that only wait: what one of them weighs, and how many there can be at once. */
import { ROW_WORDS } from '../../src/kernel/actor-table.ts';
import { rowOf } from './actors.ts';
import { ALIVE, IDLE } from './live/create.ts';
import { LiveRun } from './live-run.ts';
import { bytesNow, untilWorkersEnded } from './memory.ts';
import { type Counted, type Measurement, PLAYHOUSE, type Workload } from './workload.ts';

const BYTES_PER_WORD = 4;
const LOOKS = 3;

/** The heap of page and workers, after a collection, and the rows of shared memory: what comes with each actor. */
async function weigh(size: number): Promise<Counted> {
  const { shape } = IDLE;
  await untilWorkersEnded();
  const run = await LiveRun.start(IDLE);
  try {
    await run.run(IDLE.warmSize);
    const before = await bytesWith(run);
    const { checksum } = await run.run(size);
    const after = await bytesWith(run);
    const amount = (after - before) / size + ROW_WORDS * BYTES_PER_WORD;
    return { amount, checksum, expected: shape.expected(size) };
  } finally {
    await run.stop();
  }
}

/** Of several looks the least: what earlier runs have left behind is not all collected by the first one. */
async function bytesWith(run: LiveRun): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let looks = 0; looks < LOOKS; looks++) {
    const bytes = await run.atEventLoop(bytesNow);
    if (bytes === undefined) throw new Error('This browser does not tell what memory is in use.');
    least = Math.min(least, bytes);
  }
  return least;
}

const ALIVE_TITLE = ALIVE.shape.title;

type Part = 'count' | 'create' | 'probe';

/** A million of them is made once for all its rows. */
let parts = new Map<Part, Measurement>();

async function takePart(part: Part, size: number): Promise<Measurement> {
  if (!parts.has(part)) parts = await fill(size);
  const found = parts.get(part) as Measurement;
  parts.delete(part);
  return found;
}

async function fill(size: number): Promise<Map<Part, Measurement>> {
  const { shape } = ALIVE;
  const expected = shape.expected(size);
  const run = await LiveRun.start(ALIVE);
  try {
    const made = await run.run(size);
    const probed = await run.lap({ kind: 'Probe' });
    const living = run.engine.read().workers.reduce((sum, { actors }) => sum + actors, 0);
    return new Map<Part, Measurement>([
      // The root is one more.
      ['count', { amount: living - 1, checksum: probed.checksum, expected }],
      ['create', { operations: size, elapsedMs: made.elapsedMs, checksum: made.checksum, expected }],
      ['probe', { operations: size, elapsedMs: probed.elapsedMs, checksum: probed.checksum, expected }],
    ]);
  } finally {
    await run.stop();
  }
}

function aliveRow(part: Part, system: string, row: Pick<Workload, 'unit' | 'goal'>): Workload {
  const { size } = ALIVE.shape;
  const name = part === 'count' ? ALIVE_TITLE : `${ALIVE_TITLE}, ${system}`;
  return { ...row, name, group: ALIVE_TITLE, system, size, runsMax: 2, run: (actors) => takePart(part, actors) };
}

export const IDLE_WORKLOADS: readonly Workload[] = [
  { ...rowOf(IDLE), runsMax: 3, run: weigh },
  aliveRow('count', PLAYHOUSE, { unit: 'actors', goal: { atLeast: ALIVE.shape.size } }),
  aliveRow('create', 'created, one message each', { unit: 'K actors/s' }),
  aliveRow('probe', 'all probed, all answer', { unit: 'K actors/s' }),
];
