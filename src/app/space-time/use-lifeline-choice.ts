/** Which lifelines a person pinned and hid, which folds they opened, and how wide steps are. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { LifelineStore } from '../stores/lifeline-store.ts';
import { DEFAULT_ZOOM } from './geometry.ts';
import type { Column } from './layout.ts';

export interface LifelineChoice {
  readonly pinned: readonly string[];
  readonly hidden: ReadonlySet<string>;
  readonly opened: ReadonlySet<number>;
  readonly zoom: number;
  readonly togglePin: (path: string) => void;
  readonly hide: (path: string) => void;
  readonly showAll: () => void;
  readonly setZoom: (zoom: number) => void;
  /** Opens the fold of a column, or closes it. */
  readonly toggleFold: (columns: readonly Column[], index: number) => void;
}

export function useLifelineChoice(lifelines: LifelineStore): LifelineChoice {
  const { pinned, hidden, opened, zoom = DEFAULT_ZOOM } = useStore(lifelines.store);
  return useMemo(() => {
    const { togglePin, hide, showAll, setZoom } = lifelines;
    function toggleFold(columns: readonly Column[], index: number): void {
      const column = columns[index];
      if (column?.fold === undefined) return;
      if (column.count > 1) return lifelines.openFold(column.first);
      const steps = columns.filter(({ fold }) => fold === column.fold);
      lifelines.closeFolds(steps[0]?.first ?? column.first, steps.at(-1)?.last ?? column.last);
    }
    return { pinned, hidden, opened, zoom, togglePin, hide, showAll, setZoom, toggleFold };
  }, [lifelines, pinned, hidden, opened, zoom]);
}
