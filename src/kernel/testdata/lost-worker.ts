/** Families of actors over three workers, for tests that lose one of them. */
import { COLUMN, STATUS } from '../actor-table.ts';
import type { SupervisionOptions } from '../behavior.ts';
import { IDS_PER_BLOCK } from '../host.ts';
import { type DoOptions, DoSystem } from './do-actor.ts';
import type { TestSystem } from './test-system.ts';

export const A = '/root/p/a';
export const LOST = { kind: 'WorkerLost', error: 'worker 1 was lost' };
const supervisor = (supervision: SupervisionOptions): DoOptions => ({ supervision });

/** The root and `p` on worker 0, with the children a, b and c on 1, 2 and 1. */
export function family(supervision: SupervisionOptions = {}, cast: Readonly<Record<string, DoOptions>> = {}): DoSystem {
  const s = new DoSystem({ P: supervisor(supervision), ...cast }, { workers: 3 });
  s.spawn('/root', 'p', { behavior: 'P' });
  for (const [name, placement] of [['a', 1] as const, ['b', 2] as const, ['c', 1] as const]) {
    s.spawn('/root/p', name, { placement });
  }
  s.events.length = 0;
  return s;
}

/** With `a` alone on worker 1. */
export function only(supervision: SupervisionOptions = {}, options: Parameters<DoSystem['spawn']>[2] = {}): DoSystem {
  const s = new DoSystem({ P: supervisor(supervision) }, { workers: 3 });
  s.spawn('/root', 'p', { behavior: 'P' });
  s.spawn('/root/p', 'a', { placement: 1, ...options });
  s.events.length = 0;
  return s;
}

export function lose(s: TestSystem, worker = 1): void {
  s.killWorker(worker);
  s.settle();
}

export const workerOf = (s: DoSystem, path: string): number => s.table.get(s.ref(path).id, COLUMN.worker);
export const bodies = (s: TestSystem) => s.events.map(({ body }) => body);

/** Rows that are not with exactly one actor or in exactly one pool; none, as it should be. */
export function straysOf(s: TestSystem): readonly number[] {
  const found = s.cells().map(({ ref }) => ref.id);
  for (const { ids } of s.kernels) {
    const { free, next, end } = ids.save();
    const pooled = [...free, ...Array.from({ length: end - next }, (_, index) => next + index)];
    found.push(...pooled);
    // One that is in a pool and not free is a stray as well.
    found.push(...pooled.filter((id) => s.table.get(id, COLUMN.status) !== STATUS.free));
  }
  const times = new Map<number, number>();
  for (const id of found) times.set(id, (times.get(id) ?? 0) + 1);
  const rows = Array.from({ length: s['blocks'] * IDS_PER_BLOCK }, (_, id) => id);
  return rows.filter((id) => times.get(id) !== 1);
}
