/** How far a link of some length gets. */
import { LINK_LIMITS } from '../../share/shared-run.ts';

export type Reach =
  /** No program is known to cut it. */
  | 'everywhere'
  /** Beyond what some chat programs keep. */
  | 'most'
  /** Beyond what some servers and mail programs keep. */
  | 'paste'
  /** No page reads it. */
  | 'none';

export function reachOf(link: string): Reach {
  const { everywhereLengthMax, mailLengthMax, fragmentLengthMax } = LINK_LIMITS;
  const hash = link.indexOf('#');
  if (link.length - hash - 1 > fragmentLengthMax) return 'none';
  // What cuts a link cuts the whole of it, with the address of the page.
  if (link.length > mailLengthMax) return 'paste';
  return link.length > everywhereLengthMax ? 'most' : 'everywhere';
}

/** Place of a length on the meter, 0 to 1: by its square root, so that both lines are well inside. */
export function placeOf(length: number): number {
  return Math.min(1, Math.sqrt(length / LINK_LIMITS.fragmentLengthMax));
}
