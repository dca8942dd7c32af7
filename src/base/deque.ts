/**
 * A growing ring of items: push and take at either end, all O(1). Holds no reference to what was taken.
 * It has no bound of its own: whoever pushes keeps one.
 */
import { assert } from './assert.ts';

const INITIAL_CAPACITY = 8;
/** A queue that grew large for a moment gives its memory back when it runs empty. */
const KEEP_CAPACITY = 4_096;

export class Deque<T> {
  private items: (T | undefined)[] = [];
  private mask = -1;
  private head = 0;
  length = 0;

  push(item: T): void {
    if (this.length > this.mask) this.grow();
    this.items[(this.head + this.length) & this.mask] = item;
    this.length++;
  }

  /** Puts an item before the front. */
  unshift(item: T): void {
    if (this.length > this.mask) this.grow();
    this.head = (this.head - 1) & this.mask;
    this.items[this.head] = item;
    this.length++;
  }

  /** Takes the item at the back. */
  pop(): T | undefined {
    if (this.length === 0) return undefined;
    this.length--;
    const place = (this.head + this.length) & this.mask;
    const item = this.items[place];
    this.items[place] = undefined;
    return item;
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.items[this.head];
    this.items[this.head] = undefined;
    this.head = (this.head + 1) & this.mask;
    this.length--;
    if (this.length === 0 && this.mask >= KEEP_CAPACITY) this.clear();
    return item;
  }

  /** The item at a distance from the front. */
  at(index: number): T {
    assert(index >= 0 && index < this.length, 'deque index out of range');
    return this.items[(this.head + index) & this.mask] as T;
  }

  /** Takes the item at a distance from the front; the first one gets its place, so the order of the others changes. */
  takeAt(index: number): T {
    const item = this.at(index);
    if (index > 0) this.items[(this.head + index) & this.mask] = this.items[this.head];
    this.shift();
    return item;
  }

  /** Becomes the same queue as another one, which stays as it is, with copies of its items. */
  copyFrom(other: Deque<T>, copyOf: (item: T) => T): void {
    this.clear();
    for (let index = 0; index < other.length; index++) this.push(copyOf(other.at(index)));
  }

  clear(): void {
    this.items = [];
    this.mask = -1;
    this.head = 0;
    this.length = 0;
  }

  private grow(): void {
    const capacity = this.mask < 0 ? INITIAL_CAPACITY : (this.mask + 1) * 2;
    const items: (T | undefined)[] = [];
    for (let index = 0; index < this.length; index++) items.push(this.items[(this.head + index) & this.mask]);
    // Filled to the brim so that the engine keeps a packed array: a hole would make every access slower.
    while (items.length < capacity) items.push(undefined);
    this.items = items;
    this.mask = capacity - 1;
    this.head = 0;
  }
}
