/**
 * The trace: the plain-data record of what happened. A small closed union with the same members from both engines.
 * Events never hold live objects: actors appear as paths, errors as text.
 */
import type { Fault } from './fault.ts';
import type { BreakerPhase } from './view.ts';

export type DeadLetterReason =
  /** The mailbox was full; its overflow strategy chose this message. */
  | 'mailbox-full'
  /** No such actor, or an earlier owner of that address. */
  | 'no-such-actor'
  /** The actor stopped before it came to this message. */
  | 'stopped'
  /** A reply that came after its ask had been settled. */
  | 'late-reply'
  /** The sender's outbox to that worker was full. */
  | 'outbox-full'
  /** Its receiver had nobody to pass it on to. */
  | 'undeliverable'
  /** It waited longer than its deadline. */
  | 'expired'
  /** Refused as unreadable where it arrived. */
  | 'invalid-message'
  /** Lost on its way, by a fault: nobody is told. */
  | 'lost'
  /** Its receiver's worker was lost. */
  | 'worker-lost';

/** By itself, by its parent, because it failed, or by force because it took too long. */
export type StopReason = 'normal' | 'shutdown' | 'failed' | 'killed';

export type TraceEventBody =
  | { readonly type: 'spawned'; readonly path: string; readonly behavior: string }
  | {
      readonly type: 'failed';
      readonly path: string;
      /** What rules of supervision match. */
      readonly kind: string;
      readonly error: string;
      readonly during: string;
    }
  /** The supervisor decided that the failure changes nothing. */
  | { readonly type: 'resumed'; readonly path: string }
  /** A permanent actor stopped itself; its supervisor will start it again. */
  | { readonly type: 'exited'; readonly path: string }
  | {
      readonly type: 'restarted';
      readonly path: string;
      readonly incarnation: number;
      /** Restarts counted in the supervisor's period, this one included. */
      readonly counted: number;
      readonly intensity: number;
    }
  | {
      readonly type: 'escalated';
      /** The supervisor that hands the failure of its child on to its own supervisor. */
      readonly path: string;
      readonly child: string;
      readonly cause: 'rule' | 'budget';
      readonly intensity: number;
      readonly periodMs: number;
      readonly error: string;
    }
  /** A restart waits. */
  | {
      readonly type: 'backoff';
      /** The supervisor. */
      readonly path: string;
      readonly child: string;
      readonly delayMs: number;
      /** Failures in a row, this one included. */
      readonly failures: number;
    }
  /** It has been idle, and gave up its state until its next message. */
  | { readonly type: 'passivated'; readonly path: string }
  /** The first message came for an actor that was started lazily or passivated. */
  | { readonly type: 'activated'; readonly path: string }
  /** A mailbox that loses nothing was full, so that its senders wait or were told. At most one event a second and mailbox. */
  | {
      readonly type: 'overflow';
      readonly path: string;
      readonly strategy: 'block' | 'backpressure';
      /** How often it became full since the event before. */
      readonly count: number;
    }
  | { readonly type: 'stopped'; readonly path: string; readonly reason: StopReason }
  | {
      readonly type: 'dead-letter';
      /** The receiver; `#id` where no path is known any more. */
      readonly path: string;
      readonly kind: string;
      readonly reason: DeadLetterReason;
      /** How many letters this event stands for (kernels merge runs of equal ones). */
      readonly count: number;
    }
  | {
      readonly type: 'breaker';
      readonly path: string;
      readonly from: BreakerPhase;
      readonly to: BreakerPhase;
      readonly cause: string;
    }
  | { readonly type: 'fault'; readonly fault: Fault }
  /** A worker is gone, and all that was in its memory. */
  | {
      readonly type: 'worker-lost';
      readonly lost: number;
      /** Why, as a sentence without its subject: `was killed`, `did not come back from a turn`. */
      readonly cause: string;
      /** The actor that had a turn at the end, where that is known. */
      readonly during?: string;
      /** How many actors lived there. */
      readonly actors: number;
    }
  /** Another one has taken its place. */
  | { readonly type: 'worker-joined'; readonly joined: number }
  /** A property of the scenario does not hold. Simulated runs only. */
  | { readonly type: 'violated'; readonly property: string; readonly detail: string }
  | { readonly type: 'system'; readonly status: 'paused' | 'resumed' | 'stopped'; readonly cause: string };

export interface TraceStamp {
  /** Position in this engine's trace, from 1, without gaps except where events were lost. */
  readonly sequence: number;
  /** Engine time: wall milliseconds since the start in live runs, virtual in simulated ones. */
  readonly atMs: number;
  readonly node: number;
  readonly worker: number;
  /** Of simulated runs: the step that it belongs to. */
  readonly step?: number;
}

export type TraceEvent = TraceStamp & TraceEventBody;
