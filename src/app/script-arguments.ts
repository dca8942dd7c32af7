/**
 * What a script gave `window.playhouse`, checked before anything is done with it: a mistake is refused at once, by the name
 * of its argument, instead of becoming a run that never ends or an error of the browser. All throw a PlayhouseError.
 */
import type { Condition } from '../engine/simulation.ts';
import { describe, isObject, plainDataMismatch } from '../kernel/check.ts';
import { type ErrorCode, PlayhouseError } from '../kernel/errors.ts';
import { checkFault, type Fault } from '../kernel/fault.ts';
import { RUN_LIMITS } from '../kernel/intervention.ts';
import type { AnyMessage } from '../kernel/ref.ts';
import type { BreakerPhase } from '../kernel/view.ts';
import { checkMessage } from '../share/check-message.ts';
import { LINK_LIMITS } from '../share/shared-run.ts';

const PHASES: readonly unknown[] = ['closed', 'open', 'half-open'] satisfies readonly BreakerPhase[];

/** @throws PlayhouseError `invalid-configuration` */
export function checkCount(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw wrong('count', 'A count of steps is a whole number', value);
}

/**
 * @param least 0 for a position, 1 for a step that was taken
 * @throws PlayhouseError `invalid-configuration`
 */
export function checkStep(value: unknown, least = 0): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= RUN_LIMITS.stepsMax) {
    return value as number;
  }
  throw wrong('step', `A step is a whole number from ${least} to ${RUN_LIMITS.stepsMax}`, value);
}

/** @throws PlayhouseError `invalid-configuration` */
export function checkBranch(value: unknown, count: number): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < count) return value as number;
  const known = count === 1 ? 'There is only branch 0' : `A branch is a whole number from 0 to ${count - 1}`;
  throw wrong('branch', known, value);
}

/** @throws PlayhouseError with that code */
export function checkText(value: unknown, field: string, code: ErrorCode = 'invalid-configuration'): string {
  if (typeof value === 'string') return value;
  throw wrong(field, `The ${field} is text`, value, code);
}

/** @throws PlayhouseError `invalid-configuration`: a sequence is a number, or left out */
export function checkSequence(value: unknown, field: 'from' | 'to'): number | undefined {
  if (value === undefined || (typeof value === 'number' && !Number.isNaN(value))) return value;
  throw wrong(field, 'The sequence of an event is a number', value);
}

/** @throws PlayhouseError `invalid-configuration`: what the settings are is checked where they are used */
export function checkSettingsGiven<T>(value: T): T {
  if (isObject(value)) return value;
  throw wrong('settings', 'Settings are an object of numbers by name', value);
}

/** @throws PlayhouseError `invalid-configuration`: only plain data reaches a worker */
export function checkPlain<T>(value: T): T {
  const mismatch = plainDataMismatch(value);
  if (mismatch === undefined) return value;
  const { field, expected, found } = mismatch;
  throw new PlayhouseError('invalid-configuration', `"${field}" must be ${expected}, not ${found}.`, field);
}

/**
 * A fault that a link can carry: what is done to a simulated run becomes a part of it.
 * @throws PlayhouseError `invalid-configuration`
 */
export function checkCarriedFault(value: unknown): Fault {
  const fault = checkFault(value);
  const { pathLengthMax } = LINK_LIMITS;
  for (const [name, member] of Object.entries(fault)) {
    if (typeof member !== 'string') continue;
    if (member.length > pathLengthMax) {
      const message = `${name} of a fault has at most ${pathLengthMax} characters, not ${member.length}.`;
      throw new PlayhouseError('invalid-configuration', message, name);
    }
    // Lone surrogates have no percent-encoding.
    if (/\p{Cs}/u.test(member)) {
      throw new PlayhouseError('invalid-configuration', `${name} of a fault has half of a character.`, name);
    }
  }
  return fault;
}

/**
 * A message that a link can carry.
 * @throws PlayhouseError `invalid-message`
 */
export function checkCarriedMessage(value: unknown): AnyMessage {
  try {
    return checkMessage(value, 'message');
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError)) throw thrown;
    throw new PlayhouseError('invalid-message', thrown.message, thrown.field);
  }
}

/**
 * A copy with what belongs to it and nothing else.
 * @throws PlayhouseError `invalid-configuration`
 */
export function checkCondition(value: unknown): Condition {
  if (!isObject(value)) throw wrong('until', 'A condition is an object with "until"', value);
  const condition = value as Condition;
  switch (condition.until) {
    case 'message': {
      const kind = checkText(condition.kind, 'kind');
      if (kind === '') throw wrong('kind', 'The kind of a message has a name', kind);
      return { until: condition.until, kind, ...pathOf(condition) };
    }
    case 'actor':
      return { until: condition.until, path: checkText(condition.path, 'path') };
    case 'failure':
    case 'restart':
    case 'escalation':
    case 'dead-letter':
      return { until: condition.until, ...pathOf(condition) };
    case 'breaker': {
      const { until, to } = condition;
      if (to !== undefined && !PHASES.includes(to)) throw wrong('to', `A breaker is ${PHASES.join(', ')}`, to);
      return { until, ...pathOf(condition), ...(to === undefined ? {} : { to }) };
    }
    case 'violation':
      return { until: condition.until };
    case 'state': {
      const { until, path, field, value: wanted } = condition;
      if (!isJson(wanted)) throw wrong('value', 'A value to wait for is what JSON can say', wanted);
      return { until, path: checkText(path, 'path'), field: checkText(field, 'field'), value: wanted };
    }
    case 'time': {
      const { until, atMs } = condition;
      if (!Number.isFinite(atMs) || atMs < 0) throw wrong('atMs', 'A time is a number of ms from 0', atMs);
      return { until, atMs };
    }
    default:
      return unknownCondition(condition);
  }
}

function pathOf({ path }: { readonly path?: string }): { readonly path?: string } {
  return path === undefined ? {} : { path: checkText(path, 'path') };
}

/** Values are compared as JSON. */
function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined && plainDataMismatch(value) === undefined;
  } catch {
    return false;
  }
}

function unknownCondition(condition: never): never {
  throw wrong('until', 'There is nothing that a run is run until by that name', (condition as Condition).until);
}

function wrong(field: string, what: string, value: unknown, code: ErrorCode = 'invalid-configuration'): PlayhouseError {
  return new PlayhouseError(code, `${what}, not ${describe(value)}.`, field);
}
