/**
 * Asks: a message with a one-shot reply address. Every ask ends in exactly one outcome at its asker, whatever becomes of
 * the target; what comes after that outcome is a dead letter.
 */

import { FIELD } from './actor-table.ts';
import type { AskOutcome } from './behavior.ts';
import { type Cell, Deadline, type PendingAsk } from './cell.ts';
import { isRef, plainDataMismatch } from './check.ts';
import type { AskOptions, PipeOptions } from './context.ts';
import { checkNumber, type ErrorCode, type ErrorReport, PlayhouseError, reportOf } from './errors.ts';
import { noteActivity } from './idle.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import type { AnyMessage, Ref } from './ref.ts';

/** Numbers of an actor's asks are 1 … 2³¹ − 1, and then again. */
const ASK_NUMBER_MAX = 0x7fffffff;
/** The actor's row says in which block of numbers it is. */
const ASK_BLOCK = 2 ** 16;

type Settled = { readonly ok: true; readonly reply: unknown } | { readonly ok: false; readonly error: ErrorReport };

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
  checkReply(cell, options.reply);
  checkNumber('timeoutMs', options.timeoutMs, Number.NEGATIVE_INFINITY, LIMITS.delayMsMax, cell.path);
  if (options.intendedAtMs !== undefined) {
    checkNumber('intendedAtMs', options.intendedAtMs, -Number.MAX_VALUE, Number.MAX_VALUE, cell.path);
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

  const isFull = open(kernel, cell, number, {
    reply: options.reply,
    context: options.context,
    kind: message.kind,
    target: to,
    sinceMs: options.intendedAtMs ?? nowMs,
    isLoad: options.intendedAtMs !== undefined,
    deadline: new Deadline(nowMs + Math.max(0, options.timeoutMs), cell, number),
  });
  if (isFull) return;
  if (options.timeoutMs <= 0) {
    kernel.enqueueSignal(cell, { type: 'ask-timeout', ask: number });
    return;
  }
  try {
    kernel.tell(cell, to, request);
  } catch (thrown) {
    // Too large to travel, say: the asker hears it now, and must not hear of a time-out as well.
    const pending = cell.asks?.get(number);
    if (pending !== undefined) close(kernel, cell, number, pending);
    throw thrown;
  }
}

function checkReply(cell: Cell, reply: string): void {
  if (cell.entry.replies.has(reply)) return;
  const text = `${cell.entry.name} has no reply handler "${reply}".`;
  throw new PlayhouseError('invalid-configuration', text, 'reply');
}

/**
 * An actor that was lost with its worker, and with it what it had asked: it goes on with the next block of numbers, so that
 * a reply to one of the lost asks never meets a new one.
 */
export function skipAskNumbers({ host: { table } }: Kernel, cell: Cell): void {
  const block = (table.field(cell.ref.id, FIELD.askBlock) + 1) % ((ASK_NUMBER_MAX + 1) / ASK_BLOCK);
  table.setField(cell.ref.id, FIELD.askBlock, block);
  cell.nextAsk = Math.max(1, block * ASK_BLOCK);
}

/** Notes what is waited for. True when too much is: then it has failed already. */
function open(kernel: Kernel, cell: Cell, number: number, pending: PendingAsk): boolean {
  cell.nextAsk = number === ASK_NUMBER_MAX ? 1 : number + 1;
  if ((cell.nextAsk & (ASK_BLOCK - 1)) === 0) {
    kernel.host.table.setField(cell.ref.id, FIELD.askBlock, cell.nextAsk / ASK_BLOCK);
  }
  cell.asks ??= new Map();
  const isFull = cell.asks.size >= LIMITS.pendingAsksMax;
  cell.asks.set(number, pending);
  if (isFull) {
    const text = `${cell.path} already waits for ${LIMITS.pendingAsksMax} answers.`;
    kernel.enqueueSignal(cell, { type: 'ask-failed', ask: number, error: reportOf('request-rejected', text) });
  } else {
    kernel.deadlines.add(pending.deadline);
  }
  return isFull;
}

/** @throws PlayhouseError `not-available` where the engine lets nothing in from outside */
export function pipe<T>(kernel: Kernel, cell: Cell, start: () => PromiseLike<T>, options: PipeOptions<unknown>): void {
  const { host } = kernel;
  if (host.pipe === undefined) {
    const text = 'A promise cannot be piped in a simulated run: nothing there may depend on the world outside.';
    throw new PlayhouseError('not-available', text);
  }
  checkReply(cell, options.reply);
  checkNumber('timeoutMs', options.timeoutMs, 0, LIMITS.delayMsMax, cell.path);
  const { reply, context, timeoutMs } = options;
  const number = cell.nextAsk;
  const nowMs = host.now();
  const deadline = new Deadline(nowMs + timeoutMs, cell, number);
  const pending = { reply, context, kind: 'pipe', target: null, sinceMs: nowMs, isLoad: false, deadline };
  if (open(kernel, cell, number, pending)) return;
  const { ref } = cell;
  host.pipe(start, (outcome) => {
    const wrong = outcome.ok ? plainDataMismatch(outcome.value) : undefined;
    if (outcome.ok && wrong === undefined) {
      kernel.settlePipe(ref, { type: 'ask-replied', ask: number, reply: outcome.value });
      return;
    }
    const found = wrong === undefined ? '' : `field "${wrong.field}" must be ${wrong.expected}, not ${wrong.found}`;
    const text = outcome.ok ? `The promise's value is not plain data: ${found}.` : outcome.error;
    const error = reportOf('pipe-failed', text.slice(0, LIMITS.errorTextMax));
    kernel.settlePipe(ref, { type: 'ask-failed', ask: number, error });
  });
}

export function settleAsk(kernel: Kernel, cell: Cell, number: number, settled: Settled): void {
  const pending = cell.asks?.get(number);
  if (pending === undefined) {
    if (settled.ok) kernel.lateReply(cell, settled.reply);
    return;
  }
  close(kernel, cell, number, pending);
  const elapsedMs = Math.max(0, kernel.host.now() - pending.sinceMs);
  if (pending.isLoad) kernel.host.recordRequest(elapsedMs, settled.ok);
  noteActivity(kernel, cell);
  const handler = cell.entry.replies.get(pending.reply);
  const outcome = { context: pending.context, elapsedMs, ...settled } as AskOutcome;
  kernel.guarded(cell, pending.reply, (context) => handler?.(cell.state, outcome, context));
}

export function askTimedOut(kernel: Kernel, cell: Cell, number: number): void {
  const pending = cell.asks?.get(number);
  if (pending === undefined) return;
  const waitedMs = Math.round(pending.deadline.dueMs - pending.sinceMs);
  const { target, kind } = pending;
  // Paths are known only to an actor's own worker; elsewhere its number has to do.
  const who = target === null ? 'The promise' : (kernel.cellOf(target)?.path ?? `Actor #${target.id}`);
  const text = target === null ? `${who} was not settled` : `${who} gave no answer to ${kind}`;
  settleAsk(kernel, cell, number, { ok: false, error: reportOf('ask-timeout', `${text} within ${waitedMs} ms.`) });
}

/** The asker's incarnation ends: nobody is left to tell, and answers that still come are dead letters. */
export function dropAsks(kernel: Kernel, cell: Cell): void {
  for (const [number, pending] of [...(cell.asks ?? [])]) close(kernel, cell, number, pending);
}

function close(kernel: Kernel, cell: Cell, number: number, pending: PendingAsk): void {
  cell.asks?.delete(number);
  kernel.deadlines.remove(pending.deadline);
}

type WhyNot = (path: string, kind: string) => string;

/** What an asker hears about a message that will not be answered, by the error's code. */
const WHY_NOT: Readonly<Partial<Record<ErrorCode, WhyNot>> & Record<'target-stopped', WhyNot>> = {
  'handler-failed': (path, kind) => `${path} failed while it handled ${kind}.`,
  'mailbox-full': (path, kind) => `The mailbox of ${path} had no room for ${kind}.`,
  'deadline-exceeded': (path, kind) => `${kind} waited too long in the mailbox of ${path}.`,
  'request-rejected': (path, kind) => `The way to ${path} had no room for ${kind}.`,
  'no-routees': (path, kind) => `${path} has nobody to pass ${kind} on to.`,
  'worker-lost': (path, kind) => `${path} was lost with its worker before it answered ${kind}.`,
  'target-stopped': (path, kind) => `${path} is not there to answer ${kind}.`,
};

/** If a message that will not be answered was an ask, its asker learns why. */
export function failAskOf(kernel: Kernel, message: AnyMessage, code: ErrorCode, path: string): void {
  const replyTo = (message as { readonly replyTo?: unknown }).replyTo;
  if (!isRef(replyTo)) return;
  const address = replyTo as Ref;
  const text = (WHY_NOT[code] ?? WHY_NOT['target-stopped'])(path, message.kind);
  failAsk(kernel, address, reportOf(code, text));
}

/** @param from the actor that answers so, where it is one: an error is an answer too, and flows as one. */
export function failAsk(kernel: Kernel, replyTo: Ref, error: ErrorReport, from?: Cell): void {
  if (replyTo.ask === 0) return;
  if (from !== undefined) kernel.countFlow(from, replyTo);
  kernel.signal({ ...replyTo, ask: 0 }, { type: 'ask-failed', ask: replyTo.ask, error });
}
