/** The rows of the simulator: what they are called, how big they are and what is promised of them, on every platform. */
import { type Goal, PLAYHOUSE, type Unit, type WorkloadSummary } from './workload.ts';

export type Platform = 'Chromium' | 'Node';

/** The step from which one goes back, and up to which memory is looked at first. */
export const FAR_STEP = 1_000_000;
/** Where memory is looked at again. */
export const FURTHER_STEP = 2 * FAR_STEP;
/** The step that the link points at. */
export const LINK_STEP = 100_000;
/** Random jumps of one run, of which the median counts. */
export const JUMPS = 15;

/** Virtual processors of the shop. */
export const CHECKOUT_WORKERS = 2;
export const SEED = 1;

interface Row {
  readonly title: string;
  readonly unit: Unit;
  readonly size: number;
  readonly goal?: Goal;
  readonly runsMax?: number;
}

const STEP_BACK_MS_MAX = 200;
/** Of rows that share a run of two million steps. */
const FAR_RUNS_MAX = 2;

const ROWS = {
  pingPong: {
    title: 'simulator, ping-pong, one processor, no history',
    unit: 'M steps/s',
    size: 2_000_000,
    goal: { atLeast: 1 },
  },
  checkout: {
    title: 'simulator, checkout with history and trace',
    unit: 'K steps/s',
    size: 300_000,
    goal: { atLeast: 300 },
  },
  stepBack: {
    title: 'simulator, one step back from step 1,000,000',
    unit: 'ms',
    size: 1,
    runsMax: FAR_RUNS_MAX,
    goal: { atMost: STEP_BACK_MS_MAX },
  },
  jump: {
    title: 'simulator, a random jump among 1,000,000 steps',
    unit: 'ms',
    size: 1,
    runsMax: FAR_RUNS_MAX,
    goal: { atMost: STEP_BACK_MS_MAX },
  },
  link: {
    title: 'simulator, a link to step 100,000 opened',
    unit: 'ms',
    size: 1,
    goal: { atMost: 1_000 },
  },
  memory: { title: 'simulator, memory at step 1,000,000', unit: 'MB', size: FAR_STEP, runsMax: FAR_RUNS_MAX },
  memoryAdded: {
    title: 'simulator, memory added by another 1,000,000 steps',
    unit: 'MB',
    size: FURTHER_STEP,
    runsMax: FAR_RUNS_MAX,
    goal: { atMost: 5 },
  },
  keyframes: {
    title: 'simulator, keyframes at step 2,000,000',
    unit: 'keyframes',
    size: FURTHER_STEP,
    runsMax: FAR_RUNS_MAX,
  },
} as const satisfies Record<string, Row>;

export type RowName = keyof typeof ROWS;

/** The same row of two platforms is the same run: their checksums must agree. */
export function simulatorRow(name: RowName, platform: Platform): WorkloadSummary {
  const { title, ...rest }: Row = ROWS[name];
  const system = platform === 'Chromium' ? PLAYHOUSE : `${PLAYHOUSE} (${platform})`;
  return { ...rest, name: `${title} (${platform})`, group: title, system, sameRun: title };
}
