/**
 * The shared memory of one live run: who may write which words, and where they are.
 *
 * It is allocated by the page, handed to every worker once, and never used again after the run: a terminated worker may
 * go on writing for seconds, so a new run gets fresh memory.
 */
import { HISTOGRAM_BUCKETS } from '../../../base/histogram.ts';
import { ActorTable } from '../../../kernel/actor-table.ts';
import { PlayhouseError } from '../../../kernel/errors.ts';
import { IDS_PER_BLOCK } from '../../../kernel/host.ts';
import { LIVE_SETTINGS } from '../../live-settings.ts';
import { FLOW_TABLE_BYTES } from './flow-table.ts';
import { MESSAGE_TRACE_BYTES } from './message-trace.ts';
import { ringBytes } from './ring.ts';
import { TimeTable } from './time-table.ts';

/** Bounds of the live engine, by name. */
export const LIVE_LIMITS = {
  /** Rows of the actor table when nobody asks for more. */
  actorRowsDefault: 65_536,
  actorRowsMax: 2 ** 20,
  /** Slots of each worker's ring of trace events for the page. */
  eventRingSlots: 2_048,
  /** Trace events the page keeps. */
  traceMax: 20_000,
  /** Actors listed for the page by each worker. */
  directoryMax: 2_000,
  parametersMax: 64,
  /** A turn that takes longer counts as one that never ends: its worker is replaced. */
  turnMsMax: 1_500,
} as const;

/** Words of the control block that all share. */
export const CONTROL = {
  /** A RUN_STATE. Written by the page. */
  state: 0,
  /** Next block of actor rows to hand out; claimed with Atomics.add by any worker. */
  nextBlock: 1,
  /** What somebody looks at, as bits of OBSERVE. Written by the page. */
  observe: 3,
  /** 1: nobody has a turn, because a worker is being replaced; control calls are answered. Written by the page. */
  halted: 2,
} as const;

/** What workers write only while somebody looks at it. */
export const OBSERVE = { messages: 1 } as const;

export const RUN_STATE = { running: 0, paused: 1, stopped: 2 } as const;

/**
 * Words of each worker's part of the control block. What others look at often and what the worker writes in every round are
 * 128 bytes apart: a line that one thread writes and another reads costs both of them more than several messages.
 */
export const WORKER_WORD = {
  /** Wake-up sequence: changed and notified by whoever wants the worker awake. */
  wake: 0,
  /** 1 while the worker sleeps on `wake`, or is about to. Written by the worker. */
  parked: 1,
  /** Control calls of the page under way; while not 0 the worker keeps returning to its event loop. */
  calls: 2,
  /** 1 when the root actor, which lived on this worker, is gone. */
  rootStopped: 3,
  /** One more than the worker that asks for actors; 0: nobody does. A thief swaps it in, the owner swaps it out. */
  stealRequest: 4,
  /** Counts the answers to this worker's own requests. Written by the owner that was asked. */
  stealAnswers: 5,
  /** Changes when actors come to this worker or go. Written by the worker; senders look at it. */
  directory: 6,
  /** Changes with every round of the loop, and before and after every sleep. Written by the worker. */
  heartbeat: 32,
  /** Id of the actor that has a turn; −1 between turns. Written by the worker. */
  current: 33,
  /** How many turns that actor has had in a row. Beside `current`: the kernel writes both. */
  turn: 34,
  /** A WORKER_STATE. Written by the worker. */
  state: 35,
  /** Runnable actors, at the end of the latest round. Written by the worker; thieves look at it. */
  load: 36,
} as const;

/** What a worker does with its time. */
export const WORKER_STATE = { busy: 0, spinning: 1, parked: 2 } as const;

const CONTROL_WORDS = 64;
/** Words of each worker's part. */
export const WORKER_WORDS = 64;

/** Doubles of each worker's statistics. Written by that worker only; at most a few milliseconds old. */
export const STAT = {
  processed: 0,
  sent: 1,
  received: 2,
  parkedMs: 3,
  deadLetters: 4,
  rejected: 5,
  living: 6,
  lostEvents: 7,
  directoryVersion: 8,
  sampleEvery: 9,
  requestsFailed: 10,
  /** When the present park began, on the clock of `clock`; 0 when awake. */
  parkedSinceMs: 11,
  /** Wall time of fruitless looks for work. */
  spinMs: 12,
  /** Requests for actors that this worker made, and how they ended: actors that came, and refusals. */
  stealsAsked: 13,
  stealsTaken: 14,
  stealsRefused: 15,
  /** Actors that this worker handed over. */
  stealsGiven: 16,
  /** Requests to this worker that waited longer than they should. Counted by the owner. */
  stealsAnsweredLate: 17,
  /** When the worker first came to life, on the clock of `parkedSinceMs`. */
  startedMs: 24,
  /** Messages whose queue and service time were measured. */
  measured: 25,
  /** One in this many messages is measured at present. */
  measuredEvery: 26,
  /** What observing has cost this worker, by its own account (worker-meter.ts). */
  observeMs: 27,
  /** How long the worker would look for work now before it sleeps, in looks: its present spin budget. */
  spins: 18,
  /** How often it went to sleep, and how often of these somebody woke it before its time was up. */
  parks: 19,
  wakeUps: 20,
  /** Slots that wait on this worker's side because the ring to another one is full. */
  outboxWaiting: 21,
  /** When it was woken last, in wall time. Written by the worker that woke it. */
  wokenAtMs: 22,
} as const;

export const STATS_PER_WORKER = 32;

/** Statistics that say how it is now; all others count from the start of the run. */
export const PRESENT_STATS: readonly number[] = [
  STAT.living,
  STAT.directoryVersion,
  STAT.sampleEvery,
  STAT.parkedSinceMs,
  STAT.spins,
  STAT.outboxWaiting,
  STAT.wokenAtMs,
  STAT.startedMs,
  STAT.measuredEvery,
];

/** Doubles of the clock, written by the page. */
export const CLOCK = {
  /** What `performance.timeOrigin + performance.now()` said at time 0. */
  epochMs: 0,
  /** Time spent paused so far, without the present pause. */
  pausedTotalMs: 1,
  /** Engine time at which the present pause began. */
  pausedAtMs: 2,
} as const;

/** Plain data: this is what a worker is given. */
export interface SharedMemory {
  readonly workers: number;
  readonly control: SharedArrayBuffer;
  readonly stats: SharedArrayBuffer;
  readonly clock: SharedArrayBuffer;
  readonly parameters: SharedArrayBuffer;
  readonly table: SharedArrayBuffer;
  /** Ring from worker a to worker b at a · workers + b; the diagonal is unused and empty. */
  readonly rings: readonly SharedArrayBuffer[];
  /** Trace events of each worker for the page. */
  readonly events: readonly SharedArrayBuffer[];
  /** Flow counts of each worker. */
  readonly flows: readonly SharedArrayBuffer[];
  /** Latency histogram of each worker: bucket counts (Uint32), then the maximum in µs. */
  readonly latencies: readonly SharedArrayBuffer[];
  /** Queue and service times of each worker's messages. */
  readonly times: readonly SharedArrayBuffer[];
  /** Measured messages of each worker for the page, while somebody looks. */
  readonly messages: readonly SharedArrayBuffer[];
}

/** @throws PlayhouseError `out-of-memory` */
export function allocateSharedMemory(
  workers: number,
  actorRows: number,
  ringSlots = LIVE_SETTINGS.ringSlots,
  measuredActors = LIVE_SETTINGS.measuredActors,
): SharedMemory {
  try {
    return allocate(workers, actorRows, ringSlots, measuredActors);
  } catch (thrown) {
    // How browsers say it, all of them.
    if (!(thrown instanceof RangeError)) throw thrown;
    const text = `There is no memory for ${workers} workers and ${actorRows} actors: ${thrown.message}`;
    throw new PlayhouseError('out-of-memory', text, 'actorRows');
  }
}

function allocate(workers: number, actorRows: number, ringSlots: number, measuredActors: number): SharedMemory {
  const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);
  const eachWorker = (bytes: number): SharedArrayBuffer[] => Array.from({ length: workers }, () => shared(bytes));
  const rows = Math.ceil(actorRows / IDS_PER_BLOCK) * IDS_PER_BLOCK;
  return {
    workers,
    control: shared((CONTROL_WORDS + workers * WORKER_WORDS) * 4),
    stats: shared(workers * STATS_PER_WORKER * 8),
    clock: shared(Object.keys(CLOCK).length * 8),
    parameters: shared(LIVE_LIMITS.parametersMax * 8),
    table: shared(ActorTable.bytesFor(rows)),
    rings: Array.from({ length: workers * workers }, (_, index) =>
      shared(Math.floor(index / workers) === index % workers ? 0 : ringBytes(ringSlots)),
    ),
    events: eachWorker(ringBytes(LIVE_LIMITS.eventRingSlots)),
    flows: eachWorker(FLOW_TABLE_BYTES),
    latencies: eachWorker((HISTOGRAM_BUCKETS + 1) * 4),
    // Memory that nobody has touched yet is only an address.
    times: eachWorker(TimeTable.bytesFor(Math.ceil(measuredActors / workers))),
    messages: eachWorker(MESSAGE_TRACE_BYTES),
  };
}

export function workerWord(worker: number, word: number): number {
  return CONTROL_WORDS + worker * WORKER_WORDS + word;
}

export function statIndex(worker: number, stat: number): number {
  return worker * STATS_PER_WORKER + stat;
}
