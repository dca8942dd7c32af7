/** Asks for steps where the view comes to the edge of what is known, or the cursor goes beyond it. */
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import type { StepRecord } from '../../engine/simulation.ts';
import type { StepRange } from '../stores/simulation-store.ts';
import { type Geometry, type Scroll, visibleColumns } from './geometry.ts';
import type { Column } from './layout.ts';
import { neededSteps } from './needed-steps.ts';

export interface Looked {
  readonly steps: readonly StepRecord[];
  readonly columns: readonly Column[];
  readonly geometry: Geometry;
  readonly current: number;
  readonly head: number;
  readonly isFollowing: boolean;
  readonly onNeedSteps: (range: StepRange) => void;
}

/** How often it asks at most. */
const ASK_EVERY_MS = 150;

/** @returns what has to be called when the view was scrolled */
export function useNeededSteps(looked: Looked, scroll: RefObject<Scroll>): () => void {
  const latest = useRef(looked);
  const asking = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef<{ readonly steps: readonly StepRecord[]; readonly range: string }>(undefined);

  const ask = useCallback(() => {
    const { steps, columns, geometry, current, head, isFollowing, onNeedSteps } = latest.current;
    if (geometry.width === 0) return;
    const visible = visibleColumns(geometry, scroll.current);
    const step = isFollowing ? current : (columns[visible.from]?.first ?? current);
    const needed = neededSteps(steps, { ...visible, columns: columns.length, step }, head);
    if (needed === undefined) return;
    // An answer that did not help would be asked for in vain for ever.
    const range = `${needed.from} ${needed.to}`;
    if (asked.current?.range === range && asked.current.steps === steps) return;
    asked.current = { steps, range };
    onNeedSteps(needed);
  }, [scroll]);

  const askSoon = useCallback(() => {
    asking.current ??= setTimeout(() => {
      asking.current = undefined;
      ask();
    }, ASK_EVERY_MS);
  }, [ask]);

  useEffect(() => {
    latest.current = looked;
    askSoon();
  });

  useEffect(
    () => () => {
      clearTimeout(asking.current);
      asking.current = undefined;
    },
    [],
  );

  return askSoon;
}
