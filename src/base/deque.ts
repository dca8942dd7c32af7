/**
 * A growing queue of items: push and take at either end, all O(1). Holds no reference to what was taken.
 * It has no bound of its own: whoever pushes keeps one.
 *
 * An item that comes into an empty queue has a place of its own, and those behind it are in a ring. Most queues hold one item
 * at a time, or none: they never get a ring. Behind a ring that has grown as large as it may come chunks of the same size,
 * so that nothing is moved when a million items wait; the next chunk becomes the ring when that is empty.
 *
 *   front ─▶ first │ ring (up to 1,024) │ chunk (1,024) │ … │ chunk (up to 1,024) ◀─ back
 *
 * Items are never undefined.
 */
import { assert } from './assert.ts';

const INITIAL_CAPACITY = 4;
/** Also what a queue that was long keeps when it runs empty. */
const CHUNK = 1_024;

/** The ring of a queue that has none; nobody writes into it, because its capacity is 0. */
const NOTHING: undefined[] = [];
/** Copied rather than filled, and full to the brim: a hole would make every access slower. */
const EMPTY_CHUNK: readonly undefined[] = Array.from({ length: CHUNK }, () => undefined);

export class Deque<T> {
  length = 0;
  /** The front, where it is not in the ring. Never moved from there: each store of a young object in an old one costs. */
  private first: T | undefined = undefined;
  private items: (T | undefined)[] = NOTHING;
  private mask = -1;
  private head = 0;
  /** What is behind the ring. All chunks but the last are full. */
  private chunks: (T | undefined)[][] | undefined = undefined;
  private inChunks = 0;

  push(item: T): void {
    if (this.length === 0) {
      this.first = item;
    } else if (this.inChunks > 0) {
      this.pushBehind(item);
    } else {
      const inRing = this.inRing;
      if (inRing <= this.mask || this.grow()) this.items[(this.head + inRing) & this.mask] = item;
      else this.pushBehind(item);
    }
    this.length++;
  }

  /** Puts an item before the front. */
  unshift(item: T): void {
    if (this.first !== undefined) {
      if (this.inRing > this.mask && !this.grow()) this.ringBehind();
      this.head = (this.head - 1) & this.mask;
      this.items[this.head] = this.first;
    }
    this.first = item;
    this.length++;
  }

  /** Takes the item at the back. */
  pop(): T | undefined {
    if (this.inChunks > 0) return this.popBehind();
    const inRing = this.inRing;
    if (inRing === 0) return this.shift();
    const place = (this.head + inRing - 1) & this.mask;
    const item = this.items[place];
    this.items[place] = undefined;
    this.length--;
    return item;
  }

  shift(): T | undefined {
    let item = this.first;
    if (item !== undefined) {
      this.first = undefined;
    } else {
      if (this.length === 0) return undefined;
      item = this.items[this.head];
      this.items[this.head] = undefined;
      this.head = (this.head + 1) & this.mask;
    }
    this.length--;
    if (this.inChunks > 0 && this.length === this.inChunks) this.nextChunk();
    return item;
  }

  /** The item at a distance from the front. */
  at(index: number): T {
    assert(index >= 0 && index < this.length, 'deque index out of range');
    if (index === 0 && this.first !== undefined) return this.first;
    const behind = index - (this.length - this.inChunks);
    if (behind < 0) return this.items[this.placeOf(index)] as T;
    return this.chunkOf(behind)[behind % CHUNK] as T;
  }

  /** Takes the item at a distance from the front; the first one gets its place, so the order of the others changes. */
  takeAt(index: number): T {
    const item = this.at(index);
    if (index > 0) {
      const behind = index - (this.length - this.inChunks);
      if (behind < 0) this.items[this.placeOf(index)] = this.at(0);
      else this.chunkOf(behind)[behind % CHUNK] = this.at(0);
    }
    this.shift();
    return item;
  }

  private get inRing(): number {
    return this.length - this.inChunks - (this.first === undefined ? 0 : 1);
  }

  /** In the ring. */
  private placeOf(index: number): number {
    return (this.head + index - (this.first === undefined ? 0 : 1)) & this.mask;
  }

  /** Becomes the same queue as another one, which stays as it is, with copies of its items. */
  copyFrom(other: Deque<T>, copyOf: (item: T) => T): void {
    this.clear();
    for (let index = 0; index < other.length; index++) this.push(copyOf(other.at(index)));
  }

  clear(): void {
    this.items = NOTHING;
    this.first = undefined;
    this.mask = -1;
    this.head = 0;
    this.length = 0;
    this.chunks = undefined;
    this.inChunks = 0;
  }

  /** Doubles the ring; false when it is as large as it may be. */
  private grow(): boolean {
    if (this.mask + 1 >= CHUNK) return false;
    const capacity = this.mask < 0 ? INITIAL_CAPACITY : (this.mask + 1) * 2;
    const items: (T | undefined)[] = [];
    for (let index = 0; index <= this.mask; index++) items.push(this.items[(this.head + index) & this.mask]);
    while (items.length < capacity) items.push(undefined);
    this.items = items;
    this.mask = capacity - 1;
    this.head = 0;
    return true;
  }

  // ── Behind the ring ─────────────────────────────────────────────────────────────────────────────────────────────

  private chunkOf(behind: number): (T | undefined)[] {
    return this.chunks?.[Math.floor(behind / CHUNK)] as (T | undefined)[];
  }

  private pushBehind(item: T): void {
    this.chunks ??= [];
    const place = this.inChunks % CHUNK;
    if (place === 0) this.chunks.push(EMPTY_CHUNK.slice());
    (this.chunks[this.chunks.length - 1] as (T | undefined)[])[place] = item;
    this.inChunks++;
  }

  private popBehind(): T | undefined {
    const chunk = this.chunks?.at(-1) as (T | undefined)[];
    this.inChunks--;
    this.length--;
    const place = this.inChunks % CHUNK;
    const item = chunk[place];
    chunk[place] = undefined;
    if (place === 0) this.chunks?.pop();
    return item;
  }

  /** The ring is empty: the first of the chunks takes its place. */
  private nextChunk(): void {
    const { chunks } = this;
    if (chunks === undefined) return;
    this.items = chunks.shift() as (T | undefined)[];
    this.mask = CHUNK - 1;
    this.head = 0;
    this.inChunks = Math.max(0, this.inChunks - CHUNK);
  }

  /** A full ring becomes the first of the chunks, so that there is room before it. */
  private ringBehind(): void {
    const { items, head } = this;
    this.chunks ??= [];
    // Only the last chunk may have room: one that has some is filled from the back, or the ring goes before full ones.
    this.chunks.unshift([...items.slice(head), ...items.slice(0, head)]);
    this.inChunks += CHUNK;
    this.items = EMPTY_CHUNK.slice();
    this.head = 0;
  }
}
