/**
 * The stash: messages put aside until the actor can do something with them. It outlives a restart.
 *
 * Nothing is overtaken in there: what came out and is put aside again, because something else (the tick of a timer, say) was
 * quicker, goes back to its place before those that never came out.
 */
import type { Cell } from './cell.ts';
import { PlayhouseError } from './errors.ts';
import { waitingIn } from './mailbox.ts';
import type { AnyMessage } from './ref.ts';

/** @throws PlayhouseError `already-stashed`, `stash-full` */
export function stash(cell: Cell, message: AnyMessage): void {
  cell.stashed ??= [];
  cell.stashedNow ??= [];
  // In this turn: the same object may well come again, as a constant or the message of a timer.
  if (cell.stashedNow.includes(message)) {
    throw new PlayhouseError('already-stashed', `${cell.path} has stashed this ${message.kind} already.`);
  }
  const { stash: capacity } = cell.entry.definition.mailbox;
  if (cell.stashed.length >= capacity) {
    throw new PlayhouseError('stash-full', `${cell.path} has stashed ${capacity} messages already.`);
  }
  const { unstashed } = cell;
  if (unstashed?.messages.delete(message) === true) cell.stashed.splice(unstashed.again++, 0, message);
  else cell.stashed.push(message);
  cell.stashedNow.push(message);
}

/** The oldest ones, in their order, before what waits in the mailbox. */
export function unstash(cell: Cell, count = Number.POSITIVE_INFINITY): void {
  const oldest = cell.stashed?.splice(0, count) ?? [];
  if (oldest.length === 0) return;
  cell.unstashed = { messages: new Set([...notHandledYet(cell), ...oldest]), again: 0 };
  for (const message of oldest.toReversed()) cell.mailbox.unshift(message);
}

/** Of those that came out before: the ones that still wait. They are before all others. */
export function notHandledYet({ unstashed, mailbox }: Cell): readonly AnyMessage[] {
  if (unstashed === undefined || unstashed.messages.size === 0) return [];
  return waitingIn(mailbox, unstashed.messages.size).filter((message) => unstashed.messages.has(message));
}
