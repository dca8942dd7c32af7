/** A long chain of causes in few rows: where it began, and what led there in the end. */
import type { CauseLink } from '../../engine/simulation.ts';

/** Links at the end that are always shown: the step itself and what is nearest to it. */
const LAST_SHOWN = 6;
/** A fold that hides less than this takes as much room as it saves. */
const FOLDED_MIN = 3;

export interface FoldedCauses {
  readonly first: readonly CauseLink[];
  /** In the middle; empty where all are shown. */
  readonly folded: readonly CauseLink[];
  readonly last: readonly CauseLink[];
}

export function foldCauses(links: readonly CauseLink[]): FoldedCauses {
  if (links.length < 1 + FOLDED_MIN + LAST_SHOWN) return { first: [], folded: [], last: links };
  return { first: links.slice(0, 1), folded: links.slice(1, -LAST_SHOWN), last: links.slice(-LAST_SHOWN) };
}
