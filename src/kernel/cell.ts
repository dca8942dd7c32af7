/**
 * A cell is what the kernel keeps of one living actor. Parts that many actors never use are made when first needed:
 * an idle actor should cost little.
 *
 *   starting ──started──▶ running ──throws──▶ failed ──parent: restart──▶ restarting ──children gone──▶ running
 *                           │  ▲                 │                            │
 *                           │  └──── (messages) ─┘                            └── state or `started` throws ▶ failed
 *                           └──stop──▶ stopping ──children gone, one by one──▶ (gone)
 */
import { Deque } from '../base/deque.ts';
import type { HeapEntry } from '../base/heap.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { BehaviorEntry, Handler } from './registry.ts';
import type { LocalSignal, Timer } from './signal.ts';
import type { StopReason } from './trace.ts';

export interface PendingAsk {
  readonly reply: string;
  readonly context: unknown;
  readonly kind: string;
  readonly target: Ref;
  readonly sinceMs: number;
  readonly isLoad: boolean;
  readonly deadline: Deadline;
}

/** What is due at some time. One shape for all, so that the heap stays fast. */
export class Deadline implements HeapEntry {
  dueMs: number;
  order = 0;
  place = -1;
  readonly cell: Cell;
  /** A timer's tick, the time-out of an ask (its number), or the end of a slow actor's pause. */
  readonly what: Timer | number | 'pause';

  constructor(dueMs: number, cell: Cell, what: Timer | number | 'pause') {
    this.dueMs = dueMs;
    this.cell = cell;
    this.what = what;
  }
}

/** What happens when the last child has stopped. */
export type AfterChildren =
  | { readonly then: 'terminate'; readonly reason: StopReason }
  | { readonly then: 'restart'; readonly counted: number; readonly intensity: number }
  | { readonly then: 'escalate'; readonly error: string };

export interface Child {
  readonly ref: Ref;
  readonly name: string;
}

export class Cell {
  readonly ref: Ref;
  readonly entry: BehaviorEntry;
  readonly path: string;
  readonly args: unknown;
  readonly parent: Ref | null;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly capacity: number;
  readonly mailbox = new Deque<AnyMessage>();
  readonly signals = new Deque<LocalSignal>();
  state: unknown = undefined;
  /** 1 for the first life, one more after each restart. */
  incarnation = 1;
  /** True only in status `running`: user messages may be handled. */
  receptive = false;
  /** In the run queue, or being run. */
  scheduled = false;
  /** Living children in the order of their start, by id. */
  children: Map<number, Child> | undefined;
  childNames: Set<string> | undefined;
  nameCount = 0;
  watchers: Ref[] | undefined;
  watching: Ref[] | undefined;
  timers: Map<string, Deadline> | undefined;
  asks: Map<number, PendingAsk> | undefined;
  nextAsk = 1;
  /** Times of restarts that count against this supervisor's budget. */
  restartTimesMs: number[] | undefined;
  afterChildren: AfterChildren | undefined;
  /** While its children are being stopped: those still to stop, the next one last. */
  stopOrder: Child[] | undefined;
  /** Extra time a message takes; 0 without a `slow` fault. */
  slowMs = 0;
  pause: Deadline | undefined;
  /** A slow actor may handle this many messages before its next pause. */
  slowCredit = 0;
  processed = 0;

  constructor(ref: Ref, entry: BehaviorEntry, path: string, args: unknown, parent: Ref | null) {
    this.ref = ref;
    this.entry = entry;
    this.path = path;
    this.args = args;
    this.parent = parent;
    this.handlers = entry.handlers;
    this.capacity = entry.definition.capacity;
  }
}
