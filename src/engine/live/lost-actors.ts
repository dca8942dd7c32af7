/** Who was lost with its worker, by what is left of it: its row in the actor table. */
import { COLUMN, STATUS } from '../../kernel/actor-table.ts';
import type { Ref } from '../../kernel/ref.ts';
import type { LostActor, LostActors } from '../../kernel/worker-lost.ts';
import type { PageMemory } from './page-memory.ts';
import type { Inventory } from './worker-control.ts';

export interface LostRoot {
  readonly ref: Ref;
  readonly path: string;
  readonly worker: number;
}

/**
 * Everybody whose row says that it lives on a lost worker, and everybody who was on its way to a survivor and has not come:
 * such a row says from then on that its actor lives on the first lost worker.
 * @param pathOf the path of an actor, where it is listed: those that started just before are not
 * @param rootPath the root keeps its path, whoever has listed it
 */
export function lostActorsOf(
  { table, rows }: PageMemory,
  lost: readonly number[],
  inventories: readonly Inventory[],
  pathOf: (actor: Pick<Ref, 'id' | 'generation'>) => string | undefined,
  rootPath: string,
): { readonly actors: LostActors; readonly root: LostRoot | undefined } {
  const isLiving = marked(rows, inventories, ({ living }) => living);
  const actors = new Map<number, LostActor>();
  let root: LostRoot | undefined;
  for (let id = 0; id < rows; id++) {
    if (table.get(id, COLUMN.status) === STATUS.free || isLiving[id] === 1) continue;
    if (!lost.includes(table.get(id, COLUMN.worker))) table.set(id, COLUMN.worker, lost[0] as number);
    const ref = refOf(table.get(id, COLUMN.generation), id);
    const parentId = table.get(id, COLUMN.parent) - 1;
    const path = parentId < 0 ? rootPath : (pathOf(ref) ?? `#${id}`);
    const parent = parentId < 0 ? null : refOf(table.get(parentId, COLUMN.generation), parentId);
    actors.set(id, { ref, path, parent, unread: table.get(id, COLUMN.depth) });
    if (parent === null) root = { ref, path, worker: table.get(id, COLUMN.worker) };
  }
  return { actors, root };
}

/** Rows that are free and in nobody's pool: those of the lost workers. */
export function rowsOfNobody({ table, rows }: PageMemory, inventories: readonly Inventory[]): Int32Array {
  const isPooled = marked(rows, inventories, ({ free }) => free);
  const found: number[] = [];
  // The lowest ones are given away first.
  for (let id = rows - 1; id >= 0; id--) {
    if (isPooled[id] === 0 && table.get(id, COLUMN.status) === STATUS.free) found.push(id);
  }
  return Int32Array.from(found);
}

/** How many of them lived on that worker, before anybody has adopted them. */
export function countOn({ table }: PageMemory, actors: LostActors, worker: number): number {
  let count = 0;
  for (const id of actors.keys()) if (table.get(id, COLUMN.worker) === worker) count++;
  return count;
}

function marked(rows: number, inventories: readonly Inventory[], idsOf: (one: Inventory) => Int32Array): Uint8Array {
  const marks = new Uint8Array(rows);
  for (const inventory of inventories) for (const id of idsOf(inventory)) marks[id] = 1;
  return marks;
}

/** Its protocol is not known here, and not needed. */
function refOf(generation: number, id: number): Ref {
  return { node: 0, id, generation, ask: 0, protocol: 0 };
}
