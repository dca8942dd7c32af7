/** Why: from a step back to its first cause. */
import type { CauseLink, StepRecord } from '../simulation.ts';
import { ensureLogged, recordOf } from './records.ts';
import type { Simulator } from './simulator.ts';
import { detailOf } from './steps.ts';

/** Links of one chain that are told, and steps that are looked at for it. */
const CHAIN_MAX = 200;
const HOPS_MAX = 1_000_000;
/** Steps before one that is not in the log that are taken again with it: its causes are among them. */
const LOOK_BACK_STEPS = 2_000;

/**
 * Whatever goes round in circles (a timer that is set again, a conversation) is told once: without that, the first cause of a
 * request would be thousands of ticks away.
 */
export function causesOf(simulator: Simulator, step: number): readonly CauseLink[] {
  const chain: CauseLink[] = [];
  const told = new Set<string>();
  let between = 0;
  for (let at = step, hops = 0; at > 0 && hops < HOPS_MAX && chain.length < CHAIN_MAX; hops++) {
    if (recordOf(simulator, at) === undefined) ensureLogged(simulator, at - LOOK_BACK_STEPS, at + 1);
    const record = recordOf(simulator, at);
    if (record === undefined) break;
    const { atMs, path, kind, label, marks } = record;
    // Nothing is caused by what comes after it.
    const cause = record.cause < at ? record.cause : 0;
    const name = `${kind} ${label} ${path}`;
    if (told.has(name) && marks.length === 0 && cause > 0) {
      between++;
    } else {
      const text = whatItDid(simulator, record, chain.at(-1));
      const rounds =
        between === 0 ? '' : `${text === '' ? '' : '; '}then ${between} more steps like the following ones`;
      chain.push({ step: at, atMs, path, kind, label, text: text + rounds });
      told.add(name);
      between = 0;
    }
    at = cause;
  }
  return chain.reverse();
}

function whatItDid(simulator: Simulator, record: StepRecord, next: CauseLink | undefined): string {
  const known = simulator.system.observations.slice().filter(({ step }) => step === record.step);
  // Of what is yet to come, or was long ago, the events have to be made again.
  const isForgotten = known.length === 0 && record.marks.length > 0;
  const events = isForgotten ? (detailOf(simulator, record.step)?.events ?? []) : known;
  const texts = events.flatMap((event) => {
    switch (event.type) {
      case 'failed':
        return [`failed: ${event.error}`];
      case 'restarted':
        return ['was restarted'];
      case 'escalated':
        return [`escalated: ${event.error}`];
      case 'breaker':
        return [`went from ${event.from} to ${event.to}: ${event.cause}`];
      case 'dead-letter':
        return [`${event.kind} to ${event.path} became a dead letter`];
      case 'violated':
        return [`broke the promise “${event.property}”`];
      case 'stopped':
        return ['stopped'];
      default:
        return [];
    }
  });
  if (texts.length > 0) return texts.join('; ');
  if (record.marks.length > 0) return record.marks.join(', ');
  if (next === undefined) return '';
  if (next.kind === 'timer') return `set the timer ${next.label}`;
  return next.path === record.path ? `led to ${next.label}` : `sent ${next.label} to ${next.path}`;
}
