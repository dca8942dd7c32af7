/**
 * Copies of what a kernel is made of. One copier makes copies that belong together: everything that several kernels and
 * the engine around them refer to must go through the same one, and a new one is used for every snapshot and every return.
 *
 * Each class is copied field by field, through its own constructor, so that copies are as fast to use as what the kernel
 * itself made. A new field has to be added here; snapshot-fields.test.ts knows when one was forgotten.
 */
import { Deque } from '../base/deque.ts';
import { Cell, Deadline, type Due, type Idleness, type PendingAsk } from './cell.ts';
import { Child, type Regroup, Trouble } from './child.ts';
import type { EarlyArrival } from './early-arrivals.ts';
import { type Mailbox, RankedMailbox } from './mailbox.ts';
import { PlainCopier } from './plain-copier.ts';
import { RareParts } from './rare-parts.ts';
import type { AnyMessage } from './ref.ts';
import type { LocalSignal, Timer } from './signal.ts';

/**
 * Is told of every signal, deadline and message that is not the same object in the copy: for what an engine keeps beside
 * them. A message that is found in two places may be told twice. Whatever is frozen in the copy too, message or not, is told
 * before it is: so an engine can put something on it.
 */
export type Copied = (original: object, copy: object) => void;

export interface SnapshotCopierOptions {
  readonly onCopied?: Copied | undefined;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class SnapshotCopier extends PlainCopier {
  private readonly onCopied: Copied | undefined;
  /** Path of the actor that is being copied. */
  private owner = '';

  constructor({ onCopied }: SnapshotCopierOptions = {}) {
    super();
    this.onCopied = onCopied;
  }

  readonly cell = (original: Cell): Cell => {
    const known = this.known(original);
    if (known !== undefined) return known;
    const { entry, path } = original;
    this.owner = path;
    const request = {
      ref: original.ref,
      behavior: entry.index,
      path,
      // Incarnations copy them, but a parent may have kept a part of them in its own state.
      args: this.partOf(path, 'arguments', original.args),
      parent: original.parent,
      restart: original.isPermanent ? 'permanent' : 'transient',
      lazy: false,
    } as const;
    const copy = new Cell(entry, request, this.mailbox(original.mailbox));
    this.remember(original, copy);
    copy.handlers = original.handlers;
    copy.room = original.room;
    if (original.pending !== undefined) copy.signals.copyFrom(original.pending, this.signal);
    copy.state = this.partOf(path, 'state', original.state);
    copy.receptive = original.receptive;
    copy.scheduled = original.scheduled;
    copy.attentive = original.attentive;
    copy.stashedNow = original.stashedNow?.map(this.message);
    copy.slowMs = original.slowMs;
    copy.processed = original.processed;
    copy.watched = original.watched && this.message(original.watched);
    if (original.rare !== undefined) copy.rare = this.rareParts(path, original.rare);
    return copy;
  };

  private rareParts(path: string, original: RareParts): RareParts {
    const copy = new RareParts();
    copy.deferred = original.deferred?.map(this.signal);
    copy.dormant = original.dormant;
    copy.isHalted = original.isHalted;
    const { pendingRestart } = original;
    copy.pendingRestart = pendingRestart && (this.signal(pendingRestart) as typeof pendingRestart);
    copy.isLeaving = original.isLeaving;
    copy.draining = original.draining;
    copy.failure = this.partOf(path, 'value', original.failure);
    copy.args = this.partOf(path, 'arguments', original.args);
    copy.isPermanent = original.isPermanent;
    copy.incarnation = original.incarnation;
    copy.children = original.children && mapOf(original.children, this.child);
    copy.stoppedChildren = original.stoppedChildren && mapOf(original.stoppedChildren, this.child);
    copy.childNames = original.childNames && new Set(original.childNames);
    copy.nameCount = original.nameCount;
    copy.watchers = original.watchers?.slice();
    copy.watching = original.watching?.slice();
    copy.timers = original.timers && mapOf(original.timers, this.deadline);
    copy.asks = original.asks && mapOf(original.asks, this.ask);
    copy.nextAsk = original.nextAsk;
    copy.stashed = original.stashed?.map(this.message);
    const { unstashed } = original;
    copy.unstashed = unstashed && {
      messages: new Set([...unstashed.messages].map(this.message)),
      again: unstashed.again,
    };
    copy.obstacles = this.partOf(path, 'value', original.obstacles);
    copy.isPaused = original.isPaused;
    copy.overflow = this.partOf(path, 'value', original.overflow);
    copy.idleness = original.idleness && this.idleness(original.idleness);
    copy.restartTimesMs = original.restartTimesMs?.slice();
    copy.regroups = original.regroups && new Set([...original.regroups].map(this.regroup));
    copy.afterChildren = this.partOf(path, 'value', original.afterChildren);
    copy.stopOrder = original.stopOrder?.map(this.child);
    copy.stopping = original.stopping && this.child(original.stopping);
    copy.slowFactor = original.slowFactor;
    copy.pause = original.pause && this.deadline(original.pause);
    copy.slowCredit = original.slowCredit;
    return copy;
  }

  readonly deadline = (original: Deadline): Deadline => {
    const known = this.known(original);
    if (known !== undefined) return known;
    const copy = new Deadline(original.dueMs, this.cell(original.cell), original.what);
    // The cell may have led to it as well.
    const meanwhile = this.known(original);
    if (meanwhile !== undefined) return meanwhile;
    this.remember(original, copy);
    copy.order = original.order;
    copy.place = original.place;
    // Only now: what comes due may refer to its deadline.
    (copy as Writable<Deadline>).what = this.due(original.what);
    this.onCopied?.(original, copy);
    return copy;
  };

  private due(what: Due): Due {
    if (typeof what !== 'object') return what;
    if (!('due' in what)) return this.timer(what);
    return what.due === 'overrun'
      ? { due: 'overrun', child: this.child(what.child) }
      : { due: 'backoff', regroup: this.regroup(what.regroup) };
  }

  private timer(original: Timer): Timer {
    const known = this.known(original);
    if (known !== undefined) return known;
    const copy: Timer = { ...original, message: this.message(original.message) };
    this.remember(original, copy);
    return copy;
  }

  readonly child = (original: Child): Child => {
    const known = this.known(original);
    if (known !== undefined) return known;
    const { ref, givenName, number, entry, options } = original;
    const args = original.args && this.partOf(`${this.owner}/${original.name}`, 'arguments', original.args);
    const copy = new Child(ref, number === 0 ? givenName : number, entry, args, options, 0);
    this.remember(original, copy);
    copy.phase = original.phase;
    copy.incarnation = original.incarnation;
    if (original.trouble !== undefined) copy.trouble = this.trouble(original.trouble);
    return copy;
  };

  private trouble(original: Trouble): Trouble {
    const copy = new Trouble();
    copy.canResume = original.canResume;
    copy.isForgiven = original.isForgiven;
    copy.budgetWindow = this.partOf(this.owner, 'value', original.budgetWindow);
    copy.failures = original.failures;
    copy.startedMs = original.startedMs;
    copy.overrun = original.overrun && this.deadline(original.overrun);
    copy.regroup = original.regroup && this.regroup(original.regroup);
    return copy;
  }

  private readonly regroup = (original: Regroup): Regroup => {
    const known = this.known(original);
    if (known !== undefined) return known;
    const copy: Regroup = { ...original, members: [], deadline: undefined };
    this.remember(original, copy);
    for (const child of original.members) copy.members.push(this.child(child));
    copy.deadline = original.deadline && this.deadline(original.deadline);
    return copy;
  };

  private readonly ask = (original: PendingAsk): PendingAsk => {
    const context = this.partOf(this.owner, 'ask', original.context);
    return { ...original, context, deadline: this.deadline(original.deadline) };
  };

  private idleness(original: Idleness): Idleness {
    const { receiveTimeout, passivation } = original;
    return {
      ...original,
      receiveTimeout: receiveTimeout && this.deadline(receiveTimeout),
      passivation: passivation && this.deadline(passivation),
    };
  }

  private mailbox(original: Mailbox): Mailbox {
    if (original instanceof RankedMailbox) return original.copy(this.message);
    const copy = new Deque<AnyMessage>();
    if (original.length > 0) copy.copyFrom(original as Deque<AnyMessage>, this.message);
    return copy;
  }

  readonly message = (original: AnyMessage): AnyMessage => {
    const copy = this.partOf(this.owner, 'message', original);
    if (copy !== original && Object.isExtensible(copy)) this.onCopied?.(original, copy);
    return copy;
  };

  readonly signal = (original: LocalSignal): LocalSignal => {
    const known = this.known(original);
    if (known !== undefined) return known;
    let copy: LocalSignal;
    if (original.type === 'tick') {
      copy = { type: 'tick', timer: this.timer(original.timer) };
      this.remember(original, copy);
    } else {
      copy = this.partOf(this.owner, 'signal', original);
    }
    if (copy !== original && Object.isExtensible(copy)) this.onCopied?.(original, copy);
    return copy;
  };

  protected override closing(original: object, copy: object): void {
    this.onCopied?.(original, copy);
  }

  /** What waits for an actor that is not there yet. */
  readonly earlyArrival = (original: EarlyArrival): EarlyArrival => {
    this.owner = '';
    if ('signal' in original) return { signal: this.signal(original.signal) as typeof original.signal };
    return { ...original, message: this.message(original.message) };
  };
}

function mapOf<K, V>(original: ReadonlyMap<K, V>, copyOf: (value: V) => V): Map<K, V> {
  const copy = new Map<K, V>();
  for (const [key, value] of original) copy.set(key, copyOf(value));
  return copy;
}
