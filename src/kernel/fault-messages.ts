/**
 * Messages that faults put into mailboxes. They belong to no protocol, so that no handler is ever found for them, and that
 * is where they are told from messages that make no sense: behind the hot path. Their kinds have a space, which keeps them
 * apart from what an author names.
 */
import type { Cell } from './cell.ts';
import { ActorError } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { fail } from './lifecycle.ts';
import type { AnyMessage } from './ref.ts';

/** Makes whoever handles it fail. */
export const POISON_KIND = 'poison message';
/** Does nothing but take up room and a turn. */
export const FILLER_KIND = 'filler message';

/** A message for which its receiver has no handler. */
export function handleUnknown(kernel: Kernel, cell: Cell, message: AnyMessage): void {
  if (message.kind === FILLER_KIND) return;
  if (message.kind === POISON_KIND) {
    return fail(kernel, cell, new ActorError('Poison', 'whoever handles this message fails'), POISON_KIND);
  }
  // Only a ref with a wrong protocol number, made up outside, leads here.
  kernel.deadLetters.add(cell.ref, message, 'invalid-message');
}
