/** Faults from a link or file: what the engines accept, and within a link's bounds for paths and texts. */
import { isObject } from '../kernel/check.ts';
import { PlayhouseError } from '../kernel/errors.ts';
import { checkFault, type Fault } from '../kernel/fault.ts';
import type { Scenario } from '../kernel/scenario.ts';
import { isActorPath } from './actor-path.ts';
import { checkParameter } from './check-parameter.ts';
import { refuse, show } from './refusal.ts';
import { LINK_LIMITS } from './shared-run.ts';

/** @throws PlayhouseError `link-invalid` with that field */
export function checkSharedFault(value: unknown, scenario: Scenario, field: string): Fault {
  const fault = checked(value, field);
  const known = new Map(Object.entries(fault));
  for (const [name, member] of Object.entries(isObject(value) ? value : {})) {
    if (!known.has(name)) return refuse(field, `A fault "${fault.kind}" has no ${show(name)}.`);
    if (typeof member === 'number' && !Number.isFinite(member)) {
      return refuse(field, `${name} of a fault must be a number, not ${member}.`);
    }
    if (typeof member !== 'string') continue;
    if (member.length > LINK_LIMITS.pathLengthMax) {
      return refuse(field, `${name} of a fault has at most ${LINK_LIMITS.pathLengthMax} characters.`);
    }
    if (/\p{Cs}/u.test(member)) return refuse(field, `${name} of a fault has half of a character.`);
    if (isPathOf(fault, name) && !isActorPath(member)) {
      return refuse(field, `${show(member)} is not the path of an actor.`);
    }
  }
  if (fault.kind === 'set-parameter') checkParameter(scenario, fault.name, fault.value, field);
  return fault;
}

function checked(value: unknown, field: string): Fault {
  try {
    return checkFault(value);
  } catch (thrown) {
    if (thrown instanceof PlayhouseError) return refuse(field, thrown.message);
    throw thrown;
  }
}

/** A breaker is forced `to` a state, everything else goes to an actor. */
function isPathOf(fault: Fault, name: string): boolean {
  return name === 'path' || name === 'from' || (name === 'to' && fault.kind !== 'force-breaker');
}
