/**
 * A batcher: collects single items and sends them on many at a time, because one large message costs less than a hundred
 * small ones.
 *
 *   empty ──first item──▶ collecting ──size reached, time over, flushed, or stopping──▶ one `Batch` to the target ──▶ empty
 *
 * Invariants: an item is sent once, in the order of arrival; nothing waits longer than `delayMs` after the first item of its
 * batch; never more than `size` items are held. It does not wait for the target: who wants that asks the target itself, or
 * gives it a mailbox that blocks.
 */
import type { Behavior, BehaviorDefinition, MailboxOptions } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import { checkNumber, checkWhole } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { type Fields, type InferFields, type MessageOf, type Protocol, type Schema, t } from '../../kernel/schema.ts';

/** What the target of a batcher must accept; spread it into the target's protocol. */
export type BatchProtocol<F extends Fields> = {
  /** 1 … `size` items, in the order in which they came. */
  readonly Batch: { readonly items: Schema<readonly InferFields<F>[]> };
};

/** What a batcher accepts. */
export type BatcherProtocol<F extends Fields> = {
  readonly Add: { readonly item: Schema<InferFields<F>> };
  /** Sends what there is, now. */
  readonly Flush: Record<never, never>;
  /** Other figures from now on; brought into 1 … 10,000 items and 0 … 60,000 ms. */
  readonly Configure: { readonly size: Schema<number>; readonly delayMs: Schema<number> };
};

/** What a batcher collects, how much and how long. */
export interface BatcherOptions<F extends Fields> {
  /** The fields of an item: `{ line: t.string }`. */
  readonly item: F;
  /** Items of a full batch; 1 … 10,000, default 100. */
  readonly size?: number;
  /** How long the first item of a batch waits for others, in ms; 0 … 60,000, default 10. */
  readonly delayMs?: number;
  /** Default 1,000 messages, `drop-newest`. What waits there when the batcher is stopped is batched too. */
  readonly mailbox?: Pick<MailboxOptions, 'capacity' | 'overflow'>;
}

/** Where a batcher sends its batches. */
export interface BatcherArgs<F extends Fields> {
  readonly target: Ref<MessageOf<BatchProtocol<F>>>;
}

interface State {
  readonly target: Ref<AnyMessage>;
  items: unknown[];
  size: number;
  delayMs: number;
  /** Batches sent. */
  batches: number;
}

const SIZE_DEFAULT = 100;
const SIZE_MAX = 10_000;
const DELAY_MS_DEFAULT = 10;
const DELAY_MS_MAX = 60_000;
const FLUSH_TIMER = 'flush';

/** The protocol of targets of a batcher with such items. */
export function batchProtocol<const F extends Fields>(item: F): BatchProtocol<F> {
  return { Batch: { items: t.array(t.object(item)) } };
}

/**
 * A batcher before `args.target`: sends a `Batch` when 100 items are there, or 10 ms after the first of them, whichever comes
 * first. When it is stopped or restarted it sends what it has; only a kill loses that.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function batcher<const F extends Fields>(
  name: string,
  options: BatcherOptions<F>,
): Behavior<BatcherProtocol<F>, BatcherArgs<F>> {
  const { size = SIZE_DEFAULT, delayMs = DELAY_MS_DEFAULT, mailbox } = options;
  checkWhole('size', size, 1, SIZE_MAX, name);
  checkNumber('delayMs', delayMs, 0, DELAY_MS_MAX, name);

  const flush = (state: State, ctx: Context): void => {
    ctx.cancelTimer(FLUSH_TIMER);
    if (state.items.length === 0) return;
    const batch = { kind: 'Batch', items: state.items };
    state.items = [];
    state.batches++;
    ctx.tell(state.target, batch);
  };

  const definition: BehaviorDefinition<Protocol, State, { readonly target: Ref<AnyMessage> }, Protocol> = {
    protocol: {
      Add: { item: t.object(options.item) },
      Flush: {},
      Configure: { size: t.uint32, delayMs: t.float64 },
    },
    internal: { FlushDue: {} },
    state: ({ target }) => ({ target, items: [], size, delayMs, batches: 0 }),
    on: {
      Add(state: State, message: AnyMessage, ctx: Context) {
        state.items.push((message as unknown as { readonly item: unknown }).item);
        if (state.items.length >= state.size) flush(state, ctx);
        else if (state.items.length === 1) ctx.startTimer(FLUSH_TIMER, { kind: 'FlushDue' }, state.delayMs);
      },
      Flush: (state: State, _message: AnyMessage, ctx: Context) => flush(state, ctx),
      FlushDue: (state: State, _message: AnyMessage, ctx: Context) => flush(state, ctx),
      Configure(state: State, message: AnyMessage, ctx: Context) {
        const wanted = message as unknown as { readonly size: number; readonly delayMs: number };
        state.size = Math.max(1, Math.min(SIZE_MAX, wanted.size));
        state.delayMs = wanted.delayMs >= 0 ? Math.min(DELAY_MS_MAX, wanted.delayMs) : 0;
        // Those that wait have been promised the old figures; now is no later than either.
        flush(state, ctx);
      },
    },
    signals: { postStop: flush },
    mailbox: { ...mailbox, onStop: 'drain' },
  };
  return actor(name, definition) as unknown as Behavior<BatcherProtocol<F>, BatcherArgs<F>>;
}
