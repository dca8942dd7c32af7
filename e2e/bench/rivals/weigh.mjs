/** The heap of a Node process, after a collection. */

const COLLECTIONS = 2;

export function heapBytes() {
  if (globalThis.gc === undefined) throw new Error('Start Node with --expose-gc.');
  for (let collection = 0; collection < COLLECTIONS; collection++) globalThis.gc();
  return process.memoryUsage().heapUsed;
}
