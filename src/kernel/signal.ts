/**
 * Signals: what the system sends to an actor. They overtake user messages, ignore the mailbox's bound and are never
 * dropped. All of them are plain data, because parents, children, watchers and askers may live on different workers.
 */
import type { RestartType } from './behavior.ts';
import type { ErrorReport } from './errors.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { StopReason } from './trace.ts';

/** What it takes to start an actor: everything by name or number. */
export interface SpawnRequest {
  readonly ref: Ref;
  /** Number of the behavior in the registry. */
  readonly behavior: number;
  readonly path: string;
  /** Follows the path, where the actor has no name of its own; 0 or missing: the path is whole. Never leaves the worker. */
  readonly number?: number;
  readonly args: unknown;
  readonly parent: Ref | null;
  readonly restart: RestartType;
  /** Waits for its first message before it starts. */
  readonly lazy: boolean;
}

export type Signal =
  /** The first signal of every actor, and what wakes a dormant one. */
  | { readonly type: 'start' }

  // From a child to its parent. The incarnation tells an old report from a new one.
  /** It failed and is suspended until the parent has decided. `canResume`: it has a state to go on with. */
  | {
      readonly type: 'child-failed';
      readonly child: Ref;
      readonly incarnation: number;
      readonly kind: string;
      readonly error: string;
      readonly canResume: boolean;
    }
  /** A permanent child stopped itself. */
  | { readonly type: 'child-exited'; readonly child: Ref; readonly incarnation: number }
  /** Its incarnation is over, as `halt` asked; it waits for `restart`. */
  | { readonly type: 'child-halted'; readonly child: Ref; readonly incarnation: number }
  /** Its new incarnation has started, as `restart` asked. */
  | { readonly type: 'child-ready'; readonly child: Ref; readonly incarnation: number }
  /** It is gone. */
  | { readonly type: 'child-stopped'; readonly child: Ref; readonly reason: StopReason }

  // From a parent to its child.
  /** Go on as if nothing had happened. */
  | { readonly type: 'resume'; readonly incarnation: number }
  /**
   * End this incarnation and wait. `forced`: without waiting for children or for queued messages. `stash`: messages that
   * may arrive until the restart; −1 without a backoff, when the mailbox's own bound holds.
   */
  | { readonly type: 'halt'; readonly incarnation: number; readonly forced: boolean; readonly stash: number }
  /** Start the next incarnation. `counted` of `intensity` restarts in the period, this one included. */
  | { readonly type: 'restart'; readonly incarnation: number; readonly counted: number; readonly intensity: number }
  /** `forced`: a kill, without waiting for children or for queued messages, and without `postStop`. */
  | { readonly type: 'stop'; readonly reason: StopReason; readonly forced: boolean }

  /** A crash fault: as if the handler had thrown this. */
  | { readonly type: 'crash'; readonly kind: string; readonly error: string }
  | { readonly type: 'watch'; readonly watcher: Ref }
  | { readonly type: 'unwatch'; readonly watcher: Ref }
  | { readonly type: 'terminated'; readonly ref: Ref; readonly reason: StopReason }

  // From a full mailbox to those who send to it.
  | { readonly type: 'mailbox-full'; readonly by: Ref; readonly suspends: boolean }
  | { readonly type: 'mailbox-drained'; readonly by: Ref; readonly suspends: boolean }
  | { readonly type: 'ask-failed'; readonly ask: number; readonly error: ErrorReport };

/** Signals that never leave the actor's own worker. */
export type LocalSignal =
  | Signal
  | { readonly type: 'tick'; readonly timer: Timer }
  /** A message of the actor's own protocol that must not wait behind others: a person's hand on a breaker. */
  | { readonly type: 'command'; readonly message: AnyMessage }
  | { readonly type: 'ask-replied'; readonly ask: number; readonly reply: unknown }
  | { readonly type: 'ask-timeout'; readonly ask: number }
  | { readonly type: 'receive-timeout' }
  /** A hang fault: this turn takes so long. Infinity: until somebody takes it back. */
  | { readonly type: 'hang'; readonly forMs: number };

/** A keyed timer of one incarnation of an actor. */
export interface Timer {
  readonly key: string;
  readonly message: AnyMessage;
  /** 0 for a single tick. */
  readonly periodMs: number;
  /** A tick waits in the signal queue; the next one is merged into it. */
  queued: boolean;
  /** Cancelled, replaced, or of an earlier incarnation: a queued tick is not delivered. */
  cancelled: boolean;
}
