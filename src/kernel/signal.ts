/**
 * Signals: what the system sends to an actor. They overtake user messages, ignore the mailbox's bound and are never
 * dropped. All of them are plain data, because parents, children, watchers and askers may live on different workers.
 */
import type { ErrorReport } from './errors.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { StopReason } from './trace.ts';

/** What it takes to start an actor: everything by name or number. */
export interface SpawnRequest {
  readonly ref: Ref;
  /** Number of the behavior in the registry. */
  readonly behavior: number;
  readonly path: string;
  readonly args: unknown;
  readonly parent: Ref | null;
}

export type Signal =
  /** The first signal of every actor. */
  | { readonly type: 'start' }
  /** A child failed and is suspended; its parent decides. */
  | { readonly type: 'child-failed'; readonly child: Ref; readonly incarnation: number; readonly error: string }
  | { readonly type: 'child-stopped'; readonly child: Ref; readonly reason: StopReason }
  /** A parent's decision. `counted` of `intensity` restarts in the period, this one included. */
  | { readonly type: 'restart'; readonly incarnation: number; readonly counted: number; readonly intensity: number }
  | { readonly type: 'stop'; readonly reason: StopReason }
  /** A crash fault: as if the handler had thrown this. */
  | { readonly type: 'crash'; readonly error: string }
  | { readonly type: 'watch'; readonly watcher: Ref }
  | { readonly type: 'unwatch'; readonly watcher: Ref }
  | { readonly type: 'terminated'; readonly ref: Ref; readonly reason: StopReason }
  | { readonly type: 'ask-failed'; readonly ask: number; readonly error: ErrorReport };

/** Signals that never leave the actor's own worker. */
export type LocalSignal =
  | Signal
  | { readonly type: 'tick'; readonly timer: Timer }
  /** A message of the actor's own protocol that must not wait behind others: a person's hand on a breaker. */
  | { readonly type: 'command'; readonly message: AnyMessage }
  | { readonly type: 'ask-replied'; readonly ask: number; readonly reply: AnyMessage }
  | { readonly type: 'ask-timeout'; readonly ask: number };

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
