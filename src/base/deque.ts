/**
 * A growing queue of items: push and take at either end, all O(1). Holds no reference to what was taken.
 * It has no bound of its own: whoever pushes keeps one.
 *
 * An item that comes into an empty queue has a place of its own, and those behind it are in a ring. Most queues hold one item
 * at a time, or none: they never get a ring. Items are never undefined.
 */
import { assert } from './assert.ts';

const INITIAL_CAPACITY = 4;
/** A queue that grew large for a moment gives its memory back when it runs empty. */
const KEEP_CAPACITY = 4_096;

/** The ring of a queue that has none; nobody writes into it, because its capacity is 0. */
const NOTHING: undefined[] = [];

export class Deque<T> {
  length = 0;
  /** The front, where it is not in the ring. Never moved from there: each store of a young object in an old one costs. */
  private first: T | undefined = undefined;
  private items: (T | undefined)[] = NOTHING;
  private mask = -1;
  private head = 0;

  push(item: T): void {
    if (this.length === 0) {
      this.first = item;
    } else {
      const inRing = this.inRing;
      if (inRing > this.mask) this.grow();
      this.items[(this.head + inRing) & this.mask] = item;
    }
    this.length++;
  }

  /** Puts an item before the front. */
  unshift(item: T): void {
    if (this.first !== undefined) {
      if (this.length - 1 > this.mask) this.grow();
      this.head = (this.head - 1) & this.mask;
      this.items[this.head] = this.first;
    }
    this.first = item;
    this.length++;
  }

  /** Takes the item at the back. */
  pop(): T | undefined {
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
    if (this.length === 0 && this.mask >= KEEP_CAPACITY) this.clear();
    return item;
  }

  /** The item at a distance from the front. */
  at(index: number): T {
    assert(index >= 0 && index < this.length, 'deque index out of range');
    return (index === 0 && this.first !== undefined ? this.first : this.items[this.placeOf(index)]) as T;
  }

  /** Takes the item at a distance from the front; the first one gets its place, so the order of the others changes. */
  takeAt(index: number): T {
    const item = this.at(index);
    if (index > 0) this.items[this.placeOf(index)] = this.at(0);
    this.shift();
    return item;
  }

  private get inRing(): number {
    return this.first === undefined ? this.length : this.length - 1;
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
  }

  private grow(): void {
    const capacity = this.mask < 0 ? INITIAL_CAPACITY : (this.mask + 1) * 2;
    const items: (T | undefined)[] = [];
    for (let index = 0; index <= this.mask; index++) items.push(this.items[(this.head + index) & this.mask]);
    // Filled to the brim so that the engine keeps a packed array: a hole would make every access slower.
    while (items.length < capacity) items.push(undefined);
    this.items = items;
    this.mask = capacity - 1;
    this.head = 0;
  }
}
