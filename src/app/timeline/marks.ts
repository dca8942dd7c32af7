/** What deserves to be seen, in words, by how grave it is, and in which colour. The same on the timeline and the diagram. */
import type { Mark } from '../../engine/simulation.ts';

/** 3: something went wrong; 2: the system helped itself; 1: somebody did something. */
export type Gravity = 1 | 2 | 3;

export interface MarkMeaning {
  readonly mark: Mark;
  readonly gravity: Gravity;
  /** A custom property of the theme. */
  readonly color: string;
  /** For one of them. */
  readonly word: string;
  /** For several of them. */
  readonly words: string;
}

/** The gravest first. */
export const MARKS: readonly MarkMeaning[] = [
  { mark: 'violated', gravity: 3, color: '--bad', word: 'property violated', words: 'properties violated' },
  { mark: 'escalated', gravity: 3, color: '--escalation', word: 'escalation', words: 'escalations' },
  { mark: 'failed', gravity: 3, color: '--bad', word: 'failure', words: 'failures' },
  { mark: 'report', gravity: 3, color: '--bad', word: 'report', words: 'reports' },
  { mark: 'dead-letter', gravity: 2, color: '--warn', word: 'dead letter', words: 'dead letters' },
  { mark: 'breaker', gravity: 2, color: '--plot-1', word: 'breaker transition', words: 'breaker transitions' },
  { mark: 'restarted', gravity: 2, color: '--warn', word: 'restart', words: 'restarts' },
  { mark: 'stopped', gravity: 2, color: '--text-faint', word: 'stop', words: 'stops' },
  { mark: 'fault', gravity: 1, color: '--plot-2', word: 'fault', words: 'faults' },
  { mark: 'deviation', gravity: 1, color: '--accent', word: 'deviation', words: 'deviations' },
];

const MEANINGS: ReadonlyMap<Mark, MarkMeaning> = new Map(MARKS.map((meaning) => [meaning.mark, meaning]));

export function meaningOf(mark: Mark): MarkMeaning | undefined {
  return MEANINGS.get(mark);
}

export function worstOf(counts: Readonly<Partial<Record<Mark, number>>>): MarkMeaning | undefined {
  return MARKS.find(({ mark }) => (counts[mark] ?? 0) > 0);
}

/** `1 failure, 3 dead letters`, the gravest first. */
export function countsText(counts: Readonly<Partial<Record<Mark, number>>>): string {
  return MARKS.flatMap(({ mark, word, words }) => {
    const count = counts[mark] ?? 0;
    return count === 0 ? [] : [`${count} ${count === 1 ? word : words}`];
  }).join(', ');
}
