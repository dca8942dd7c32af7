/** What both layouts produce: fixed boxes and finished paths. Pure geometry; the same input gives the same picture. */
import type { ActorIdentity } from '../stores/actor-store.ts';

export const NODE_WIDTH = 164;
export const NODE_HEIGHT = 100;

export interface PlacedNode {
  readonly path: string;
  /** Left upper corner. */
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  /** SVG path data. */
  readonly line: string;
  /** Where the label's middle goes. */
  readonly labelX: number;
  readonly labelY: number;
}

export interface GraphLayout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** Which way the layers follow each other. */
export type Direction = 'right' | 'down';

const natural = new Intl.Collator('en', { numeric: true });

/** Shallow before deep, then by name with numbers in order: the one order on which both layouts rest. */
export function inNaturalOrder(actors: readonly ActorIdentity[]): readonly ActorIdentity[] {
  return [...actors].sort((a, b) => depthOf(a.path) - depthOf(b.path) || natural.compare(a.path, b.path));
}

export function depthOf(path: string): number {
  return path.split('/').length - 1;
}
