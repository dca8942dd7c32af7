/**
 * Who sends how much to whom: an open-addressing table of (from, to) → count. Written by one worker, read by the page,
 * which may be a moment behind. Counts are estimates where only some messages are sampled.
 */
import type { Ref } from '../../../kernel/ref.ts';

const ENTRIES = 4_096;
/** Three quarters: beyond that, probing gets slow, and no screen shows that many edges. */
const ENTRIES_MAX = (ENTRIES * 3) / 4;
/** from + 1 (0 marks an empty entry), generation of from, to, generation of to as Int32; then the count as a double. */
const ENTRY_WORDS = 8;
const COUNT_DOUBLE = 2;

export const FLOW_TABLE_BYTES = ENTRIES * ENTRY_WORDS * 4;

/** An actor as the table knows it: a row number is used again by others, so the generation belongs to it. */
type Party = Pick<Ref, 'id' | 'generation'>;

export class FlowTable {
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private used = 0;

  constructor(buffer: SharedArrayBuffer | ArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
    // A writer may take over a table that holds something.
    for (let entry = 0; entry < ENTRIES; entry++) if (this.words[entry * ENTRY_WORDS] !== 0) this.used++;
  }

  /** Adds to a pair's count. A table that is full of pairs long gone starts over; readers see counts fall. Writer only. */
  add(from: Party, to: Party, weight: number): void {
    let entry = hash(from, to);
    while (!this.holds(entry, from, to)) {
      if (this.words[entry * ENTRY_WORDS] === 0) {
        if (this.used >= ENTRIES_MAX) this.clear();
        this.claim(entry, from, to);
        break;
      }
      entry = (entry + 1) & (ENTRIES - 1);
    }
    const count = entry * (ENTRY_WORDS / 2) + COUNT_DOUBLE;
    this.doubles[count] = (this.doubles[count] as number) + weight;
  }

  forEach(visit: (from: Party, to: Party, count: number) => void): void {
    const { words } = this;
    for (let entry = 0; entry < ENTRIES; entry++) {
      const at = entry * ENTRY_WORDS;
      const fromId = Atomics.load(words, at) - 1;
      if (fromId < 0) continue;
      const from = { id: fromId, generation: words[at + 1] as number };
      const to = { id: words[at + 2] as number, generation: words[at + 3] as number };
      visit(from, to, this.doubles[entry * (ENTRY_WORDS / 2) + COUNT_DOUBLE] as number);
    }
  }

  private holds(entry: number, from: Party, to: Party): boolean {
    const { words } = this;
    const at = entry * ENTRY_WORDS;
    return (
      words[at] === from.id + 1 &&
      words[at + 1] === from.generation &&
      words[at + 2] === to.id &&
      words[at + 3] === to.generation
    );
  }

  private claim(entry: number, from: Party, to: Party): void {
    const { words } = this;
    const at = entry * ENTRY_WORDS;
    this.used++;
    words[at + 1] = from.generation;
    words[at + 2] = to.id;
    words[at + 3] = to.generation;
    // The mark last: a reader that sees it sees the whole entry.
    Atomics.store(words, at, from.id + 1);
  }

  private clear(): void {
    this.words.fill(0);
    this.used = 0;
  }
}

function hash(from: Party, to: Party): number {
  const mixed =
    Math.imul(from.id + from.generation * 31, 0x9e3779b1) ^ Math.imul(to.id + to.generation * 31, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & (ENTRIES - 1);
}
