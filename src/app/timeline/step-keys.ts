/** The keys of a slider of steps, the same wherever there is one: forward is right, up and Page Up. */

/**
 * Where a key leads.
 * @param page how many steps Page Up and Page Down go
 * @returns a step that exists; undefined for keys that a slider has no use for
 */
export function stepOfKey(key: string, from: number, page: number, head: number): number | undefined {
  const target = unbounded(key, from, page, head);
  return target === undefined ? undefined : Math.min(head, Math.max(0, target));
}

function unbounded(key: string, from: number, page: number, head: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return from + 1;
    case 'ArrowLeft':
    case 'ArrowDown':
      return from - 1;
    case 'PageUp':
      return from + page;
    case 'PageDown':
      return from - page;
    case 'Home':
      return 0;
    case 'End':
      return head;
    default:
      return undefined;
  }
}
