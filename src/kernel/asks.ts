/**
 * Asks: a message with a one-shot reply address. Every ask ends in exactly one outcome at its asker, whatever becomes of
 * the target; what comes after that outcome is a dead letter.
 */
import { type Cell, Deadline, type PendingAsk } from './cell.ts';
import { isRef } from './check.ts';
import type { AskOptions } from './context.ts';
import { type ErrorCode, type ErrorReport, PlayhouseError, reportOf } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import type { AnyMessage, Ref } from './ref.ts';

type Settled = { readonly ok: true; readonly reply: AnyMessage } | { readonly ok: false; readonly error: ErrorReport };

export function ask(kernel: Kernel, cell: Cell, to: Ref, message: AnyMessage, options: AskOptions<unknown>): void {
  const protocol = kernel.protocolOf(to);
  const replyProtocol = protocol.kinds.get(message.kind)?.replyProtocol ?? -1;
  if (replyProtocol < 0) {
    throw new PlayhouseError(
      'invalid-message',
      `${protocol.name}.${message.kind} has no replyTo to answer to.`,
      'replyTo',
    );
  }
  if (!cell.entry.replies.has(options.reply)) {
    throw new PlayhouseError(
      'invalid-configuration',
      `${cell.entry.name} has no reply handler "${options.reply}".`,
      'reply',
    );
  }
  const nowMs = kernel.host.now();
  const number = cell.nextAsk;
  const replyTo: Ref = {
    node: 0,
    id: cell.ref.id,
    generation: cell.ref.generation,
    ask: number,
    protocol: replyProtocol,
  };
  const request: AnyMessage & { readonly replyTo: Ref } = { ...message, replyTo };
  kernel.registry.checked(protocol, request);

  cell.nextAsk = number === 0x7fffffff ? 1 : number + 1;
  cell.asks ??= new Map();
  const full = cell.asks.size >= LIMITS.pendingAsksMax;
  const deadline = new Deadline(nowMs + Math.max(0, options.timeoutMs), cell, number);
  cell.asks.set(number, {
    reply: options.reply,
    context: options.context,
    kind: message.kind,
    target: to,
    sinceMs: options.intendedAtMs ?? nowMs,
    isLoad: options.intendedAtMs !== undefined,
    deadline,
  });
  if (full) {
    const text = `${cell.path} already waits for ${LIMITS.pendingAsksMax} answers.`;
    kernel.enqueueSignal(cell, { type: 'ask-failed', ask: number, error: reportOf('request-rejected', text) });
  } else if (options.timeoutMs <= 0) {
    kernel.enqueueSignal(cell, { type: 'ask-timeout', ask: number });
  } else {
    kernel.deadlines.add(deadline);
    kernel.tell(cell, to, request);
  }
}

export function settleAsk(kernel: Kernel, cell: Cell, number: number, settled: Settled): void {
  const pending = cell.asks?.get(number);
  if (pending === undefined) {
    if (settled.ok) kernel.deadLetters.add(cell.ref, settled.reply, 'late-reply');
    return;
  }
  close(kernel, cell, number, pending);
  const elapsedMs = Math.max(0, kernel.host.now() - pending.sinceMs);
  if (pending.isLoad) kernel.host.recordRequest(elapsedMs, settled.ok);
  if (!cell.receptive) return;
  const handler = cell.entry.replies.get(pending.reply);
  const outcome = { context: pending.context, elapsedMs, ...settled };
  kernel.guarded(cell, pending.reply, (context) => handler?.(cell.state, outcome, context));
}

export function askTimedOut(kernel: Kernel, cell: Cell, number: number): void {
  const pending = cell.asks?.get(number);
  if (pending === undefined) return;
  const target = kernel.cells[pending.target.id];
  const waitedMs = Math.round(pending.deadline.dueMs - pending.sinceMs);
  // A target on another worker is known by its number only, which would tell a reader nothing.
  const isHere = target !== undefined && target.ref.generation === pending.target.generation;
  const text = `${isHere ? `${target.path} gave no` : 'No'} answer to ${pending.kind} within ${waitedMs} ms.`;
  settleAsk(kernel, cell, number, { ok: false, error: reportOf('ask-timeout', text) });
}

/** The asker's incarnation ends: nobody is left to tell, and answers that still come are dead letters. */
export function dropAsks(kernel: Kernel, cell: Cell): void {
  for (const [number, pending] of [...(cell.asks ?? [])]) close(kernel, cell, number, pending);
}

function close(kernel: Kernel, cell: Cell, number: number, pending: PendingAsk): void {
  cell.asks?.delete(number);
  kernel.deadlines.remove(pending.deadline);
}

/** If a message that will not be answered was an ask, its asker learns why. */
export function failAskOf(kernel: Kernel, message: AnyMessage, code: ErrorCode, path: string): void {
  const replyTo = (message as { readonly replyTo?: unknown }).replyTo;
  if (!isRef(replyTo)) return;
  const address = replyTo as Ref;
  const text =
    code === 'handler-failed'
      ? `${path} failed while it handled ${message.kind}.`
      : code === 'mailbox-full'
        ? `The mailbox of ${path} had no room for ${message.kind}.`
        : `${path} is not there to answer ${message.kind}.`;
  failAsk(kernel, address, reportOf(code, text));
}

/** @param from the actor that answers so, where it is one: an error is an answer too, and flows as one. */
export function failAsk(kernel: Kernel, replyTo: Ref, error: ErrorReport, from?: Cell): void {
  if (replyTo.ask === 0) return;
  if (from !== undefined) kernel.countFlow(from, replyTo);
  kernel.signal({ ...replyTo, ask: 0 }, { type: 'ask-failed', ask: replyTo.ask, error });
}
