/**
 * Plain data as text, for comparisons and for names of parts. What JSON has no word for is told apart all the same: a bigint
 * is its digits with an `n`, a map a list of pairs, a set and a buffer a list.
 */
export function jsonText(value: unknown): string | undefined {
  return JSON.stringify(value, (_name, inner: unknown) => {
    if (typeof inner === 'bigint') return `${inner}n`;
    if (inner instanceof Map || inner instanceof Set) return [...inner];
    return inner instanceof ArrayBuffer ? [...new Uint8Array(inner)] : inner;
  });
}
