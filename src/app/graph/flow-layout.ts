/**
 * A layered drawing of the message flow, after Sugiyama: layers, waypoints for edges that skip a layer, an order within
 * each layer by barycentre, and coordinates that pull neighbours level. Deterministic: it changes only with its input.
 *
 * Edges that skip layers share their waypoints with others of the same busy end, so that many replies take one lane.
 */
import type { ActorIdentity } from '../stores/actor-store.ts';
import { arrange, type Item } from './flow-arrangement.ts';
import { assignLayers, type Layers, type Link } from './flow-layers.ts';
import {
  type Direction,
  type GraphLayout,
  NODE_HEIGHT,
  NODE_WIDTH,
  type PlacedEdge,
  type PlacedNode,
} from './layout.ts';

const LAYER_GAP = { right: 54, down: 56 } as const;
const SIBLING_GAP = { right: 34, down: 20 } as const;
const LANE_SIZE = 24;
/** Requests leave a little to one side of the middle and replies a little to the other. */
const PAIR_OFFSET = { right: 13, down: 26 } as const;
/** Beyond this many edges waypoints cost more than they clarify. */
const WAYPOINT_EDGES_MAX = 300;
const SILENT_GAP = 48;
const SILENT_PITCH_X = NODE_WIDTH + 24;

export function layOutFlow(
  actors: readonly ActorIdentity[],
  links: readonly Link[],
  direction: Direction,
): GraphLayout {
  const known = new Set(actors.map((actor) => actor.path));
  const drawn = links.filter(({ from, to }) => from !== to && known.has(from) && known.has(to));
  const perColumnMax = Math.max(6, Math.ceil(Math.sqrt(actors.length)));
  const { layerOf, columnOf, spans, silent } = assignLayers(actors, drawn, perColumnMax);
  const across = direction === 'right' ? NODE_HEIGHT : NODE_WIDTH;
  const along = direction === 'right' ? NODE_WIDTH : NODE_HEIGHT;
  const pitch = along + LAYER_GAP[direction];

  const columns: Item[][] = Array.from({ length: (spans.at(-1)?.last ?? -1) + 1 }, () => []);
  const items = new Map<string, Item>();
  const item = (id: string, layer: number, isActor: boolean): Item => {
    const existing = items.get(id);
    if (existing !== undefined) return existing;
    const column = (isActor ? columnOf.get(id) : spans[layer]?.first) ?? 0;
    const size = isActor ? across : LANE_SIZE;
    const made: Item = { id, layer, column, size, isActor, before: [], after: [], center: 0 };
    items.set(id, made);
    columns[column]?.push(made);
    return made;
  };
  for (const path of columnOf.keys()) item(path, layerOf.get(path) ?? 0, true);

  const skipping = countEnds(drawn.filter((link) => Math.abs(layerGap(layerOf, link)) > 1));
  const routes = new Map<string, readonly Item[]>();
  for (const link of drawn) {
    const start = layerOf.get(link.from) ?? 0;
    const end = layerOf.get(link.to) ?? 0;
    const forward = end > start;
    const route = [item(link.from, start, true)];
    if (drawn.length <= WAYPOINT_EDGES_MAX) {
      const busyEnd =
        (skipping.get(link.from) ?? 0) > (skipping.get(link.to) ?? 0) ? `from ${link.from}` : `to ${link.to}`;
      const lane = `${forward ? 'forward' : 'back'} ${busyEnd}`;
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

  arrange(columns, SIBLING_GAP[direction]);
  const nodes: PlacedNode[] = [];
  for (const { id, column, center, isActor } of items.values()) {
    if (isActor) nodes.push(place(id, column * pitch, center - across / 2, direction));
  }
  nodes.push(...placeSilent(silent, nodes));

  const degree = countEnds(drawn);
  const edges = drawn.map((link) => {
    const nearSource = (degree.get(link.from) ?? 0) < (degree.get(link.to) ?? 0);
    return drawEdge(link, routes.get(link.key) ?? [], { direction, pitch, along, spans }, nearSource);
  });
  return { nodes, edges };
}

function layerGap(layerOf: ReadonlyMap<string, number>, { from, to }: Link): number {
  return (layerOf.get(to) ?? 0) - (layerOf.get(from) ?? 0);
}

/** How many of the links each actor has an end of. */
function countEnds(links: readonly Link[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const { from, to } of links) {
    ends.set(from, (ends.get(from) ?? 0) + 1);
    ends.set(to, (ends.get(to) ?? 0) + 1);
  }
  return ends;
}

function place(path: string, alongAt: number, acrossAt: number, direction: Direction): PlacedNode {
  const [x, y] = direction === 'right' ? [alongAt, acrossAt] : [acrossAt, alongAt];
  return { path, x: Math.round(x), y: Math.round(y) };
}

/** Actors without messages stand where the columns leave room at the bottom, and in rows below where they do not. */
function placeSilent(silent: readonly string[], nodes: readonly PlacedNode[]): PlacedNode[] {
  const left = Math.min(0, ...nodes.map((node) => node.x));
  const right = Math.max(3 * SILENT_PITCH_X, ...nodes.map((node) => node.x + NODE_WIDTH));
  const bottom = nodes.length === 0 ? -SILENT_GAP : Math.max(...nodes.map((node) => node.y + NODE_HEIGHT));
  const columns = Math.max(2, Math.ceil(Math.sqrt(silent.length)), Math.floor((right - left) / SILENT_PITCH_X));
  const isFree = (x: number, y: number): boolean =>
    nodes.every((node) => Math.abs(node.x - x) >= NODE_WIDTH || y - (node.y + NODE_HEIGHT) >= SILENT_GAP);
  const placed: PlacedNode[] = [];
  // The first row is level with the lowest actor, and only in part free.
  for (let row = 0; placed.length < silent.length; row++) {
    for (let column = 0; column < columns && placed.length < silent.length; column++) {
      const x = left + column * SILENT_PITCH_X;
      const y = row === 0 ? bottom - NODE_HEIGHT : bottom + SILENT_GAP + (row - 1) * (NODE_HEIGHT + 24);
      const path = silent[placed.length];
      if (path !== undefined && (row > 0 || isFree(x, y))) placed.push({ path, x, y });
    }
  }
  return placed;
}

type Point = readonly [along: number, across: number];

interface Frame {
  readonly direction: Direction;
  /** From the start of one column to the start of the next. */
  readonly pitch: number;
  readonly along: number;
  readonly spans: Layers['spans'];
}

function drawEdge(link: Link, route: readonly Item[], frame: Frame, nearSource: boolean): PlacedEdge {
  const { direction, pitch, along, spans } = frame;
  const first = route[0];
  const last = route.at(-1);
  if (first === undefined || last === undefined) return { ...link, line: '', labelX: 0, labelY: 0 };
  const forward = last.column > first.column;
  const level = last.column === first.column;
  const side = forward ? -PAIR_OFFSET[direction] : PAIR_OFFSET[direction];
  const near = (one: Item): number => one.column * pitch;
  // A lane runs past all columns of its layer.
  const far = (one: Item): number => (one.isActor ? one.column : (spans[one.layer]?.last ?? 0)) * pitch + along;
  // Points come in pairs: each pair is joined by a curve, and between pairs the line runs straight through a lane.
  const points: Point[] = [[forward || level ? far(first) : near(first), first.center + side]];
  for (const lane of route.slice(1, -1)) {
    points.push([forward ? near(lane) : far(lane), lane.center], [forward ? far(lane) : near(lane), lane.center]);
  }
  points.push([forward ? near(last) : far(last), last.center + side]);

  const text = ([u, v]: Point): string =>
    direction === 'right' ? `${round(u)} ${round(v)}` : `${round(v)} ${round(u)}`;
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
