/** Batch handlers: one turn for several messages of a kind that wait one behind the other. */
import type { BatchHandler } from './behavior.ts';
import type { Handler } from './handlers.ts';
import type { KernelContext } from './kernel-context.ts';
import type { AnyMessage } from './ref.ts';

/** A batch handler as a handler of its first message, which takes the others along: nobody else pays for batches. */
export function batched({ upTo, handle }: BatchHandler<AnyMessage, unknown, unknown>): Handler {
  return (state, first, ctx) => {
    const context = ctx as KernelContext;
    const messages = [first];
    while (messages.length < upTo) {
      const next = context.takeNext(first.kind);
      if (next === undefined) break;
      messages.push(next);
    }
    try {
      handle(state, messages, ctx);
    } catch (thrown) {
      // The kernel fails the ask of the first message, whose handler this is.
      for (const message of messages.slice(1)) context.failAskOf(message);
      throw thrown;
    }
  };
}
