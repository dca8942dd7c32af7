/** Conditions: what a run is run until, and what a breakpoint stops at, looked at after each step. */
import { BREAKER_PHASES } from '../../kernel/actor-table.ts';
import { describe, isObject } from '../../kernel/check.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import type { TraceEvent } from '../../kernel/trace.ts';
import type { Condition } from '../simulation.ts';
import { jsonText } from './json-text.ts';
import type { SimulatedSystem } from './system.ts';

/** Says why it holds after the present step; undefined where it does not. */
export type Check = (system: SimulatedSystem) => string | undefined;

const EVENT_OF = {
  failure: 'failed',
  restart: 'restarted',
  escalation: 'escalated',
  'dead-letter': 'dead-letter',
  violation: 'violated',
  breaker: 'breaker',
} as const satisfies Partial<Record<Condition['until'], TraceEvent['type']>>;

const TEXTS = {
  failure: 'failed',
  restart: 'was restarted',
  escalation: 'escalated',
  'dead-letter': 'has a dead letter',
} as const;

/** @throws PlayhouseError `invalid-configuration`, naming the field */
export function checkFor(condition: Condition): Check {
  if (!isObject(condition)) throw wrong('until', `A condition is an object with "until", not ${describe(condition)}.`);
  switch (condition.until) {
    case 'message': {
      const { kind, path } = condition;
      checkText(kind, 'kind');
      checkAnyPath(path);
      return ({ recorder }) => {
        if (recorder?.cell === undefined || recorder.stepKind !== 'message') return undefined;
        if (recorder.labels.text(recorder.label) !== kind) return undefined;
        return path === undefined || recorder.cell.path === path ? `${recorder.cell.path} handled ${kind}` : undefined;
      };
    }
    case 'actor': {
      const { path } = condition;
      checkText(path, 'path');
      return ({ recorder }) => (recorder?.cell?.path === path ? `a step of ${path}` : undefined);
    }
    case 'failure':
    case 'restart':
    case 'escalation':
    case 'dead-letter': {
      const { until, path } = condition;
      checkAnyPath(path);
      return eventCheck(EVENT_OF[until], path, (event) => `${'path' in event ? event.path : ''} ${TEXTS[until]}`);
    }
    case 'breaker': {
      const { path, to } = condition;
      checkAnyPath(path);
      if (to !== undefined && !BREAKER_PHASES.includes(to)) {
        throw wrong('to', `A breaker is ${BREAKER_PHASES.join(', ')}, and never ${describe(to)}.`);
      }
      return ({ recorder }) => {
        for (const event of recorder?.stepEvents ?? []) {
          if (event.type !== 'breaker' || (path !== undefined && event.path !== path)) continue;
          if (to === undefined || event.to === to) return `${event.path} went from ${event.from} to ${event.to}`;
        }
        return undefined;
      };
    }
    case 'violation':
      return eventCheck('violated', undefined, (event) =>
        event.type === 'violated' ? `“${event.property}” is violated` : '',
      );
    case 'state': {
      const { path, field, value } = condition;
      checkText(path, 'path');
      checkText(field, 'field');
      const names = fieldNames(field);
      const wanted = jsonText(value);
      return (system) => {
        if (system.recorder?.cell?.path !== path) return undefined;
        const found = names.reduce<unknown>(partOf, system.find(path)?.cell.state);
        return jsonText(found) === wanted ? `${path}.${field} = ${wanted}` : undefined;
      };
    }
    case 'time':
      if (typeof condition.atMs !== 'number' || !(condition.atMs >= 0))
        throw wrong('atMs', `A time is a number of ms from 0, not ${describe(condition.atMs)}.`);
      // The clock itself stops there: see `limitOf`.
      return () => undefined;
    default:
      return unknownCondition(condition);
  }
}

/** Until when time may pass, for a condition about time. */
export function limitOf(condition: Condition): number {
  return condition.until === 'time' ? condition.atMs : Number.POSITIVE_INFINITY;
}

function eventCheck(type: TraceEvent['type'], path: string | undefined, text: (event: TraceEvent) => string): Check {
  return ({ recorder }) => {
    const found = recorder?.stepEvents.find(
      (event) => event.type === type && (path === undefined || ('path' in event && event.path === path)),
    );
    return found && text(found);
  };
}

function unknownCondition(condition: never): never {
  const { until } = condition as { readonly until?: unknown };
  throw wrong('until', `A run cannot be run until ${describe(until)}.`);
}

function checkText(value: unknown, field: string): void {
  if (typeof value === 'string' && value !== '') return;
  throw wrong(field, `${field} must be text, not ${value === '' ? 'empty' : describe(value)}.`);
}

/** Of an actor, or left out. */
function checkAnyPath(path: unknown): void {
  if (path !== undefined) checkText(path, 'path');
}

function wrong(field: string, text: string): PlayhouseError {
  return new PlayhouseError('invalid-configuration', text, field);
}

/** `pending[2].order` as its names. */
function fieldNames(field: string): readonly string[] {
  return field.split(/[.[\]]+/).filter((name) => name !== '');
}

function partOf(value: unknown, name: string): unknown {
  if (value instanceof Map) return value.get(name) ?? value.get(Number(name));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
