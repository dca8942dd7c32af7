/** What a benchmark workload is, and what the page offers to the runner. */

/** How operations and time become the number in the table. */
export type Unit = 'M msg/s' | 'K/s' | 'µs' | 'ns';

export interface Measurement {
  /** What was really done in the measured time. */
  readonly operations: number;
  readonly elapsedMs: number;
  /** Computed from what arrived, in order; equal to `expected` only if everything did. */
  readonly checksum: number;
  readonly expected: number;
}

export interface Workload {
  /** Named by topology: who talks to whom, over what. */
  readonly name: string;
  readonly unit: Unit;
  /** Operations of one run: enough for some 0.1 s, so that starting and stopping do not count. */
  readonly size: number;
  /** Name of the workload that shows what the platform itself can do here; the table gives the ratio to it. */
  readonly baseline?: string;
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
