/**
 * A cell is what the kernel keeps of one living actor. Parts that many actors never use are made when first needed
 * (rare-parts.ts): an idle actor should cost little.
 *
 *   dormant ◀──idle── running ◀──────────── parent: resume ─────────────┐
 *      │                 ▲ │                                            │
 *      └──first message──┤ └──throws──▶ failed ──parent decides─────────┤
 *   starting ──preStart──┘                │                             │
 *                        ▲                └─halt─▶ restarting ──restart─┴─▶ running
 *                        │                         (backing-off)
 *   any of them ──stop──▶ stopping ──children gone, one by one──▶ (gone)
 *
 * `blocked` is a running actor that waits because a mailbox it sent to is full, `paused` one that a fault holds up.
 */
import { Deque } from '../base/deque.ts';
import type { HeapEntry } from '../base/heap.ts';
import type { ActorNames } from './actor-table.ts';
import type { Child, Regroup } from './child.ts';
import type { Handlers } from './handlers.ts';
import type { Mailbox } from './mailbox.ts';
import { CellWithRareParts } from './rare-parts.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { BehaviorEntry } from './registry.ts';
import type { LocalSignal, SpawnRequest, Timer } from './signal.ts';
import type { StopReason } from './trace.ts';

export interface PendingAsk {
  readonly reply: string;
  readonly context: unknown;
  readonly kind: string;
  /** Null for a promise that was piped. */
  readonly target: Ref | null;
  readonly sinceMs: number;
  readonly isLoad: boolean;
  readonly deadline: Deadline;
}

/**
 * What comes due at some time: the time-out of an ask (its number), a timer's tick, the end of a slow actor's pause, a
 * look at whether the actor has been idle, a child that had time enough to stop, or the end of a backoff.
 */
export type Due =
  | number
  | Timer
  | 'pause'
  | 'receive-timeout'
  | 'passivate'
  | { readonly due: 'overrun'; readonly child: Child }
  | { readonly due: 'backoff'; readonly regroup: Regroup };

/** One shape for all, so that the heap stays fast. */
export class Deadline implements HeapEntry {
  dueMs: number;
  order = 0;
  place = -1;
  readonly cell: Cell;
  readonly what: Due;

  constructor(dueMs: number, cell: Cell, what: Due) {
    this.dueMs = dueMs;
    this.cell = cell;
    this.what = what;
  }
}

/** What happens when the last child has stopped. */
export type AfterChildren =
  | { readonly then: 'terminate'; readonly reason: StopReason }
  | { readonly then: 'halt' }
  | { readonly then: 'passivate' }
  | { readonly then: 'give-up'; readonly kind: string; readonly error: string };

/** Why a sender is blocked, or was told to slow down. */
export interface Obstacles {
  /** Full mailboxes that block their senders. */
  mailboxes: Ref[];
  /** Workers to which the way is full, with somebody at its end that blocks its senders. */
  readonly ways: Set<number>;
  /** Full mailboxes that asked it to slow down. It does not wait for them, but wants to hear when they have room. */
  pressing: Ref[];
}

/** Of a mailbox that loses nothing. */
export interface Overflow {
  /** Senders that wait for room, or were told that there is none; undefined while there is. */
  senders: Map<number, Ref> | undefined;
  /** The latest of them, as long as it is one of them. */
  latest: Ref | undefined;
  /** How often it became full since that was last recorded, and when that was. */
  count: number;
  recordedMs: number;
}

/** What came out of the stash. */
export interface Unstashed {
  /** Back before the mailbox, and perhaps handled since. */
  readonly messages: Set<AnyMessage>;
  /** How many of them were put aside again: they are the first in the stash. */
  again: number;
}

export interface Idleness {
  receiveTimeout: Deadline | undefined;
  receiveTimeoutMs: number;
  /** A time-out waits to be handled. */
  isTold: boolean;
  passivation: Deadline | undefined;
  /** When the last message was handled. */
  lastMessageMs: number;
}

export class Cell extends CellWithRareParts {
  // First what is looked at for every message, so that it lies together.
  readonly ref: Ref;
  readonly entry: BehaviorEntry;
  readonly mailbox: Mailbox;
  /**
   * A message that finds this many in the mailbox takes the slow way in (overflow.ts). The capacity, or −1 when every
   * message has to: a dormant actor is woken, a stopping one takes no more.
   */
  room: number;
  /** In the run queue, or being run. */
  scheduled = false;
  /** Running, and neither blocked nor paused: user code may be called. */
  receptive = false;
  /** Signals that wait; undefined for most who have none. */
  pending: Deque<LocalSignal> | undefined;
  /** Those of the behaviour it has become, where it has. */
  handlers: Handlers;
  state: unknown = undefined;
  /** Extra time a message takes; 0 without a `slow` fault. */
  slowMs = 0;
  /** Put aside in the present turn. */
  stashedNow: AnyMessage[] | undefined;
  /** The next message in its mailbox whose times are measured (measuring.ts). */
  watched: AnyMessage | undefined;
  /** Something has to be looked at after a batch of turns: see `afterBatch`. */
  attentive = false;
  processed = 0;

  /** Its path, without its number where it has one. */
  stem: string;
  /** What follows the stem; 0: nothing. Most actors have no name of their own, and nobody asks for their path. */
  number: number;
  readonly parent: Ref | null;

  constructor(entry: BehaviorEntry, request: SpawnRequest, mailbox: Mailbox) {
    super();
    this.ref = request.ref;
    this.entry = entry;
    this.stem = request.path;
    this.number = request.number ?? 0;
    this.args = request.args;
    this.parent = request.parent;
    this.isPermanent = request.restart === 'permanent';
    this.handlers = entry.handlers;
    this.mailbox = mailbox;
    this.room = entry.definition.mailbox.capacity;
    this.dormant = request.lazy;
  }

  get path(): string {
    if (this.number !== 0) {
      this.stem = pathOf(this);
      this.number = 0;
    }
    return this.stem;
  }

  get signals(): Deque<LocalSignal> {
    this.pending ??= new Deque();
    return this.pending;
  }
}

export function hasSignals({ pending }: Cell): boolean {
  return pending !== undefined && pending.length > 0;
}

/** The path of a cell, for once: the cell does not keep it, because most never need it again. */
export function pathOf({ stem, number }: Pick<Cell, 'stem' | 'number'>): string {
  return number === 0 ? stem : `${stem}${number}`;
}

export function namesOf(cell: Cell): ActorNames {
  const { ref, entry } = cell;
  const path = pathOf(cell);
  const slash = path.lastIndexOf('/');
  return {
    id: ref.id,
    generation: ref.generation,
    path,
    behavior: entry.name,
    parent: slash > 0 ? path.slice(0, slash) : null,
    mailboxCapacity: entry.definition.mailbox.capacity,
  };
}
