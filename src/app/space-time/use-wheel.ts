/**
 * The wheel over the diagram. A plain mouse wheel moves along the steps where there is nothing to scroll up or down; and
 * at either end nothing more happens, least of all that the browser goes back a page.
 */
import { type RefObject, useEffect } from 'react';

const LINE_PX = 40;

export function useWheel(scroller: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    function onWheel(event: WheelEvent): void {
      if (element === null || event.ctrlKey || event.shiftKey) return;
      const { deltaX, deltaY, deltaMode } = event;
      const { scrollLeft, scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
      const isVertical = Math.abs(deltaY) > Math.abs(deltaX);
      if (isVertical && scrollHeight <= clientHeight && scrollWidth > clientWidth) {
        event.preventDefault();
        element.scrollLeft += deltaMode === WheelEvent.DOM_DELTA_PIXEL ? deltaY : deltaY * LINE_PX;
        return;
      }
      const isAtEnd = deltaX < 0 ? scrollLeft <= 0 : scrollLeft + clientWidth >= scrollWidth - 1;
      if (!isVertical && deltaX !== 0 && isAtEnd) event.preventDefault();
    }
    // React listens passively, and what is passive cannot prevent anything.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [scroller]);
}
