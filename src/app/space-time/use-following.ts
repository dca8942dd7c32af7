/**
 * Where the diagram is scrolled to. It follows the cursor until a person scrolls away from it, and again when they scroll
 * back to it, ask for it, or send the cursor somewhere else while the run stands still. When columns before the view come or go, the same steps stay in view.
 */
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { type Anchor, anchorAt, followedLeft, type Geometry, isComfortable, leftOf, type Scroll } from './geometry.ts';
import type { SpaceTimeLayout } from './layout.ts';

export interface Following {
  readonly isFollowing: boolean;
  readonly scroll: RefObject<Scroll>;
  readonly backToCursor: () => void;
  /** For the scroller's event; tells whether a person scrolled. */
  readonly onScroll: () => boolean;
}

/** Where the run is, and whether it moves by itself. */
export interface Cursor {
  readonly column: number;
  readonly step: number;
  readonly isPlaying: boolean;
}

export function useFollowing(
  scroller: RefObject<HTMLElement | null>,
  layout: SpaceTimeLayout,
  geometry: Geometry,
  cursor: Cursor,
): Following {
  const { column: cursorColumn } = cursor;
  const [isFollowing, setFollowing] = useState(true);
  const [before, setBefore] = useState(cursor);
  if (before.step !== cursor.step || before.isPlaying !== cursor.isPlaying) {
    setBefore(cursor);
    // A run that plays, or has just stopped playing, has moved by itself.
    if (!cursor.isPlaying && !before.isPlaying) setFollowing(true);
  }
  const scroll = useRef<Scroll>({ left: 0, top: 0 });
  const anchor = useRef<Anchor>(undefined);

  const scrollTo = useCallback(
    (left: number): void => {
      const element = scroller.current;
      if (element === null) return;
      if (Math.abs(element.scrollLeft - left) >= 1) element.scrollLeft = left;
      // The browser may have its own idea of how far it goes.
      scroll.current = { left: element.scrollLeft, top: element.scrollTop };
      anchor.current = anchorAt(geometry, layout.columns, element.scrollLeft);
    },
    [scroller, geometry, layout],
  );

  // Without dependencies that change too rarely: any new layout, size, zoom or cursor may move the view.
  useLayoutEffect(() => {
    if (geometry.width === 0) return;
    const { left } = scroll.current;
    if (isFollowing) scrollTo(followedLeft(geometry, left, Math.max(0, cursorColumn)));
    else scrollTo((anchor.current && leftOf(geometry, layout.columns, anchor.current)) ?? left);
  }, [geometry, layout, cursorColumn, isFollowing, scrollTo]);

  function onScroll(): boolean {
    const element = scroller.current;
    if (element === null) return false;
    const isPerson = Math.abs(element.scrollLeft - scroll.current.left) >= 1;
    scroll.current = { left: element.scrollLeft, top: element.scrollTop };
    if (!isPerson) return false;
    anchor.current = anchorAt(geometry, layout.columns, element.scrollLeft);
    setFollowing(isComfortable(geometry, element.scrollLeft, Math.max(0, cursorColumn)));
    return true;
  }

  return { isFollowing, scroll, backToCursor: useCallback(() => setFollowing(true), []), onScroll };
}
