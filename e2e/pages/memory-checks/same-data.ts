/** Whether two pieces of plain data are the same, to the bit: −0 is not 0, a hole is not a value, classes count. */

export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a.constructor !== b.constructor) return false;
  if (a instanceof Map) return sameLists([...a], [...(b as typeof a)]);
  if (a instanceof Set) return sameLists([...a], [...(b as typeof a)]);
  if (a instanceof ArrayBuffer) return sameBytes(new Uint8Array(a), new Uint8Array(b as typeof a));
  if (ArrayBuffer.isView(a)) return sameBytes(bytesOf(a), bytesOf(b as typeof a));
  if (Array.isArray(a)) return sameLists(a, b as unknown[]);
  return sameLists(Object.entries(a), Object.entries(b));
}

function sameLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => sameData(item, b[index]));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
