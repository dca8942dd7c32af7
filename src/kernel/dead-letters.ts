/** Dead letters: messages that nobody will handle. Each is counted once, recorded, and its asker is told. */
import { COLUMN } from './actor-table.ts';
import { failAskOf } from './asks.ts';
import type { ErrorCode } from './errors.ts';
import type { Kernel } from './kernel.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { DeadLetterReason } from './trace.ts';

interface MergedLetters {
  readonly path: string;
  readonly kind: string;
  readonly reason: DeadLetterReason;
  count: number;
}

export interface DeadLettersSnapshot {
  readonly count: number;
  readonly merged: Readonly<MergedLetters> | undefined;
}

/** What the asker hears; of an actor that is gone where nothing else is said. */
const CODES: Readonly<Partial<Record<DeadLetterReason, ErrorCode>>> = {
  'mailbox-full': 'mailbox-full',
  expired: 'deadline-exceeded',
  undeliverable: 'no-routees',
  'outbox-full': 'request-rejected',
  'worker-lost': 'worker-lost',
};

export class DeadLetters {
  /** Since the start. */
  count = 0;
  private readonly kernel: Kernel;
  /** A flood of equal letters is one event with a count: the latest one, while it may still grow. */
  private merged: MergedLetters | undefined;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  add(to: Ref, message: AnyMessage, reason: DeadLetterReason): void {
    const { kernel } = this;
    const cell = kernel.cells[to.id];
    const known = cell !== undefined && cell.ref.generation === to.generation;
    if (known) kernel.host.table.add(to.id, COLUMN.deadLetters, 1);
    if (known && cell.watched !== undefined) kernel.measuring?.forget(cell, message);
    const path = known ? cell.path : `#${to.id}`;
    this.record(path, message, reason);
    // What is lost on its way is lost without a sound: an asker notices it by its time-out.
    if (reason !== 'lost') failAskOf(kernel, message, CODES[reason] ?? 'target-stopped', path);
  }

  /** Counts and records it, without telling anybody. */
  record(path: string, message: AnyMessage, reason: DeadLetterReason): void {
    const { merged } = this;
    const { kind } = message;
    this.count++;
    if (merged !== undefined && merged.path === path && merged.kind === kind && merged.reason === reason) {
      merged.count++;
    } else {
      this.flush();
      this.merged = { path, kind, reason, count: 1 };
    }
  }

  /** Records what was merged so far. At the end of every `run`. */
  flush(): void {
    const { merged } = this;
    if (merged === undefined) return;
    this.merged = undefined;
    this.kernel.host.emit({ type: 'dead-letter', ...merged });
  }

  save(): DeadLettersSnapshot {
    return { count: this.count, merged: this.merged && { ...this.merged } };
  }

  restore({ count, merged }: DeadLettersSnapshot): void {
    this.count = count;
    this.merged = merged && { ...merged };
  }
}
