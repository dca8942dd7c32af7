/** Conditions as people write and read them. */
import { unreachable } from '../../base/assert.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Condition } from '../../engine/simulation.ts';
import { formatVirtual } from '../ui/format.ts';

/** The end of a sentence that begins with "Run until": `the next failure of /shop/gateway`. */
export function conditionText(condition: Condition): string {
  switch (condition.until) {
    case 'message':
      return `${condition.path ?? 'somebody'} handles ${condition.kind}`;
    case 'actor':
      return `${condition.path} takes a step`;
    case 'failure':
      return `${condition.path ?? 'somebody'} fails`;
    case 'restart':
      return `${condition.path ?? 'somebody'} is restarted`;
    case 'escalation':
      return `${condition.path ?? 'somebody'} escalates a failure`;
    case 'dead-letter':
      return condition.path === undefined
        ? 'there is a dead letter'
        : `a message to ${condition.path} is a dead letter`;
    case 'breaker': {
      const phase = condition.to === undefined ? 'changes its phase' : `is ${condition.to}`;
      return `${condition.path ?? 'a breaker'} ${phase}`;
    }
    case 'violation':
      return 'a property is violated';
    case 'state':
      return `${condition.path}${condition.field === '' ? '' : `.${condition.field}`} = ${JSON.stringify(condition.value)}`;
    case 'time':
      return `it is ${formatVirtual(condition.atMs)}`;
    default:
      return unreachable(condition, 'condition');
  }
}

const STATE = /^(\/[^\s.[=]+)(?:\.?([^\s=]+))?\s*={1,3}\s*(\S.*)$/u;

/**
 * `/shop/load.sent = 100`: the path of an actor, a field of its state, and a value as JSON; a word without quotes is text.
 * The error is a sentence for whoever typed it.
 */
export function parseStateCondition(text: string): Result<Extract<Condition, { readonly until: 'state' }>, string> {
  const match = STATE.exec(text.trim());
  if (match === null) return err('Write it like /shop/load.sent = 100.');
  const [, path = '', field = '', written = ''] = match;
  return ok({ until: 'state', path, field, value: parseValue(written.trim()) });
}

function parseValue(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}
