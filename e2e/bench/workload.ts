/** What a benchmark workload is, and what the page offers to the runner. */

/** What is counted in a rate, in millions or thousands a second. */
type Rate =
  | 'M msg/s'
  | 'M steps/s'
  | 'M transfers/s'
  | 'M items/s'
  | 'M meetings/s'
  | 'K meals/s'
  | 'K actors/s'
  | 'K steps/s';

type Time = 'ms' | 'µs' | 'ns';

/** What is not a matter of time. */
export type Amount = 'MB' | 'bytes' | 'keyframes' | 'actors' | '× one worker' | '% of throughput';

/** How operations and time, or an amount, become the number in the table. */
export type Unit = Rate | Time | Amount;

interface Verified {
  /** Computed from what arrived, in order; equal to `expected` only if everything did. */
  readonly checksum: number;
  readonly expected: number;
}

export interface Timed extends Verified {
  /** What was really done in the measured time. */
  readonly operations: number;
  readonly elapsedMs: number;
}

/** What is not a matter of time, in the unit of its workload. */
export interface Counted extends Verified {
  readonly amount: number;
}

export type Measurement = Timed | Counted;

/** A bound, from below or from above. */
export type Bound = { readonly atLeast: number } | { readonly atMost: number };

/** What is promised of a workload. The table says how the median stands to it; nothing fails by it. */
export type Goal = Bound & {
  /** What qb, an actor framework in C++, reached on the machine of the README: the mark to beat. */
  readonly mark?: number;
  /** The bound and the mark are of the ratio to the baseline instead of the number itself. */
  readonly of?: 'ratio';
};

/** What one workload is, whoever runs it. */
export interface Shape {
  readonly title: string;
  readonly unit: Unit;
  readonly size: number;
  /** For systems that would take too long. */
  readonly slowSize: number;
  readonly operations: (size: number) => number;
  readonly expected: (size: number) => number;
}

export interface Workload {
  /** Unlike any other. */
  readonly name: string;
  /** What is done: rows of the same group stand together and are compared. Named by topology: who talks to whom, over what. */
  readonly group: string;
  /** Who does it. */
  readonly system: string;
  readonly unit: Unit;
  /** Operations of one run: enough for some 0.1 s, so that starting and stopping do not count. */
  readonly size: number;
  /** Name of the workload that shows what the platform itself can do here; the table gives the ratio to it. */
  readonly baseline?: string;
  readonly goal?: Goal;
  /** Fewer runs than the others have, for what takes seconds. */
  readonly runsMax?: number;
  /** Workloads with the same text make the same run, on whatever platform: their checksums are the same number. */
  readonly sameRun?: string;
  /** Called again and again in one page; may keep workers from run to run, so that compiled code stays warm. */
  run(size: number): Promise<Measurement>;
}

export type WorkloadSummary = Omit<Workload, 'run'>;

/** `window.bench` of bench.html. */
export interface Bench {
  readonly workloads: readonly WorkloadSummary[];
  readonly threads: number;
  /** @param size another one than the workload's own */
  run(name: string, size?: number): Promise<Measurement>;
}

/** The system whose rows the others are compared with. */
export const PLAYHOUSE = 'Playhouse';

export { expectedChecksum, mix } from './shapes.mjs';
