/**
 * The one port through which the page and the tests see an engine. Live and simulated engines implement it; neither the
 * page nor a test ever imports an adapter's inside.
 *
 * Reads are cheap and meant for once a frame; they show what the workers last wrote to their tables, at most a few
 * milliseconds old. Everything cumulative counts from the start of the run, so a caller takes differences itself and two
 * callers never disturb each other.
 */
import type { Fault } from '../kernel/fault.ts';
import type { AnyMessage } from '../kernel/ref.ts';
import type { TraceEvent } from '../kernel/trace.ts';
import type { ActorView } from '../kernel/view.ts';
import type { RecordedRun } from './recording.ts';

export type SystemStatus = 'starting' | 'running' | 'paused' | 'stopped';

export interface WorkerReading {
  readonly worker: number;
  readonly actors: number;
  /** Turns taken, cumulative. */
  readonly processed: number;
  /** Messages sent to other workers through shared memory, cumulative. */
  readonly sent: number;
  /** Messages received from other workers through shared memory, cumulative. */
  readonly received: number;
  /**
   * What its time went into, cumulative, in ms of wall time (virtual time in simulated runs): turns and all that goes with
   * them, fruitless looks for work, and sleep. Paused time counts as sleep.
   */
  readonly busyMs: number;
  readonly spinMs: number;
  readonly parkedMs: number;
  /** What it does at this moment. A virtual worker never looks for work in vain. */
  readonly state: WorkerState;
  /** True while the thread sleeps on its wake-up word. */
  readonly parked: boolean;
  /** For how many fruitless looks it would look for work now before it sleeps. 0 in simulated runs. */
  readonly spins: number;
  /** How often it went to sleep, and was woken before its time was up; cumulative. 0 in simulated runs. */
  readonly parks: number;
  readonly wakeUps: number;
  /** Slots that wait on this worker's side because the ring to another one is full. 0 in simulated runs. */
  readonly outboxWaiting: number;
  /** Actors that moved because idle workers asked for them. All 0 in simulated runs, where nobody does. */
  readonly steals: StealCounts;
  /** One in this many of the messages sent here is sampled for flows; of its messages, times are measured of one in … */
  readonly sampledEvery: number;
  readonly measuredEvery: number;
  /** Messages whose queue and service time were measured, cumulative. */
  readonly measured: number;
  /** Time that observing has cost this worker, by its own account, cumulative. 0 in simulated runs: there it costs no time. */
  readonly observeMs: number;
  /** Trace events that did not fit the worker's event ring, cumulative. */
  readonly lostEvents: number;
}

export type WorkerState = 'busy' | 'spinning' | 'parked';

/** Cumulative. */
export interface StealCounts {
  /** Requests that this worker made, and how they ended: actors that came, and refusals. */
  readonly asked: number;
  readonly taken: number;
  readonly refused: number;
  /** Actors that it handed over to others. */
  readonly given: number;
  /** Requests to it that waited longer than they should. */
  readonly answeredLate: number;
}

/** How full the ring from one worker to another is. */
export interface RingReading {
  readonly from: number;
  readonly to: number;
  /** Slots that hold messages which the receiver has not released yet. */
  readonly used: number;
  readonly slots: number;
}

/**
 * How long messages wait in mailboxes, and how long their turns take: cumulative counts of messages by bucket of
 * `base/histogram`, in units of which `TIME_UNITS_PER_MS` (kernel/measuring.ts) make a millisecond. Where only some
 * messages are measured each counts for as many as it stands for. Percentiles come from these counts, merged or
 * subtracted, never from other percentiles.
 */
export interface TimeReading {
  readonly queueCounts: Float64Array;
  readonly serviceCounts: Float64Array;
  /** How many messages these counts come from. */
  readonly samples: number;
}

export type ActorTimes =
  | ({ readonly kind: 'measured' } & TimeReading)
  /** None of its messages has been measured yet. */
  | { readonly kind: 'none' }
  /** Only so many actors can have times of their own, and others were there before it. */
  | { readonly kind: 'no-slot'; readonly actorsMax: number };

/** A message that was measured: when it was sent is when it was in the mailbox of its receiver. */
export interface MeasuredMessage {
  /** Position among those that reached the page, from 1. */
  readonly sequence: number;
  /** Path of the sender; empty for none, and where it is not known any more. */
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  /** How many messages it stands for. */
  readonly weight: number;
  readonly sinceMs: number;
  readonly queueMs: number;
  /** NaN where it is not known. */
  readonly serviceMs: number;
}

export interface MeasuredMessages {
  readonly messages: readonly MeasuredMessage[];
  /** Measured messages that were overwritten before the page came to read them, cumulative. */
  readonly lost: number;
}

/** What somebody looks at, beyond what is always counted. */
export interface Observed {
  /** Single messages on their way: `messages`. */
  readonly messages: boolean;
}

/** Messages from one actor to another: an estimate from samples, cumulative. */
export interface FlowReading {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export interface Reading {
  /** Engine time of this reading, in ms since the start; stands still while paused. */
  readonly atMs: number;
  readonly status: SystemStatus;
  /** Why the system stopped, where it did. */
  readonly stopCause: string;
  readonly workers: readonly WorkerReading[];
  readonly actors: readonly ActorView[];
  /** Actors that exist but are not listed in `actors` because of the view's bound. */
  readonly unlistedActors: number;
  readonly flows: readonly FlowReading[];
  /** One in this many messages is sampled for `flows`, at the worker that samples the fewest. */
  readonly sampledEvery: number;
  /**
   * End-to-end latency of the load requests that were answered, from their intended send time: cumulative counts by
   * bucket of `base/histogram`, in microseconds, all workers merged. Failed ones are not in it: a refusal is quick, and
   * would make a system that answers nobody look fast. Shared with the engine and overwritten by the next read.
   */
  readonly latencyCounts: Float64Array;
  readonly latencyMaxMs: number;
  /** Times of all messages of all workers, merged. Shared with the engine and overwritten by the next read. */
  readonly times: TimeReading;
  /** One for each ordered pair of workers. None in simulated runs: messages are under way there (`inFlight`), in no ring. */
  readonly rings: readonly RingReading[];
  /** Load requests that ended in an error, a time-out or a refusal, cumulative. */
  readonly requestsFailed: number;
  /** Restarts of all actors, those that are gone included, cumulative. In live runs without those whose event was lost. */
  readonly restarts: number;
  readonly deadLetters: number;
  readonly rejected: number;
}

export interface Engine {
  readonly mode: 'live' | 'simulated';
  readonly workers: number;
  /** Of a live run that is recorded. */
  readonly recording?: RecordedRun | undefined;
  /** Resolves when the root actor and everything it starts with are running. */
  start(): Promise<void>;
  /** Ends the run and frees its workers. Never rejects; a stopped engine can still be read. */
  stop(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  read(): Reading;
  /** Events with from ≤ sequence < to; the engine keeps the latest ones up to a stated bound. */
  trace(from?: number, to?: number): readonly TraceEvent[];
  /** Queue and service times of one actor, since it was started. Rejects with `actor-not-found`. */
  times(path: string): Promise<ActorTimes>;
  /** Says what somebody looks at; nothing of the kind at first. What nobody looks at is not even written. */
  observe(observed: Observed): void;
  /**
   * Measured messages with a sequence from `from` on; the engine keeps the latest ones up to a stated bound. Live runs only:
   * in simulated ones every message on its way is in `inFlight`, and this is empty.
   */
  messages(from?: number): MeasuredMessages;
  /** A copy of an actor's state. Rejects with `actor-not-found`. */
  state(path: string): Promise<unknown>;
  /** Tells an actor a message, as from outside. Rejects with `actor-not-found` or `invalid-message`. */
  send(path: string, message: AnyMessage): Promise<void>;
  /** Rejects with `actor-not-found`, `not-a-breaker`, `unknown-parameter` or `invalid-configuration`. */
  inject(fault: Fault): Promise<void>;
  /** Resolves when every control call made so far has been carried out. */
  idle(): Promise<void>;
}
