/** Which lifelines a person pinned and hid, and which folds they opened. */
import { useCallback, useState } from 'react';
import type { Column } from './layout.ts';

export interface LifelineChoice {
  readonly pinned: readonly string[];
  readonly hidden: ReadonlySet<string>;
  readonly opened: ReadonlySet<number>;
  readonly togglePin: (path: string) => void;
  readonly hide: (path: string) => void;
  readonly showAll: () => void;
  /** Opens the fold of a column, or closes it. */
  readonly toggleFold: (columns: readonly Column[], index: number) => void;
}

export function useLifelineChoice(): LifelineChoice {
  const [pinned, setPinned] = useState<readonly string[]>([]);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  return {
    pinned,
    hidden,
    opened,
    togglePin: useCallback((path) => {
      setPinned((before) => (before.includes(path) ? before.filter((one) => one !== path) : [...before, path]));
    }, []),
    hide: useCallback((path) => setHidden((before) => new Set(before).add(path)), []),
    showAll: useCallback(() => setHidden(new Set<string>()), []),
    toggleFold: useCallback((columns, index) => {
      const column = columns[index];
      if (column === undefined) return;
      const steps = columns.filter(({ fold }) => fold === column.fold);
      const isInFold = (step: number): boolean => steps.some(({ first, last }) => step >= first && step <= last);
      setOpened((before) =>
        column.count > 1 ? new Set(before).add(column.first) : new Set([...before].filter((step) => !isInFold(step))),
      );
    }, []),
  };
}
