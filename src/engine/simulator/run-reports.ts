/**
 * What breaks the rules that make a run repeatable: messages that are changed after they were sent, clocks and dice of the
 * platform, states that cannot be copied. What is found depends on the position in the run alone, and not on how one got
 * there: so states are looked through after certain turns, and not whenever somebody wants a copy of them.
 */
import type { Cell } from '../../kernel/cell.ts';
import { PlainCopier } from '../../kernel/plain-copier.ts';
import type { RunReport } from '../simulation.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';
import { changesBetween } from './changes.ts';
import { type Forbidden, forbiddenIn, frozenPart } from './freeze.ts';
import type { Provenance } from './provenance.ts';

/** Turns of an actor between two looks at its state; the first ones are after 1, 2, 4, 8, … turns. */
const LOOK_EVERY = 1_024;

export class RunReports {
  list: readonly RunReport[] = [];

  /** True when it is news. */
  add(report: RunReport): boolean {
    const { what, path, during, field } = report;
    if (this.list.length >= SIMULATION_LIMITS.reportsMax) return false;
    const isKnown = this.list.some(
      (known) => known.what === what && known.path === path && known.during === during && known.field === field,
    );
    if (!isKnown) this.list = [...this.list, report];
    return !isKnown;
  }
}

/** What a report says beside when and who. */
export type Finding = Pick<RunReport, 'what' | 'field' | 'text'>;

/**
 * A handler that changes something frozen fails with what the language says about it. Undefined where that was nothing that
 * had been sent.
 * @param roots what the handler had to do with: messages, and what it may have kept of earlier ones
 */
export function findMutation(error: string, roots: readonly unknown[]): Finding | undefined {
  const forbidden: Forbidden | undefined = forbiddenIn(error);
  const field = forbidden && frozenPart(forbidden, roots);
  if (field === undefined) return undefined;
  const what = field === '' ? 'a part' : `"${field}"`;
  return {
    what: 'mutated-message',
    field,
    text: `It changed ${what} of a message that had been sent. Messages are shared and never change: make a copy, and change that.`,
  };
}

/** Whether what cannot be frozen is still as it was when the message was sent. */
export function findSoftMutation(message: object, provenance: Provenance | undefined): Finding | undefined {
  if (provenance?.softCopy === undefined) return undefined;
  const [first] = changesBetween(provenance.softCopy, message, 1);
  if (first === undefined) return undefined;
  // Told once: from now on this is how it is.
  provenance.softCopy = new PlainCopier().value(message);
  return {
    what: 'mutated-message',
    field: first.field,
    text: `The field "${first.field}" was changed after the message had been sent. Messages are shared and never change: make a copy, and change that.`,
  };
}

/** What in the state of an actor cannot be copied, looked for now and then. */
export function findUncloneable({ processed, state, args }: Cell): Finding | undefined {
  const turns = processed + 1;
  if ((turns & (turns - 1)) !== 0 && turns % LOOK_EVERY !== 0) return undefined;
  const copier = new PlainCopier();
  copier.value(state);
  const isInState = copier.uncloneable.length > 0;
  if (!isInState && turns === 1) copier.value(args);
  const [found] = copier.uncloneable;
  if (found === undefined) return undefined;
  const { field } = found;
  const where = `The ${isInState ? 'state holds' : 'arguments hold'} something${field === '' ? '' : ` in "${field}"`}`;
  return {
    what: 'state-not-cloneable',
    field,
    text: `${where} that cannot be copied, so that steps back cannot bring it back. Keep only plain data there.`,
  };
}
