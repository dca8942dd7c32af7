/** Where actors that have moved are, as one worker knows it: by id and generation. Outdated views are swept out. */
import { COLUMN, FIELD, STATUS } from './actor-table.ts';
import type { Host } from './host.ts';
import type { Ref } from './ref.ts';

interface View {
  generation: number;
  worker: number;
  sinceMs: number;
}

/** Outdated views are looked for when there are so many, and again when there are twice as many as were left. */
const VIEWS_BEFORE_SWEEP = 1_024;

export class MoveViews {
  private readonly host: Host;
  private readonly views = new Map<number, View>();
  private sweepAt = VIEWS_BEFORE_SWEEP;

  constructor(host: Host) {
    this.host = host;
  }

  /** Where to send what is for a living actor that has moved. */
  of({ id, generation }: Ref): number {
    const view = this.views.get(id);
    if (view !== undefined && view.generation === generation) return view.worker;
    return this.host.table.field(id, FIELD.home) - 1;
  }

  /** Engine time at which this worker heard of its latest move; −Infinity where there was none. */
  sinceMs({ id, generation }: Ref): number {
    const view = this.views.get(id);
    return view?.generation === generation ? view.sinceMs : Number.NEGATIVE_INFINITY;
  }

  set({ id, generation }: Ref, worker: number): void {
    const view = this.views.get(id);
    const sinceMs = this.host.now();
    if (view !== undefined) {
      view.generation = generation;
      view.worker = worker;
      view.sinceMs = sinceMs;
      return;
    }
    if (this.views.size >= this.sweepAt) this.sweep();
    this.views.set(id, { generation, worker, sinceMs });
  }

  /** Forgets views of actors that are gone. */
  private sweep(): void {
    const { table } = this.host;
    for (const [id, { generation }] of this.views) {
      const isThere = table.get(id, COLUMN.generation) === generation && table.get(id, COLUMN.status) !== STATUS.free;
      if (!isThere) this.views.delete(id);
    }
    this.sweepAt = Math.max(VIEWS_BEFORE_SWEEP, this.views.size * 2);
  }

  /** Actors that were lost have no place any more; who takes them in writes it into their rows. */
  forgetLost(isLost: (ref: Ref) => boolean): void {
    for (const [id, { generation }] of this.views) {
      if (isLost({ node: 0, id, generation, ask: 0, protocol: 0 })) this.views.delete(id);
    }
  }

  /** Not everybody may have heard where those actors are: their rows say so. */
  learn(isUnknown: (ref: Ref) => boolean): void {
    const { table } = this.host;
    for (let id = 0; id < table.capacity; id++) {
      if (table.field(id, FIELD.moved) === 0 || table.get(id, COLUMN.status) === STATUS.free) continue;
      const ref = { node: 0, id, generation: table.get(id, COLUMN.generation), ask: 0, protocol: 0 };
      if (isUnknown(ref)) this.set(ref, table.get(id, COLUMN.worker));
    }
  }

  clear(): void {
    this.views.clear();
  }
}
