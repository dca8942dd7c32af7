/** Trace events as people read them: a sentence, a group to filter by, and the actor each one is about. */
import { unreachable } from '../../base/assert.ts';
import { type Fault, isActorFault } from '../../kernel/fault.ts';
import type { DeadLetterReason, TraceEvent } from '../../kernel/trace.ts';
import { endSentence, formatClock, formatCount, nameOf } from '../ui/format.ts';

type DeadLetter = Extract<TraceEvent, { readonly type: 'dead-letter' }>;

export type EventGroup =
  | 'failure'
  | 'restart'
  | 'escalation'
  | 'breaker'
  | 'violation'
  | 'fault'
  | 'stop'
  | 'overflow'
  | 'dead-letter'
  | 'spawn';

/** In the order of the legend. */
export const EVENT_GROUPS: readonly { readonly group: EventGroup; readonly label: string }[] = [
  { group: 'failure', label: 'Failures' },
  { group: 'restart', label: 'Restarts' },
  { group: 'escalation', label: 'Escalations' },
  { group: 'breaker', label: 'Breaker' },
  { group: 'violation', label: 'Violations' },
  { group: 'fault', label: 'Faults' },
  { group: 'stop', label: 'Stops' },
  { group: 'overflow', label: 'Full mailboxes' },
  { group: 'dead-letter', label: 'Dead letters' },
  { group: 'spawn', label: 'Spawns' },
];

export function groupOf(event: TraceEvent): EventGroup {
  switch (event.type) {
    case 'failed':
    case 'worker-lost':
      return 'failure';
    case 'restarted':
    case 'resumed':
    case 'backoff':
    case 'worker-joined':
      return 'restart';
    case 'escalated':
      return 'escalation';
    case 'breaker':
      return 'breaker';
    case 'violated':
      return 'violation';
    case 'fault':
      return 'fault';
    case 'stopped':
    case 'system':
    case 'exited':
    case 'passivated':
      return 'stop';
    case 'overflow':
      return 'overflow';
    case 'dead-letter':
      return 'dead-letter';
    case 'spawned':
    case 'activated':
      return 'spawn';
    default:
      return unreachable(event, 'event');
  }
}

/** The actor to select, where the event is about one. */
export function actorOf(event: TraceEvent): string | undefined {
  switch (event.type) {
    case 'failed':
    case 'restarted':
    case 'breaker':
    case 'stopped':
    case 'spawned':
    case 'escalated':
    case 'resumed':
    case 'exited':
    case 'passivated':
    case 'activated':
    case 'overflow':
      return event.path;
    case 'backoff':
      return `${event.path}/${event.child}`;
    case 'dead-letter':
      return event.path.startsWith('/') ? event.path : undefined;
    case 'fault':
      return actorOfFault(event.fault);
    case 'worker-lost':
      return event.during;
    case 'violated':
    case 'system':
    case 'worker-joined':
      return undefined;
    default:
      return unreachable(event, 'event');
  }
}

function actorOfFault(fault: Fault): string | undefined {
  if (isActorFault(fault)) return fault.path;
  return 'to' in fault ? fault.to : undefined;
}

/** @param untilMs engine time of the latest of several events that are told as one */
export function sentenceOf(event: TraceEvent, untilMs = event.atMs): string {
  switch (event.type) {
    case 'spawned':
      return `${nameOf(event.path)} was spawned as ${event.behavior}.`;
    case 'failed':
      return `${nameOf(event.path)} failed during ${event.during}: ${endSentence(event.error)}`;
    case 'restarted':
      // The root has no supervisor, and so no budget.
      return event.path.lastIndexOf('/') === 0
        ? `${nameOf(event.path)} was started again.`
        : `${nameOf(event.path)} was restarted, ${event.counted} of ${event.intensity} within the period.`;
    case 'resumed':
      return `${nameOf(event.path)} goes on with its state: its supervisor decided to resume it.`;
    case 'exited':
      return `${nameOf(event.path)} stopped itself; it is permanent, so it will be started again.`;
    case 'backoff':
      return `${nameOf(event.path)} waits ${formatNumber(event.delayMs)} ms before it restarts ${event.child} (${ordinal(event.failures)} failure in a row).`;
    case 'passivated':
      return `${nameOf(event.path)} was idle and gave up its state until its next message.`;
    case 'activated':
      return `${nameOf(event.path)} was started by its first message.`;
    case 'overflow':
      return overflowText(event);
    case 'escalated':
      if (event.cause === 'rule')
        return `${nameOf(event.path)} escalated the failure of ${nameOf(event.child)}: ${endSentence(event.error)}`;
      return `${nameOf(event.path)} gave up on ${nameOf(event.child)}: more than ${event.intensity} restarts within ${seconds(event.periodMs)}. ${endSentence(event.error)}`;
    case 'stopped':
      return `${nameOf(event.path)} stopped (${event.reason}).`;
    case 'dead-letter':
      return deadLetterText(event, untilMs);
    case 'breaker':
      return `${nameOf(event.path)} went from ${event.from} to ${event.to}: ${endSentence(event.cause)}`;
    case 'fault':
      return faultText(event.fault);
    case 'worker-lost':
      return workerLostText(event);
    case 'worker-joined':
      return `A new worker ${event.joined} has taken the place of the lost one.`;
    case 'violated':
      return event.detail === ''
        ? `The property “${event.property}” does not hold.`
        : `The property “${event.property}” does not hold: ${endSentence(event.detail)}`;
    case 'system':
      return event.cause === ''
        ? `The system was ${event.status}.`
        : `The system was ${event.status}: ${endSentence(event.cause)}`;
    default:
      return unreachable(event, 'event');
  }
}

function workerLostText({
  lost,
  cause,
  during,
  actors,
}: Extract<TraceEvent, { readonly type: 'worker-lost' }>): string {
  const whose = during === undefined ? '' : ` during a turn of ${nameOf(during)}`;
  const what = actors === 1 ? 'one actor' : `${formatCount(actors)} actors`;
  return `Worker ${lost} ${cause}${whose}; ${what} lived there.`;
}

/** Why the system stopped. The cause alone is the error of the root actor; the trace knows whose error it was. */
export function stopText(cause: string, markers: readonly TraceEvent[]): string {
  for (const event of markers.toReversed()) {
    if (event.type !== 'failed' && event.type !== 'escalated') continue;
    if (event.error !== cause || event.path.lastIndexOf('/') > 0) continue;
    const what = event.type === 'failed' ? 'failed' : `gave up on ${nameOf(event.child)}`;
    return `The root actor ${event.path} ${what}: ${endSentence(cause)}`;
  }
  return endSentence(cause);
}

function deadLetterText({ kind, path, reason, count, atMs }: DeadLetter, untilMs: number): string {
  const letters =
    count === 1
      ? `A ${kind} for ${nameOf(path)} became a dead letter`
      : `${formatCount(count)} ${kind} for ${nameOf(path)} became dead letters`;
  const span = formatClock(untilMs) === formatClock(atMs) ? '' : `, until ${formatClock(untilMs)}`;
  return `${letters}: ${reasonText(reason)}${span}.`;
}

function overflowText({ path, strategy, count }: Extract<TraceEvent, { readonly type: 'overflow' }>): string {
  const times = count === 1 ? '' : `, ${formatCount(count)} times since it was last told`;
  const what = strategy === 'block' ? 'its senders wait' : 'its senders are told';
  return `The mailbox of ${nameOf(path)} was full${times}: ${what} until it is half empty.`;
}

function ordinal(count: number): string {
  const ending = ['th', 'st', 'nd', 'rd'][count % 100 > 10 && count % 100 < 14 ? 0 : count % 10] ?? 'th';
  return `${count}${ending}`;
}

function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'crash':
      return `A crash was injected into ${nameOf(fault.path)}.`;
    case 'hang':
      return hangText(fault);
    case 'slow':
      return slowText(fault);
    case 'pause':
      return `${nameOf(fault.path)} was paused: its messages wait.`;
    case 'resume':
      return `${nameOf(fault.path)} was resumed: it handles its messages again.`;
    case 'poison':
      return `${nameOf(fault.path)} was sent a message that makes it fail.`;
    case 'flood':
      return `${nameOf(fault.path)} was flooded with ${formatCount(fault.count)} ${fault.count === 1 ? 'message' : 'messages'} that do nothing.`;
    case 'trip-breaker':
      return `${nameOf(fault.path)} was tripped by hand.`;
    case 'reset-breaker':
      return `${nameOf(fault.path)} was reset by hand.`;
    case 'force-breaker':
      return `${nameOf(fault.path)} was forced ${fault.to} by hand, until it is reset.`;
    case 'kill-worker':
      return `Worker ${fault.worker} was killed: all its actors are lost.`;
    case 'drop':
    case 'duplicate':
    case 'delay':
    case 'reorder':
      return networkText(fault);
    case 'in-flight':
      return inFlightText(fault);
    case 'set-parameter':
      return `${fault.name} was set to ${formatNumber(fault.value)}.`;
    default:
      return unreachable(fault, 'fault');
  }
}

type FaultOf<K extends Fault['kind']> = Extract<Fault, { readonly kind: K }>;

function hangText({ path, forMs }: FaultOf<'hang'>): string {
  if (forMs === 0) return `${nameOf(path)} goes on: its hang was taken back.`;
  if (forMs === undefined) return `${nameOf(path)} hangs, and its worker with it, until that is taken back.`;
  return `${nameOf(path)} hangs for ${formatNumber(forMs)} ms, and its worker with it.`;
}

function slowText({ path, delayMs, factor }: FaultOf<'slow'>): string {
  if (delayMs === 0 && factor === undefined) return `${nameOf(path)} was healed: no more delay.`;
  const times = factor === undefined ? '' : `its service time is multiplied by ${formatNumber(factor)}`;
  if (delayMs === 0) return `${nameOf(path)} changed its pace: ${times}.`;
  const also = times === '' ? '' : `, and ${times}`;
  return `${nameOf(path)} was slowed down by ${formatNumber(delayMs)} ms a message${also}.`;
}

const NETWORK = { drop: 'dropped', duplicate: 'duplicated', delay: 'delayed', reorder: 'held back' } as const;

function networkText(fault: FaultOf<keyof typeof NETWORK>): string {
  const sender = fault.from === undefined ? '' : ` from ${nameOf(fault.from)}`;
  const what = `Messages${sender} to ${nameOf(fault.to)} are ${NETWORK[fault.kind]}`;
  if (fault.probability === 0) return `${what} no more.`;
  const by = 'delayMs' in fault ? ` by ${formatNumber(fault.delayMs)} ms` : '';
  const overtaken = fault.kind === 'reorder' ? ', so that others overtake them,' : '';
  return `${what}${by}${overtaken} with a probability of ${formatNumber(fault.probability)}.`;
}

function inFlightText({ message, action, delayMs = 0 }: FaultOf<'in-flight'>): string {
  const done = { drop: 'dropped', duplicate: 'duplicated', delay: `delayed by ${formatNumber(delayMs)} ms` }[action];
  return `Message ${message} was ${done} on its way.`;
}

function reasonText(reason: DeadLetterReason): string {
  switch (reason) {
    case 'mailbox-full':
      return 'its mailbox was full';
    case 'no-such-actor':
      return 'there is no such actor';
    case 'stopped':
      return 'the actor stopped first';
    case 'late-reply':
      return 'the reply came too late';
    case 'outbox-full':
      return 'the way to that worker was full';
    case 'undeliverable':
      return 'it had nobody to pass it on to';
    case 'expired':
      return 'it waited longer than its deadline';
    case 'invalid-message':
      return 'it could not be read';
    case 'lost':
      return 'it was lost on its way';
    case 'worker-lost':
      return 'its worker was lost';
    default:
      return unreachable(reason, 'reason');
  }
}

function seconds(ms: number): string {
  return `${formatNumber(ms / 1_000)} s`;
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(value);
}
