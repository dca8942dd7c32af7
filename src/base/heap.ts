/**
 * A binary heap of deadlines, earliest first, insertion order among equals. Entries know their place, so one can be
 * removed in O(log n) and a cancelled deadline leaves nothing behind.
 */
import { assert } from './assert.ts';

export interface HeapEntry {
  dueMs: number;
  /** Breaks ties: earlier insertions first. Set by the heap. */
  order: number;
  /** Place in the heap, −1 when outside. Set by the heap. */
  place: number;
}

export class Heap<T extends HeapEntry> {
  private readonly entries: T[] = [];
  private nextOrder = 1;

  get size(): number {
    return this.entries.length;
  }

  peek(): T | undefined {
    return this.entries[0];
  }

  add(entry: T): void {
    assert(entry.place < 0, 'entry is already in a heap');
    assert(!Number.isNaN(entry.dueMs), 'a deadline is a number');
    entry.order = this.nextOrder++;
    entry.place = this.entries.length;
    this.entries.push(entry);
    this.up(entry);
  }

  /** Takes an entry out, wherever it is; does nothing if it is not in the heap. */
  remove(entry: T): void {
    const place = entry.place;
    if (place < 0) return;
    const last = this.entries.pop() as T;
    entry.place = -1;
    if (last === entry) return;
    this.entries[place] = last;
    last.place = place;
    this.up(last);
    this.down(last);
  }

  pop(): T | undefined {
    const first = this.entries[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** The earliest ones, in order; the heap stays as it is. */
  toSorted(max = Number.POSITIVE_INFINITY): T[] {
    const sorted = this.entries.toSorted((a, b) => (before(a, b) ? -1 : 1));
    return sorted.length > max ? sorted.slice(0, max) : sorted;
  }

  /**
   * Becomes the same heap as another one, which stays as it is. Each entry is at the same place as its original, also where
   * `copyOf` has said so already.
   */
  copyFrom(other: Heap<T>, copyOf: (entry: T) => T): void {
    for (const entry of this.entries) entry.place = -1;
    this.entries.length = 0;
    for (const original of other.entries) {
      const entry = copyOf(original);
      entry.order = original.order;
      entry.place = original.place;
      this.entries.push(entry);
    }
    this.nextOrder = other.nextOrder;
  }

  private up(entry: T): void {
    while (entry.place > 0) {
      const parent = this.entries[(entry.place - 1) >> 1] as T;
      if (!before(entry, parent)) return;
      this.swap(entry, parent);
    }
  }

  private down(entry: T): void {
    for (;;) {
      const left = this.entries[entry.place * 2 + 1];
      if (left === undefined) return;
      const right = this.entries[entry.place * 2 + 2];
      const child = right !== undefined && before(right, left) ? right : left;
      if (!before(child, entry)) return;
      this.swap(child, entry);
    }
  }

  /** Moves `lower` to where `upper` is and the other way round. */
  private swap(lower: T, upper: T): void {
    const place = lower.place;
    lower.place = upper.place;
    upper.place = place;
    this.entries[lower.place] = lower;
    this.entries[upper.place] = upper;
  }
}

function before(a: HeapEntry, b: HeapEntry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
