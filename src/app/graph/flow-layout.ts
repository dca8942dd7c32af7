/**
 * A layered drawing of the message flow, after Sugiyama: layers, waypoints for edges that skip a layer, an order within
 * each layer by barycentre, and coordinates that pull neighbours level. Deterministic: it changes only with its input.
 *
 * Edges that skip layers towards one actor share their waypoints, so that many replies come home along one lane.
 */
import type { ActorIdentity } from '../stores/actor-store.ts';
import { type Link, assignLayers } from './flow-layers.ts';
import { type Direction, type GraphLayout, NODE_HEIGHT, NODE_WIDTH, type PlacedEdge, type PlacedNode } from './layout.ts';

const LAYER_GAP = { right: 76, down: 64 } as const;
const SIBLING_GAP = { right: 36, down: 24 } as const;
const LANE_SIZE = 24;
/** Requests leave a little to one side of the middle and replies a little to the other. */
const PAIR_OFFSET = 12;
/** Beyond this many edges waypoints cost more than they clarify. */
const WAYPOINT_EDGES_MAX = 300;
const SWEEPS = 8;

interface Item {
  readonly id: string;
  readonly layer: number;
  readonly size: number;
  readonly isActor: boolean;
  readonly before: Item[];
  readonly after: Item[];
  center: number;
}

export function layOutFlow(actors: readonly ActorIdentity[], links: readonly Link[], direction: Direction): GraphLayout {
  const known = new Set(actors.map((actor) => actor.path));
  const drawn = links.filter(({ from, to }) => from !== to && known.has(from) && known.has(to));
  const perLayerMax = Math.max(6, Math.ceil(Math.sqrt(actors.length)));
  const { layerOf, count, silent } = assignLayers(actors, drawn, perLayerMax);
  const across = direction === 'right' ? NODE_HEIGHT : NODE_WIDTH;
  const along = direction === 'right' ? NODE_WIDTH : NODE_HEIGHT;
  const pitch = along + LAYER_GAP[direction];

  const layers: Item[][] = Array.from({ length: count }, () => []);
  const items = new Map<string, Item>();
  const item = (id: string, layer: number, isActor: boolean): Item => {
    const existing = items.get(id);
    if (existing !== undefined) return existing;
    const made: Item = { id, layer, size: isActor ? across : LANE_SIZE, isActor, before: [], after: [], center: 0 };
    items.set(id, made);
    layers[layer]?.push(made);
    return made;
  };
  for (const [path, layer] of layerOf) item(path, layer, true);

  const routes = new Map<string, readonly Item[]>();
  for (const link of drawn) {
    const start = layerOf.get(link.from) ?? 0;
    const end = layerOf.get(link.to) ?? 0;
    const forward = end > start;
    const route = [item(link.from, start, true)];
    if (drawn.length <= WAYPOINT_EDGES_MAX) {
      const lane = forward ? `forward ${link.from}` : `back ${link.to}`;
      const move = forward ? 1 : -1;
      for (let layer = start + move; (end - layer) * move > 0; layer += move) {
        route.push(item(`${lane} ${layer}`, layer, false));
      }
    }
    route.push(item(link.to, end, true));
    routes.set(link.key, route);
    for (let index = 1; index < route.length; index++) {
      const a = route[index - 1];
      const b = route[index];
      if (a === undefined || b === undefined || a.layer === b.layer) continue;
      const [low, high] = a.layer < b.layer ? [a, b] : [b, a];
      low.after.push(high);
      high.before.push(low);
    }
  }

  arrange(layers, SIBLING_GAP[direction]);
  const nodes: PlacedNode[] = [];
  for (const { id, layer, center, isActor } of items.values()) {
    if (isActor) nodes.push(place(id, layer * pitch, center - across / 2, direction));
  }
  nodes.push(...placeSilent(silent, nodes));

  const degree = new Map<string, number>();
  for (const { from, to } of drawn) {
    degree.set(from, (degree.get(from) ?? 0) + 1);
    degree.set(to, (degree.get(to) ?? 0) + 1);
  }
  const edges = drawn.map((link) => {
    const nearSource = (degree.get(link.from) ?? 0) < (degree.get(link.to) ?? 0);
    return drawEdge(link, routes.get(link.key) ?? [], direction, pitch, along, nearSource);
  });
  return { nodes, edges };
}

/** Orders every layer and then sets centres, sweeping to and fro. */
function arrange(layers: readonly Item[][], gap: number): void {
  for (const layer of layers) stack(layer, gap);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const rightwards = sweep % 2 === 0;
    for (const layer of rightwards ? layers : layers.toReversed()) {
      const wanted = (one: Item): number => mean(rightwards ? one.before : one.after, one.center);
      const keyed = layer.map((one, index) => ({ one, wanted: wanted(one), index }));
      keyed.sort((a, b) => a.wanted - b.wanted || a.index - b.index);
      keyed.forEach(({ one }, index) => {
        layer[index] = one;
      });
      settle(layer, keyed.map((entry) => entry.wanted), gap);
    }
  }
  for (const layer of layers) settle(layer, layer.map((one) => mean([...one.before, ...one.after], one.center)), gap);
}

function mean(items: readonly Item[], otherwise: number): number {
  if (items.length === 0) return otherwise;
  return items.reduce((sum, one) => sum + one.center, 0) / items.length;
}

function stack(layer: readonly Item[], gap: number): void {
  const total = layer.reduce((sum, one) => sum + one.size + gap, -gap);
  let at = -total / 2;
  for (const one of layer) {
    one.center = at + one.size / 2;
    at += one.size + gap;
  }
}

/**
 * The centres closest to the wanted ones that keep the order and the gaps: isotonic regression by pooling adjacent
 * violators (Ayer and others, 1955).
 */
function settle(layer: readonly Item[], wanted: readonly number[], gap: number): void {
  const offsets: number[] = [];
  layer.forEach((one, index) => {
    const previous = layer[index - 1];
    offsets.push(previous === undefined ? 0 : (offsets[index - 1] ?? 0) + (previous.size + one.size) / 2 + gap);
  });
  const pools: { sum: number; count: number }[] = [];
  layer.forEach((_, index) => {
    let pool = { sum: (wanted[index] ?? 0) - (offsets[index] ?? 0), count: 1 };
    for (let last = pools.at(-1); last !== undefined && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  });
  let index = 0;
  for (const { sum, count } of pools) {
    for (let used = 0; used < count; used++, index++) {
      const one = layer[index];
      if (one !== undefined) one.center = sum / count + (offsets[index] ?? 0);
    }
  }
}

function place(path: string, alongAt: number, acrossAt: number, direction: Direction): PlacedNode {
  const [x, y] = direction === 'right' ? [alongAt, acrossAt] : [acrossAt, alongAt];
  return { path, x: Math.round(x), y: Math.round(y) };
}

/** Actors without messages stand in rows below the others. */
function placeSilent(silent: readonly string[], nodes: readonly PlacedNode[]): PlacedNode[] {
  const left = Math.min(0, ...nodes.map((node) => node.x));
  const right = Math.max(3 * (NODE_WIDTH + 24), ...nodes.map((node) => node.x + NODE_WIDTH));
  const top = nodes.length === 0 ? 0 : Math.max(...nodes.map((node) => node.y + NODE_HEIGHT)) + 48;
  const perRow = Math.max(2, Math.ceil(Math.sqrt(silent.length)), Math.floor((right - left + 24) / (NODE_WIDTH + 24)));
  return silent.map((path, index) => ({
    path,
    x: left + (index % perRow) * (NODE_WIDTH + 24),
    y: top + Math.floor(index / perRow) * (NODE_HEIGHT + 24),
  }));
}

type Point = readonly [along: number, across: number];

function drawEdge(
  link: Link,
  route: readonly Item[],
  direction: Direction,
  pitch: number,
  along: number,
  nearSource: boolean,
): PlacedEdge {
  const first = route[0];
  const last = route.at(-1);
  if (first === undefined || last === undefined) return { ...link, line: '', labelX: 0, labelY: 0 };
  const forward = last.layer > first.layer;
  const level = last.layer === first.layer;
  const side = forward ? -PAIR_OFFSET : PAIR_OFFSET;
  const far = (one: Item): number => one.layer * pitch + along;
  const near = (one: Item): number => one.layer * pitch;
  // Points come in pairs: each pair is joined by a curve, and between pairs the line runs straight through a lane.
  const points: Point[] = [[forward || level ? far(first) : near(first), first.center + side]];
  for (const lane of route.slice(1, -1)) {
    points.push([forward ? near(lane) : far(lane), lane.center], [forward ? far(lane) : near(lane), lane.center]);
  }
  points.push([forward ? near(last) : far(last), last.center + side]);

  const text = ([u, v]: Point): string => (direction === 'right' ? `${round(u)} ${round(v)}` : `${round(v)} ${round(u)}`);
  let line = `M${text(points[0] ?? [0, 0])}`;
  for (let index = 1; index < points.length; index++) {
    const from = points[index - 1] ?? [0, 0];
    const to = points[index] ?? [0, 0];
    if (index % 2 === 0) line += `L${text(to)}`;
    else {
      const middle = level ? from[0] + along / 3 : (from[0] + to[0]) / 2;
      line += `C${text([middle, from[1]])} ${text([middle, to[1]])} ${text(to)}`;
    }
  }
  const [a, b] = nearSource ? [points[0], points[1]] : [points.at(-2), points.at(-1)];
  const t = nearSource ? 0.34 : 0.66;
  const [u, v] = alongCurve(a ?? [0, 0], b ?? [0, 0], t, level ? along / 3 : undefined);
  return { ...link, line, labelX: round(direction === 'right' ? u : v), labelY: round(direction === 'right' ? v : u) };
}

/** A point of the curve whose handles lie level with its ends. */
function alongCurve(from: Point, to: Point, t: number, bulge: number | undefined): Point {
  const middle = bulge === undefined ? (from[0] + to[0]) / 2 : from[0] + bulge;
  const s = 1 - t;
  const u = s ** 3 * from[0] + 3 * s * t * middle + t ** 3 * to[0];
  const v = (s ** 3 + 3 * s * s * t) * from[1] + (3 * s * t * t + t ** 3) * to[1];
  return [u, v];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
