/** Which actors have a line in the diagram, in which order and under which name. Pure; no pixels. */
import type { StepRecord } from '../../engine/simulation.ts';
import { nameOf } from '../ui/format.ts';

export interface Lifeline {
  readonly path: string;
  /** The end of the path that no other line shares. */
  readonly name: string;
  /** Ancestors among the lines that are shown above it; 0 for a pinned one. */
  readonly depth: number;
  /** −1 while no step of it is known. */
  readonly worker: number;
  readonly isPinned: boolean;
}

const natural = new Intl.Collator('en', { numeric: true });

/** Every actor that took a step, sent something that was handled, or is named in `also`; hidden ones included. */
export function actorsOf(steps: readonly StepRecord[], also: readonly string[]): ReadonlyMap<string, number> {
  const workers = new Map<string, number>();
  for (const { path, from, worker, kind } of steps) {
    if (path !== '' && (kind === 'message' || kind === 'signal' || kind === 'timer' || !workers.has(path))) {
      workers.set(path, worker);
    }
    if (from !== '' && !workers.has(from)) workers.set(from, -1);
  }
  for (const path of also) if (path !== '' && !workers.has(path)) workers.set(path, -1);
  return workers;
}

/** Pinned ones first, in the order in which they were pinned; then the tree, parents before children. */
export function layOutLifelines(
  workers: ReadonlyMap<string, number>,
  pinned: readonly string[],
  hidden: ReadonlySet<string>,
): readonly Lifeline[] {
  const shown = [...workers.keys()].filter((path) => !hidden.has(path));
  const isShown = new Set(shown);
  const top = pinned.filter((path) => isShown.has(path));
  const isTop = new Set(top);
  const rest = shown.filter((path) => !isTop.has(path)).sort(inTreeOrder);
  const below = new Set(rest);
  const names = uniqueNames(shown);
  return [...top, ...rest].map((path) => ({
    path,
    name: names.get(path) ?? path,
    depth: isTop.has(path) ? 0 : ancestorsOf(path).filter((ancestor) => below.has(ancestor)).length,
    worker: workers.get(path) ?? -1,
    isPinned: isTop.has(path),
  }));
}

/** A parent comes before its children, siblings by name with numbers in order. */
export function inTreeOrder(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const order = natural.compare(left[index] ?? '', right[index] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length || (a < b ? -1 : Number(a > b));
}

/** The shortest ends of the paths that tell them apart: `breaker`, or `payments/breaker` where there are two. */
export function uniqueNames(paths: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  let open = paths;
  for (let parts = 1; open.length > 0; parts++) {
    const counts = new Map<string, number>();
    for (const path of open) counts.set(endOf(path, parts), (counts.get(endOf(path, parts)) ?? 0) + 1);
    open = open.filter((path) => {
      const end = endOf(path, parts);
      if (counts.get(end) !== 1 && end !== path) return true;
      names.set(path, end);
      return false;
    });
  }
  return names;
}

function endOf(path: string, parts: number): string {
  if (parts === 1) return nameOf(path);
  const names = path.split('/').filter((name) => name !== '');
  return parts >= names.length + 1 ? path : names.slice(-parts).join('/');
}

function ancestorsOf(path: string): readonly string[] {
  const ancestors: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    ancestors.push(path.slice(0, end));
  }
  return ancestors;
}
