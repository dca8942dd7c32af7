/**
 * The events of a track, in 32-bit words. A negative word is a turn, with the code of what it handled; any other begins with
 * a tag, and what it is about in the bits above.
 *
 *   round                     time (2)      a round of the worker's loop, or a control call, in which anything happened
 *   receive   from, count                   so many messages, signals and spawns were taken in from that worker
 *   advance   how many fire   time (2)      timers were looked at, and some were due
 *   wayFree   worker                        nothing waits any more on the way to that worker
 *   root                                    the root actor was started
 *   send, fault, pipe         length, text  from outside: a message, a fault; the outcome of a promise
 *   batch     actor           count, isFull turns of one actor in a row
 *   turn      code
 *
 * Answers of the host stand where they were given, each with the number of the question; an answer that follows from
 * the run itself, or is the same as before, is left out:
 *
 *   clock                     question, time (2)
 *   parameter its place       question, value (2)
 *   table     word            question, value     what another worker had written
 *   rows                      question, first row
 *   sent      outcome         question            crowded or refused
 *   threw                     question, length, text
 */
import type { LocalSignal } from '../../kernel/signal.ts';

export const EVENT = {
  round: 1,
  receive: 2,
  advance: 3,
  wayFree: 4,
  root: 5,
  send: 6,
  fault: 7,
  pipe: 8,
  batch: 9,
  clock: 10,
  parameter: 11,
  table: 12,
  rows: 13,
  sent: 14,
  threw: 15,
} as const;

export const TAG_BITS = 4;
export const TAG_MASK = (1 << TAG_BITS) - 1;
/** Above the tag there is room for so much. */
export const ARGUMENT_MAX = 2 ** (31 - TAG_BITS) - 1;
/** Of a `receive`: the sender's number, then the count. */
export const SENDER_BITS = 5;
export const SENDER_MASK = (1 << SENDER_BITS) - 1;
export const RECEIVED_MAX = 2 ** (31 - TAG_BITS - SENDER_BITS) - 1;
/** Questions are counted modulo this. */
export const QUESTIONS = 2 ** 31;
const TURN_BIT = 0x8000_0000;

export const SENT = { crowded: 1, refused: 2 } as const;

export function isAnswer(tag: number): boolean {
  return tag >= EVENT.clock;
}

export function turnWord(code: number): number {
  return TURN_BIT | code | 0;
}

export function codeOfTurn(word: number): number {
  return word & ~TURN_BIT;
}

type SignalType = LocalSignal['type'];

/** The order is part of the format. */
const SIGNALS: Readonly<Record<SignalType, number>> = {
  start: 0,
  'child-failed': 1,
  'child-exited': 2,
  'child-halted': 3,
  'child-ready': 4,
  'child-stopped': 5,
  resume: 6,
  halt: 7,
  restart: 8,
  stop: 9,
  crash: 10,
  watch: 11,
  unwatch: 12,
  terminated: 13,
  'mailbox-full': 14,
  'mailbox-drained': 15,
  'ask-failed': 16,
  tick: 17,
  command: 18,
  'ask-replied': 19,
  'ask-timeout': 20,
  'receive-timeout': 21,
  hang: 22,
};

export function codeOfSignal(type: SignalType): number {
  return SIGNALS[type] * 2 + 1;
}

/** @param kind number of the kind in the registry; −1 for what is none of the protocol's */
export function codeOfMessage(kind: number): number {
  return (kind + 1) * 2;
}

/** What a turn handled, for a person. */
export function nameOfCode(code: number, kinds: readonly { readonly kind: string }[]): string {
  if (code % 2 === 0) return kinds[code / 2 - 1]?.kind ?? 'a message of a fault';
  const index = (code - 1) / 2;
  const found = Object.entries(SIGNALS).find(([, number]) => number === index);
  return `the signal ${found?.[0] ?? index}`;
}
