/**
 * The layers of the message-flow graph. Requests and replies make cycles everywhere, so layers come from distances: a
 * breadth-first walk along the messages, from where it reaches the most actors and gets the furthest. That is where
 * requests come from: replies are short cuts home. Ties go to the shallower path, so that a service is not mistaken for
 * its client.
 */
import type { ActorIdentity } from '../stores/actor-store.ts';
import { inNaturalOrder } from './layout.ts';

export interface Link {
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

export interface Layers {
  /** Layer of every actor that has exchanged messages. */
  readonly layerOf: ReadonlyMap<string, number>;
  /** Column in which it stands: a layer with too many actors takes several. */
  readonly columnOf: ReadonlyMap<string, number>;
  /** First and last column of each layer. */
  readonly spans: readonly { readonly first: number; readonly last: number }[];
  /** Actors without messages so far, in order. */
  readonly silent: readonly string[];
}

export function assignLayers(actors: readonly ActorIdentity[], links: readonly Link[], perColumnMax: number): Layers {
  const outgoing = new Map<string, Set<string>>();
  const incoming = new Map<string, Set<string>>();
  for (const { from, to } of links) {
    (outgoing.get(from) ?? setIn(outgoing, from)).add(to);
    (incoming.get(to) ?? setIn(incoming, to)).add(from);
  }
  const ordered = inNaturalOrder(actors).map((actor) => actor.path);
  const active = ordered.filter((path) => outgoing.has(path) || incoming.has(path));
  const silent = ordered.filter((path) => !outgoing.has(path) && !incoming.has(path));

  const walks = new Map(active.map((path) => [path, walk(path, outgoing, new Map())]));
  const extent = (path: string): number => Math.max(...(walks.get(path)?.values() ?? [0]));
  const reach = (path: string): number => walks.get(path)?.size ?? 0;
  // Sorting is stable: what these do not decide keeps the order by depth and name.
  const sources = [...active].sort((a, b) => reach(b) - reach(a) || extent(b) - extent(a));

  const distance = new Map<string, number>();
  for (const source of sources) if (!distance.has(source)) walk(source, outgoing, distance);
  return { ...splitWide(active, distance, perColumnMax), silent };
}

/** Adds the distance of everything that messages from here reach, except what has a distance already. */
function walk(
  source: string,
  outgoing: ReadonlyMap<string, ReadonlySet<string>>,
  distance: Map<string, number>,
): Map<string, number> {
  distance.set(source, 0);
  const queue = [source];
  for (let at = 0; at < queue.length; at++) {
    const path = queue[at] ?? source;
    for (const next of outgoing.get(path) ?? []) {
      if (distance.has(next)) continue;
      distance.set(next, (distance.get(path) ?? 0) + 1);
      queue.push(next);
    }
  }
  return distance;
}

function splitWide(
  active: readonly string[],
  distance: ReadonlyMap<string, number>,
  perColumnMax: number,
): Pick<Layers, 'layerOf' | 'columnOf' | 'spans'> {
  const groups: string[][] = [];
  for (const path of active) {
    const layer = distance.get(path) ?? 0;
    groups[layer] ??= [];
    groups[layer].push(path);
  }
  const columnOf = new Map<string, number>();
  const spans: { first: number; last: number }[] = [];
  let first = 0;
  for (const group of groups) {
    for (const [index, path] of group.entries()) columnOf.set(path, first + Math.floor(index / perColumnMax));
    const last = first + Math.ceil(group.length / perColumnMax) - 1;
    spans.push({ first, last });
    first = last + 1;
  }
  return { layerOf: distance, columnOf, spans };
}

function setIn(sets: Map<string, Set<string>>, key: string): Set<string> {
  const set = new Set<string>();
  sets.set(key, set);
  return set;
}
