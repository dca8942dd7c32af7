/** A worker in which the simulator runs as fast as it goes, and in which the link of the benchmark is made. */
import { type PreparedLink, prepareLink, runCheckout, runPingPong } from './simulator-runs.ts';
import type { Measurement } from './workload.ts';

const JOBS = { pingPong: runPingPong, checkout: runCheckout, link: prepareLink } as const;

export interface SimulatorTask {
  readonly job: keyof typeof JOBS;
  readonly size: number;
}

export type SimulatorAnswer<J extends SimulatorTask['job']> = J extends 'link' ? PreparedLink : Measurement;

self.onmessage = ({ data: { job, size } }: MessageEvent<SimulatorTask>) => self.postMessage(JOBS[job](size));
