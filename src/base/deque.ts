/**
 * A growing queue of items: push and take at either end, all O(1). Holds no reference to what was taken.
 * It has no bound of its own: whoever pushes keeps one.
 *
 * The first item has a place of its own, and those behind it are in a ring. Most queues hold one item at a time, or none:
 * they never get a ring.
 */
import { assert } from './assert.ts';

const INITIAL_CAPACITY = 4;
/** A queue that grew large for a moment gives its memory back when it runs empty. */
const KEEP_CAPACITY = 4_096;

/** The ring of a queue that has none; nobody writes into it, because its capacity is 0. */
const NOTHING: undefined[] = [];

export class Deque<T> {
  length = 0;
  private first: T | undefined = undefined;
  private items: (T | undefined)[] = NOTHING;
  private mask = -1;
  private head = 0;

  push(item: T): void {
    const behind = this.length - 1;
    if (behind < 0) {
      this.first = item;
    } else {
      if (behind > this.mask) this.grow();
      this.items[(this.head + behind) & this.mask] = item;
    }
    this.length = behind + 2;
  }

  /** Puts an item before the front. */
  unshift(item: T): void {
    if (this.length > 0) {
      if (this.length - 1 > this.mask) this.grow();
      this.head = (this.head - 1) & this.mask;
      this.items[this.head] = this.first;
    }
    this.first = item;
    this.length++;
  }

  /** Takes the item at the back. */
  pop(): T | undefined {
    if (this.length <= 1) return this.shift();
    this.length--;
    const place = (this.head + this.length - 1) & this.mask;
    const item = this.items[place];
    this.items[place] = undefined;
    return item;
  }

  shift(): T | undefined {
    const { first, length } = this;
    if (length > 1) {
      this.first = this.items[this.head];
      this.items[this.head] = undefined;
      this.head = (this.head + 1) & this.mask;
      this.length = length - 1;
    } else if (length === 1) {
      this.first = undefined;
      this.length = 0;
      if (this.mask >= KEEP_CAPACITY) this.clear();
    }
    return first;
  }

  /** The item at a distance from the front. */
  at(index: number): T {
    assert(index >= 0 && index < this.length, 'deque index out of range');
    return (index === 0 ? this.first : this.items[(this.head + index - 1) & this.mask]) as T;
  }

  /** Takes the item at a distance from the front; the first one gets its place, so the order of the others changes. */
  takeAt(index: number): T {
    const item = this.at(index);
    if (index > 0) this.items[(this.head + index - 1) & this.mask] = this.first;
    this.shift();
    return item;
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
