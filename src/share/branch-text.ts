/**
 * Branches as short text. What was done in a branch is one list, in the order of its steps:
 *
 *   1234t17                      at step 1234 the turn of the actor in row 17: a deviation
 *   1300m0.42                    at step 1300 timer 42 of worker 0
 *   1400f15.25,crash,/shop/load  at step 1400, at 15.25 ms, a fault
 *   1500s16,/shop/gateway,{…}    at step 1500, at 16 ms, a message from outside, as JSON
 *
 * with `~` between them. A branch beyond the trunk has a head, `0,1200,What if`: its parent, its first step, its name.
 */
import { unreachable } from '../base/assert.ts';
import { type BranchPlan, type Intervention, RUN_LIMITS } from '../kernel/intervention.ts';
import { messageText } from './check-message.ts';
import { faultText, readFault } from './fault-text.ts';
import { escapeText, readNumber, unescapeText } from './query.ts';
import { refuse, shorten } from './refusal.ts';

const SEPARATOR = '~';

export function headText({ name, parent, forkStep }: BranchPlan): string {
  return `${parent},${forkStep},${escapeText(name)}`;
}

/** @throws PlayhouseError `link-invalid` with that field */
export function readHead(text: string, field: string): Omit<Record<keyof BranchPlan, unknown>, 'interventions'> {
  const [parent = '', forkStep = '', name, ...more] = text.split(',');
  if (name === undefined || more.length > 0) {
    return refuse(field, `"${shorten(text)}" is not a branch: its parent, its first step and its name.`);
  }
  return {
    name: unescapeText(name, field),
    parent: readNumber(parent, field),
    forkStep: readNumber(forkStep, field),
  };
}

export function interventionsText(interventions: readonly Intervention[]): string {
  return interventions.map(interventionText).join(SEPARATOR);
}

/**
 * What the text says, for `checkBranches` to judge.
 * @throws PlayhouseError `link-invalid` with that field
 */
export function readInterventions(text: string, field: string): readonly unknown[] {
  // One more than a run may have is enough to see that there are too many.
  return text.split(SEPARATOR, RUN_LIMITS.interventionsMax + 1).map((entry) => readIntervention(entry, field));
}

function interventionText(intervention: Intervention): string {
  const { type, step } = intervention;
  switch (type) {
    case 'choice':
      return `${step}${escapeText(intervention.choice)}`;
    case 'fault':
      return `${step}f${intervention.atMs},${faultText(intervention.fault)}`;
    case 'send': {
      const { atMs, path, message } = intervention;
      return `${step}s${atMs},${escapeText(path)},${escapeText(messageText(message))}`;
    }
    default:
      return unreachable(type, 'intervention');
  }
}

function readIntervention(entry: string, field: string): unknown {
  const [, digits = '', letter = '', rest = ''] = /^(\d{1,10})([tmafs])(.*)$/.exec(entry) ?? [];
  const step = Number(digits);
  if (letter === 't' || letter === 'm' || letter === 'a') return { type: 'choice', step, choice: letter + rest };
  if (letter === 'f') {
    const [atMs, fault] = cut(rest);
    return { type: 'fault', step, atMs: readNumber(atMs, field), fault: readFault(fault, field) };
  }
  if (letter === 's') {
    const [atMs, send] = cut(rest);
    const [path, message] = cut(send);
    return {
      type: 'send',
      step,
      atMs: readNumber(atMs, field),
      path: unescapeText(path, field),
      message: readJson(unescapeText(message, field), field),
    };
  }
  return refuse(field, `"${shorten(entry)}" is not a step with what was done at it.`);
}

/** Before and after the first comma. */
function cut(text: string): readonly [before: string, after: string] {
  const comma = text.indexOf(',');
  return comma < 0 ? [text, ''] : [text.slice(0, comma), text.slice(comma + 1)];
}

function readJson(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(field, `"${shorten(text)}" is not a message as JSON.`);
  }
}
