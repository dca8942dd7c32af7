/** The stash: messages put aside until the actor can do something with them. It outlives a restart. */
import type { Cell } from './cell.ts';
import { PlayhouseError } from './errors.ts';
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
  cell.stashed.push(message);
  cell.stashedNow.push(message);
}

/** The oldest ones, in their order, before what waits in the mailbox. */
export function unstash(cell: Cell, count = Number.POSITIVE_INFINITY): void {
  const oldest = cell.stashed?.splice(0, count) ?? [];
  for (const message of oldest.toReversed()) cell.mailbox.unshift(message);
}
