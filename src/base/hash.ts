/**
 * Hashing of text to 32 bits, for spreading keys: FNV-1a (Fowler, Noll and Vo) over UTF-16 units, then the final mix of
 * MurmurHash3 (Austin Appleby), both in the public domain. The same text gives the same number on every machine and in
 * every version, because runs are replayed from links. It is no protection against keys made up to collide.
 */

/** FNV-1a, a whole number from 0 to 2³² − 1. ASCII text gives the published values. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** FNV-1a with every bit of the result depending on every bit of the text: short, similar keys end up far apart. */
export function hashText(text: string): number {
  let hash = fnv1a(text);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
