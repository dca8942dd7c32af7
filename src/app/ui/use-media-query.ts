/** Whether a media query holds, followed as it changes. */
import { useCallback, useSyncExternalStore } from 'react';

/** Below this width the page is stacked. The style sheets name the same width. */
export const NARROW = '(max-width: 820px)';

export function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (onChange: () => void) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
