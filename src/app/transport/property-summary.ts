/** How the promises of a scenario stand, in the few words that a pill has room for. */
import type { PropertyView } from '../../engine/simulation.ts';
import { formatCount } from '../ui/format.ts';

/** `3 properties hold`, `2 hold, 1 pending`, `1 of 3 violated` */
export function summaryOf(properties: readonly Pick<PropertyView, 'status'>[]): string {
  const all = properties.length;
  const count = (wanted: PropertyView['status']): number => properties.filter(({ status }) => status === wanted).length;
  const [violated, pending, holding] = [count('violated'), count('pending'), count('holds')];
  if (violated > 0) return `${formatCount(violated)} of ${formatCount(all)} violated`;
  if (pending === 0) return all === 1 ? '1 property holds' : `${formatCount(all)} properties hold`;
  if (holding === 0) return all === 1 ? '1 property pending' : `${formatCount(all)} properties pending`;
  return `${formatCount(holding)} ${holding === 1 ? 'holds' : 'hold'}, ${formatCount(pending)} pending`;
}
