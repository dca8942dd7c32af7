/** What people read about faults, properties and lost letters. */
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../kernel/fault.ts';
import type { TraceEvent, TraceEventBody } from '../../kernel/trace.ts';
import { actorOf, EVENT_GROUPS, groupOf, sentenceOf } from './event-text.ts';

const event = (body: TraceEventBody): TraceEvent => ({ sequence: 1, atMs: 0, node: 0, worker: 0, ...body });
const path = '/shop/pay';
const to = path;

const FAULTS: readonly (readonly [Fault, string])[] = [
  [{ kind: 'crash', path }, 'A crash was injected into pay.'],
  [{ kind: 'hang', path }, 'pay hangs, and its worker with it, until that is taken back.'],
  [{ kind: 'hang', path, forMs: 1_500 }, 'pay hangs for 1,500 ms, and its worker with it.'],
  [{ kind: 'hang', path, forMs: 0 }, 'pay goes on: its hang was taken back.'],
  [{ kind: 'slow', path, delayMs: 20 }, 'pay was slowed down by 20 ms a message.'],
  [
    { kind: 'slow', path, delayMs: 20, factor: 2.5 },
    'pay was slowed down by 20 ms a message, and its service time is multiplied by 2.5.',
  ],
  [{ kind: 'slow', path, delayMs: 0, factor: 3 }, 'pay changed its pace: its service time is multiplied by 3.'],
  [{ kind: 'slow', path, delayMs: 0 }, 'pay was healed: no more delay.'],
  [{ kind: 'pause', path }, 'pay was paused: its messages wait.'],
  [{ kind: 'resume', path }, 'pay was resumed: it handles its messages again.'],
  [{ kind: 'poison', path }, 'pay was sent a message that makes it fail.'],
  [{ kind: 'flood', path, count: 1_000 }, 'pay was flooded with 1,000 messages that do nothing.'],
  [{ kind: 'trip-breaker', path }, 'pay was tripped by hand.'],
  [{ kind: 'reset-breaker', path }, 'pay was reset by hand.'],
  [{ kind: 'force-breaker', path, to: 'open' }, 'pay was forced open by hand, until it is reset.'],
  [{ kind: 'set-parameter', name: 'rate', value: 2_000 }, 'rate was set to 2,000.'],
  [{ kind: 'kill-worker', worker: 1 }, 'Worker 1 was killed: all its actors are lost.'],
  [{ kind: 'drop', to, probability: 0.1 }, 'Messages to pay are dropped with a probability of 0.1.'],
  [{ kind: 'drop', to, probability: 0 }, 'Messages to pay are dropped no more.'],
  [
    { kind: 'duplicate', to, from: '/shop/orders', probability: 1 },
    'Messages from orders to pay are duplicated with a probability of 1.',
  ],
  [
    { kind: 'delay', to, probability: 0.5, delayMs: 20 },
    'Messages to pay are delayed by 20 ms with a probability of 0.5.',
  ],
  [
    { kind: 'reorder', to, probability: 0.5, delayMs: 20 },
    'Messages to pay are held back by 20 ms, so that others overtake them, with a probability of 0.5.',
  ],
  [{ kind: 'reorder', to, probability: 0, delayMs: 20 }, 'Messages to pay are held back no more.'],
  [{ kind: 'in-flight', message: 12, action: 'drop' }, 'Message 12 was dropped on its way.'],
  [{ kind: 'in-flight', message: 12, action: 'delay', delayMs: 5 }, 'Message 12 was delayed by 5 ms on its way.'],
];

describe('a fault', () => {
  it.each(FAULTS.map(([fault, text]) => [text, fault] as const))('%s', (text, fault) => {
    const told = event({ type: 'fault', fault });
    expect([sentenceOf(told), groupOf(told)]).toEqual([text, 'fault']);
  });

  it('of the network is about the receiver; one of the system about nobody', () => {
    expect(actorOf(event({ type: 'fault', fault: { kind: 'drop', to, probability: 1 } }))).toBe(to);
    expect(actorOf(event({ type: 'fault', fault: { kind: 'kill-worker', worker: 1 } }))).toBeUndefined();
    expect(actorOf(event({ type: 'fault', fault: { kind: 'force-breaker', path: '/shop/breaker', to: 'open' } }))).toBe(
      '/shop/breaker',
    );
  });
});

it('a property that does not hold is a group of its own', () => {
  const violated = event({ type: 'violated', property: 'nothing is paid twice', detail: 'order 7 was' });
  expect(sentenceOf(violated)).toBe('The property “nothing is paid twice” does not hold: order 7 was.');
  expect(EVENT_GROUPS.map(({ group }) => group)).toContain(groupOf(violated));
});

it.each([
  ['lost', 'A Charge for pay became a dead letter: it was lost on its way.'],
  ['worker-lost', 'A Charge for pay became a dead letter: its worker was lost.'],
] as const)('a letter that is %s says so', (reason, text) => {
  expect(sentenceOf(event({ type: 'dead-letter', path, kind: 'Charge', reason, count: 1 }))).toBe(text);
});
