/**
 * What one commit changes, in one record: writing a hundred records takes a browser many times as long as writing one of the
 * same size. Now and then the latest batches are merged, and written as what they are: pieces of files.
 */
import type { FileChange } from './log-file.ts';

export interface ChangedFile extends FileChange {
  readonly id: string;
}

/** Changes of many files, as they are stored. */
export interface Batch {
  readonly ids: readonly string[];
  /** Where in its file each piece begins; −1 for one that replaces its file. */
  readonly at: readonly number[];
  readonly lengths: readonly number[];
  /** All pieces, one after another. */
  readonly bytes: Uint8Array;
}

export const EMPTY_BATCH: Batch = { ids: [], at: [], lengths: [], bytes: new Uint8Array() };

export const BATCH_LIMITS = {
  /** Batches that wait to be merged, and what they hold together. */
  batchesMax: 64,
  bytesMax: 2 * 2 ** 20,
  filesMax: 1_000,
} as const;

export function packed(files: readonly ChangedFile[]): Batch {
  return {
    ids: files.map(({ id }) => id),
    at: files.map(({ at, replaces }) => (replaces ? -1 : at)),
    lengths: files.map(({ bytes }) => bytes.length),
    bytes: joined(files.map(({ bytes }) => bytes)),
  };
}

/** One change for each file that they change, as if all had been one commit. */
export function merged(batches: readonly Batch[]): readonly ChangedFile[] {
  const files = new Map<string, { at: number; replaces: boolean; parts: Uint8Array[] }>();
  for (const { ids, at, lengths, bytes } of batches) {
    let from = 0;
    for (const [index, id] of ids.entries()) {
      const to = from + (lengths[index] as number);
      const part = bytes.subarray(from, to);
      const place = at[index] as number;
      const file = files.get(id);
      if (place >= 0 && file !== undefined) file.parts.push(part);
      else files.set(id, { at: Math.max(0, place), replaces: place < 0, parts: [part] });
      from = to;
    }
  }
  return [...files].map(([id, { at, replaces, parts }]) => ({ id, at, replaces, bytes: joined(parts) }));
}

/** Whether so much waits that it should be merged. */
export function isEnough(batches: readonly Batch[]): boolean {
  if (batches.length > BATCH_LIMITS.batchesMax) return true;
  if (batches.reduce((sum, { bytes }) => sum + bytes.length, 0) > BATCH_LIMITS.bytesMax) return true;
  return new Set(batches.flatMap(({ ids }) => ids)).size > BATCH_LIMITS.filesMax;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  // Bytes that are part of a larger buffer would be stored with all of it.
  if (parts.length === 1 && only !== undefined && only.byteLength === only.buffer.byteLength) return only;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
