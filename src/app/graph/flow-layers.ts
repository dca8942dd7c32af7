/**
 * The layers of the message-flow graph. Requests and replies make cycles everywhere, so layers come from distances: a
 * breadth-first walk from the actors that look most like a source. An actor looks like a source when everybody who
 * writes to it was written to by it (it only gets answers); ties go to the shallower path.
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
  readonly count: number;
  /** Actors without messages so far, in order. */
  readonly silent: readonly string[];
}

export function assignLayers(actors: readonly ActorIdentity[], links: readonly Link[], perLayerMax: number): Layers {
  const outgoing = new Map<string, Set<string>>();
  const incoming = new Map<string, Set<string>>();
  for (const { from, to } of links) {
    (outgoing.get(from) ?? setIn(outgoing, from)).add(to);
    (incoming.get(to) ?? setIn(incoming, to)).add(from);
  }
  const ordered = inNaturalOrder(actors).map((actor) => actor.path);
  const active = ordered.filter((path) => outgoing.has(path) || incoming.has(path));
  const silent = ordered.filter((path) => !outgoing.has(path) && !incoming.has(path));

  const unasked = (path: string): number => {
    let count = 0;
    for (const from of incoming.get(path) ?? []) if (!outgoing.get(path)?.has(from)) count++;
    return count;
  };
  const peers = (path: string): number => (outgoing.get(path)?.size ?? 0) + (incoming.get(path)?.size ?? 0);
  const asks = (path: string): number => (outgoing.has(path) ? 0 : 1);
  // Sorting is stable: what these do not decide keeps the order by depth and name.
  const sources = [...active].sort((a, b) => asks(a) - asks(b) || unasked(a) - unasked(b) || peers(a) - peers(b));

  const distance = new Map<string, number>();
  for (const source of sources) {
    if (distance.has(source)) continue;
    distance.set(source, 0);
    const queue = [source];
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      for (const next of [...(outgoing.get(path) ?? [])].sort()) {
        if (distance.has(next)) continue;
        distance.set(next, (distance.get(path) ?? 0) + 1);
        queue.push(next);
      }
    }
  }
  return { ...splitWide(active, distance, perLayerMax), silent };
}

/** A layer with too many actors continues in layers of its own. */
function splitWide(active: readonly string[], distance: ReadonlyMap<string, number>, perLayerMax: number) {
  const groups = new Map<number, string[]>();
  for (const path of active) {
    const layer = distance.get(path) ?? 0;
    const group = groups.get(layer) ?? [];
    group.push(path);
    groups.set(layer, group);
  }
  const layerOf = new Map<string, number>();
  let count = 0;
  for (const layer of [...groups.keys()].sort((a, b) => a - b)) {
    const group = groups.get(layer) ?? [];
    group.forEach((path, index) => layerOf.set(path, count + Math.floor(index / perLayerMax)));
    count += Math.ceil(group.length / perLayerMax);
  }
  return { layerOf, count };
}

function setIn(sets: Map<string, Set<string>>, key: string): Set<string> {
  const set = new Set<string>();
  sets.set(key, set);
  return set;
}
