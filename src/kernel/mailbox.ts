/**
 * Mailboxes: first in, first out as a plain Deque; with priorities or deadlines as a RankedMailbox, so that an actor which
 * uses neither pays for neither. Both keep no bound of their own: the kernel asks before it pushes.
 */
import { Deque } from '../base/deque.ts';
import type { OverflowStrategy } from './behavior.ts';
import type { ErasedMailbox } from './definition.ts';
import { LIMITS } from './limits.ts';
import type { AnyMessage } from './ref.ts';

export interface Mailbox {
  readonly length: number;
  push(message: AnyMessage): void;
  /** Before everything else, whatever its priority: for unstashed messages. */
  unshift(message: AnyMessage): void;
  /** The next message to handle. Undefined also when all that waited had expired. */
  shift(): AnyMessage | undefined;
}

interface Waiting {
  readonly message: AnyMessage;
  /** Engine time from which the message is no longer worth handling; Infinity without a deadline. */
  readonly expiresMs: number;
}

/** One queue a priority, the highest first; equals stay in the order of arrival. */
export class RankedMailbox implements Mailbox {
  length = 0;
  private readonly options: ErasedMailbox;
  private readonly now: () => number;
  private readonly expired: (message: AnyMessage) => void;
  private readonly failed: (thrown: unknown, what: string) => void;
  private readonly front = new Deque<AnyMessage>();
  /** Hears of each message that is about to be handled, while anybody measures. */
  leaving: ((message: AnyMessage) => void) | undefined;
  /** From priority 0 upwards; made when first needed. */
  private readonly levels: Deque<Waiting>[] = [];

  /**
   * @param expired is given each message that waited too long, once, when its turn would have come.
   * @param failed is given what the author's `priority` or `deadlineMs` threw; the message then has the lowest and none.
   */
  constructor(
    options: ErasedMailbox,
    now: () => number,
    expired: (message: AnyMessage) => void,
    failed: (thrown: unknown, what: string) => void,
  ) {
    this.options = options;
    this.now = now;
    this.expired = expired;
    this.failed = failed;
  }

  push(message: AnyMessage): void {
    const level = this.levelOf(message);
    while (this.levels.length <= level) this.levels.push(new Deque());
    const deadlineMs = this.asked('deadlineMs', message) ?? Number.POSITIVE_INFINITY;
    // What is no number is no deadline.
    const expiresMs = deadlineMs >= 0 ? this.now() + deadlineMs : Number.POSITIVE_INFINITY;
    this.levels[level]?.push({ message, expiresMs });
    this.length++;
  }

  unshift(message: AnyMessage): void {
    this.front.unshift(message);
    this.length++;
  }

  shift(): AnyMessage | undefined {
    const first = this.front.shift();
    if (first !== undefined) {
      this.length--;
      return first;
    }
    for (let level = this.levels.length - 1; level >= 0; level--) {
      const queue = this.levels[level] as Deque<Waiting>;
      for (let waiting = queue.shift(); waiting !== undefined; waiting = queue.shift()) {
        this.length--;
        if (waiting.expiresMs >= this.now()) {
          this.leaving?.(waiting.message);
          return waiting.message;
        }
        this.expired(waiting.message);
      }
    }
    return undefined;
  }

  /** The next message, if it is of that kind; otherwise it stays where it is. */
  shiftIf(kind: string): AnyMessage | undefined {
    if (this.front.length > 0) return this.front.at(0).kind === kind ? this.shift() : undefined;
    for (let level = this.levels.length - 1; level >= 0; level--) {
      const queue = this.levels[level] as Deque<Waiting>;
      while (queue.length > 0 && queue.at(0).expiresMs < this.now()) {
        this.length--;
        this.expired((queue.shift() as Waiting).message);
      }
      if (queue.length > 0) return queue.at(0).message.kind === kind ? this.shift() : undefined;
    }
    return undefined;
  }

  /** Makes room for a message by dropping one of the lowest priority, perhaps itself. Returns what was dropped. */
  replace(message: AnyMessage, overflow: OverflowStrategy): AnyMessage {
    const lowest = this.levels.findIndex((queue) => queue.length > 0);
    const level = this.levelOf(message);
    if (lowest < 0 || lowest > level || (lowest === level && overflow === 'drop-newest')) return message;
    const queue = this.levels[lowest] as Deque<Waiting>;
    const dropped = (overflow === 'drop-newest' ? queue.pop() : queue.shift()) as Waiting;
    this.length--;
    this.push(message);
    return dropped.message;
  }

  /** The same mailbox with copies of its messages. */
  copy(copyOf: (message: AnyMessage) => AnyMessage): RankedMailbox {
    const copy = new RankedMailbox(this.options, this.now, this.expired, this.failed);
    copy.length = this.length;
    copy.front.copyFrom(this.front, copyOf);
    for (const queue of this.levels) {
      const level = new Deque<Waiting>();
      level.copyFrom(queue, ({ message, expiresMs }) => ({ message: copyOf(message), expiresMs }));
      copy.levels.push(level);
    }
    return copy;
  }

  /** What waits, the next one first; nothing is taken. */
  waiting(max: number): AnyMessage[] {
    const found: AnyMessage[] = [];
    for (let index = 0; index < this.front.length && found.length < max; index++) found.push(this.front.at(index));
    for (const queue of this.levels.toReversed()) {
      for (let index = 0; index < queue.length && found.length < max; index++) found.push(queue.at(index).message);
    }
    return found;
  }

  private levelOf(message: AnyMessage): number {
    const priority = Math.floor(this.asked('priority', message) ?? 0);
    // What is no number is the lowest.
    return priority > 0 ? Math.min(priority, LIMITS.priorities - 1) : 0;
  }

  /** The author's word on a message. Whoever sends it is not to blame for a mistake in there. */
  private asked(what: 'priority' | 'deadlineMs', message: AnyMessage): number | undefined {
    try {
      return this.options[what]?.(message);
    } catch (thrown) {
      this.failed(thrown, `mailbox.${what}`);
      return undefined;
    }
  }
}

/** The next message of any mailbox, if it is of that kind; otherwise it stays where it is. */
export function shiftIf(mailbox: Mailbox, kind: string): AnyMessage | undefined {
  if (mailbox instanceof RankedMailbox) return mailbox.shiftIf(kind);
  // A Deque, and none of its own kind: one shape for all queues keeps them fast.
  const queue = mailbox as Deque<AnyMessage>;
  return queue.length > 0 && queue.at(0).kind === kind ? queue.shift() : undefined;
}

/** What waits in any mailbox, the next one first, up to so many; nothing is taken. */
export function waitingIn(mailbox: Mailbox, max: number): readonly AnyMessage[] {
  if (mailbox instanceof RankedMailbox) return mailbox.waiting(max);
  const queue = mailbox as Deque<AnyMessage>;
  return Array.from({ length: Math.min(max, queue.length) }, (_, index) => queue.at(index));
}
