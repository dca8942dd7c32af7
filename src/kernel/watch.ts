/** Watching: one `terminated` signal when an actor has stopped, whoever and wherever it is. A restart is no stop. */
import type { Cell } from './cell.ts';
import type { Kernel } from './kernel.ts';
import { type Ref, sameRef } from './ref.ts';
import type { Signal } from './signal.ts';

/** A reply address stands for whoever asked. */
function actorOf(ref: Ref): Ref {
  return ref.ask === 0 ? ref : { ...ref, ask: 0 };
}

export function watch(kernel: Kernel, cell: Cell, watched: Ref): void {
  const ref = actorOf(watched);
  cell.watching ??= [];
  if (cell.watching.some((known) => sameRef(known, ref))) return;
  cell.watching.push(ref);
  kernel.signal(ref, { type: 'watch', watcher: cell.ref });
}

export function unwatch(kernel: Kernel, cell: Cell, watched: Ref): void {
  const ref = actorOf(watched);
  if (cell.watching === undefined) return;
  cell.watching = cell.watching.filter((known) => !sameRef(known, ref));
  kernel.signal(ref, { type: 'unwatch', watcher: cell.ref });
}

export function unwatchAll(kernel: Kernel, cell: Cell): void {
  for (const watched of cell.watching ?? []) kernel.signal(watched, { type: 'unwatch', watcher: cell.ref });
  cell.watching = undefined;
}

export function addWatcher(cell: Cell, watcher: Ref): void {
  cell.watchers ??= [];
  if (!cell.watchers.some((known) => sameRef(known, watcher))) cell.watchers.push(watcher);
}

export function removeWatcher(cell: Cell, watcher: Ref): void {
  if (cell.watchers !== undefined) cell.watchers = cell.watchers.filter((known) => !sameRef(known, watcher));
}

export function watchedTerminated(
  kernel: Kernel,
  cell: Cell,
  { ref, reason }: Extract<Signal, { readonly type: 'terminated' }>,
): void {
  const index = cell.watching?.findIndex((known) => sameRef(known, ref)) ?? -1;
  if (index < 0) return;
  cell.watching?.splice(index, 1);
  const { terminated } = cell.entry.definition;
  if (terminated !== undefined) {
    kernel.guarded(cell, 'terminated', (context) => terminated(cell.state, { ref, reason }, context));
  }
}
