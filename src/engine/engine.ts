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
  /** Wall time spent asleep, cumulative; the rest of the time the worker ran turns or looked for work. */
  readonly parkedMs: number;
  /** True while the thread sleeps on its wake-up word. */
  readonly parked: boolean;
  /** Trace events that did not fit the worker's event ring, cumulative. */
  readonly lostEvents: number;
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
  /** One in this many messages is sampled for `flows`. */
  readonly sampledEvery: number;
  /**
   * End-to-end latency of the load requests that were answered, from their intended send time: cumulative counts by
   * bucket of `base/histogram`, in microseconds, all workers merged. Failed ones are not in it: a refusal is quick, and
   * would make a system that answers nobody look fast. Shared with the engine and overwritten by the next read.
   */
  readonly latencyCounts: Float64Array;
  readonly latencyMaxMs: number;
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
  /** Resolves when the root actor and everything it starts with are running. */
  start(): Promise<void>;
  /** Ends the run and frees its workers. Never rejects; a stopped engine can still be read. */
  stop(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  read(): Reading;
  /** Events with from ≤ sequence < to; the engine keeps the latest ones up to a stated bound. */
  trace(from?: number, to?: number): readonly TraceEvent[];
  /** A copy of an actor's state. Rejects with `actor-not-found`. */
  state(path: string): Promise<unknown>;
  /** Tells an actor a message, as from outside. Rejects with `actor-not-found` or `invalid-message`. */
  send(path: string, message: AnyMessage): Promise<void>;
  /** Rejects with `actor-not-found`, `not-a-breaker`, `unknown-parameter` or `invalid-configuration`. */
  inject(fault: Fault): Promise<void>;
  /** Resolves when every control call made so far has been carried out. */
  idle(): Promise<void>;
}
