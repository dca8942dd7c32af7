/** What workers tell each other about actors that move; who tells what when is in whereabouts.ts. */
import type { MovedActor } from './moving.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { KindEntry } from './registry.ts';
import type { Signal } from './signal.ts';

/** One move of an actor. */
export interface Move {
  /** Counts the moves of the actor. */
  readonly hop: number;
  /** Counts the departures from its old worker. */
  readonly departure: number;
  /** Counts the workers that were lost so far, as the old worker knows it: the numbers above begin anew each time. */
  readonly era: number;
}

/** What the new worker has to wait for before the actor has a turn. */
export interface MoveBarrier {
  /** By worker: the departures of which the old worker had heard. */
  readonly heard: readonly number[];
  /** Workers that have not taken in yet all that the old one had sent them. */
  readonly unread: readonly number[];
}

/** A message that waited in the mailbox of an actor that moves. */
export interface MovedMail {
  readonly message: AnyMessage;
  readonly kind: KindEntry;
}

/** What workers tell each other about a move, in order with messages and signals. */
export type MoveLetter =
  /** To the new worker. `mail` follows as letters of its own. */
  | {
      readonly type: 'adopt';
      readonly actor: MovedActor;
      readonly move: Move;
      readonly barrier: MoveBarrier;
      readonly mail: readonly MovedMail[];
    }
  /** What had waited in its mailbox: it is not asked for room again. */
  | { readonly type: 'mail'; readonly to: Ref; readonly message: AnyMessage }
  /** To everybody else. `asks` for `passed`. */
  | {
      readonly type: 'moved';
      readonly ref: Ref;
      readonly worker: number;
      readonly move: Move;
      readonly asks: boolean;
    }
  /** To the new worker: everything from the old one up to there has been taken in. */
  | { readonly type: 'passed'; readonly ref: Ref; readonly hop: number }
  /** To the old worker: the sender sends to the new one from here on. */
  | { readonly type: 'flush'; readonly ref: Ref }
  /** To the new worker: everything that came from that worker by the old way has been forwarded. */
  | { readonly type: 'flushed'; readonly ref: Ref; readonly worker: number }
  /** To the new worker: that worker was lost, and whoever takes its place has to say it once more. */
  | { readonly type: 'unflushed'; readonly ref: Ref; readonly worker: number };

/** What is sent on from the old worker to the new one, in order with everything else, and never refused. */
export type Forwarded =
  | { readonly to: Ref; readonly message: AnyMessage; readonly sender: number; readonly kind: KindEntry }
  | { readonly to: Ref; readonly signal: Signal };
