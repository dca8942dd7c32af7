/** Rows of the actor table that this worker may give to new actors: taken in blocks, and used again. */
import { COLUMN, STATUS } from './actor-table.ts';
import { PlayhouseError } from './errors.ts';
import { type Host, IDS_PER_BLOCK } from './host.ts';

export interface IdPoolSnapshot {
  readonly free: readonly number[];
  readonly next: number;
  readonly end: number;
}

export class IdPool {
  private readonly host: Host;
  private readonly free: number[] = [];
  private next = 0;
  private end = 0;

  constructor(host: Host) {
    this.host = host;
  }

  /** @throws PlayhouseError `actor-limit` */
  claim(): number {
    const freed = this.free.pop();
    if (freed !== undefined) return freed;
    if (this.next === this.end) {
      const first = this.host.claimRows();
      if (first < 0) {
        throw new PlayhouseError('actor-limit', `The actor table is full (${this.host.table.capacity} rows).`);
      }
      this.next = first;
      this.end = first + IDS_PER_BLOCK;
    }
    return this.next++;
  }

  release(id: number): void {
    this.host.table.set(id, COLUMN.status, STATUS.free);
    this.free.push(id);
  }

  /** Every row that it could give away without asking anybody. */
  all(): Int32Array {
    const rows = Int32Array.from(this.free);
    const fresh = Int32Array.from({ length: this.end - this.next }, (_, index) => this.next + index);
    const all = new Int32Array(rows.length + fresh.length);
    all.set(rows);
    all.set(fresh, rows.length);
    return all;
  }

  /** Rows that belonged to a worker whose place this one takes. */
  takeOver(rows: Int32Array): void {
    for (const id of rows) this.free.push(id);
  }

  save(): IdPoolSnapshot {
    return { free: this.free.slice(), next: this.next, end: this.end };
  }

  restore({ free, next, end }: IdPoolSnapshot): void {
    this.free.length = 0;
    for (const id of free) this.free.push(id);
    this.next = next;
    this.end = end;
  }
}
