/** What a benchmark workload is, and what the page offers to the runner. */

/** How operations and time, or an amount, become the number in the table. */
export type Unit = 'M msg/s' | 'M steps/s' | 'K/s' | 'K steps/s' | 'ms' | 'µs' | 'ns' | 'MB' | 'keyframes';

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

/** What is promised of a workload. The table says how the median stands to it; nothing fails by it. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

export interface Workload {
  /** Named by topology: who talks to whom, over what. */
  readonly name: string;
  readonly unit: Unit;
  /** Operations of one run: enough for some 0.1 s, so that starting and stopping do not count. */
  readonly size: number;
  /** Name of the workload that shows what the platform itself can do here; the table gives the ratio to it. */
  readonly baseline?: string;
  readonly goal?: Goal;
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
  run(name: string): Promise<Measurement>;
}

/** The running checksum of every workload: depends on each value and on their order. */
export function mix(checksum: number, value: number): number {
  return (Math.imul(checksum, 31) + value) | 0;
}

/** The checksum of the values 0 … count − 1, each passed through `value`. */
export function expectedChecksum(count: number, value: (index: number) => number): number {
  let checksum = 0;
  for (let index = 0; index < count; index++) checksum = mix(checksum, value(index));
  return checksum;
}
