/** What an observer sees of an actor. The same shape from both engines. */

export type ActorStatus =
  | 'starting'
  | 'running'
  /** Suspended until its supervisor has decided. */
  | 'failed'
  | 'restarting'
  | 'stopping'
  | 'stopped'
  /** Waits for the first message. */
  | 'dormant'
  /** Will be restarted when the backoff is over. */
  | 'backing-off'
  /** Suspended because a mailbox it sent to is full. */
  | 'blocked'
  /** Handles no messages, by a fault, until it is resumed. */
  | 'paused';

/** Where a circuit breaker is: calls go through, are refused, or are tried. */
export type BreakerPhase = 'closed' | 'open' | 'half-open';

/** An actor as an observer sees it: its names and its numbers. */
export interface ActorView {
  readonly id: number;
  readonly generation: number;
  /** Names from the root, `/shop/orders/worker-1`. */
  readonly path: string;
  readonly name: string;
  readonly behavior: string;
  /** Path of the parent; null for the root. */
  readonly parent: string | null;
  readonly worker: number;
  readonly status: ActorStatus;
  readonly mailboxDepth: number;
  readonly mailboxCapacity: number;
  /** The deepest that its mailbox was at the start of a batch of turns. */
  readonly depthMax: number;
  /** User messages and signals handled, since the actor was first started. */
  readonly processed: number;
  readonly failures: number;
  readonly restarts: number;
  /** Messages to this actor that became dead letters. */
  readonly deadLetters: number;
  /** Requests refused without being tried, by a breaker for example. */
  readonly rejected: number;
  /** Extra time each turn takes because a `slow` fault is on; 0 without. */
  readonly slowMs: number;
  /** What `ctx.busy` is multiplied by because a `slow` fault says so. */
  readonly slowFactor?: number;
  /** Only on actors that are circuit breakers. */
  readonly breaker?: BreakerPhase;
  /** The error of the latest failure. */
  readonly lastError?: string;
}
