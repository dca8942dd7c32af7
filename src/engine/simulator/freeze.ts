/**
 * Messages are frozen when they are sent: whoever changes one afterwards fails, at the very line that does it. What cannot
 * be frozen (maps, sets, buffers) is noted, so that it can be compared when it arrives.
 */

/** Freezes plain data all the way down. True when something in it cannot be frozen. */
export function freezeDeep(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Map || value instanceof Set) {
    return true;
  }
  // Frozen by an earlier send, or by its author: either way it was looked through or is not ours to judge again.
  if (Object.isFrozen(value)) return false;
  let isSoft = false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item === 'object' && item !== null && freezeDeep(item)) isSoft = true;
    }
  } else {
    for (const name in value) {
      const inner = (value as Readonly<Record<string, unknown>>)[name];
      if (typeof inner === 'object' && inner !== null && freezeDeep(inner)) isSoft = true;
    }
  }
  Object.freeze(value);
  return isSoft;
}
