/**
 * Snapshots: everything that can change in a kernel, as it is between two turns. A kernel can go back to one again and
 * again, and goes on from there as it did the first time.
 *
 * A snapshot shares nothing changeable with the kernel or with another snapshot. It belongs to its kernel: refs, behaviors,
 * the host and what mailboxes call are the kernel's own. The actor table is memory of the engine and is saved for itself.
 */
import { assert } from '../base/assert.ts';
import { Deque } from '../base/deque.ts';
import { Heap } from '../base/heap.ts';
import type { RandomState } from '../base/random.ts';
import { type ActorTable, ROW_WORDS } from './actor-table.ts';
import type { Cell, Deadline } from './cell.ts';
import type { DeadLettersSnapshot } from './dead-letters.ts';
import type { EarlyArrival } from './early-arrivals.ts';
import type { IdPoolSnapshot } from './id-pool.ts';
import type { Kernel } from './kernel.ts';
import type { LeastLoadedSnapshot } from './least-loaded.ts';
import type { Ref } from './ref.ts';
import { SnapshotCopier } from './snapshot-copier.ts';

export interface KernelSnapshot {
  /** Whose it is. */
  readonly kernel: Kernel;
  readonly cells: readonly (Cell | undefined)[];
  readonly deadlines: Heap<Deadline>;
  readonly ready: Deque<Cell>;
  readonly crowded: ReadonlyMap<number, ReadonlyMap<Cell, Ref | undefined>>;
  readonly early: ReadonlyMap<number, readonly EarlyArrival[]>;
  readonly ids: IdPoolSnapshot;
  readonly deadLetters: DeadLettersSnapshot;
  readonly turns: number;
  readonly living: number;
  readonly rejected: number;
  readonly sampleEvery: number;
  readonly sampleCountdown: number;
  readonly sampleChance: RandomState;
  readonly nextPlacement: number;
  readonly leastLoaded: LeastLoadedSnapshot;
}

/** @param copier one for all kernels of a system, and for whatever of the engine may share data with their actors */
export function saveKernel(kernel: Kernel, copier = new SnapshotCopier()): KernelSnapshot {
  assert(kernel['context'].cell === undefined, 'a snapshot is taken between turns');
  assert(kernel.whereabouts.isAtRest, 'a snapshot is taken where no actor moves');
  const deadlines = new Heap<Deadline>();
  const ready = new Deque<Cell>();
  // Cells first: the others mostly refer to them.
  const cells = kernel.cells.map((cell) => cell && copier.cell(cell));
  deadlines.copyFrom(kernel.deadlines, copier.deadline);
  ready.copyFrom(kernel['ready'], copier.cell);
  return {
    kernel,
    cells,
    deadlines,
    ready,
    crowded: crowdedOf(kernel.crowded, copier),
    early: kernel['early'].save(copier.earlyArrival),
    ids: kernel.ids.save(),
    deadLetters: kernel.deadLetters.save(),
    turns: kernel.turns,
    living: kernel.living,
    rejected: kernel.rejected,
    sampleEvery: kernel.sampleEvery,
    sampleCountdown: kernel['sampleCountdown'],
    sampleChance: { ...kernel['sampleChance'] },
    nextPlacement: kernel.nextPlacement,
    leastLoaded: kernel.leastLoaded.save(),
  };
}

/**
 * Puts a kernel back to where it was; the snapshot stays as it is.
 * @param copier a new one, for all kernels of a system and for whatever was saved with them
 */
export function restoreKernel(kernel: Kernel, snapshot: KernelSnapshot, copier = new SnapshotCopier()): void {
  assert(snapshot.kernel === kernel, 'a snapshot belongs to its kernel');
  kernel['context'].cell = undefined;
  kernel.cells.length = 0;
  for (const cell of snapshot.cells) kernel.cells.push(cell && copier.cell(cell));
  kernel.deadlines.copyFrom(snapshot.deadlines, copier.deadline);
  kernel['ready'].copyFrom(snapshot.ready, copier.cell);
  kernel.crowded.clear();
  for (const [worker, waiting] of crowdedOf(snapshot.crowded, copier)) kernel.crowded.set(worker, waiting);
  kernel['early'].restore(snapshot.early, copier.earlyArrival);
  kernel.ids.restore(snapshot.ids);
  kernel.deadLetters.restore(snapshot.deadLetters);
  kernel.turns = snapshot.turns;
  kernel.living = snapshot.living;
  kernel.rejected = snapshot.rejected;
  kernel.sampleEvery = snapshot.sampleEvery;
  kernel['sampleCountdown'] = snapshot.sampleCountdown;
  Object.assign(kernel['sampleChance'], snapshot.sampleChance);
  kernel.nextPlacement = snapshot.nextPlacement;
  kernel.leastLoaded.restore(snapshot.leastLoaded);
}

function crowdedOf(crowded: KernelSnapshot['crowded'], { cell }: SnapshotCopier): Kernel['crowded'] {
  const copy = new Map<number, Map<Cell, Ref | undefined>>();
  for (const [worker, waiting] of crowded) {
    copy.set(worker, new Map([...waiting].map(([sender, told]) => [cell(sender), told])));
  }
  return copy;
}

/** @param rows how many of the first rows were ever given to anybody */
export function saveTable(table: ActorTable, rows: number): Int32Array {
  return table.words.slice(0, rows * ROW_WORDS);
}

/** Rows beyond those that were saved become as if nobody had ever had them. */
export function restoreTable(table: ActorTable, saved: Int32Array): void {
  table.words.set(saved);
  table.words.fill(0, saved.length);
}
