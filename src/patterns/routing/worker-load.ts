/**
 * What a worker says about its load, and what a dispatcher makes of it: plain data and arithmetic.
 *
 * A worker measures how long its jobs take (an exponentially weighted moving average: each new time counts a fifth) and which
 * share of the time it was busy since its last report. The wait to expect at a worker is what must be done before a new job:
 *
 *     expected wait = (messages that wait + messages sent since + utilisation) × processing time
 *
 * Utilisation stands for the job at hand: with that chance there is one, and, times being exponential, all of it is left.
 */
import { noSends, noteSend, type RecentSends, recentSends } from './routing.ts';

/** A worker's own measurements: keep it in the worker's state. */
export interface LoadMeter {
  /** Average time a job, in ms; 0 while there was none. */
  processingMs: number;
  /** Jobs done since the start. */
  jobs: number;
  /** Time spent on jobs since the last report, in ms. */
  busyMs: number;
  /** Time of the last report, in ms. */
  sinceMs: number;
}

/** What a worker reports. */
export interface LoadReport {
  /** Messages that wait for it, beside the job at hand. */
  readonly depth: number;
  /** Average time a job, in ms; 0 while unknown. */
  readonly processingMs: number;
  /** Share of the time since the last report that it was busy; 0 … 1. */
  readonly utilisation: number;
}

/** A worker as its dispatcher knows it. */
export interface KnownLoad {
  report: LoadReport;
  /** When the report came; in ms. */
  reportedMs: number;
  /** Messages sent to it since. */
  sent: number;
  /** Those of them that the next report may not know of yet. */
  readonly recent: RecentSends;
}

/** How much a new time counts in the average. */
const WEIGHT = 0.2;

/** Time a job while no worker has said anything about its own, in ms: then only what waits matters. */
const PROCESSING_MS_UNKNOWN = 1;

/** A meter of a worker that has done nothing yet. `nowMs`: `ctx.now()`. */
export function newLoadMeter(nowMs: number): LoadMeter {
  return { processingMs: 0, jobs: 0, busyMs: 0, sinceMs: nowMs };
}

/**
 * Notes that a job is done.
 *
 * @param tookMs from when it was taken up to when it was done, by `ctx.now()`. That clock stands still within a turn: a worker
 * whose jobs are done in one turn cannot time them, and is chosen by what waits for it.
 */
export function noteJob(meter: LoadMeter, tookMs: number): void {
  const took = Math.max(0, tookMs);
  meter.processingMs = meter.jobs === 0 ? took : meter.processingMs + WEIGHT * (took - meter.processingMs);
  meter.jobs++;
  meter.busyMs += took;
}

/** The report that is due now; the next one begins here. @param depth messages that wait, not counting the job at hand */
export function takeReport(meter: LoadMeter, depth: number, nowMs: number): LoadReport {
  const passedMs = nowMs - meter.sinceMs;
  const utilisation = passedMs > 0 ? Math.min(1, meter.busyMs / passedMs) : 0;
  meter.busyMs = 0;
  meter.sinceMs = nowMs;
  return { depth: Math.max(0, Math.floor(depth)), processingMs: meter.processingMs, utilisation };
}

export function knownLoad(report: LoadReport, nowMs: number): KnownLoad {
  return { report, reportedMs: nowMs, sent: 0, recent: noSends() };
}

/** Takes over a new report. What was sent in the last moments may have been on its way when it was made. */
export function updateLoad(known: KnownLoad, report: LoadReport, nowMs: number): void {
  known.report = report;
  known.reportedMs = nowMs;
  known.sent = Math.min(known.sent, recentSends(known.recent, nowMs));
}

export function noteDispatch(known: KnownLoad, nowMs: number): void {
  known.sent++;
  noteSend(known.recent, nowMs);
}

/** The wait that a message sent now has to expect, in ms. @param typicalMs of a worker that has not said; see `typicalMs` */
export function expectedWaitMs({ report, sent }: KnownLoad, typical: number): number {
  const { depth, processingMs, utilisation } = report;
  return (depth + sent + utilisation) * (processingMs > 0 ? processingMs : typical);
}

/** Average of the processing times that are known, in ms: for workers that have done nothing yet. */
export function typicalMs(loads: readonly KnownLoad[]): number {
  const times = loads.map(({ report }) => report.processingMs).filter((time) => time > 0);
  return times.length === 0 ? PROCESSING_MS_UNKNOWN : times.reduce((sum, time) => sum + time, 0) / times.length;
}
