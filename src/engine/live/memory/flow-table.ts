/**
 * Who sends how much to whom: an open-addressing table of (from, to) → count. Written by one worker, read by the page,
 * which may be a moment behind. Counts are estimates where only some messages are sampled.
 */
const ENTRIES = 4_096;
/** Three quarters: beyond that, probing gets slow, and no screen shows that many edges. */
const ENTRIES_MAX = (ENTRIES * 3) / 4;
/** from + 1, to + 1 as Int32 (0 marks an empty entry), then the count as a double. */
const ENTRY_BYTES = 16;

export const FLOW_TABLE_BYTES = ENTRIES * ENTRY_BYTES;

export class FlowTable {
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private used = 0;

  constructor(buffer: SharedArrayBuffer | ArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /** Adds to a pair's count; false when the pair is new and the table full. Writer only. */
  add(from: number, to: number, weight: number): boolean {
    let entry = (Math.imul(from, 0x9e3779b1) ^ Math.imul(to, 0x85ebca6b)) & (ENTRIES - 1);
    for (;;) {
      const known = this.words[entry * 4];
      if (known === from + 1 && this.words[entry * 4 + 1] === to + 1) break;
      if (known === 0) {
        if (this.used >= ENTRIES_MAX) return false;
        this.used++;
        // `from` last: a reader that sees it sees the whole entry.
        this.words[entry * 4 + 1] = to + 1;
        Atomics.store(this.words, entry * 4, from + 1);
        break;
      }
      entry = (entry + 1) & (ENTRIES - 1);
    }
    this.doubles[entry * 2 + 1] = (this.doubles[entry * 2 + 1] as number) + weight;
    return true;
  }

  forEach(visit: (from: number, to: number, count: number) => void): void {
    for (let entry = 0; entry < ENTRIES; entry++) {
      const from = Atomics.load(this.words, entry * 4);
      if (from !== 0) visit(from - 1, (this.words[entry * 4 + 1] as number) - 1, this.doubles[entry * 2 + 1] as number);
    }
  }
}
