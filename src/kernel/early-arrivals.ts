/**
 * What arrived before the actor it is for: a ref is known, and can be sent on, while the spawn request is still on its way
 * from another worker. It is kept, in order and bounded, until the actor is there.
 */
import { COLUMN, STATUS } from './actor-table.ts';
import type { Host } from './host.ts';
import { LIMITS } from './limits.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { Signal } from './signal.ts';

export type EarlyArrival =
  | { readonly message: AnyMessage; readonly ask: number; readonly sender: number }
  | { readonly signal: Signal };

export class EarlyArrivals {
  private readonly host: Host;
  private readonly byId = new Map<number, EarlyArrival[]>();
  private count = 0;

  constructor(host: Host) {
    this.host = host;
  }

  /** False when no such actor is on its way to this worker, or too much is kept already. */
  hold(to: Ref, item: EarlyArrival): boolean {
    const { table, worker } = this.host;
    if (!(to.id >= 0 && to.id < table.capacity)) return false;
    if (table.get(to.id, COLUMN.generation) !== to.generation) return false;
    if (table.get(to.id, COLUMN.status) !== STATUS.starting) return false;
    if (table.get(to.id, COLUMN.worker) !== worker) return false;
    // Signals are never refused.
    if (this.count >= LIMITS.earlyMax && 'message' in item) return false;
    const items = this.byId.get(to.id);
    if (items === undefined) this.byId.set(to.id, [item]);
    else items.push(item);
    this.count++;
    return true;
  }

  /** The actor is there. */
  take({ id }: Ref): readonly EarlyArrival[] {
    if (this.count === 0) return NOTHING;
    const items = this.byId.get(id);
    if (items === undefined) return NOTHING;
    this.byId.delete(id);
    this.count -= items.length;
    return items;
  }

  /** What was kept for such actors is forgotten, and nobody is coming for the messages. */
  takeMessages(
    isGone: (to: Ref) => boolean = () => true,
  ): readonly { readonly to: Ref; readonly message: AnyMessage }[] {
    const { table } = this.host;
    return [...this.byId].flatMap(([id, items]) => {
      const to = { node: 0, id, generation: table.get(id, COLUMN.generation), ask: 0, protocol: 0 };
      if (!isGone(to)) return [];
      this.byId.delete(id);
      this.count -= items.length;
      return items.flatMap((item) => ('message' in item ? [{ to, message: item.message }] : []));
    });
  }

  save(copyOf: (item: EarlyArrival) => EarlyArrival): ReadonlyMap<number, readonly EarlyArrival[]> {
    return new Map([...this.byId].map(([id, items]) => [id, items.map(copyOf)]));
  }

  restore(saved: ReadonlyMap<number, readonly EarlyArrival[]>, copyOf: (item: EarlyArrival) => EarlyArrival): void {
    this.byId.clear();
    this.count = 0;
    for (const [id, items] of saved) {
      this.byId.set(id, items.map(copyOf));
      this.count += items.length;
    }
  }
}

const NOTHING: readonly EarlyArrival[] = [];
